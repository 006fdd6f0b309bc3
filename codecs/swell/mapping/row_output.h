// From a row of decoded integers k to the row of values that they stand for.
//
//   const RowWriter write = ChooseRowWriter(mapping);
//   write(mapping, k, /*count=*/184, row_bytes);
//
// Exact to the bit on every machine: integers modulo a power of two, or one conversion and one
// multiplication or division of IEEE 754, rounded to nearest, ties to even. value_mapping.h finds
// the mapping when encoding. Thread-safe.
#ifndef SEICHE_CODECS_SWELL_MAPPING_ROW_OUTPUT_H_
#define SEICHE_CODECS_SWELL_MAPPING_ROW_OUTPUT_H_

#include <cstddef>
#include <cstdint>

#include "base/dtype.h"

namespace seiche {

// What n = base + k stands for. On disk, do not change.
enum class ValueKind : uint8_t {
  kInteger = 0,   // n modulo 2^(bits of the dtype)
  kOrdered = 1,   // the float whose bits are n, or n with all bits but the sign flipped if n < 0
  kMultiple = 2,  // n * step
  kQuotient = 3,  // n / step
};

struct ValueMapping {
  DType dtype = DType::kFloat32;
  ValueKind kind = ValueKind::kInteger;
  int bits = 16;     // of k: 16, 32 or 64
  int64_t base = 0;  // n = base + k, modulo 2^32 for elements of up to 4 bytes, else 2^64, signed
  double step = 1;   // kMultiple and kQuotient: positive, finite, a value of the dtype
};

// Whether a stream may have this mapping: kMultiple and kQuotient are for float32 and float64,
// kOrdered for all floats, kInteger for integers; k is not wider than 16 bits and the elements.
bool IsValid(const ValueMapping& mapping);

// Writes `count` values to `out`, which needs no alignment. `k` has the type of mapping.bits and
// kRowPadding more values that may be read (group_coder.h).
using RowWriter = void (*)(const ValueMapping& mapping, const void* k, int64_t count,
                           std::byte* out);

// Requires IsValid(mapping).
RowWriter ChooseRowWriter(const ValueMapping& mapping);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_MAPPING_ROW_OUTPUT_H_
