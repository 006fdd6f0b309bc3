#include "experiments/codecs/data/generated.h"

#include <cmath>
#include <vector>

#include "absl/types/span.h"
#include "base/crc32c.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

constexpr int64_t kFrames = 20, kHeight = 65, kWidth = 70;

template <typename T>
std::vector<T> Make(void (*fill)(uint64_t, int64_t, SequenceView<T>), uint64_t seed = 1,
                    int64_t sequence = 0) {
  std::vector<T> values(kFrames * kHeight * kWidth, T{77});
  fill(seed, sequence, SequenceView<T>(values.data(), kFrames, kHeight, kWidth));
  return values;
}

template <typename T>
uint32_t Checksum(const std::vector<T>& values) {
  return Crc32c(
      absl::MakeSpan(reinterpret_cast<const std::byte*>(values.data()), values.size() * sizeof(T)));
}

// Mean square of the differences of values `distance` apart in a row, over that of single ones.
double Roughness(const std::vector<float>& values, int64_t distance) {
  double sum = 0;
  int64_t count = 0;
  for (int64_t i = 0; i < static_cast<int64_t>(values.size()); ++i) {
    if (i % kWidth + distance >= kWidth) continue;
    const double difference = values[i + distance] - values[i];
    sum += difference * difference;
    ++count;
  }
  return sum / static_cast<double>(count);
}

TEST(GeneratedTest, SameBitsEverywhere) {
  EXPECT_EQ(Checksum(Make(FillTurbulence)), 660690736u);
  EXPECT_EQ(Checksum(Make(FillBlobs)), 2661167274u);
  EXPECT_EQ(Checksum(Make(FillCounts)), 1827219805u);
}

TEST(GeneratedTest, SeedsAndSequencesDiffer) {
  EXPECT_NE(Make(FillTurbulence), Make(FillTurbulence, 2));
  EXPECT_NE(Make(FillBlobs), Make(FillBlobs, 1, 1));
  EXPECT_NE(Make(FillCounts), Make(FillCounts, 1, 1));
}

TEST(GeneratedTest, TurbulenceGrowsSlowlyWithDistanceAndBlobsFast) {
  const std::vector<float> turbulence = Make(FillTurbulence), blobs = Make(FillBlobs);
  // Squared differences grow as distance^(2/3) in the one, as distance^2 in the other.
  const double rough = std::log2(Roughness(turbulence, 8) / Roughness(turbulence, 2)) / 2;
  const double smooth = std::log2(Roughness(blobs, 4) / Roughness(blobs, 1)) / 2;
  EXPECT_GT(rough, 0.3);
  EXPECT_LT(rough, 1.1);
  EXPECT_GT(smooth, 1.7);
  EXPECT_LT(smooth, 2.1);
}

TEST(GeneratedTest, CountsAreThreeACellAndScatter) {
  const std::vector<uint16_t> counts = Make(FillCounts);
  double sum = 0;
  int64_t zeros = 0;
  for (const uint16_t count : counts) {
    sum += count;
    zeros += count == 0;
  }
  EXPECT_EQ(sum, 3 * kFrames * kHeight * kWidth);
  // Half of all particles are background: where no cloud is, Poisson's e^-1.5 of the cells is 0.
  EXPECT_GT(zeros, static_cast<int64_t>(counts.size() / 20));
  EXPECT_LT(zeros, static_cast<int64_t>(counts.size() / 4));
}

}  // namespace
}  // namespace seiche
