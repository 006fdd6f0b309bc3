#include "experiments/data/level_statistics.h"

#include <cmath>
#include <cstdlib>

namespace seiche {
namespace {

double Value(int level) { return static_cast<float>(level) * (1 / 255.0f); }

}  // namespace

void LevelStatistics::Add(absl::Span<const uint8_t> stored, absl::Span<const uint8_t> original) {
  for (size_t i = 0; i < stored.size(); ++i) {
    ++counts_[stored[i]];
    ++errors_[std::abs(stored[i] - original[i])];
  }
}

Normalisation LevelStatistics::normalisation() const {
  Normalisation result;
  int64_t count = 0;
  double sum = 0;
  for (int level = 0; level < 256; ++level) {
    if (counts_[level] == 0) continue;
    if (count == 0) result.minimum = Value(level);
    result.maximum = Value(level);
    count += counts_[level];
    sum += static_cast<double>(counts_[level]) * Value(level);
  }
  if (count == 0) return result;
  result.mean = sum / static_cast<double>(count);
  double squares = 0;
  for (int level = 0; level < 256; ++level) {
    const double deviation = Value(level) - result.mean;
    squares += static_cast<double>(counts_[level]) * deviation * deviation;
  }
  result.standard_deviation = std::sqrt(squares / static_cast<double>(count));
  return result;
}

Quality LevelStatistics::quality() const {
  Quality result;
  int64_t count = 0;
  double squares = 0;
  for (int error = 0; error < 256; ++error) {
    count += errors_[error];
    squares += static_cast<double>(errors_[error]) * error * error;
    if (errors_[error] > 0) result.max_error = error;
  }
  if (squares > 0) {
    result.psnr_db = 10 * std::log10(255.0 * 255.0 * static_cast<double>(count) / squares);
  }
  return result;
}

}  // namespace seiche
