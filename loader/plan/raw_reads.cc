#include "loader/plan/raw_reads.h"

#include <algorithm>

namespace seiche {
namespace {

// Bytes from the first element to the last over the axes from `axis` on.
int64_t SpanFrom(size_t axis, const Shape& strides, int64_t element, const Box& part) {
  int64_t bytes = element;
  for (size_t i = axis; i < strides.size(); ++i) {
    bytes += (part.extent[i] - 1) * part.stride_of(static_cast<int>(i)) * strides[i];
  }
  return bytes;
}

// Axes in front of this one are stepped through, the others read together.
size_t JoinedFrom(const Shape& strides, int64_t element, const Box& part) {
  size_t joined = strides.size();
  while (joined > 0) {
    const size_t axis = joined - 1;
    const int64_t step = part.stride_of(static_cast<int>(axis)) * strides[axis];
    if (part.extent[axis] > 1 && step - SpanFrom(joined, strides, element, part) > kMaxRawGap) {
      break;
    }
    joined = axis;
  }
  return joined;
}

}  // namespace

int64_t RawReadBytes(absl::Span<const int64_t> shape, int64_t element, const Box& part) {
  const Shape strides = RowMajorStrides(shape, element);
  return SpanFrom(JoinedFrom(strides, element, part), strides, element, part);
}

void ForEachRawRead(absl::Span<const int64_t> shape, int64_t element, const Box& part,
                    absl::FunctionRef<bool(const RawRead&)> visit) {
  const Shape strides = RowMajorStrides(shape, element);
  const size_t joined = JoinedFrom(strides, element, part);
  RawRead read;
  read.bytes = SpanFrom(joined, strides, element, part);
  read.in_chunk = part;
  read.in_part = WholeBox(part.extent);
  std::fill_n(read.in_chunk.extent.begin(), joined, 1);
  std::fill_n(read.in_part.extent.begin(), joined, 1);
  while (true) {
    read.first = 0;
    for (size_t i = 0; i < strides.size(); ++i) read.first += read.in_chunk.offset[i] * strides[i];
    if (!visit(read)) return;
    size_t axis = joined;
    while (axis > 0) {
      --axis;
      const int64_t step = part.stride_of(static_cast<int>(axis));
      if (++read.in_part.offset[axis] < part.extent[axis]) {
        read.in_chunk.offset[axis] += step;
        break;
      }
      read.in_part.offset[axis] = 0;
      read.in_chunk.offset[axis] = part.offset[axis];
      if (axis == 0) return;
    }
    if (joined == 0) return;
  }
}

}  // namespace seiche
