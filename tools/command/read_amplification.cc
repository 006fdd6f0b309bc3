#include "tools/command/read_amplification.h"

#include <algorithm>

namespace seiche {
namespace {

// Sum of floor(i / divisor) for i in [0, end).
double SumOfQuotients(int64_t end, int64_t divisor) {
  const double quotient = static_cast<double>(end / divisor);
  const double rest = static_cast<double>(end % divisor);
  return static_cast<double>(divisor) * quotient * (quotient - 1) / 2 + rest * quotient;
}

// Chunks of `chunk` elements that a window of `window` out of `size` touches, on average.
double MeanChunks(int64_t size, int64_t chunk, int64_t window) {
  const int64_t places = size - window + 1;
  const double last =
      SumOfQuotients(places + window - 1, chunk) - SumOfQuotients(window - 1, chunk);
  return (last - SumOfQuotients(places, chunk)) / static_cast<double>(places) + 1;
}

}  // namespace

std::optional<double> ReadAmplification(const Field& field, const SampleKind& sample) {
  const int sequences = field.axis('N'), frames = field.axis('T');
  if (sample.frames > 0 && frames < 0) return std::nullopt;
  double amplification = 1;
  for (int i = 0; i < static_cast<int>(field.shape().size()); ++i) {
    const int64_t size = field.shape()[i], chunk = field.grid.chunk_shape()[i];
    int64_t wanted = size;
    if (i == sequences) wanted = 1;
    if (i == frames && sample.frames > 0) wanted = std::min(sample.frames, size);
    // Places along one axis say nothing of those along another, so means multiply.
    amplification *=
        MeanChunks(size, chunk, wanted) * static_cast<double>(chunk) / static_cast<double>(wanted);
  }
  return amplification;
}

}  // namespace seiche
