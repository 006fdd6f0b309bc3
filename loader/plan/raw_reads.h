// How a part of a large chunk that is stored as it is gets read: in pieces without large gaps.
//
//   ForEachRawRead(chunk_shape, /*element=*/4, part, [&](const RawRead& read) { ... });
//
// Windows of neighbouring frames are one piece. Frames far apart, or a few rows of each, are pieces
// of their own: what lies between them is not read.
#ifndef SEICHE_LOADER_PLAN_RAW_READS_H_
#define SEICHE_LOADER_PLAN_RAW_READS_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "base/shape.h"

namespace seiche {

// More bytes than that between two elements are not worth reading.
inline constexpr int64_t kMaxRawGap = 16 << 10;

struct RawRead {
  int64_t first = 0;  // byte of the chunk
  int64_t bytes = 0;  // up to and with the last element; all reads of a part have as many
  Box in_chunk;       // elements
  Box in_part;        // the same, where the part begins at 0
};

// `part` lies in a row-major chunk of `shape`, extents >= 1. Ends early when `visit` returns false.
void ForEachRawRead(absl::Span<const int64_t> shape, int64_t element, const Box& part,
                    absl::FunctionRef<bool(const RawRead&)> visit);

// Bytes of each read of a part of that extent and those strides.
int64_t RawReadBytes(absl::Span<const int64_t> shape, int64_t element, const Box& part);

}  // namespace seiche

#endif  // SEICHE_LOADER_PLAN_RAW_READS_H_
