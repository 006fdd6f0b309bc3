#include "codecs/deflate.h"

#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using Bytes = std::vector<std::byte>;

constexpr std::string_view kLevel4 =
    "785e6360400076242c8384ed917001125e8f84ff20e17046043e8084cd9910780f12f66746e00f48783ed02c00"
    "59041216";
constexpr std::string_view kLevel9 =
    "78da6360400076242c8384ed917001125e8f84ff20e17046043e8084cd9910780f12f66746e00f48783ed02c00"
    "59041216";

Bytes Encoded(int level) {
  CodecScratch scratch;
  const auto codec = MakeDeflate(level);
  Bytes encoded(codec->MaxEncodedSize(GoldenBytes().size()));
  encoded.resize(codec->Encode(GoldenBytes(), absl::MakeSpan(encoded), scratch).value());
  return encoded;
}

absl::StatusOr<size_t> Decode(const Bytes& encoded, Bytes& decoded) {
  CodecScratch scratch;
  return MakeDeflate(4)->Decode(encoded, absl::MakeSpan(decoded), scratch);
}

TEST(DeflateTest, EncodesAsHdf5Does) {
  EXPECT_EQ(Encoded(4), FromHex(kLevel4));
  EXPECT_EQ(Encoded(9), FromHex(kLevel9));
}

TEST(DeflateTest, OneScratchServesAllLevels) {
  CodecScratch scratch;
  for (int level : {4, 9, 0, 9, 4, 4}) {
    const auto codec = MakeDeflate(level);
    Bytes encoded(codec->MaxEncodedSize(GoldenBytes().size()));
    encoded.resize(codec->Encode(GoldenBytes(), absl::MakeSpan(encoded), scratch).value());
    EXPECT_EQ(encoded, Encoded(level)) << level;
  }
}

TEST(DeflateTest, DecodesH5py) {
  for (std::string_view stream : {kLevel4, kLevel9}) {
    Bytes decoded(160);
    EXPECT_THAT(Decode(FromHex(stream), decoded), IsOkAndHolds(160));
    EXPECT_EQ(decoded, GoldenBytes());
  }
}

TEST(DeflateTest, ChecksTheAdler32) {
  Bytes encoded = FromHex(kLevel4);
  encoded.back() ^= std::byte{1};
  Bytes decoded(160);
  EXPECT_THAT(Decode(encoded, decoded),
              StatusIs(absl::StatusCode::kDataLoss, "deflate: damaged or truncated zlib stream"));
}

TEST(DeflateTest, IgnoresBytesBehindTheStream) {
  for (size_t more : {1, 3, 4, 5, 100}) {
    for (std::byte filler : {std::byte{0}, std::byte{0x78}, std::byte{0xff}}) {
      Bytes encoded = FromHex(kLevel4);
      encoded.insert(encoded.end(), more, filler);
      Bytes decoded(160);
      EXPECT_THAT(Decode(encoded, decoded), IsOkAndHolds(160));
      EXPECT_EQ(decoded, GoldenBytes());
    }
  }
}

TEST(DeflateTest, ChecksTheAdler32InFrontOfOtherBytes) {
  Bytes encoded = FromHex(kLevel4);
  encoded.back() ^= std::byte{1};
  encoded.insert(encoded.end(), 10, std::byte{0});
  Bytes decoded(160);
  EXPECT_THAT(Decode(encoded, decoded),
              StatusIs(absl::StatusCode::kDataLoss, "deflate: damaged or truncated zlib stream"));
}

TEST(DeflateTest, RefusesABomb) {
  const auto codec = MakeDeflate(9);
  CodecScratch scratch;
  const Bytes zeros(1 << 20);
  Bytes encoded(codec->MaxEncodedSize(zeros.size()));
  encoded.resize(codec->Encode(zeros, absl::MakeSpan(encoded), scratch).value());
  EXPECT_LT(encoded.size(), 2000);
  Bytes decoded(1000);
  EXPECT_THAT(Decode(encoded, decoded),
              StatusIs(absl::StatusCode::kDataLoss,
                       "deflate: the data hold more than the 1000 bytes expected"));
}

}  // namespace
}  // namespace seiche
