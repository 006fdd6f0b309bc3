// Walks two strided arrays of one shape in step, two axes at a time.
//
//   PlaneWalk walk(from.shape, from.strides, to.strides);
//   const Plane& plane = walk.plane();   // what every call below has to loop over
//   walk.ForEach(from.data, to.data, [&](const std::byte* from, std::byte* to, int64_t) { ... });
//
// Axes that lie behind one another without a gap in both arrays count as one, so that contiguous
// arrays are a single row, whatever their rank. Up to kInlineRank axes nothing is allocated.
// Immutable, so thread-safe; a walk does not keep the spans it was made from.
#ifndef SEICHE_BASE_PLANE_WALK_H_
#define SEICHE_BASE_PLANE_WALK_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "base/shape.h"

namespace seiche {

// Two axes of two arrays: `rows` rows of `count` elements each. Strides in bytes, 0 where an axis
// has only one index.
struct Plane {
  int64_t rows = 1, count = 1;
  int64_t from_row = 0, to_row = 0;    // from a row to the next
  int64_t from_step = 0, to_step = 0;  // from an element to the next
};

class PlaneWalk {
 public:
  // Where an axis is found that was to be kept apart.
  enum class Place { kNowhere, kOutside, kRows, kElements };

  // `apart` is an axis that is not merged with others; -1: none. The strides, in bytes, may be 0
  // and negative.
  PlaneWalk(absl::Span<const int64_t> shape, absl::Span<const int64_t> from_strides,
            absl::Span<const int64_t> to_strides, int apart = -1);

  const Plane& plane() const { return plane_; }

  // kNowhere if `apart` is -1 or has only one index.
  Place apart() const { return apart_; }

  // Calls `visit` with the first element of every plane in both arrays and the plane's index along
  // `apart`, which is 0 unless apart() is kOutside. Not at all if the shape has no elements.
  void ForEach(const std::byte* from, std::byte* to,
               absl::FunctionRef<void(const std::byte*, std::byte*, int64_t)> visit) const;

 private:
  struct Axis {
    int64_t extent, from_stride, to_stride;
    bool apart;
  };
  using Visit = absl::FunctionRef<void(const std::byte*, std::byte*, int64_t)>;

  void Visited(size_t axis, const std::byte* from, std::byte* to, int64_t index, Visit visit) const;

  absl::InlinedVector<Axis, kInlineRank> outside_;  // the axes around a plane
  Plane plane_;
  Place apart_ = Place::kNowhere;
  bool empty_ = false;
};

}  // namespace seiche

#endif  // SEICHE_BASE_PLANE_WALK_H_
