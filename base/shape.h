// Shapes and boxes: the integer vectors that say which part of an n-d array is meant.
//
//   Shape shape = {3000, 100, 184, 184};             // [N,T,H,W]
//   Box window{.offset = {7, 20, 0, 0}, .extent = {1, 10, 184, 184}};
//   NumElements(window.extent) == 338560
//
// Up to kInlineRank axes live without an allocation. Values, so thread-compatible.
#ifndef SEICHE_BASE_SHAPE_H_
#define SEICHE_BASE_SHAPE_H_

#include <cstdint>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"

namespace seiche {

inline constexpr int kInlineRank = 6;

// Elements per axis, slowest-varying axis first (row-major).
using Shape = absl::InlinedVector<int64_t, kInlineRank>;

// The elements offset[i] + k * stride[i], 0 <= k < extent[i], of every axis i.
struct Box {
  Shape offset;
  Shape extent;
  Shape stride = {};  // empty: 1 on every axis; otherwise >= 1 each

  int64_t stride_of(int axis) const { return stride.empty() ? 1 : stride[axis]; }
};

// Product of the extents; 1 for rank 0. -1 if it does not fit into int64_t or one is negative; 0
// if one is 0, however large the others are.
int64_t NumElements(absl::Span<const int64_t> shape);

// Row-major strides of a contiguous array of `shape`, in bytes. Meaningless if the array's bytes do
// not fit into int64_t.
Shape RowMajorStrides(absl::Span<const int64_t> shape, int64_t element_size);

// The whole of an array of `shape`.
Box WholeBox(absl::Span<const int64_t> shape);

// Whether `box` has the rank of `shape`, positive strides and extents >= 0, and lies inside.
bool Contains(absl::Span<const int64_t> shape, const Box& box);

// "(3000, 100, 184, 184)".
std::string ToString(absl::Span<const int64_t> shape);

}  // namespace seiche

#endif  // SEICHE_BASE_SHAPE_H_
