#include "storage/hdf5/chunk_guess.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace seiche {
namespace {

// Bytes of a chunk. The target doubles with every tenfold increase of the array's size; an array of
// 1 MiB aims at kTargetOfMebibyte.
constexpr double kMebibyte = 1024 * 1024;
constexpr double kTargetOfMebibyte = 16 * 1024;
constexpr double kSmallestTarget = 8 * 1024;
constexpr double kLargestTarget = kMebibyte;
// What stands for the extent of an axis that has none yet.
constexpr int64_t kUnlimitedExtent = 1024;
// A chunk may be larger than the target by less than this fraction.
constexpr double kTolerance = 0.5;

// In double, as h5py computes it: its rounding and range belong to the rule.
double Bytes(const Shape& shape, int64_t element_size) {
  double elements = 1;
  for (int64_t extent : shape) elements *= static_cast<double>(extent);
  return elements * static_cast<double>(element_size);
}

bool SmallEnough(double bytes, double target) {
  return bytes < kLargestTarget && (bytes - target) / target < kTolerance;
}

}  // namespace

Shape GuessChunkShape(absl::Span<const int64_t> shape, int64_t element_size) {
  Shape chunk(shape.begin(), shape.end());
  std::replace(chunk.begin(), chunk.end(), int64_t{0}, kUnlimitedExtent);
  const double target =
      std::clamp(kTargetOfMebibyte * std::exp2(std::log10(Bytes(chunk, element_size) / kMebibyte)),
                 kSmallestTarget, kLargestTarget);

  // Halves one axis after the other, rounding up, until the chunk is small enough or one element.
  for (size_t axis = 0; !SmallEnough(Bytes(chunk, element_size), target);
       axis = (axis + 1) % chunk.size()) {
    if (NumElements(chunk) == 1) break;
    chunk[axis] = (chunk[axis] + 1) / 2;
  }
  return chunk;
}

}  // namespace seiche
