#include "experiments/data/level_statistics.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace seiche {
namespace {

TEST(LevelStatisticsTest, NothingYet) {
  const LevelStatistics statistics;
  EXPECT_EQ(statistics.normalisation().mean, 0);
  EXPECT_EQ(statistics.quality().psnr_db, 0);
}

TEST(LevelStatisticsTest, NormalisationOfTwoLevels) {
  LevelStatistics statistics;
  const std::vector<uint8_t> levels = {0, 255, 255, 0};
  statistics.Add(levels, levels);
  const Normalisation result = statistics.normalisation();
  EXPECT_DOUBLE_EQ(result.mean, 0.5);
  EXPECT_DOUBLE_EQ(result.standard_deviation, 0.5);
  EXPECT_EQ(result.minimum, 0);
  EXPECT_EQ(result.maximum, 1);
}

TEST(LevelStatisticsTest, QualityOfAKnownError) {
  LevelStatistics statistics;
  const std::vector<uint8_t> stored = {10, 20, 30, 40};
  const std::vector<uint8_t> original = {10, 18, 30, 44};
  statistics.Add(stored, original);
  EXPECT_EQ(statistics.quality().max_error, 4);
  EXPECT_DOUBLE_EQ(statistics.quality().psnr_db, 10 * std::log10(255.0 * 255.0 / 5));
}

TEST(LevelStatisticsTest, OrderDoesNotMatter) {
  const std::vector<uint8_t> a = {1, 2, 3}, b = {200, 100, 0};
  LevelStatistics ab, ba;
  ab.Add(a, b);
  ab.Add(b, a);
  ba.Add(b, a);
  ba.Add(a, b);
  EXPECT_EQ(ab.normalisation().standard_deviation, ba.normalisation().standard_deviation);
  EXPECT_EQ(ab.quality().psnr_db, ba.quality().psnr_db);
}

TEST(LevelStatisticsTest, LevelsSurviveTheWayThroughFloat) {
  for (int level = 0; level < 256; ++level) {
    EXPECT_EQ(LevelOf(static_cast<float>(level) * (1 / 255.0f)), level);
  }
}

}  // namespace
}  // namespace seiche
