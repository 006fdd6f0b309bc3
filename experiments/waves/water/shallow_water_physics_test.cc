// Is it water? Compares the simulation with what is known about waves in a closed tank.
// The measured figures are printed and listed in docs/waves.md.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <numbers>
#include <utility>
#include <vector>

#include "base/array_view.h"
#include "experiments/waves/water/dormand_prince.h"
#include "experiments/waves/water/reference_water.h"
#include "experiments/waves/water/shallow_water.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using std::numbers::pi;

constexpr double kSide = 15;                // metres
constexpr double kSmall = 1e-4;             // metres: the equations are as good as linear
constexpr int64_t kGrids[] = {17, 33, 65};  // each halves the spacing of the one before

std::vector<float> Get(const ShallowWater& water, WaterField field, int64_t height, int64_t width) {
  std::vector<float> values(height * width);
  water.Get(field, {values.data(), height, width});
  return values;
}

void Advance(ShallowWater& water, const ShallowWaterOptions& options, double seconds) {
  const int steps = StepsFor(options, seconds);
  for (int i = 0; i < steps; ++i) water.Step(seconds / steps);
}

double Order(double error, double error_at_half_the_spacing) {
  return std::log2(error / error_at_half_the_spacing);
}

// [points,points]: a Gaussian of 1 m and a sigma of 1.5 m, well resolved on every grid.
std::vector<float> WideBump(int64_t points) {
  std::vector<float> h(points * points);
  const double spacing = kSide / static_cast<double>(points - 1);
  for (int64_t y = 0; y < points; ++y) {
    for (int64_t x = 0; x < points; ++x) {
      const double dy = y * spacing - 0.55 * kSide;
      const double dx = x * spacing - 0.4 * kSide;
      h[y * points + x] = static_cast<float>(std::exp(-(dx * dx + dy * dy) / (2 * 1.5 * 1.5)));
    }
  }
  return h;
}

ShallowWaterOptions SquareTank(int64_t points) {
  return {.height = points, .width = points, .spacing = kSide / static_cast<double>(points - 1)};
}

// Root mean square error, relative to the amplitude, of the standing wave
// cos(m pi x / L) cos(n pi y / L) cos(omega t) after 0.7 of its period.
double StandingWaveError(int64_t points, int m, int n) {
  ShallowWaterOptions options = SquareTank(points);
  options.viscosity = 0;
  const auto mode = [&](int64_t y, int64_t x) {
    return std::cos(m * pi * x / (points - 1)) * std::cos(n * pi * y / (points - 1));
  };
  std::vector<float> h(points * points);
  for (int64_t y = 0; y < points; ++y) {
    for (int64_t x = 0; x < points; ++x) {
      h[y * points + x] = static_cast<float>(kSmall * mode(y, x));
    }
  }
  ShallowWater water(options);
  water.Set(WaterField::kElevation, {h.data(), points, points});
  const double omega = std::sqrt(options.gravity * options.depth) * pi / kSide * std::hypot(m, n);
  const double seconds = 0.7 * 2 * pi / omega;
  Advance(water, options, seconds);

  h = Get(water, WaterField::kElevation, points, points);
  double sum = 0;
  for (int64_t y = 1; y < points - 1; ++y) {
    for (int64_t x = 1; x < points - 1; ++x) {
      const double error = h[y * points + x] / kSmall - mode(y, x) * std::cos(omega * seconds);
      sum += error * error;
    }
  }
  return std::sqrt(sum / static_cast<double>((points - 2) * (points - 2)));
}

TEST(ShallowWaterPhysicsTest, LinearStandingWavesConvergeAtSecondOrder) {
  for (const auto& [m, n] : {std::pair(1, 0), std::pair(1, 1), std::pair(2, 1)}) {
    double errors[3];
    for (int i = 0; i < 3; ++i) errors[i] = StandingWaveError(kGrids[i], m, n);
    const double order = Order(errors[1], errors[2]);
    std::cout << "mode (" << m << "," << n << "): errors " << errors[0] << " " << errors[1] << " "
              << errors[2] << ", order " << order << "\n";
    EXPECT_NEAR(order, 2, 0.15);
    EXPECT_LT(errors[2], 0.01);
  }
}

TEST(ShallowWaterPhysicsTest, NonlinearWavesConvergeAtSecondOrder) {
  // The same bump on four grids, compared at the points of the coarsest.
  constexpr int64_t kPoints[] = {33, 65, 129, 257};
  std::vector<std::vector<float>> fields;
  for (int64_t points : kPoints) {
    const ShallowWaterOptions options = SquareTank(points);
    ShallowWater water(options);
    water.Set(WaterField::kElevation, {WideBump(points).data(), points, points});
    Advance(water, options, 1.0);
    const std::vector<float> h = Get(water, WaterField::kElevation, points, points);
    const int64_t stride = (points - 1) / 32;
    std::vector<float>& coarse = fields.emplace_back();
    for (int64_t y = 1; y < 32; ++y) {
      for (int64_t x = 1; x < 32; ++x) coarse.push_back(h[(y * points + x) * stride]);
    }
  }
  double differences[3];
  for (int i = 0; i < 3; ++i) {
    double sum = 0;
    for (size_t j = 0; j < fields[i].size(); ++j) {
      sum += std::pow(fields[i][j] - fields[i + 1][j], 2);
    }
    differences[i] = std::sqrt(sum / static_cast<double>(fields[i].size()));
  }
  const double order = Order(differences[1], differences[2]);
  std::cout << "nonlinear: differences " << differences[0] << " " << differences[1] << " "
            << differences[2] << " m, order " << order << "\n";
  EXPECT_NEAR(order, 2, 0.2);
}

// Frequency, in Hz, of the slowest wave along x in a tank of `points`: water that starts at rest
// with a slope of half a cosine, observed for five periods.
double SeicheFrequency(int64_t points, double expected) {
  constexpr int64_t kRows = 3;
  const ShallowWaterOptions options = {.height = kRows,
                                       .width = points,
                                       .spacing = kSide / static_cast<double>(points - 1),
                                       .viscosity = 0};
  std::vector<double> mode(points);
  std::vector<float> h(kRows * points);
  for (int64_t x = 0; x < points; ++x) {
    mode[x] = std::cos(pi * x / (points - 1));
    for (int64_t y = 0; y < kRows; ++y) h[y * points + x] = static_cast<float>(kSmall * mode[x]);
  }
  ShallowWater water(options);
  water.Set(WaterField::kElevation, {h.data(), kRows, points});

  const int steps = StepsFor(options, 1 / expected);
  const double dt = 1 / expected / steps;
  std::vector<double> crossings;
  double previous = 1;
  for (int i = 1; i <= 5 * steps; ++i) {
    water.Step(dt);
    h = Get(water, WaterField::kElevation, kRows, points);
    double amplitude = 0;
    for (int64_t x = 1; x < points - 1; ++x) amplitude += h[points + x] * mode[x];
    if (previous * amplitude < 0) {
      crossings.push_back(dt * (i - 1 + previous / (previous - amplitude)));
    }
    previous = amplitude;
  }
  return static_cast<double>(crossings.size() - 1) / 2 / (crossings.back() - crossings.front());
}

TEST(ShallowWaterPhysicsTest, FirstSeicheHasMeriansFrequency) {
  const double theory = std::sqrt(9.81 * 10) / (2 * kSide);  // J. R. Merian, 1828
  double errors[3];
  for (int i = 0; i < 3; ++i) {
    errors[i] = std::abs(SeicheFrequency(kGrids[i], theory) / theory - 1);
  }
  std::cout << "seiche: " << theory << " Hz, relative errors " << errors[0] << " " << errors[1]
            << " " << errors[2] << ", order " << Order(errors[1], errors[2]) << "\n";
  EXPECT_LT(errors[2], 1e-3);
  EXPECT_NEAR(Order(errors[1], errors[2]), 2, 0.2);
}

// Water above rest, m^3, by the trapezoidal rule.
double Volume(const ShallowWater& water, int64_t points) {
  const std::vector<float> h = Get(water, WaterField::kElevation, points, points);
  const auto weight = [&](int64_t i) { return i == 0 || i == points - 1 ? 0.5 : 1.0; };
  double sum = 0;
  for (int64_t y = 0; y < points; ++y) {
    for (int64_t x = 0; x < points; ++x) sum += weight(y) * weight(x) * h[y * points + x];
  }
  const double spacing = kSide / static_cast<double>(points - 1);
  return sum * spacing * spacing;
}

TEST(ShallowWaterPhysicsTest, VolumeDriftFallsAtSecondOrder) {
  double drifts[3];
  for (int i = 0; i < 3; ++i) {
    const int64_t points = kGrids[i];
    const ShallowWaterOptions options = SquareTank(points);
    ShallowWater water(options);
    water.Set(WaterField::kElevation, {WideBump(points).data(), points, points});
    const double start = Volume(water, points);
    drifts[i] = 0;
    for (int frame = 0; frame < 300; ++frame) {  // the wave crosses the tank twice
      Advance(water, options, 0.01);
      drifts[i] = std::max(drifts[i], std::abs(Volume(water, points) - start));
    }
    drifts[i] /= kSide * kSide * options.depth;
  }
  std::cout << "volume: largest drifts " << drifts[0] << " " << drifts[1] << " " << drifts[2]
            << " of the water, order " << Order(drifts[1], drifts[2]) << "\n";
  EXPECT_LT(drifts[2], 3e-5);
  EXPECT_NEAR(Order(drifts[1], drifts[2]), 2, 0.3);
}

// The three ways to look at the tank from another side: how the fields change places and signs.
struct View {
  const char* name;
  bool transpose, mirror_x, mirror_y;
};

std::vector<float> Seen(const View& view, const std::vector<float>& values, int64_t points,
                        float sign = 1) {
  std::vector<float> seen(values.size());
  for (int64_t y = 0; y < points; ++y) {
    for (int64_t x = 0; x < points; ++x) {
      int64_t to_y = view.mirror_y ? points - 1 - y : y;
      int64_t to_x = view.mirror_x ? points - 1 - x : x;
      if (view.transpose) std::swap(to_y, to_x);
      seen[to_y * points + to_x] = sign * values[y * points + x];
    }
  }
  return seen;
}

TEST(ShallowWaterPhysicsTest, MirroredStartsGiveMirroredWavesToTheBit) {
  constexpr int64_t kPoints = 41;
  const ShallowWaterOptions options = SquareTank(kPoints);
  const std::vector<float> start = WideBump(kPoints);
  ShallowWater water(options);
  water.Set(WaterField::kElevation, {start.data(), kPoints, kPoints});
  Advance(water, options, 2.0);
  for (const View& view :
       {View{"mirrored along x", false, true, false}, View{"mirrored along y", false, false, true},
        View{"transposed", true, false, false}}) {
    SCOPED_TRACE(view.name);
    ShallowWater other(options);
    other.Set(WaterField::kElevation, {Seen(view, start, kPoints).data(), kPoints, kPoints});
    Advance(other, options, 2.0);
    const auto expect_seen = [&](WaterField field, WaterField seen_as, float sign) {
      EXPECT_EQ(Get(other, seen_as, kPoints, kPoints),
                Seen(view, Get(water, field, kPoints, kPoints), kPoints, sign));
    };
    expect_seen(WaterField::kElevation, WaterField::kElevation, 1);
    expect_seen(WaterField::kVelocityX,
                view.transpose ? WaterField::kVelocityY : WaterField::kVelocityX,
                view.mirror_x ? -1 : 1);
    expect_seen(WaterField::kVelocityY,
                view.transpose ? WaterField::kVelocityX : WaterField::kVelocityY,
                view.mirror_y ? -1 : 1);
  }
}

// Against an integration in double precision whose own error is below a micrometre.
TEST(ShallowWaterPhysicsTest, AgreesWithAdaptiveDormandPrince) {
  // The published bump and the finest published spacing, in a smaller tank.
  constexpr int64_t kPoints = 64;
  const ShallowWaterOptions options = {.height = kPoints, .width = kPoints, .spacing = 10.0 / 183};
  std::vector<float> start(kPoints * kPoints);
  for (int64_t y = 0; y < kPoints; ++y) {
    for (int64_t x = 0; x < kPoints; ++x) {
      const double distance = std::hypot(y - 35, x - 25.5) / 5;
      start[y * kPoints + x] = static_cast<float>(std::exp(-0.5 * distance * distance));
    }
  }

  ReferenceWater<double> reference(options);
  std::copy(start.begin(), start.end(), reference.state().begin());
  reference.ApplyWalls(reference.state());  // which its derivatives do anyway
  std::copy_n(reference.state().begin(), start.size(), start.begin());
  const IntegrationReport report =
      IntegrateDormandPrince([&](const std::vector<double>& y) { return reference.Derivative(y); },
                             1.0, 1e-9, reference.state());
  reference.ApplyWalls(reference.state());

  const auto difference = [&](int steps) {
    ShallowWater water(options);
    water.Set(WaterField::kElevation, {start.data(), kPoints, kPoints});
    for (int i = 0; i < 100 * steps; ++i) water.Step(0.01 / steps);
    const std::vector<float> h = Get(water, WaterField::kElevation, kPoints, kPoints);
    double largest = 0;
    for (size_t i = 0; i < h.size(); ++i) {
      largest = std::max(largest, std::abs(h[i] - reference.state()[i]));
    }
    return largest;
  };
  ASSERT_EQ(StepsFor(options, 0.01), 4);
  const double at_two = difference(2);
  const double at_four = difference(4);
  std::cout << "Dormand-Prince: " << report.accepted << " steps; differences " << at_two
            << " m at 2 steps a frame, " << at_four << " m at 4, order " << Order(at_two, at_four)
            << " in time\n";
  EXPECT_LT(at_four, 6e-5);
  EXPECT_NEAR(Order(at_two, at_four), 4, 0.3);
}

}  // namespace
}  // namespace seiche
