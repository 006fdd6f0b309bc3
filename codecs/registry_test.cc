#include "codecs/registry.h"

#include <random>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

CodecParameters Floats() { return {.element_size = 4, .chunk_shape = {10, 50}}; }

std::string NameOf(std::string_view spec) {
  auto codec = MakeByteCodec(spec, Floats());
  EXPECT_THAT(codec, IsOk());
  return codec.ok() ? (*codec)->name() : "";
}

TEST(RegistryTest, ListsEveryCodecInAFixedOrder) {
  EXPECT_THAT(ByteCodecNames(), ElementsAre("bitshuffle", "blosc", "deflate", "fletcher32", "lz4",
                                            "lzf", "shuffle", "swell", "szip", "zstd"));
}

TEST(RegistryTest, NamesSayParameters) {
  EXPECT_EQ(NameOf("bitshuffle"), "bitshuffle:lz4");
  EXPECT_EQ(NameOf("bitshuffle:none"), "bitshuffle:none");
  EXPECT_EQ(NameOf("bitshuffle:lz4,block=64"), "bitshuffle:lz4,block=64");
  EXPECT_EQ(NameOf("bitshuffle:zstd"), "bitshuffle:zstd,3");
  EXPECT_EQ(NameOf("bitshuffle:zstd,22,block=1024"), "bitshuffle:zstd,22,block=1024");
  EXPECT_EQ(NameOf("blosc"), "blosc:lz4,5,shuffle");
  EXPECT_EQ(NameOf("blosc:zstd"), "blosc:zstd,5,shuffle");
  EXPECT_EQ(NameOf("swell"), "swell:small");
  EXPECT_EQ(NameOf("blosc:lz4hc,9"), "blosc:lz4hc,9,shuffle");
  EXPECT_EQ(NameOf("blosc:blosclz,0,bitshuffle"), "blosc:blosclz,0,bitshuffle");
  EXPECT_EQ(NameOf("deflate"), "deflate:4");
  EXPECT_EQ(NameOf("deflate:9"), "deflate:9");
  EXPECT_EQ(NameOf("fletcher32"), "fletcher32");
  EXPECT_EQ(NameOf("lz4"), "lz4");
  EXPECT_EQ(NameOf("lz4:4096"), "lz4:4096");
  EXPECT_EQ(NameOf("lzf"), "lzf");
  EXPECT_EQ(NameOf("shuffle"), "shuffle");
  EXPECT_EQ(NameOf("zstd"), "zstd:3");
  EXPECT_EQ(NameOf("zstd:22"), "zstd:22");
}

#ifdef SEICHE_SZIP
TEST(RegistryTest, NamesSayParametersOfSzip) {
  EXPECT_EQ(NameOf("szip"), "szip:nn,8");
  EXPECT_EQ(NameOf("szip:ec"), "szip:ec,8");
  EXPECT_EQ(NameOf("szip:nn,16"), "szip:nn,16");
}
#else
TEST(RegistryTest, SaysThatSzipWasLeftOut) {
  EXPECT_THAT(MakeByteCodec("szip", Floats()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("install libaec-dev")));
}
#endif

TEST(RegistryTest, UnknownNamesListTheKnown) {
  EXPECT_THAT(MakeByteCodec("gzip"),
              StatusIs(absl::StatusCode::kNotFound,
                       "no codec \"gzip\"; there are bitshuffle, blosc, deflate, fletcher32, lz4, "
                       "lzf, shuffle, swell, szip, zstd"));
  EXPECT_THAT(MakeByteCodec(""), StatusIs(absl::StatusCode::kNotFound, HasSubstr("no codec \"\"")));
  EXPECT_THAT(MakeByteCodec(32026, CodecParameters{}),
              StatusIs(absl::StatusCode::kNotFound, "no codec for HDF5's filter 32026"));
}

TEST(RegistryTest, RefusesParametersOutOfRange) {
  const auto bitshuffle = [](std::string_view text) {
    return absl::StrCat("bitshuffle: parameter \"", text,
                        "\": none, lz4 or zstd, for zstd a level of 1 to 22, then block=ELEMENTS, "
                        "are possible: zstd,3,block=1024");
  };
  const auto blosc = [](std::string_view text) {
    return absl::StrCat("blosc: parameter \"", text,
                        "\": blosclz, lz4, lz4hc, zlib or zstd, a level of 0 to 9, then noshuffle, "
                        "shuffle or bitshuffle, are possible: lz4,5,shuffle");
  };
  const struct {
    std::string_view spec;
    std::string message;
  } cases[] = {
      {"bitshuffle:", bitshuffle("")},
      {"bitshuffle:lzf", bitshuffle("lzf")},
      {"bitshuffle:lz4,3", bitshuffle("lz4,3")},
      {"bitshuffle:block=8", bitshuffle("block=8")},
      {"bitshuffle:none,block=0", bitshuffle("none,block=0")},
      {"bitshuffle:zstd,23", bitshuffle("zstd,23")},
      {"bitshuffle:zstd,3,4", bitshuffle("zstd,3,4")},
      {"bitshuffle:lz4,block=12", "bitshuffle: blocks of 12 elements; multiples of 8 are possible"},
      {"bitshuffle:lz4,block=4294967288",
       "bitshuffle: blocks of 17179869152 bytes; 1073741824 at most"},
      {"blosc:", blosc("")},
      {"blosc:gzip", blosc("gzip")},
      {"blosc:lz4,10", blosc("lz4,10")},
      {"blosc:lz4,5,bits", blosc("lz4,5,bits")},
      {"blosc:lz4,5,shuffle,1", blosc("lz4,5,shuffle,1")},
      {"deflate:10", "deflate: parameter \"10\": 0 to 9 are possible"},
      {"deflate:", "deflate: parameter \"\": 0 to 9 are possible"},
      {"deflate:-1", "deflate: parameter \"-1\": 0 to 9 are possible"},
      {"zstd:0", "zstd: parameter \"0\": 1 to 22 are possible"},
      {"lz4:0", "lz4: parameter \"0\": 1 to 1073741824 are possible"},
      {"lzf:1", "lzf: parameter \"1\": it takes none"},
      {"szip:xx", "szip: parameter \"xx\": nn or ec, then pixels a block, are possible: nn,16"},
      {"szip:nn,7", "szip: 7 pixels a block: even numbers from 2 to 32 are possible"},
      {"szip:nn,34", "szip: 34 pixels a block: even numbers from 2 to 32 are possible"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(MakeByteCodec(c.spec, Floats()),
                StatusIs(absl::StatusCode::kInvalidArgument, c.message))
        << c.spec;
  }
  EXPECT_THAT(
      MakeByteCodec(1, CodecParameters{.values = {10}}),
      StatusIs(absl::StatusCode::kInvalidArgument, "deflate: level 10; 0 to 9 are possible"));
  EXPECT_THAT(MakeByteCodec(2, CodecParameters{.values = {0}}),
              StatusIs(absl::StatusCode::kInvalidArgument, "shuffle: elements of 0 bytes"));
  EXPECT_THAT(MakeByteCodec("deflate:4", {.values = {4}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "deflate: parameter \"4\": parameters are given twice"));
}

TEST(RegistryTest, RecordsAreThoseOfH5py) {
  const auto values = [](std::string_view spec) {
    const CodecParameters parameters = {.element_size = 4, .chunk_shape = {50, 100}};
    auto record = Hdf5Record(spec, parameters);
    EXPECT_THAT(record, IsOk());
    return record.ok() ? record->values : std::vector<uint32_t>{};
  };
  // What h5py 3.16 and hdf5plugin 7.1 store for chunks of (50, 100) float32.
  EXPECT_THAT(values("bitshuffle"), ElementsAre(0, 4, 4, 0, 2));
  EXPECT_THAT(values("bitshuffle:none"), ElementsAre(0, 4, 4, 0, 0));
  EXPECT_THAT(values("bitshuffle:zstd,7,block=16"), ElementsAre(0, 4, 4, 16, 3, 7));
  EXPECT_THAT(values("blosc"), ElementsAre(2, 2, 4, 20000, 5, 1, 1));
  EXPECT_THAT(values("blosc:zstd,9,bitshuffle"), ElementsAre(2, 2, 4, 20000, 9, 2, 5));
  EXPECT_THAT(values("deflate:4"), ElementsAre(4));
  EXPECT_THAT(values("fletcher32"), ElementsAre());
  EXPECT_THAT(values("lz4"), ElementsAre(0));
  EXPECT_THAT(values("lz4:1024"), ElementsAre(1024));
  EXPECT_THAT(values("lzf"), ElementsAre(4, 261, 20000));
  EXPECT_THAT(values("shuffle"), ElementsAre(4));
  EXPECT_THAT(values("swell:fast,frames=5"), ElementsAre(1, 1, 0, 0, 0, 5, 260, 50, 100));
  EXPECT_THAT(values("szip"), ElementsAre(169, 8, 32, 100));
  EXPECT_THAT(values("zstd:9"), ElementsAre(9));
}

TEST(RegistryTest, RecordsLeadBackToTheCodec) {
  for (const std::string& name : ByteCodecNames()) {
    SCOPED_TRACE(name);
    auto record = Hdf5Record(name, Floats());
    ASSERT_THAT(record, IsOk());
    EXPECT_EQ(record->name, name);
    auto codec = MakeByteCodec(record->id, {.values = record->values});
    auto by_name = MakeByteCodec(name, Floats());
    ASSERT_EQ(codec.status(), by_name.status());
    if (codec.ok()) {
      EXPECT_EQ((*codec)->name(), (*by_name)->name());
    }
  }
}

TEST(RegistryTest, MissingClientValuesAreTheFiltersDefaults) {
  const auto name = [](uint32_t id, std::vector<uint32_t> values) {
    auto codec = MakeByteCodec(id, CodecParameters{.values = std::move(values)});
    EXPECT_THAT(codec, IsOk());
    return codec.ok() ? (*codec)->name() : "";
  };
  EXPECT_EQ(name(32008, {0, 4, 8}), "bitshuffle:none");
  EXPECT_EQ(name(32008, {0, 4, 8, 16}), "bitshuffle:none,block=16");
  EXPECT_EQ(name(32008, {0, 4, 8, 0, 3}), "bitshuffle:zstd,3");
  EXPECT_EQ(name(32008, {0, 4, 8, 0, 3, 100}), "bitshuffle:zstd,22");
  EXPECT_EQ(name(32001, {2, 2, 8, 800}), "blosc:blosclz,5,shuffle");
  EXPECT_EQ(name(32001, {2, 2, 8, 800, 9}), "blosc:blosclz,9,shuffle");
  EXPECT_EQ(name(32001, {2, 2, 8, 800, 9, 2, 4}), "blosc:zlib,9,bitshuffle");
}

TEST(RegistryTest, RefusesClientValuesThatMakeNoSense) {
  const struct {
    uint32_t id;
    std::vector<uint32_t> values;
    std::string_view message;
  } cases[] = {
      {32008, {0, 4}, "bitshuffle: 2 client values; 3 at least are needed"},
      {32008, {0, 4, 4, 12}, "bitshuffle: blocks of 12 elements; multiples of 8 are possible"},
      {32008,
       {0, 4, 4, 0, 1},
       "bitshuffle: compressor 1; 0 (none), 2 (LZ4) and 3 (Zstandard) are possible"},
      {32008,
       {0, 4, 1u << 31, 0, 2},
       "bitshuffle: blocks of 274877906944 bytes; 1073741824 at most"},
      {32001, {2, 2, 4}, "blosc: 3 client values; 4 at least are needed"},
      {32001, {2, 2, 4, 400, 10}, "blosc: level 10; 0 to 9 are possible"},
      {32001, {2, 2, 4, 400, 5, 3}, "blosc: shuffle 3; 0 to 2 are possible"},
      {32001, {2, 2, 4, 400, 5, 1, 6}, "blosc: compressor 6; there are 0 to 5"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(MakeByteCodec(c.id, CodecParameters{.values = c.values}),
                StatusIs(absl::StatusCode::kInvalidArgument, std::string(c.message)));
  }
}

TEST(RegistryTest, SaysThatSnappyIsNotPartOfTheBuild) {
  EXPECT_THAT(MakeByteCodec("blosc:snappy"),
              StatusIs(absl::StatusCode::kNotFound,
                       "blosc: the compressor snappy is not part of this build"));
  EXPECT_THAT(MakeByteCodec(32001, {.values = {2, 2, 8, 800, 9, 2, 3}}),
              StatusIs(absl::StatusCode::kUnimplemented,
                       "blosc: the compressor snappy is not part of this build"));
}

TEST(RegistryTest, BitshuffleAloneIsNeverSkipped) {
  EXPECT_FALSE(Hdf5Record("bitshuffle:none", Floats())->optional);
  EXPECT_TRUE(Hdf5Record("bitshuffle:zstd", Floats())->optional);
}

TEST(RegistryTest, OnlyCodecsThatMayFailAreOptional) {
  for (const std::string& name : ByteCodecNames()) {
    auto record = Hdf5Record(name, Floats());
    ASSERT_THAT(record, IsOk());
    EXPECT_EQ(record->optional, name != "shuffle" && name != "fletcher32") << name;
  }
}

}  // namespace
}  // namespace seiche
