#include "experiments/waves/wave_parameters.h"

#include "base/random.h"

namespace seiche {

WaveParameters DrawWaveParameters(uint64_t seed, int64_t sequence, int64_t grid_points) {
  Random random(seed, static_cast<uint64_t>(sequence));
  const double middle = static_cast<double>(grid_points - 1) / 2;
  const double reach = static_cast<double>(grid_points) / 2 - kBumpMargin;
  const auto uniform = [&](double low, double high) {
    return low + (high - low) * random.Uniform();
  };
  // The order of the draws is part of the data: do not change.
  WaveParameters parameters;
  parameters.tank_side = uniform(kMinTankSide, kMaxTankSide);
  parameters.bump_row = uniform(middle - reach, middle + reach);
  parameters.bump_column = uniform(middle - reach, middle + reach);
  return parameters;
}

}  // namespace seiche
