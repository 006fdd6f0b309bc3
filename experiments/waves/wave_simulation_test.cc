#include "experiments/waves/wave_simulation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/array_view.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

constexpr int64_t kPoints = 32;
constexpr WaveParameters kParameters = {.tank_side = 4, .bump_row = 12, .bump_column = 17.25};

std::vector<float> Simulate(int64_t frames) {
  std::vector<float> height(frames * kPoints * kPoints);
  SimulateWaves(kParameters, {height.data(), frames, kPoints, kPoints});
  return height;
}

TEST(WaveSimulationTest, TheTankHasWallsOnItsOutermostPoints) {
  const ShallowWaterOptions tank = TankOf({.tank_side = 18.3}, kGridPoints);
  EXPECT_EQ(tank.height, 184);
  EXPECT_EQ(tank.width, 184);
  EXPECT_DOUBLE_EQ(tank.spacing, 0.1);
  EXPECT_EQ(tank.depth, 10);
  EXPECT_EQ(tank.gravity, 9.81);
  EXPECT_EQ(tank.coriolis, 0);
  EXPECT_EQ(tank.viscosity, 1e-6);
}

TEST(WaveSimulationTest, TheBumpIsAGaussian) {
  std::vector<float> height(kPoints * kPoints);
  const FrameView<float> bump(height.data(), kPoints, kPoints);
  FillBump(kParameters, bump);
  EXPECT_FLOAT_EQ(bump(12, 17), std::exp(-0.5 * 0.05 * 0.05));
  EXPECT_FLOAT_EQ(bump(17, 17), std::exp(-0.5 * (1 + 0.05 * 0.05)));
  EXPECT_FLOAT_EQ(bump(12, 25), std::exp(-0.5 * 1.55 * 1.55));
}

TEST(WaveSimulationTest, FrameKIsTheWaterAfterKPlusOneFrameTimes) {
  const std::vector<float> height = Simulate(3);
  const ShallowWaterOptions tank = TankOf(kParameters, kPoints);
  std::vector<float> expected(kPoints * kPoints);
  const FrameView<float> frame(expected.data(), kPoints, kPoints);
  FillBump(kParameters, frame);
  ShallowWater water(tank);
  water.Set(WaterField::kElevation, {expected.data(), kPoints, kPoints});
  const int steps = StepsFor(tank, 0.01);
  for (int64_t k = 0; k < 3; ++k) {
    for (int i = 0; i < steps; ++i) water.Step(0.01 / steps);
    water.Get(WaterField::kElevation, frame);
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), height.begin() + k * expected.size()))
        << "frame " << k;
  }
}

TEST(WaveSimulationTest, TheBumpFallsAndARingRunsOutwards) {
  const std::vector<float> height = Simulate(20);
  const SequenceView<const float> frames(height.data(), 20, kPoints, kPoints);
  EXPECT_GT(frames.frame(0)(12, 17), 0.9);
  EXPECT_LT(frames.frame(9)(12, 17), 0.5);
  EXPECT_LT(frames.frame(0)(12, 30), 0.1);
  EXPECT_GT(frames.frame(9)(12, 26), 0.15);
}

}  // namespace
}  // namespace seiche
