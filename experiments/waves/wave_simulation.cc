#include "experiments/waves/wave_simulation.h"

#include <vector>

#include "experiments/waves/portable_exp.h"

namespace seiche {
namespace {

// The Gaussian's factor along one axis, at each of its points.
std::vector<double> GaussianAlong(double centre, int64_t points) {
  std::vector<double> values(points);
  for (int64_t i = 0; i < points; ++i) {
    const double distance = (static_cast<double>(i) - centre) / kBumpSigma;
    values[i] = PortableExp(-0.5 * distance * distance);
  }
  return values;
}

}  // namespace

ShallowWaterOptions TankOf(const WaveParameters& parameters, int64_t grid_points) {
  return {.height = grid_points,
          .width = grid_points,
          .spacing = parameters.tank_side / static_cast<double>(grid_points - 1),
          .depth = kTankDepth};
}

void FillBump(const WaveParameters& parameters, FrameView<float> height) {
  const std::vector<double> along_rows = GaussianAlong(parameters.bump_row, height.height());
  const std::vector<double> along_columns = GaussianAlong(parameters.bump_column, height.width());
  for (int64_t y = 0; y < height.height(); ++y) {
    for (int64_t x = 0; x < height.width(); ++x) {
      height(y, x) = static_cast<float>(kBumpHeight * along_rows[y] * along_columns[x]);
    }
  }
}

void SimulateWaves(const WaveParameters& parameters, SequenceView<float> height) {
  const ShallowWaterOptions tank = TankOf(parameters, height.height());
  const int steps = StepsFor(tank, kFrameSeconds);
  ShallowWater water(tank);
  const FrameView<float> start = height.frame(0);  // overwritten by the first frame
  FillBump(parameters, start);
  water.Set(WaterField::kElevation, {start.data(), start.height(), start.width()});
  for (int64_t frame = 0; frame < height.frames(); ++frame) {
    for (int step = 0; step < steps; ++step) water.Step(kFrameSeconds / steps);
    water.Get(WaterField::kElevation, height.frame(frame));
  }
}

}  // namespace seiche
