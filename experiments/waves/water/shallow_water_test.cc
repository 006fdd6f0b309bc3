#include "experiments/waves/water/shallow_water.h"

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/array_view.h"
#include "base/random.h"
#include "experiments/waves/simd_targets.h"
#include "experiments/waves/water/reference_water.h"
#include "gtest/gtest.h"
#include "hwy/highway.h"

namespace seiche {
namespace {

constexpr WaterField kFields[] = {WaterField::kElevation, WaterField::kVelocityX,
                                  WaterField::kVelocityY};

std::vector<float> Get(const ShallowWater& water, WaterField field, int64_t height, int64_t width) {
  std::vector<float> values(height * width);
  water.Get(field, {values.data(), height, width});
  return values;
}

// Random fields, [3,height,width].
std::vector<float> RandomState(uint64_t seed, const ShallowWaterOptions& options) {
  Random random(seed, 0);
  std::vector<float> state(3 * options.height * options.width);
  for (float& value : state) value = static_cast<float>(random.Uniform() - 0.5);
  return state;
}

void SetAll(ShallowWater& water, const std::vector<float>& state,
            const ShallowWaterOptions& options) {
  const int64_t size = options.height * options.width;
  for (WaterField field : kFields) {
    const float* values = state.data() + static_cast<int>(field) * size;
    water.Set(field, {values, options.height, options.width});
  }
}

TEST(ShallowWaterTest, RestStaysRest) {
  ShallowWater water({.height = 20, .width = 30, .spacing = 0.1});
  for (int i = 0; i < 10; ++i) water.Step(0.001);
  for (WaterField field : kFields) {
    EXPECT_EQ(Get(water, field, 20, 30), std::vector<float>(20 * 30, 0.0f));
  }
}

TEST(ShallowWaterTest, GetReturnsWhatSetWrote) {
  const ShallowWaterOptions options = {.height = 5, .width = 21, .spacing = 0.1};
  const std::vector<float> state = RandomState(3, options);
  ShallowWater water(options);
  SetAll(water, state, options);
  for (WaterField field : kFields) {
    const float* values = state.data() + static_cast<int>(field) * 5 * 21;
    EXPECT_EQ(Get(water, field, 5, 21), std::vector<float>(values, values + 5 * 21));
  }
}

// A step of no time changes nothing but the border.
TEST(ShallowWaterTest, WallsSetTheBorder) {
  const ShallowWaterOptions options = {.height = 4, .width = 5, .spacing = 0.1};
  const std::vector<float> h = {9, 9, 9, 9, 9,  //
                                9, 1, 2, 3, 9,  //
                                9, 4, 5, 6, 9,  //
                                9, 9, 9, 9, 9};
  ShallowWater water(options);
  for (WaterField field : kFields) water.Set(field, {h.data(), 4, 5});
  water.Step(0);
  EXPECT_EQ(Get(water, WaterField::kElevation, 4, 5), (std::vector<float>{1, 1, 2, 3, 3,  //
                                                                          1, 1, 2, 3, 3,  //
                                                                          4, 4, 5, 6, 6,  //
                                                                          4, 4, 5, 6, 6}));
  for (WaterField field : {WaterField::kVelocityX, WaterField::kVelocityY}) {
    EXPECT_EQ(Get(water, field, 4, 5), (std::vector<float>{0, 0, 0, 0, 0,  //
                                                           0, 1, 2, 3, 0,  //
                                                           0, 4, 5, 6, 0,  //
                                                           0, 0, 0, 0, 0}));
  }
}

// Four steps of random fields, whose every term matters, on grids narrower and wider than a
// vector, against plain loops.
TEST(ShallowWaterTest, EveryInstructionSetGivesTheBitsOfPlainArithmetic) {
  constexpr std::pair<int64_t, int64_t> kGrids[] = {{3, 3},   {4, 17}, {5, 18},  {6, 19},
                                                    {33, 33}, {40, 7}, {9, 184}, {12, 66}};
  for (const auto& [height, width] : kGrids) {
    const ShallowWaterOptions options = {.height = height,
                                         .width = width,
                                         .spacing = 0.07,
                                         .depth = 3,
                                         .coriolis = 0.3,
                                         .viscosity = 0.05};
    const uint64_t seed = height * 1000 + width;
    const std::vector<float> state = RandomState(seed, options);
    ReferenceWater<float> expected(options);
    expected.state() = state;
    for (int i = 0; i < 4; ++i) expected.Step(0.004);
    for (int64_t target : hwy::SupportedAndGeneratedTargets()) {
      SCOPED_TRACE(testing::Message() << height << " x " << width << ", seed " << seed << ", "
                                      << hwy::TargetName(target));
      hwy::SetSupportedTargetsForTest(target);
      ShallowWater water(options);
      SetAll(water, state, options);
      for (int i = 0; i < 4; ++i) water.Step(0.004);
      for (WaterField field : kFields) {
        const std::vector<float> values = Get(water, field, height, width);
        const float* plain = expected.state().data() + static_cast<int>(field) * values.size();
        EXPECT_EQ(std::memcmp(values.data(), plain, values.size() * sizeof(float)), 0)
            << "field " << static_cast<int>(field);
      }
    }
    hwy::SetSupportedTargetsForTest(0);
  }
}

TEST(ShallowWaterTest, StepsFollowTheCourantNumber) {
  const auto steps = [](double side) {
    return StepsFor({.height = 184, .width = 184, .spacing = side / 183}, 0.01);
  };
  EXPECT_EQ(steps(10), 4);
  EXPECT_EQ(steps(15), 3);
  EXPECT_EQ(steps(20), 2);
  EXPECT_EQ(steps(1000), 1);
}

}  // namespace
}  // namespace seiche
