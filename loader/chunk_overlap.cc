#include "loader/chunk_overlap.h"

#include <algorithm>
#include <cstdint>

namespace seiche {

bool Intersect(const Box& chunk, const Box& box, Box& in_chunk, Box& in_box) {
  const size_t rank = box.offset.size();
  in_chunk.offset.resize(rank);
  in_chunk.extent.resize(rank);
  in_chunk.stride = box.stride;
  in_box.offset.resize(rank);
  in_box.extent.resize(rank);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t stride = box.stride_of(static_cast<int>(i));
    const int64_t before = chunk.offset[i] - box.offset[i];  // of the box, ahead of the chunk
    const int64_t end = before + chunk.extent[i];
    int64_t first = std::max<int64_t>(before, 0), last = end;
    if (stride != 1) {
      first = (first + stride - 1) / stride;
      last = end <= 0 ? 0 : (end + stride - 1) / stride;
    }
    last = std::min(last, box.extent[i]);
    if (first >= last) return false;
    in_chunk.offset[i] = first * stride - before;
    in_chunk.extent[i] = last - first;
    in_box.offset[i] = first;
    in_box.extent[i] = last - first;
  }
  return true;
}

bool SameButFirst(const Box& a, const Box& b) {
  return a.extent == b.extent && a.stride == b.stride &&
         std::equal(a.offset.begin() + 1, a.offset.end(), b.offset.begin() + 1);
}

Box PartOf(const Box& chunk_box, const Box& part) {
  Box box = chunk_box;
  for (size_t i = 0; i < part.offset.size(); ++i) box.offset[i] += part.offset[i];
  box.extent = part.extent;
  return box;
}

}  // namespace seiche
