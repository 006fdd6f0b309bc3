#include "base/plane_walk.h"

namespace seiche {

PlaneWalk::PlaneWalk(absl::Span<const int64_t> shape, absl::Span<const int64_t> from_strides,
                     absl::Span<const int64_t> to_strides, int apart) {
  for (size_t i = 0; i < shape.size(); ++i) {
    const Axis axis = {shape[i], from_strides[i], to_strides[i], static_cast<int>(i) == apart};
    if (axis.extent == 0) empty_ = true;
    if (axis.extent == 1) continue;
    Axis* const last = outside_.empty() ? nullptr : &outside_.back();
    if (last != nullptr && !last->apart && !axis.apart &&
        last->from_stride == axis.from_stride * axis.extent &&
        last->to_stride == axis.to_stride * axis.extent) {
      *last = {last->extent * axis.extent, axis.from_stride, axis.to_stride, false};
    } else {
      outside_.push_back(axis);
    }
  }
  for (const Axis& axis : outside_) {
    if (axis.apart) apart_ = Place::kOutside;
  }
  if (!outside_.empty()) {
    const Axis& axis = outside_.back();
    plane_.count = axis.extent;
    plane_.from_step = axis.from_stride;
    plane_.to_step = axis.to_stride;
    if (axis.apart) apart_ = Place::kElements;
    outside_.pop_back();
  }
  if (!outside_.empty()) {
    const Axis& axis = outside_.back();
    plane_.rows = axis.extent;
    plane_.from_row = axis.from_stride;
    plane_.to_row = axis.to_stride;
    if (axis.apart) apart_ = Place::kRows;
    outside_.pop_back();
  }
}

void PlaneWalk::ForEach(const std::byte* from, std::byte* to, Visit visit) const {
  if (!empty_) Visited(0, from, to, 0, visit);
}

void PlaneWalk::Visited(size_t axis, const std::byte* from, std::byte* to, int64_t index,
                        Visit visit) const {
  if (axis == outside_.size()) {
    visit(from, to, index);
    return;
  }
  const Axis& a = outside_[axis];
  for (int64_t i = 0; i < a.extent; ++i) {
    Visited(axis + 1, from + i * a.from_stride, to + i * a.to_stride, a.apart ? i : index, visit);
  }
}

}  // namespace seiche
