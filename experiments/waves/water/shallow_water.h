// Water in a closed tank: the nonlinear shallow-water equations on a grid, stepped through time.
//
//   ShallowWater water({.height = 184, .width = 184, .spacing = 15.0 / 183});
//   water.Set(WaterField::kElevation, bump);            // [H,W], at rest otherwise
//   for (int i = 0; i < 4; ++i) water.Step(0.0025);     // seconds
//   water.Get(WaterField::kElevation, frame);
//
// With eta = h + depth, velocities (u, v) along columns and rows, all in float32:
//
//   dh/dt = -(d(u eta)/dx + d(v eta)/dy)
//   du/dt = -(u du/dx + v du/dy) + f v - g dh/dx + nu lap(u)
//   dv/dt = -(u dv/dx + v dv/dy) - f u - g dh/dy + nu lap(v)
//
// Second-order central differences in space, the classical Runge-Kutta method of order 4 in time.
// Walls on the outermost points, after every stage: u = v = 0, and h that of the inner neighbour,
// first along x, then along y.
//
// Every product and sum is rounded by itself, in one order, so the bits are the same for every
// instruction set, compiler and machine (docs/waves.md). Thread-compatible.
#ifndef SEICHE_EXPERIMENTS_WAVES_WATER_SHALLOW_WATER_H_
#define SEICHE_EXPERIMENTS_WAVES_WATER_SHALLOW_WATER_H_

#include <cstdint>

#include "base/aligned_buffer.h"
#include "base/array_view.h"

namespace seiche {

struct ShallowWaterOptions {
  int64_t height = 0;       // grid points along y, walls included, >= 3
  int64_t width = 0;        // grid points along x, walls included, >= 3
  double spacing = 0;       // metres between grid points, > 0
  double depth = 10.0;      // metres of water at rest, > 0
  double gravity = 9.81;    // m/s^2
  double coriolis = 0.0;    // f, 1/s
  double viscosity = 1e-6;  // nu, m^2/s
};

enum class WaterField {
  kElevation = 0,  // h: metres above the water at rest
  kVelocityX = 1,  // u: m/s towards larger columns
  kVelocityY = 2,  // v: m/s towards larger rows
};

class ShallowWater {
 public:
  // Water at rest. The options must be in their ranges.
  explicit ShallowWater(const ShallowWaterOptions& options);

  // Replaces a field by `values`, [height,width], border included: the walls take hold of it after
  // the first stage of the next step.
  void Set(WaterField field, FrameView<const float> values);
  // Copies a field, borders included, to `values`, [height,width].
  void Get(WaterField field, FrameView<float> values) const;

  // One Runge-Kutta step of `seconds`. Stable up to a Courant number of about 2 (see StepsFor).
  void Step(double seconds);

 private:
  ShallowWaterOptions options_;
  AlignedBuffer state_;   // rows of h, u, v
  AlignedBuffer stages_;  // the few rows of each stage that are alive at a time
};

// How many equal steps take the water through `seconds`: the fewest whose Courant number
// sqrt(g (depth + 1 m)) dt / spacing is at most 1/2, a quarter of what stability allows. The error
// in time is then less than a hundredth of the differences' error in space (docs/waves.md).
int StepsFor(const ShallowWaterOptions& options, double seconds);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_WATER_SHALLOW_WATER_H_
