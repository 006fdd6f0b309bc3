// From the values of an array to the integers k that the levels of swell code.
//
//   MappedArray mapped;                                   // keeps its memory from array to array
//   MapValues(values, DType::kFloat32, count, /*bound=*/1e-4, mapped);
//   // mapped.k: int16_t; x = row_output.h(k), but for mapped.exceptions, which are exact
//
// Integers stay what they are. Floats become multiples of a step: of their own, if they are
// multiples of one bit for bit, or of one that keeps the bound. Every value is checked against what
// row_output.h makes of it; the few that are not as promised (not a number, -0.0, far off) are
// exceptions. Floats for which that will not do become integers in the order of the floats, which
// is lossless. k is 16 bits wide wherever the integers' range allows. The same on every machine.
#ifndef SEICHE_CODECS_SWELL_MAPPING_VALUE_MAPPING_H_
#define SEICHE_CODECS_SWELL_MAPPING_VALUE_MAPPING_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/dtype.h"
#include "codecs/swell/mapping/row_output.h"

namespace seiche {

// The elements [start, start + length), row-major, all of which have these bits (little-endian).
struct ExceptionRun {
  int64_t start = 0;
  int64_t length = 0;
  uint64_t bits = 0;
};

struct MappedArray {
  ValueMapping mapping;
  AlignedBuffer k;                       // one integer of mapping.bits each
  std::vector<ExceptionRun> exceptions;  // ascending, apart
  // Whether the values, rounded within a bound, seem to be multiples of a step that is larger than
  // this bound: without one they may well take less, for the two steps do not go together.
  bool nearly_exact = false;

  AlignedBuffer wide;  // scratch
};

// Maps `count` >= 1 elements. `bound` is the largest absolute error, 0 for none; float16, bfloat16
// and integers are exact whatever it is, and so is what a float cannot resolve as finely as that.
void MapValues(const std::byte* values, DType dtype, int64_t count, double bound,
               MappedArray& mapped);

// The smallest and the largest finite value, in float64; both 0 if there is none, and for dtypes
// that are always exact. Their difference need not be finite.
struct FiniteRange {
  double least = 0;
  double most = 0;
};
FiniteRange FiniteRangeOf(const std::byte* values, DType dtype, int64_t count);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_MAPPING_VALUE_MAPPING_H_
