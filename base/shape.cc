#include "base/shape.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace seiche {

int64_t NumElements(absl::Span<const int64_t> shape) {
  int64_t product = 1;
  bool overflow = false, empty = false;
  for (int64_t extent : shape) {
    if (extent < 0) return -1;
    empty |= extent == 0;
    overflow |= __builtin_mul_overflow(product, extent, &product);
  }
  if (empty) return 0;
  return overflow ? -1 : product;
}

Shape RowMajorStrides(absl::Span<const int64_t> shape, int64_t element_size) {
  Shape strides(shape.size());
  uint64_t stride = element_size;  // unsigned: may wrap where the contract leaves it open
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = static_cast<int64_t>(stride);
    stride *= static_cast<uint64_t>(shape[i]);
  }
  return strides;
}

Box WholeBox(absl::Span<const int64_t> shape) {
  return {.offset = Shape(shape.size(), 0), .extent = Shape(shape.begin(), shape.end())};
}

bool Contains(absl::Span<const int64_t> shape, const Box& box) {
  const size_t rank = shape.size();
  if (box.offset.size() != rank || box.extent.size() != rank) return false;
  if (!box.stride.empty() && box.stride.size() != rank) return false;
  for (size_t i = 0; i < rank; ++i) {
    const int64_t offset = box.offset[i], extent = box.extent[i], stride = box.stride_of(i);
    if (offset < 0 || extent < 0 || stride < 1) return false;
    if (extent == 0) {
      if (offset > shape[i]) return false;
      continue;
    }
    // The last element, offset + (extent - 1) * stride, without overflow.
    if (offset >= shape[i] || extent - 1 > (shape[i] - 1 - offset) / stride) return false;
  }
  return true;
}

std::string ToString(absl::Span<const int64_t> shape) {
  return absl::StrCat("(", absl::StrJoin(shape, ", "), shape.size() == 1 ? ",)" : ")");
}

}  // namespace seiche
