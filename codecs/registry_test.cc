#include "codecs/registry.h"

#include <random>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
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
  EXPECT_THAT(ByteCodecNames(),
              ElementsAre("deflate", "fletcher32", "lz4", "lzf", "shuffle", "szip", "zstd"));
}

TEST(RegistryTest, NamesSayParameters) {
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
                       "no codec \"gzip\"; there are deflate, fletcher32, lz4, lzf, shuffle, szip, "
                       "zstd"));
  EXPECT_THAT(MakeByteCodec(""), StatusIs(absl::StatusCode::kNotFound, HasSubstr("no codec \"\"")));
  EXPECT_THAT(MakeByteCodec(32008, CodecParameters{}),
              StatusIs(absl::StatusCode::kNotFound, "no codec for HDF5's filter 32008"));
}

TEST(RegistryTest, RefusesParametersOutOfRange) {
  const struct {
    std::string_view spec;
    std::string_view message;
  } cases[] = {
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
                StatusIs(absl::StatusCode::kInvalidArgument, std::string(c.message)))
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
  // What h5py 3.16 stores for chunks of (50, 100) float32.
  EXPECT_THAT(values("deflate:4"), ElementsAre(4));
  EXPECT_THAT(values("fletcher32"), ElementsAre());
  EXPECT_THAT(values("lz4"), ElementsAre(0));
  EXPECT_THAT(values("lz4:1024"), ElementsAre(1024));
  EXPECT_THAT(values("lzf"), ElementsAre(4, 261, 20000));
  EXPECT_THAT(values("shuffle"), ElementsAre(4));
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

TEST(RegistryTest, OnlyCodecsThatMayFailAreOptional) {
  for (const std::string& name : ByteCodecNames()) {
    auto record = Hdf5Record(name, Floats());
    ASSERT_THAT(record, IsOk());
    EXPECT_EQ(record->optional, name != "shuffle" && name != "fletcher32") << name;
  }
}

}  // namespace
}  // namespace seiche
