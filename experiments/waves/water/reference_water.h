// The water of shallow_water.h again, as plainly as it can be written, for tests to compare with.
//
//   ReferenceWater<double> water({.height = 33, .width = 33, .spacing = 0.3});
//   water.Elevation(16, 16) = 1;                        // fields as [y,x], walls included
//   water.Step(0.001);
//
// With T = float it rounds as ShallowWater does, operation by operation: the bits must agree. With
// T = double its Derivative is what the Dormand-Prince reference integrates.
#ifndef SEICHE_EXPERIMENTS_WAVES_WATER_REFERENCE_WATER_H_
#define SEICHE_EXPERIMENTS_WAVES_WATER_REFERENCE_WATER_H_

#include <cstdint>
#include <vector>

#include "experiments/waves/water/shallow_water.h"

namespace seiche {

template <typename T>
class ReferenceWater {
 public:
  // h, u and v one after the other, [3,height,width].
  using State = std::vector<T>;

  explicit ReferenceWater(const ShallowWaterOptions& options)
      : options_(options), state_(3 * options.height * options.width, T{0}) {}

  State& state() { return state_; }
  T& Elevation(int64_t y, int64_t x) { return state_[Index(0, y, x)]; }
  T& VelocityX(int64_t y, int64_t x) { return state_[Index(1, y, x)]; }
  T& VelocityY(int64_t y, int64_t x) { return state_[Index(2, y, x)]; }

  // Sets the border of `state` to what the walls make of it.
  void ApplyWalls(State& state) const {
    const int64_t right = options_.width - 1;
    const int64_t bottom = options_.height - 1;
    for (int64_t y = 0; y <= bottom; ++y) {
      state[Index(0, y, 0)] = state[Index(0, y, 1)];
      state[Index(0, y, right)] = state[Index(0, y, right - 1)];
    }
    for (int64_t x = 0; x <= right; ++x) {
      state[Index(0, 0, x)] = state[Index(0, 1, x)];
      state[Index(0, bottom, x)] = state[Index(0, bottom - 1, x)];
    }
    for (int field : {1, 2}) {
      for (int64_t y = 0; y <= bottom; ++y) {
        state[Index(field, y, 0)] = state[Index(field, y, right)] = 0;
      }
      for (int64_t x = 0; x <= right; ++x) {
        state[Index(field, 0, x)] = state[Index(field, bottom, x)] = 0;
      }
    }
  }

  // The derivative in time of the points inside the walls, times 2 spacing; 0 on the walls.
  State ScaledDerivative(const State& y) const {
    State k(y.size(), T{0});
    for (int64_t row = 1; row < options_.height - 1; ++row) {
      for (int64_t column = 1; column < options_.width - 1; ++column) {
        ScaledDerivativeAt(y, Index(0, row, column), k);
      }
    }
    return k;
  }

  // The derivative in time, 1/s, of a state whose border the walls have yet to set.
  State Derivative(State y) const {
    ApplyWalls(y);
    State k = ScaledDerivative(y);
    for (T& value : k) value /= static_cast<T>(2 * options_.spacing);
    return k;
  }

  // One step of the classical Runge-Kutta method.
  void Step(double seconds) {
    constexpr double kNext[] = {1.0 / 2, 1.0 / 2, 1.0};
    constexpr double kWeight[] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
    const double scale = seconds / (2 * options_.spacing);
    State stage = state_;
    State sum = state_;
    for (int i = 0; i < 4; ++i) {
      const State k = ScaledDerivative(stage);
      AddScaled(sum, static_cast<T>(scale * kWeight[i]), k, sum);
      if (i == 3) break;
      AddScaled(state_, static_cast<T>(scale * kNext[i]), k, stage);
      ApplyWalls(stage);
    }
    state_ = sum;
    ApplyWalls(state_);
  }

 private:
  int64_t Index(int field, int64_t y, int64_t x) const {
    return (field * options_.height + y) * options_.width + x;
  }

  static void AddScaled(const State& y, T factor, const State& k, State& out) {
    for (size_t i = 0; i < y.size(); ++i) out[i] = y[i] + factor * k[i];
  }

  void ScaledDerivativeAt(const State& y, int64_t i, State& k) const {
    const int64_t field = options_.height * options_.width;
    const int64_t south = options_.width;
    const T* const h = y.data() + i;
    const T* const u = h + field;
    const T* const v = u + field;
    const T depth = static_cast<T>(options_.depth);
    const T gravity = static_cast<T>(options_.gravity);
    const T coriolis = static_cast<T>(2 * options_.spacing * options_.coriolis);
    const T viscosity = static_cast<T>(2 * options_.viscosity / options_.spacing);
    const auto slope_x = [](const T* f) { return f[1] - f[-1]; };
    const auto slope_y = [&](const T* f) { return f[south] - f[-south]; };
    const auto transport = [&](const T* f) { return u[0] * slope_x(f) + v[0] * slope_y(f); };
    const auto laplacian = [&](const T* f) {
      return ((f[-1] + f[1]) + (f[-south] + f[south])) - 4 * f[0];
    };
    const auto flux_x = [&](int64_t at) { return u[at] * (h[at] + depth); };
    const auto flux_y = [&](int64_t at) { return v[at] * (h[at] + depth); };
    k[i] = (flux_x(-1) - flux_x(1)) + (flux_y(-south) - flux_y(south));
    k[i + field] =
        ((coriolis * v[0] - gravity * slope_x(h)) - transport(u)) + viscosity * laplacian(u);
    k[i + 2 * field] =
        viscosity * laplacian(v) - ((coriolis * u[0] + gravity * slope_y(h)) + transport(v));
  }

  ShallowWaterOptions options_;
  State state_;
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_WATER_REFERENCE_WATER_H_
