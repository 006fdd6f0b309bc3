#include "base/array_view.h"

#include <cassert>
#include <cstring>
#include <utility>

#include "absl/algorithm/container.h"
#include "base/plane_walk.h"

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

// Runs up to this many bytes are copied in line: calling memcpy costs more than a few moves.
constexpr int64_t kShortRun = 256;
constexpr size_t kBlock = 16;

// The element size is known when compiled, so each copy is one move.
template <size_t kSize>
void CopyStrided(const std::byte* from, std::byte* to, const Plane& p) {
  for (int64_t y = 0; y < p.rows; ++y, from += p.from_row, to += p.to_row) {
    for (int64_t x = 0; x < p.count; ++x) {
      std::memcpy(to + x * p.to_step, from + x * p.from_step, kSize);
    }
  }
}

void CopyLongRuns(const std::byte* from, std::byte* to, const Plane& p, size_t run_bytes) {
  for (int64_t y = 0; y < p.rows; ++y, from += p.from_row, to += p.to_row) {
    std::memcpy(to, from, run_bytes);
  }
}

// kWhole units of kUnit bytes and one at the end, which may overlap the last of them.
template <size_t kUnit, size_t kWhole>
void CopyUnits(const std::byte* from, std::byte* to, const Plane& p, size_t run_bytes) {
  const size_t last = run_bytes - kUnit;
  for (int64_t y = 0; y < p.rows; ++y, from += p.from_row, to += p.to_row) {
    for (size_t i = 0; i < kWhole; ++i) std::memcpy(to + i * kUnit, from + i * kUnit, kUnit);
    std::memcpy(to + last, from + last, kUnit);
  }
}

void CopyBlocks(const std::byte* from, std::byte* to, const Plane& p, size_t run_bytes) {
  const size_t last = run_bytes - kBlock;
  for (int64_t y = 0; y < p.rows; ++y, from += p.from_row, to += p.to_row) {
    for (size_t i = 0; i < last; i += kBlock) std::memcpy(to + i, from + i, kBlock);
    std::memcpy(to + last, from + last, kBlock);
  }
}

using CopyRuns = void (*)(const std::byte* from, std::byte* to, const Plane& p, size_t run_bytes);

// For runs of at least 4 bytes.
CopyRuns ChooseCopy(int64_t run_bytes) {
  if (run_bytes < 8) return CopyUnits<4, 1>;
  if (run_bytes < 16) return CopyUnits<8, 1>;
  if (run_bytes > kShortRun) return CopyLongRuns;
  switch ((run_bytes - 1) / kBlock) {
    case 0:
      return CopyUnits<kBlock, 0>;
    case 1:
      return CopyUnits<kBlock, 1>;
    case 2:
      return CopyUnits<kBlock, 2>;
    case 3:
      return CopyUnits<kBlock, 3>;
    default:
      return CopyBlocks;
  }
}

void CopyOneByOne(const std::byte* from, std::byte* to, const Plane& plane, int64_t element_size) {
  switch (element_size) {
    case 1:
      return CopyStrided<1>(from, to, plane);
    case 2:
      return CopyStrided<2>(from, to, plane);
    case 4:
      return CopyStrided<4>(from, to, plane);
    default:
      return CopyStrided<8>(from, to, plane);
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
  const PlaneWalk walk(from.shape, from.strides, to.strides);
  const Plane& plane = walk.plane();
  const int64_t element_size = SizeOf(from.dtype);
  const int64_t run_bytes = plane.count * element_size;
  const bool runs =
      plane.count == 1 || (plane.from_step == element_size && plane.to_step == element_size);
  if (!runs || run_bytes < 4) {
    walk.ForEach(from.data, to.data, [&](const std::byte* source, std::byte* target, int64_t) {
      CopyOneByOne(source, target, plane, element_size);
    });
    return;
  }
  const CopyRuns copy = ChooseCopy(run_bytes);
  walk.ForEach(from.data, to.data, [&](const std::byte* source, std::byte* target, int64_t) {
    copy(source, target, plane, run_bytes);
  });
}

}  // namespace seiche
