#include "codecs/szip.h"

#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/test_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

// Client data as h5py wrote them, with the stream it stored.
struct Golden {
  SzipParameters parameters;
  size_t element_size;
  std::string_view stream;
};

constexpr Golden kGolden[] = {
    {{169, 8, 32, 40},
     4,
     "a0000000601b80c300d71c41f0004007b61c1c00d0008003e000006400005e0068380e20800100000000"
     "8e630733f04000200010"},
    {{141, 16, 32, 40},
     4,
     "a0000000dff5444410000739f9ce7fff8420ff5f5ff9f9f8aeaeaf8181806e6e6f7979ef13d3d3fc3c3c"
     "27c000000000000000027eaaa49249111111ff8102"},
    {{169, 8, 16, 40},
     2,
     "5000000030000dc0618035c7107c001001e6c383801a002c0038e38690005c00050137702004c0000840"
     "001420"},
    // Scan lines of 10 pixels in blocks of 8: padded.
    {{169, 8, 64, 10},
     8,
     "40010000601b80c30070001fcc0029fc0e0381007005007fd00000007fca80000c00000c80ebcc1c0600"
     "40008024003f80000000020009007e4240b3e60fe0008002000800200080020008002000800200080020"
     "008002000800200080020008002000800200080020"},
};

// The golden integers as `element_size` bytes each.
Bytes GoldenIntegers(size_t element_size) {
  const Bytes wide = GoldenBytes();
  Bytes bytes(40 * element_size);
  for (size_t i = 0; i < 40; ++i) {
    std::copy_n(&wide[i * 4], std::min<size_t>(4, element_size), &bytes[i * element_size]);
  }
  return bytes;
}

TEST(SzipTest, ParametersAreThoseOfHdf5) {
  const auto parameters = [](uint32_t block, uint32_t element_size, Shape shape) {
    auto result = SzipParametersFor(kSzipNearestNeighbor, block, element_size, shape);
    EXPECT_THAT(result, IsOk());
    return std::vector<uint32_t>{result->options, result->pixels_per_block, result->bits_per_pixel,
                                 result->pixels_per_scanline};
  };
  EXPECT_THAT(parameters(8, 4, {50, 100}), testing::ElementsAre(169, 8, 32, 100));
  EXPECT_THAT(parameters(8, 8, {4, 10}), testing::ElementsAre(169, 8, 64, 10));
  // A row shorter than a block: the whole chunk counts.
  EXPECT_THAT(parameters(32, 2, {100, 7}), testing::ElementsAre(169, 32, 16, 700));
  // No more than 128 blocks.
  EXPECT_THAT(parameters(8, 1, {3, 5000}), testing::ElementsAre(169, 8, 8, 1024));
}

TEST(SzipTest, RefusesWhatHdf5Refuses) {
  EXPECT_THAT(SzipParametersFor(kSzipNearestNeighbor, 8, 3, {100}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "szip: elements of 3 bytes; 1, 2, 4 and 8 are possible"));
  EXPECT_THAT(SzipParametersFor(kSzipNearestNeighbor, 9, 4, {100}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "szip: 9 pixels a block: even numbers from 2 to 32 are possible"));
  EXPECT_THAT(SzipParametersFor(kSzipNearestNeighbor, 16, 4, {3, 5}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "szip: a chunk of shape (3, 5) is smaller than a block of 16 pixels"));
  EXPECT_THAT(SzipParametersFor(kSzipNearestNeighbor, 16, 4, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is smaller than a block")));
}

TEST(SzipTest, RefusesParametersOutOfRange) {
  EXPECT_THAT(MakeSzip({169, 8, 25, 40}),
              StatusIs(absl::StatusCode::kInvalidArgument, "szip: 25 bits a pixel"));
  EXPECT_THAT(MakeSzip({169, 8, 0, 40}),
              StatusIs(absl::StatusCode::kInvalidArgument, "szip: 0 bits a pixel"));
  EXPECT_THAT(MakeSzip({169, 8, 32, 7}), StatusIs(absl::StatusCode::kInvalidArgument,
                                                  "szip: 7 pixels a scan line in blocks of 8"));
  EXPECT_THAT(
      MakeSzip({169, 8, 32, 1025}),
      StatusIs(absl::StatusCode::kInvalidArgument, "szip: 1025 pixels a scan line in blocks of 8"));
}

#ifdef SEICHE_SZIP

TEST(SzipTest, ReadsAndWritesTheStreamsOfH5py) {
  for (const Golden& golden : kGolden) {
    SCOPED_TRACE(golden.parameters.bits_per_pixel);
    auto codec = MakeSzip(golden.parameters);
    ASSERT_THAT(codec, IsOk());
    const Bytes stream = FromHex(golden.stream);
    const Bytes data = GoldenIntegers(golden.element_size);
    CodecScratch scratch;
    Bytes decoded(data.size());
    EXPECT_THAT((*codec)->Decode(stream, absl::MakeSpan(decoded), scratch),
                IsOkAndHolds(data.size()));
    EXPECT_EQ(decoded, data);
    Bytes encoded((*codec)->MaxEncodedSize(data.size()));
    auto size = (*codec)->Encode(data, absl::MakeSpan(encoded), scratch);
    ASSERT_THAT(size, IsOk());
    encoded.resize(*size);
    EXPECT_EQ(encoded, stream);
  }
}

TEST(SzipTest, NamesTheDamage) {
  const auto codec = MakeSzip(kGolden[0].parameters);
  ASSERT_THAT(codec, IsOk());
  CodecScratch scratch;
  Bytes decoded(160);
  const auto decode = [&](std::string_view hex) {
    return (*codec)->Decode(FromHex(hex), absl::MakeSpan(decoded), scratch).status();
  };
  EXPECT_THAT(decode("a00000"),
              StatusIs(absl::StatusCode::kDataLoss, "szip: the size is truncated"));
  EXPECT_THAT(decode("a1000000"), StatusIs(absl::StatusCode::kDataLoss,
                                           "szip: the data hold more than the 160 bytes expected"));
  EXPECT_THAT(decode("9f000000"), StatusIs(absl::StatusCode::kDataLoss,
                                           "szip: the size is not that of whole elements"));
  EXPECT_THAT(decode(kGolden[0].stream.substr(0, 40)),
              StatusIs(absl::StatusCode::kDataLoss, "szip: truncated stream"));
}

TEST(SzipTest, EncodesWholeElementsOnly) {
  const auto codec = MakeSzip(kGolden[0].parameters);
  ASSERT_THAT(codec, IsOk());
  CodecScratch scratch;
  Bytes encoded(1000);
  EXPECT_THAT((*codec)->Encode(Bytes(161), absl::MakeSpan(encoded), scratch),
              StatusIs(absl::StatusCode::kInvalidArgument, "szip: 161 bytes of 32-bit pixels"));
}

#else

TEST(SzipTest, SaysThatItWasLeftOut) {
  for (const Golden& golden : kGolden) {
    EXPECT_THAT(MakeSzip(golden.parameters),
                StatusIs(absl::StatusCode::kNotFound, HasSubstr("install libaec-dev")));
  }
}

#endif

}  // namespace
}  // namespace seiche
