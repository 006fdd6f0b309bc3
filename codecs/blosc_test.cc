#include "codecs/blosc.h"

#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "codecs/byte_order.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using Bytes = std::vector<std::byte>;

constexpr int kFlags = 2;
constexpr int kElementSize = 3;
constexpr int kDecodedSize = 4;
constexpr int kBlockSize = 8;
constexpr int kEncodedSize = 12;
constexpr int kFirstBlock = 16;

// GoldenBytes() as hdf5plugin 7.1 encodes them.
constexpr std::string_view kLz4 =
    "02013104a0000000a000000062000000140000004a000000fc1e0000000707071c1c1c3f3f3f707070afafaffcfcfc"
    "575757c0c0c0373737bcbcbc4f4f4ff0f0f09f000000000005001101010011020100110301000a20000f02002b5000"
    "00000000";

Bytes Encoded(const BloscParameters& parameters, const Bytes& data) {
  CodecScratch scratch;
  const auto codec = MakeBlosc(parameters).value();
  Bytes encoded(codec->MaxEncodedSize(data.size()));
  encoded.resize(codec->Encode(data, absl::MakeSpan(encoded), scratch).value());
  return encoded;
}

absl::StatusOr<size_t> Decode(const Bytes& encoded, Bytes& decoded) {
  CodecScratch scratch;
  return (*MakeBlosc({}))->Decode(encoded, absl::MakeSpan(decoded), scratch);
}

void ExpectError(const Bytes& encoded, absl::StatusCode code, const std::string& message) {
  Bytes decoded(160);
  EXPECT_THAT(Decode(encoded, decoded), StatusIs(code, message));
}

void ExpectDamaged(const Bytes& encoded, const std::string& message) {
  ExpectError(encoded, absl::StatusCode::kDataLoss, message);
}

// The stream above with one byte, or one number, replaced.
Bytes WithByte(int at, uint8_t value) {
  Bytes encoded = FromHex(kLz4);
  encoded[at] = std::byte{value};
  return encoded;
}
Bytes WithNumber(int at, uint32_t value) {
  Bytes encoded = FromHex(kLz4);
  StoreLittle32(value, encoded.data() + at);
  return encoded;
}

TEST(BloscTest, DecodesHdf5plugin) {
  Bytes decoded(160);
  EXPECT_THAT(Decode(FromHex(kLz4), decoded), IsOkAndHolds(160));
  EXPECT_EQ(decoded, GoldenBytes());
}

TEST(BloscTest, EveryCodecDecodesEveryStream) {
  const Bytes data = MakeData(DataKind::kWaves, 100000, 1);
  for (auto compressor : {BloscCompressor::kBlosclz, BloscCompressor::kLz4, BloscCompressor::kLz4hc,
                          BloscCompressor::kZlib, BloscCompressor::kZstd}) {
    for (auto shuffle : {BloscShuffle::kNone, BloscShuffle::kBytes, BloscShuffle::kBits}) {
      SCOPED_TRACE(absl::StrCat(Name(compressor), ",", Name(shuffle)));
      const Bytes encoded = Encoded(
          {.element_size = 4, .compressor = compressor, .level = 3, .shuffle = shuffle}, data);
      EXPECT_LT(encoded.size(), data.size());
      Bytes decoded(data.size());
      ASSERT_THAT(Decode(encoded, decoded), IsOkAndHolds(data.size()));
      EXPECT_TRUE(decoded == data);
    }
  }
}

TEST(BloscTest, StoresWhatDoesNotShrink) {
  const Bytes data = MakeData(DataKind::kRandom, 1000, 1);
  EXPECT_EQ(Encoded({.element_size = 4}, data).size(), 16 + 1000);
}

TEST(BloscTest, ShufflesLargeElementsAsBytes) {
  EXPECT_EQ(Encoded({.element_size = 1000}, MakeData(DataKind::kText, 5000, 1)),
            Encoded({.element_size = 1}, MakeData(DataKind::kText, 5000, 1)));
}

TEST(BloscTest, NamesTheDamage) {
  const Bytes good = FromHex(kLz4);
  ExpectDamaged(Bytes(good.begin(), good.begin() + 15), "blosc: the header is truncated");
  ExpectDamaged(WithByte(0, 3), "blosc: format version 3, not 2");
  const std::string sizes = "blosc: the header's sizes are not those of the data";
  ExpectDamaged(Bytes(good.begin(), good.end() - 1), sizes);
  ExpectDamaged(WithNumber(kEncodedSize, good.size() + 1), sizes);
  ExpectDamaged(WithNumber(kDecodedSize, 0x80000000), sizes);
  ExpectDamaged(WithNumber(kDecodedSize, 161),
                "blosc: the data hold more than the 160 bytes expected");
  ExpectDamaged(WithByte(kElementSize, 0), "blosc: damaged header");
  ExpectDamaged(WithByte(kFlags, 0x38), "blosc: damaged header");
  ExpectDamaged(WithNumber(kBlockSize, 0), "blosc: blocks of 0 bytes");
  ExpectDamaged(WithNumber(kBlockSize, 161), "blosc: blocks of 161 bytes");
  ExpectDamaged(WithNumber(kBlockSize, 0xffffffff), "blosc: blocks of 4294967295 bytes");
  ExpectDamaged(WithNumber(kBlockSize, 1), "blosc: the positions of blocks are truncated");
  ExpectDamaged(WithByte(kFlags, 0x33), "blosc: the stored bytes are truncated");
  ExpectDamaged(WithByte(kFlags, 0xb1), "blosc: unknown compressor 5");
  ExpectDamaged(WithNumber(kFirstBlock, good.size() - 3), "blosc: a block lies outside");
  ExpectDamaged(WithNumber(kFirstBlock, 0xffffffff), "blosc: a block lies outside");
  ExpectDamaged(WithNumber(kFirstBlock + 4, good.size()), "blosc: a block is truncated");
  ExpectDamaged(WithNumber(kFirstBlock + 4, 0xffffffff), "blosc: a block is truncated");
  ExpectDamaged(WithByte(kFlags, 0x71), "blosc: damaged block");  // LZ4 is no zlib
}

TEST(BloscTest, NamesSnappy) {
  const std::string message =
      "blosc: the compressor snappy is not part of this build; write the data with another one, "
      "such as lz4";
  ExpectError(WithByte(kFlags, 0x51), absl::StatusCode::kUnimplemented, message);
  const auto codec = MakeBlosc({.compressor = BloscCompressor::kSnappy}).value();
  CodecScratch scratch;
  Bytes encoded(codec->MaxEncodedSize(160));
  EXPECT_THAT(codec->Encode(GoldenBytes(), absl::MakeSpan(encoded), scratch),
              StatusIs(absl::StatusCode::kUnimplemented, message));
  Bytes decoded(160);
  EXPECT_THAT(codec->Decode(FromHex(kLz4), absl::MakeSpan(decoded), scratch), IsOkAndHolds(160));
}

// A match of blosclz whose length takes 2^31 / 255 bytes to write down has a negative one: c-blosc
// would then fill memory far beyond the output.
TEST(BloscTest, RefusesBlosclzThatOverflowsALength) {
  constexpr uint32_t kSize = 9000000;
  Bytes encoded(24 + kSize, std::byte{0xff});
  encoded[0] = std::byte{2};
  encoded[1] = std::byte{1};
  encoded[kFlags] = std::byte{0x10};
  encoded[kElementSize] = std::byte{1};
  StoreLittle32(2 * kSize, encoded.data() + kDecodedSize);
  StoreLittle32(2 * kSize, encoded.data() + kBlockSize);
  StoreLittle32(static_cast<uint32_t>(encoded.size()), encoded.data() + kEncodedSize);
  StoreLittle32(20, encoded.data() + kFirstBlock);
  StoreLittle32(kSize, encoded.data() + 20);
  encoded[24] = std::byte{0};     // one literal,
  encoded[26] = std::byte{0xe0};  // then a match that goes on and on,
  encoded[24 + 8500000] = std::byte{0};
  encoded[24 + 8500001] = std::byte{0};  // of the byte before it
  Bytes decoded(2 * kSize);
  EXPECT_THAT(
      Decode(encoded, decoded),
      StatusIs(absl::StatusCode::kDataLoss,
               "blosc: a block of 9000000 bytes; of blosclz's, 8388608 at most are decoded"));
}

TEST(BloscTest, RefusesMoreThanTheFormatHolds) {
  const auto codec = MakeBlosc({}).value();
  CodecScratch scratch;
  // Never touched: the size alone counts.
  const std::byte nothing{0};
  EXPECT_THAT(codec->Encode(absl::MakeConstSpan(&nothing, size_t{1} << 31), {}, scratch),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "blosc: 2147483648 bytes; 2147483631 at most: make chunks smaller"));
}

TEST(BloscTest, RefusesParametersOutOfRange) {
  EXPECT_THAT(MakeBlosc({.element_size = 0}),
              StatusIs(absl::StatusCode::kInvalidArgument, "blosc: elements of 0 bytes"));
}

}  // namespace
}  // namespace seiche
