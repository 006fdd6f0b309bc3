// How far a decoded array is from the one that was encoded.
//
//   const ArrayError error = CompareArrays(original, decoded);
//   error.exact; error.max_error; error.squared_error
//
// Pure functions.
#ifndef SEICHE_EXPERIMENTS_MEASURE_ARRAY_ERROR_H_
#define SEICHE_EXPERIMENTS_MEASURE_ARRAY_ERROR_H_

#include <cstdint>
#include <limits>
#include <optional>

#include "absl/status/status.h"
#include "base/array_view.h"

namespace seiche {

struct ArrayError {
  bool exact = true;         // bit for bit
  double max_error = 0;      // infinite where a value that is not finite has become another
  double squared_error = 0;  // sum over all values
};

// Both contiguous, of the same dtype and shape. Of other dtypes than float32, float64 and uint8,
// which are only ever coded exactly, any difference is infinite.
ArrayError CompareArrays(const ConstArrayView& original, const ConstArrayView& decoded);

// kDataLoss if `error` is more than a codec has promised: bit for bit for a bound of 0, at most the
// bound otherwise, anything if there is none.
absl::Status CheckPromise(std::optional<double> bound, const ArrayError& error);

// The finite values of an array, and of several.
struct ValueRange {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  // float32, float64 and uint8 only; others change nothing.
  void Add(const ConstArrayView& array);
  double width() const { return high > low ? high - low : 0; }
};

// 10 log10(peak^2 / mean square error) in dB; nothing if there is no error or no peak.
std::optional<double> Psnr(double squared_error, int64_t values, double peak);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_MEASURE_ARRAY_ERROR_H_
