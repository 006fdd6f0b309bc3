#include "codecs/lzf_encode.h"

#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/lzf_decode.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOkAndHolds;
using Bytes = std::vector<std::byte>;

Bytes EncodedBy(LzfEncoder& encoder, const Bytes& data) {
  Bytes encoded(MaxLzfSize(data.size()));
  encoded.resize(encoder.Encode(data, encoded.data()));
  return encoded;
}

Bytes Encoded(const Bytes& data) {
  LzfEncoder encoder;
  return EncodedBy(encoder, data);
}

TEST(LzfEncodeTest, WritesTheTokensOfTheFormat) {
  EXPECT_EQ(Encoded({}), Bytes());
  EXPECT_EQ(Encoded(FromHex("0102")), FromHex("010102"));
  // One literal, then 9 bytes from one byte back: the longest length has a byte of its own.
  EXPECT_EQ(Encoded(Bytes(10, std::byte{7})), FromHex("0007e00000"));
  EXPECT_EQ(Encoded(Bytes(9, std::byte{7})), FromHex("0007c000"));
  // 264 bytes at most.
  EXPECT_EQ(Encoded(Bytes(266, std::byte{7})), FromHex("0007e0ff000007"));
}

TEST(LzfEncodeTest, LiteralsTakeOneByteIn32) {
  const Bytes noise = MakeData(DataKind::kRandom, 64, 1);
  EXPECT_EQ(Encoded(noise).size(), 66);
  EXPECT_EQ(MaxLzfSize(64), 66);
  EXPECT_EQ(MaxLzfSize(65), 68);
}

TEST(LzfEncodeTest, FindsMatchesUpTo8192BytesBack) {
  for (size_t distance : {8191, 8192, 8193}) {
    Bytes data = MakeData(DataKind::kRandom, distance, 3);
    const Bytes noise_alone = Encoded(data);
    data.insert(data.end(), data.begin(), data.begin() + 100);
    const Bytes encoded = Encoded(data);
    if (distance <= 8192) {
      EXPECT_LT(encoded.size(), noise_alone.size() + 10) << distance;
    } else {
      EXPECT_GE(encoded.size(), noise_alone.size() + 100) << distance;
    }
    Bytes decoded(data.size());
    EXPECT_THAT(DecodeLzf(encoded, absl::MakeSpan(decoded)), IsOkAndHolds(data.size()));
    EXPECT_EQ(decoded, data);
  }
}

// liblzf 3.6, compiled as h5py does, gives these sizes.
TEST(LzfEncodeTest, SizesAreThoseOfLiblzf) {
  const struct {
    DataKind kind;
    double liblzf;
  } cases[] = {
      {DataKind::kText, 106217},
      {DataKind::kPeriodic, 38474},
      {DataKind::kRandom, 309289},
      {DataKind::kZeros, 3417},
  };
  for (const auto& c : cases) {
    const double size = Encoded(MakeData(c.kind, 300000, 1)).size();
    EXPECT_NEAR(size / c.liblzf, 1, 0.02) << Name(c.kind) << ": " << size;
  }
}

TEST(LzfEncodeTest, DoesNotDependOnCallsBefore) {
  const Bytes waves = MakeData(DataKind::kWaves, 50000, 1);
  const Bytes expected = Encoded(waves);
  LzfEncoder encoder;
  for (DataKind kind : kDataKinds) {
    EncodedBy(encoder, MakeData(kind, 70000, 2));
    ASSERT_EQ(EncodedBy(encoder, waves), expected) << Name(kind);
  }
}

TEST(LzfEncodeTest, StartsAgainWhereTheTableEnds) {
  const Bytes waves = MakeData(DataKind::kWaves, 50000, 1);
  const Bytes expected = Encoded(waves);
  for (uint32_t left : {0, 1, 49999, 50000, 50001, 120000}) {
    LzfEncoder encoder(0xffffffff - left);
    for (int i = 0; i < 4; ++i) ASSERT_EQ(EncodedBy(encoder, waves), expected) << left;
  }
}

}  // namespace
}  // namespace seiche
