#include "base/array_view.h"

#include <cassert>
#include <cstring>
#include <utility>

#include "absl/algorithm/container.h"

namespace seiche {
namespace {

bool IsContiguous(absl::Span<const int64_t> shape, absl::Span<const int64_t> strides,
                  int64_t element_size) {
  if (absl::c_linear_search(shape, 0)) return true;
  int64_t expected = element_size;
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] != 1 && strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

template <typename View>
View SliceView(const View& view, const Box& box) {
  assert(Contains(view.shape, box));
  View slice = view;
  for (size_t i = 0; i < view.shape.size(); ++i) {
    slice.data += box.offset[i] * view.strides[i];
    slice.shape[i] = box.extent[i];
    slice.strides[i] = view.strides[i] * box.stride_of(i);
  }
  return slice;
}

// One contiguous run at a time; `run_axis` is the first axis of the common contiguous tail.
void CopyAxis(const ConstArrayView& from, const ArrayView& to, size_t axis, size_t run_axis,
              size_t run_bytes, const std::byte* source, std::byte* target) {
  if (axis == run_axis) {
    std::memcpy(target, source, run_bytes);
    return;
  }
  for (int64_t i = 0; i < from.shape[axis]; ++i) {
    CopyAxis(from, to, axis + 1, run_axis, run_bytes, source, target);
    source += from.strides[axis];
    target += to.strides[axis];
  }
}

}  // namespace

ConstArrayView::ConstArrayView(const std::byte* data, DType dtype, Shape shape, Shape strides)
    : data(data), dtype(dtype), shape(std::move(shape)), strides(std::move(strides)) {}

ConstArrayView::ConstArrayView(const ArrayView& view)
    : data(view.data), dtype(view.dtype), shape(view.shape), strides(view.strides) {}

bool ArrayView::contiguous() const { return IsContiguous(shape, strides, SizeOf(dtype)); }
bool ConstArrayView::contiguous() const { return IsContiguous(shape, strides, SizeOf(dtype)); }
int64_t ArrayView::size_bytes() const { return NumElements(shape) * SizeOf(dtype); }
int64_t ConstArrayView::size_bytes() const { return NumElements(shape) * SizeOf(dtype); }

ArrayView MakeView(void* data, DType dtype, absl::Span<const int64_t> shape) {
  return {static_cast<std::byte*>(data), dtype, Shape(shape.begin(), shape.end()),
          RowMajorStrides(shape, SizeOf(dtype))};
}

ConstArrayView MakeView(const void* data, DType dtype, absl::Span<const int64_t> shape) {
  return {static_cast<const std::byte*>(data), dtype, Shape(shape.begin(), shape.end()),
          RowMajorStrides(shape, SizeOf(dtype))};
}

ArrayView Slice(const ArrayView& view, const Box& box) { return SliceView(view, box); }
ConstArrayView Slice(const ConstArrayView& view, const Box& box) { return SliceView(view, box); }

void CopyArray(const ConstArrayView& from, const ArrayView& to) {
  assert(from.shape == to.shape && from.dtype == to.dtype);
  if (NumElements(from.shape) == 0) return;
  size_t run_axis = from.shape.size();
  int64_t run_bytes = SizeOf(from.dtype);
  while (run_axis > 0 &&
         (from.shape[run_axis - 1] == 1 ||
          (from.strides[run_axis - 1] == run_bytes && to.strides[run_axis - 1] == run_bytes))) {
    run_bytes *= from.shape[--run_axis];
  }
  CopyAxis(from, to, 0, run_axis, run_bytes, from.data, to.data);
}

}  // namespace seiche
