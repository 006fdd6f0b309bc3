#include "loader/order/shuffle_quality.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "loader/order/keyed_permutation.h"

namespace seiche {

ShuffleQuality MeasureShuffle(const Sampler& sampler) {
  constexpr int64_t kDrawn = 8192;
  constexpr uint64_t kKey = 0x5EED;
  const int64_t size = sampler.size();
  if (size < 3) return {};  // nothing to shuffle
  const KeyedPermutation draw(size, kKey, 0);
  const int64_t count = std::min(size, kDrawn);
  // Both places are ranks from 0 to size - 1, so Spearman's coefficient is Pearson's of them.
  const double mean = static_cast<double>(size - 1) / 2;
  double product = 0, storage_square = 0, order_square = 0, distance = 0;
  int64_t pairs = 0;
  for (int64_t i = 0; i < count; ++i) {
    const auto sample = static_cast<int64_t>(draw(i));
    const int64_t position = sampler.PositionOf(sample);
    const double x = static_cast<double>(sample) - mean, y = static_cast<double>(position) - mean;
    product += x * y;
    storage_square += x * x;
    order_square += y * y;
    if (sample + 1 == size) continue;
    distance += static_cast<double>(std::llabs(sampler.PositionOf(sample + 1) - position));
    ++pairs;
  }
  ShuffleQuality quality;
  quality.rank = 1 - std::abs(product) / std::sqrt(storage_square * order_square);
  const double uniform = static_cast<double>(size + 1) / 3;
  quality.neighbours = std::min(1.0, distance / static_cast<double>(pairs) / uniform);
  return quality;
}

}  // namespace seiche
