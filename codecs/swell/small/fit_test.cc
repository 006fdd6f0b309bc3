#include "codecs/swell/small/fit.h"

#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace seiche {
namespace {

int CoefficientAt(const SmallModel& model, int set, int dt, int dy, int dx) {
  const std::vector<StencilTap> taps = StencilTaps(model.stencil);
  for (size_t i = 0; i < taps.size(); ++i) {
    if (taps[i].dt == dt && taps[i].dy == dy && taps[i].dx == dx) {
      return model.coefficients[set][i];
    }
  }
  ADD_FAILURE() << "no such tap";
  return 0;
}

SmallModel Fit(const std::vector<int16_t>& values, int64_t frames, int64_t height, int64_t width,
               std::vector<int64_t> group_starts, SmallStencil stencil) {
  SmallModel model;
  model.stencil = stencil;
  FitStencil({values.data(), 16, frames, height, width}, group_starts, model);
  return model;
}

// `frames` times the same noise.
std::vector<int16_t> Repeated(int frames, int64_t pixels) {
  std::mt19937 random(3);
  std::vector<int16_t> values(frames * pixels);
  for (int64_t i = 0; i < pixels; ++i) {
    const auto value = static_cast<int16_t>(random() % 200);
    for (int t = 0; t < frames; ++t) values[t * pixels + i] = value;
  }
  return values;
}

TEST(SmallFitTest, FindsThatFramesRepeat) {
  const std::vector<int16_t> values = Repeated(6, 40 * 50);
  for (const SmallStencil stencil : kSmallStencils) {
    const SmallModel model = Fit(values, 6, 40, 50, {0}, stencil);
    ASSERT_EQ(model.sets, 3);
    EXPECT_NEAR(CoefficientAt(model, 1, 1, 0, 0), 1 << kCoefficientBits, 1);
    EXPECT_NEAR(CoefficientAt(model, 1, 1, 0, 1), 0, 1);
    // Both former frames tell the same.
    EXPECT_NEAR(CoefficientAt(model, 2, 1, 0, 0) + CoefficientAt(model, 2, 2, 0, 0),
                1 << kCoefficientBits, 2);
  }
}

TEST(SmallFitTest, FindsMotion) {
  constexpr int64_t kHeight = 40, kWidth = 60, kFrames = 5;
  std::mt19937 random(4);
  std::vector<int16_t> texture((kHeight + kFrames) * (kWidth + kFrames));
  for (int16_t& value : texture) value = static_cast<int16_t>(random() % 1000);
  std::vector<int16_t> values(kFrames * kHeight * kWidth);
  for (int64_t t = 0; t < kFrames; ++t) {
    for (int64_t y = 0; y < kHeight; ++y) {
      for (int64_t x = 0; x < kWidth; ++x) {
        values[(t * kHeight + y) * kWidth + x] = texture[y * (kWidth + kFrames) + x + t];
      }
    }
  }
  const SmallModel model = Fit(values, kFrames, kHeight, kWidth, {0}, SmallStencil::kDiamond);
  EXPECT_NEAR(CoefficientAt(model, 1, 1, 0, 1), 1 << kCoefficientBits, 20);
}

TEST(SmallFitTest, FramesMayBeNarrow) {
  for (const int64_t width : {1, 3, 7, 8, 9}) {
    const std::vector<int16_t> values = Repeated(4, 50 * width);
    for (const SmallStencil stencil : kSmallStencils) {
      const SmallModel model = Fit(values, 4, 50, width, {0}, stencil);
      EXPECT_NEAR(CoefficientAt(model, 1, 1, 0, 0), 1 << kCoefficientBits, 1) << width;
    }
  }
}

TEST(SmallFitTest, HasSetsForTheFramesThatThereAre) {
  const std::vector<int16_t> values(4 * 3 * 3);
  EXPECT_EQ(Fit(values, 4, 3, 3, {0, 1, 2, 3}, SmallStencil::kDiamond).sets, 1);
  EXPECT_EQ(Fit(values, 4, 3, 3, {0, 2, 3}, SmallStencil::kDiamond).sets, 2);
  EXPECT_EQ(Fit(values, 4, 3, 3, {0, 1}, SmallStencil::kDiamond).sets, 3);
  const SmallModel still = Fit(values, 4, 3, 3, {0}, SmallStencil::kDiamond);
  for (const auto& set : still.coefficients) {
    for (const int16_t coefficient : set) EXPECT_EQ(coefficient, 0);
  }
}

}  // namespace
}  // namespace seiche
