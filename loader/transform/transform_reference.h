// What loader/transform/transform.h says, one element at a time and as plainly as possible: for its
// tests.
//
//   ApplyPlainly(DType::kInt16, options, from, expected, /*first_channel=*/0);
//   EXPECT_EQ(FirstDifference(DType::kFloat32, actual_bytes, expected_bytes), -1);
//
// Computes in double and knows the formats by their bits, apart from the code that is tested.
#ifndef SEICHE_LOADER_TRANSFORM_TRANSFORM_REFERENCE_H_
#define SEICHE_LOADER_TRANSFORM_TRANSFORM_REFERENCE_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "base/array_view.h"
#include "base/dtype.h"
#include "loader/transform/transform.h"

namespace seiche {

bool IsFloat(DType dtype);

// The element of `dtype` at `from`; a long double holds 64-bit integers exactly.
long double LoadElement(DType dtype, const std::byte* from);

// Rounds `value` to `dtype`: to nearest, ties to even, integers saturate.
void StoreElement(DType dtype, double value, std::byte* to);

// Writes to `to` what an ElementTransform of `stored` with `options` should.
void ApplyPlainly(DType stored, const TransformOptions& options, const ConstArrayView& from,
                  const ArrayView& to, int64_t first_channel);

// The first element of `dtype` in which the two differ, -1 if there is none. Bit by bit, but for
// the payloads of NaN.
int64_t FirstDifference(DType dtype, absl::Span<const std::byte> a, absl::Span<const std::byte> b);

}  // namespace seiche

#endif  // SEICHE_LOADER_TRANSFORM_TRANSFORM_REFERENCE_H_
