#include "experiments/waves/wave_parameters.h"

#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"

namespace seiche {
namespace {

TEST(WaveParametersTest, UniformOverTheirRanges) {
  constexpr int kSequences = 20000;
  constexpr double kMiddle = 91.5;
  constexpr double kReach = 82;
  double sum_side = 0, sum_row = 0, sum_column = 0;
  double least = kMaxTankSide, most = kMinTankSide;
  for (int i = 0; i < kSequences; ++i) {
    const WaveParameters p = DrawWaveParameters(1, i, kGridPoints);
    ASSERT_GE(p.tank_side, kMinTankSide);
    ASSERT_LT(p.tank_side, kMaxTankSide);
    ASSERT_LE(std::abs(p.bump_row - kMiddle), kReach);
    ASSERT_LE(std::abs(p.bump_column - kMiddle), kReach);
    least = std::min(least, p.tank_side);
    most = std::max(most, p.tank_side);
    sum_side += p.tank_side;
    sum_row += p.bump_row;
    sum_column += p.bump_column;
  }
  EXPECT_LT(least, 10.01);
  EXPECT_GT(most, 19.99);
  // Within four standard deviations of the mean.
  EXPECT_NEAR(sum_side / kSequences, 15, 4 * 10 / std::sqrt(12.0 * kSequences));
  EXPECT_NEAR(sum_row / kSequences, kMiddle, 4 * 2 * kReach / std::sqrt(12.0 * kSequences));
  EXPECT_NEAR(sum_column / kSequences, kMiddle, 4 * 2 * kReach / std::sqrt(12.0 * kSequences));
}

TEST(WaveParametersTest, DependOnSeedAndSequence) {
  const WaveParameters p = DrawWaveParameters(1, 0, kGridPoints);
  EXPECT_NE(DrawWaveParameters(2, 0, kGridPoints).tank_side, p.tank_side);
  EXPECT_NE(DrawWaveParameters(1, 1, kGridPoints).tank_side, p.tank_side);
  EXPECT_NE(p.bump_row, p.bump_column);
}

// Generated data depends on these numbers.
TEST(WaveParametersTest, KnownValues) {
  const WaveParameters p = DrawWaveParameters(1, 0, kGridPoints);
  EXPECT_EQ(p.tank_side, 18.946847163350924);
  EXPECT_EQ(p.bump_row, 126.14796455857787);
  EXPECT_EQ(p.bump_column, 152.85435737068943);
}

TEST(WaveParametersTest, TheBumpScalesWithTheGrid) {
  for (int i = 0; i < 1000; ++i) {
    const WaveParameters p = DrawWaveParameters(3, i, kMinGridPoints);
    ASSERT_LE(std::abs(p.bump_row - 11.5), 2);
    ASSERT_LE(std::abs(p.bump_column - 11.5), 2);
  }
}

}  // namespace
}  // namespace seiche
