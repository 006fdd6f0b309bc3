// Count, mean, spread and range of many numbers, gathered in pieces.
//
//   Moments all;
//   for (piece) all.Merge(Moments::Of(piece));     // the order of the pieces decides the last bits
//
// Numerically stable: squares are taken of differences from a piece's own mean, and pieces are
// merged by the formula of Chan, Golub and LeVeque (1979). Values, so thread-compatible.
#ifndef SEICHE_STORAGE_MOMENTS_H_
#define SEICHE_STORAGE_MOMENTS_H_

#include <cstdint>
#include <limits>

#include "absl/types/span.h"

namespace seiche {

struct Moments {
  int64_t count = 0;
  double mean = 0;
  double squares = 0;  // sum of squared differences from the mean
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();

  // Of values without NaN. The same bits on every machine without contraction of operations.
  static Moments Of(absl::Span<const double> values);
  // Of `count` times the same value.
  static Moments Of(double value, int64_t count);

  void Merge(const Moments& other);
  // Divided by count; NaN without values.
  double StandardDeviation() const;
};

}  // namespace seiche

#endif  // SEICHE_STORAGE_MOMENTS_H_
