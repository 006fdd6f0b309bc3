#include "codecs/fletcher32.h"

#include <random>
#include <utility>
#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/simd_targets.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using Bytes = std::vector<std::byte>;

// Sums over 16-bit words, folded word by word.
uint32_t Plainly(const Bytes& data) {
  uint32_t sum1 = 0;
  uint32_t sum2 = 0;
  const auto fold = [](uint32_t sum) { return (sum & 0xffff) + (sum >> 16); };
  for (size_t i = 0; i < data.size(); i += 2) {
    const uint32_t low = i + 1 < data.size() ? std::to_integer<uint32_t>(data[i + 1]) : 0;
    sum1 = fold(sum1 + (std::to_integer<uint32_t>(data[i]) << 8 | low));
    sum2 = fold(sum2 + sum1);
  }
  return sum2 << 16 | sum1;
}

absl::StatusOr<size_t> Decode(const Bytes& encoded, size_t capacity) {
  CodecScratch scratch;
  Bytes decoded(capacity);
  return MakeFletcher32()->Decode(encoded, absl::MakeSpan(decoded), scratch);
}

TEST(Fletcher32Test, MatchesTheStreamsOfH5py) {
  EXPECT_EQ(Fletcher32(GoldenBytes()), 0xc68df135u);
  EXPECT_EQ(Fletcher32(FromHex("0102030405060708090a0b0c0d")), 0x8c9a312au);
  EXPECT_THAT(Decode(FromHex("0102030405060708090a0b0c0d2a319a8c"), 13), IsOkAndHolds(13));
}

TEST(Fletcher32Test, AllZerosSumToZeroAndAllOnesDoNot) {
  EXPECT_EQ(Fletcher32({}), 0u);
  EXPECT_EQ(Fletcher32(Bytes(1001)), 0u);
  EXPECT_EQ(Fletcher32(Bytes(1000, std::byte{0xff})), 0xffffffffu);
}

TEST(Fletcher32Test, EveryInstructionSetAgreesWithThePlainSums) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::vector<Bytes> cases;
  for (size_t size = 0; size < 400; ++size) {
    cases.push_back(MakeData(DataKind::kRandom, size, seed + size));
  }
  for (size_t size : {719, 720, 721, 65536, (1 << 21) + 1}) {
    cases.push_back(MakeData(DataKind::kRandom, size, seed));
    cases.push_back(MakeData(DataKind::kWaves, size, seed));
    cases.push_back(Bytes(size, std::byte{0xff}));  // the largest sums
  }
  std::vector<uint32_t> expected;
  for (const Bytes& data : cases) expected.push_back(Plainly(data));
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (size_t i = 0; i < cases.size(); ++i) {
      ASSERT_EQ(Fletcher32(cases[i]), expected[i]) << cases[i].size() << " bytes";
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(Fletcher32Test, TakesChecksumsOfOldHdf5) {
  // Before 1.6.3 little-endian machines swapped the bytes of each half.
  EXPECT_THAT(Decode(FromHex("0102030405060708090a0b0c0d312a8c9a"), 13), IsOkAndHolds(13));
}

TEST(Fletcher32Test, FindsDamage) {
  EXPECT_THAT(
      Decode(FromHex("0102030405060708090a0b0c0e2a319a8c"), 13),
      StatusIs(absl::StatusCode::kDataLoss, "fletcher32: the checksum does not match the data"));
  EXPECT_THAT(Decode(FromHex("010203"), 13),
              StatusIs(absl::StatusCode::kDataLoss, "fletcher32: the checksum is missing"));
}

}  // namespace
}  // namespace seiche
