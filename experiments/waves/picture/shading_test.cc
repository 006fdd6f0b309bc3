#include "experiments/waves/picture/shading.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <numbers>
#include <utility>
#include <vector>

#include "base/array_view.h"
#include "base/random.h"
#include "experiments/waves/simd_targets.h"
#include "gtest/gtest.h"
#include "hwy/highway.h"

namespace seiche {
namespace {

// A frame and its size.
struct Frame {
  int64_t height, width;
  std::vector<float> values;

  Frame(int64_t height, int64_t width, std::function<double(double y, double x)> f)
      : height(height), width(width) {
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t x = 0; x < width; ++x) values.push_back(static_cast<float>(f(y, x)));
    }
  }
};

Frame Ripples(int64_t height, int64_t width) {
  return Frame(height, width, [](double y, double x) {
    const double r = std::hypot(y - 40, x - 61);
    return 0.3 * std::cos(r / 5) * std::exp(-r / 60);
  });
}

Frame Noise(int64_t height, int64_t width, uint64_t seed) {
  Random random(seed, 0);
  return Frame(height, width, [&](double, double) { return random.Uniform(); });
}

std::vector<uint8_t> Shade(const Frame& frame) {
  std::vector<uint8_t> levels(frame.values.size());
  Shader().Shade({frame.values.data(), frame.height, frame.width},
                 {levels.data(), frame.height, frame.width});
  return levels;
}

// The gradient as NumPy's gradient takes it, of `scale` times the frame.
template <typename T>
std::pair<T, T> Gradient(const Frame& frame, int64_t y, int64_t x, T scale) {
  const auto at = [&](int64_t y, int64_t x) { return T{frame.values[y * frame.width + x]}; };
  const int64_t y0 = std::max<int64_t>(y - 1, 0), y1 = std::min(y + 1, frame.height - 1);
  const int64_t x0 = std::max<int64_t>(x - 1, 0), x1 = std::min(x + 1, frame.width - 1);
  return {(at(y1, x) - at(y0, x)) * (scale / static_cast<T>(y1 - y0)),
          (at(y, x1) - at(y, x0)) * (scale / static_cast<T>(x1 - x0))};
}

// Shading with `brightness` of a gradient and its percentiles by sorting.
template <typename T>
std::vector<uint8_t> ShadePlainly(const Frame& frame, std::function<T(T gx, T gy)> brightness) {
  const auto [low, high] = std::ranges::minmax(frame.values);
  const T scale = 1 / (T{high} - T{low});
  std::vector<T> values;
  for (int64_t y = 0; y < frame.height; ++y) {
    for (int64_t x = 0; x < frame.width; ++x) {
      const auto [gx, gy] = Gradient<T>(frame, y, x, scale);
      values.push_back(brightness(gx, gy));
    }
  }
  std::vector<T> sorted = values;
  std::ranges::sort(sorted);
  const T darkest = sorted[sorted.size() * 5 / 1000];
  const T brightest = sorted[sorted.size() * 995 / 1000];
  std::vector<uint8_t> levels;
  for (T value : values) {
    const T part = (std::clamp(value, darkest, brightest) - darkest) / (brightest - darkest);
    levels.push_back(static_cast<uint8_t>(part * 255));
  }
  return levels;
}

TEST(ShadingTest, IsThePublishedFormula) {
  const auto published = [](double gx, double gy) {
    const double azimuth = std::numbers::pi / 4;
    const double altitude = std::numbers::pi / 9;
    const double slope = std::numbers::pi / 2 - std::atan(std::sqrt(gx * gx + gy * gy));
    const double aspect = std::atan2(-gx, gy);
    return std::sin(altitude) * std::sin(slope) +
           std::cos(altitude) * std::cos(slope) * std::cos(azimuth - aspect);
  };
  for (const Frame& frame : {Ripples(184, 184), Noise(60, 90, 1)}) {
    const std::vector<uint8_t> levels = Shade(frame);
    const std::vector<uint8_t> expected = ShadePlainly<double>(frame, published);
    int different = 0;
    for (size_t i = 0; i < levels.size(); ++i) {
      // A value on the edge between two levels may fall to either side.
      ASSERT_LE(std::abs(levels[i] - expected[i]), 1) << "value " << i;
      different += levels[i] != expected[i];
    }
    EXPECT_LT(different, levels.size() / 1000);
  }
}

TEST(ShadingTest, EveryInstructionSetGivesTheBitsOfPlainArithmetic) {
  const auto rational = [](float gx, float gy) {
    return (0.34202014332566873f + (gy - gx) * 0.66446302438867465f) /
           std::sqrt(1.0f + (gx * gx + gy * gy));
  };
  for (const auto& [height, width] :
       {std::pair<int64_t, int64_t>(2, 2), {2, 3}, {3, 17}, {5, 16}, {64, 33}, {184, 184}}) {
    for (const Frame& frame : {Ripples(height, width), Noise(height, width, height + width)}) {
      const std::vector<uint8_t> expected = ShadePlainly<float>(frame, rational);
      for (int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        EXPECT_EQ(Shade(frame), expected)
            << height << " x " << width << ", " << hwy::TargetName(target);
      }
      hwy::SetSupportedTargetsForTest(0);
    }
  }
}

TEST(ShadingTest, UsesTheLevelsAndClipsTheTails) {
  const std::vector<uint8_t> levels = Shade(Ripples(184, 184));
  // floor(0.005 n) values lie below the lower percentile, and as many above the upper one.
  EXPECT_GE(std::ranges::count(levels, 0), 184 * 184 / 200);
  EXPECT_GE(std::ranges::count(levels, 255), 184 * 184 / 200);
  std::vector<uint8_t> distinct = levels;
  std::ranges::sort(distinct);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  EXPECT_GT(distinct.size(), 240);
}

TEST(ShadingTest, ScaleOfTheHeightDoesNotMatter) {
  Frame frame = Ripples(50, 70);
  const std::vector<uint8_t> levels = Shade(frame);
  for (float& value : frame.values) value *= 1024;  // exact
  EXPECT_EQ(Shade(frame), levels);
}

TEST(ShadingTest, EvenBrightnessIsLevelZero) {
  const auto zero = std::vector<uint8_t>(20 * 30, 0);
  EXPECT_EQ(Shade(Frame(20, 30, [](double, double) { return 1.5; })), zero);
  EXPECT_EQ(Shade(Frame(20, 30, [](double y, double x) { return y + 2 * x; })), zero);
}

TEST(ShadingTest, SlopesTowardsTheLightAreBright) {
  // A ridge along the anti-diagonal: rising with the column is bright, falling again is dark.
  const Frame frame(64, 64, [](double y, double x) { return -std::abs(x - y); });
  const std::vector<uint8_t> levels = Shade(frame);
  EXPECT_EQ(levels[40 * 64 + 10], 255);
  EXPECT_EQ(levels[10 * 64 + 40], 0);
}

TEST(ShadingTest, AShaderMayBeUsedForFramesOfAnySize) {
  Shader shader;
  for (int64_t size : {100, 7, 50}) {
    const Frame frame = Ripples(size, size);
    std::vector<uint8_t> levels(frame.values.size());
    shader.Shade({frame.values.data(), size, size}, {levels.data(), size, size});
    EXPECT_EQ(levels, Shade(frame));
  }
}

}  // namespace
}  // namespace seiche
