#include "codecs/bitshuffle.h"

#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using Bytes = std::vector<std::byte>;

// GoldenBytes() as hdf5plugin 7.1 encodes them.
constexpr std::string_view kLz4 =
    "00000000000000a0000020000000003c51388ee3388e0500ff1af88ffff88fc08f1fc08fc07ffcf8f100fe1ff87100"
    "70fc077e00801fc7f10000e0077e000000f87f00010055500000000000";

Bytes Encoded(const BitshuffleParameters& parameters, const Bytes& data) {
  CodecScratch scratch;
  const auto codec = MakeBitshuffle(parameters).value();
  Bytes encoded(codec->MaxEncodedSize(data.size()));
  encoded.resize(codec->Encode(data, absl::MakeSpan(encoded), scratch).value());
  return encoded;
}

absl::StatusOr<size_t> Decode(const BitshuffleParameters& parameters, const Bytes& encoded,
                              Bytes& decoded) {
  CodecScratch scratch;
  return MakeBitshuffle(parameters).value()->Decode(encoded, absl::MakeSpan(decoded), scratch);
}

void ExpectDamaged(std::string_view hex, const std::string& message,
                   BitshuffleCompressor compressor = BitshuffleCompressor::kLz4) {
  Bytes decoded(160);
  EXPECT_THAT(Decode({.element_size = 4, .compressor = compressor}, FromHex(hex), decoded),
              StatusIs(absl::StatusCode::kDataLoss, message));
}

TEST(BitshuffleTest, DecodesAndEncodesAsHdf5pluginDoes) {
  Bytes decoded(160);
  EXPECT_THAT(Decode({.element_size = 4}, FromHex(kLz4), decoded), IsOkAndHolds(160));
  EXPECT_EQ(decoded, GoldenBytes());
  EXPECT_EQ(Encoded({.element_size = 4}, GoldenBytes()), FromHex(kLz4));
}

TEST(BitshuffleTest, BlocksFill8192BytesByDefault) {
  const Bytes data = MakeData(DataKind::kRandom, 240000, 1);
  const struct {
    uint32_t element_size;
    uint32_t block_elements;
  } cases[] = {{1, 8192}, {2, 4096}, {3, 2728}, {4, 2048},
               {5, 1632}, {8, 1024}, {64, 128}, {100, 128}};
  for (const auto& c : cases) {
    for (auto compressor : {BitshuffleCompressor::kNone, BitshuffleCompressor::kLz4}) {
      EXPECT_EQ(Encoded({.element_size = c.element_size, .compressor = compressor}, data),
                Encoded({.element_size = c.element_size,
                         .block_elements = c.block_elements,
                         .compressor = compressor},
                        data))
          << c.element_size;
    }
  }
}

TEST(BitshuffleTest, StoresElementsBehindTheLastEight) {
  const Bytes data = MakeData(DataKind::kRandom, 4 * 13, 1);
  for (auto compressor :
       {BitshuffleCompressor::kNone, BitshuffleCompressor::kLz4, BitshuffleCompressor::kZstd}) {
    const Bytes encoded = Encoded({.element_size = 4, .compressor = compressor}, data);
    EXPECT_EQ(Bytes(encoded.end() - 20, encoded.end()), Bytes(data.end() - 20, data.end()));
  }
}

TEST(BitshuffleTest, TakesTheBlockSizeOfTheStream) {
  const Bytes encoded = Encoded({.element_size = 4, .block_elements = 8}, GoldenBytes());
  Bytes decoded(160);
  EXPECT_THAT(Decode({.element_size = 4, .block_elements = 24}, encoded, decoded),
              IsOkAndHolds(160));
  EXPECT_EQ(decoded, GoldenBytes());
}

TEST(BitshuffleTest, TakesWholeElementsOnly) {
  CodecScratch scratch;
  const auto codec = MakeBitshuffle({.element_size = 4}).value();
  Bytes encoded(codec->MaxEncodedSize(10));
  EXPECT_THAT(
      codec->Encode(Bytes(10), absl::MakeSpan(encoded), scratch),
      StatusIs(absl::StatusCode::kInvalidArgument, "bitshuffle: 10 bytes of elements of 4"));
}

TEST(BitshuffleTest, NamesTheDamage) {
  ExpectDamaged("00000000000000a0000000", "bitshuffle: the header is truncated");
  ExpectDamaged("00000000000000a400002000",
                "bitshuffle: the data hold more than the 160 bytes expected");
  ExpectDamaged("000000000000009f00002000", "bitshuffle: the size is not that of whole elements");
  ExpectDamaged("00000000000000a000000000",
                "bitshuffle: blocks of 0 bytes are not of eights of elements of 4");
  ExpectDamaged("00000000000000a000000030",
                "bitshuffle: blocks of 48 bytes are not of eights of elements of 4");
  ExpectDamaged("00000000000000a0000020000000", "bitshuffle: a block's size is missing");
  ExpectDamaged("00000000000000a0000020000000000512", "bitshuffle: a block is truncated");
  ExpectDamaged("00000000000000a000002000ffffffff12", "bitshuffle: a block is truncated");
  ExpectDamaged("00000000000000a000002000000000025012", "bitshuffle: lz4: damaged block");
  ExpectDamaged("00000000000000a000002000000000021061", "bitshuffle: a block is too short");
  ExpectDamaged("00000000000000a000002000000000021234", "bitshuffle: zstd: Src size is incorrect",
                BitshuffleCompressor::kZstd);
  ExpectDamaged("000000000000000800002000616263", "bitshuffle: the last elements are truncated");
  ExpectDamaged("0000000000000004000020006162636465", "bitshuffle: bytes follow the last element");
  ExpectDamaged("616263", "bitshuffle: the size is not that of whole elements",
                BitshuffleCompressor::kNone);
}

TEST(BitshuffleTest, RefusesParametersOutOfRange) {
  EXPECT_THAT(MakeBitshuffle({.element_size = 0}),
              StatusIs(absl::StatusCode::kInvalidArgument, "bitshuffle: elements of 0 bytes"));
  EXPECT_THAT(
      MakeBitshuffle({.compressor = BitshuffleCompressor::kZstd, .level = 23}),
      StatusIs(absl::StatusCode::kInvalidArgument, "bitshuffle: level 23; 1 to 22 are possible"));
}

}  // namespace
}  // namespace seiche
