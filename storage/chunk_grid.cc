#include "storage/chunk_grid.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/ceil_divide.h"

namespace seiche {
namespace {

// The last of `parts` that begins at `value` or before.
template <typename Parts, typename Member>
const auto& PartAt(const Parts& parts, Member first, int64_t value) {
  const auto after =
      std::upper_bound(parts.begin(), parts.end(), value,
                       [first](int64_t v, const auto& part) { return v < part.*first; });
  return *(after - 1);
}

}  // namespace

struct ChunkGrid::Part {
  ChunkGrid grid;                                   // regular
  int64_t first_element = 0, first_coordinate = 0;  // along axis 0
  int64_t first_chunk = 0;
};

ChunkGrid::ChunkGrid(Shape shape, Shape chunk_shape)
    : shape_(std::move(shape)), chunk_shape_(std::move(chunk_shape)) {
  assert(shape_.size() == chunk_shape_.size());
  chunks_per_axis_.resize(shape_.size());
  for (size_t i = 0; i < shape_.size(); ++i) {
    assert(chunk_shape_[i] >= 1);
    chunks_per_axis_[i] = CeilDivide(shape_[i], chunk_shape_[i]);
  }
  num_chunks_ = NumElements(chunks_per_axis_);
}

ChunkGrid ChunkGrid::Concatenate(absl::Span<const ChunkGrid> grids) {
  assert(!grids.empty());
  auto parts = std::make_shared<std::vector<Part>>();
  const auto append = [&](const ChunkGrid& grid) {
    assert(!grid.shape_.empty());
    if (!parts->empty()) {
      // A part that ends with a whole chunk and its successor of the same chunks are one grid.
      ChunkGrid& last = parts->back().grid;
      if (last.chunk_shape_ == grid.chunk_shape_ && last.shape_[0] % last.chunk_shape_[0] == 0) {
        Shape shape = last.shape_;
        shape[0] += grid.shape_[0];
        last = ChunkGrid(std::move(shape), grid.chunk_shape_);
        return;
      }
    }
    parts->push_back({.grid = grid});
  };
  for (const ChunkGrid& grid : grids) {
    if (grid.parts_ == nullptr) {
      append(grid);
    } else {
      for (const Part& part : *grid.parts_) append(part.grid);
    }
  }
  if (parts->size() == 1) return parts->front().grid;

  ChunkGrid all = parts->front().grid;
  for (size_t i = 1; i < parts->size(); ++i) {
    Part& part = (*parts)[i];
    part.first_element = all.shape_[0];
    part.first_coordinate = all.chunks_per_axis_[0];
    part.first_chunk = all.num_chunks_;
    for (size_t axis = 0; axis < all.shape_.size(); ++axis) {
      assert(axis == 0 || part.grid.shape_[axis] == all.shape_[axis]);
      all.chunk_shape_[axis] = std::max(all.chunk_shape_[axis], part.grid.chunk_shape_[axis]);
      all.chunks_per_axis_[axis] =
          std::max(all.chunks_per_axis_[axis], part.grid.chunks_per_axis_[axis]);
    }
    all.shape_[0] += part.grid.shape_[0];
    all.chunks_per_axis_[0] = part.first_coordinate + part.grid.chunks_per_axis_[0];
    all.num_chunks_ += part.grid.num_chunks_;
  }
  all.parts_ = std::move(parts);
  return all;
}

Shape ChunkGrid::Coordinates(int64_t chunk) const {
  if (parts_ != nullptr) {
    const Part& part = PartAt(*parts_, &Part::first_chunk, chunk);
    Shape coordinates = part.grid.Coordinates(chunk - part.first_chunk);
    coordinates[0] += part.first_coordinate;
    return coordinates;
  }
  Shape coordinates(shape_.size());
  for (size_t axis = shape_.size(); axis-- > 0;) {
    coordinates[axis] = chunk % chunks_per_axis_[axis];
    chunk /= chunks_per_axis_[axis];
  }
  return coordinates;
}

int64_t ChunkGrid::Number(absl::Span<const int64_t> coordinates) const {
  if (parts_ != nullptr) {
    const Part& part = PartAt(*parts_, &Part::first_coordinate, coordinates[0]);
    Shape in_part(coordinates.begin(), coordinates.end());
    in_part[0] -= part.first_coordinate;
    return part.first_chunk + part.grid.Number(in_part);
  }
  int64_t number = 0;
  for (size_t axis = 0; axis < shape_.size(); ++axis) {
    number = number * chunks_per_axis_[axis] + coordinates[axis];
  }
  return number;
}

int64_t ChunkGrid::NumberAt(absl::Span<const int64_t> index) const {
  if (parts_ != nullptr) {
    const Part& part = PartAt(*parts_, &Part::first_element, index[0]);
    Shape in_part(index.begin(), index.end());
    in_part[0] -= part.first_element;
    return part.first_chunk + part.grid.NumberAt(in_part);
  }
  int64_t number = 0;
  for (size_t axis = 0; axis < shape_.size(); ++axis) {
    number = number * chunks_per_axis_[axis] + index[axis] / chunk_shape_[axis];
  }
  return number;
}

Box ChunkGrid::BoxOf(int64_t chunk) const {
  if (parts_ != nullptr) {
    const Part& part = PartAt(*parts_, &Part::first_chunk, chunk);
    Box box = part.grid.BoxOf(chunk - part.first_chunk);
    box.offset[0] += part.first_element;
    return box;
  }
  Box box{.offset = Coordinates(chunk), .extent = chunk_shape_};
  for (size_t axis = 0; axis < shape_.size(); ++axis) {
    box.offset[axis] *= chunk_shape_[axis];
    box.extent[axis] = std::min(chunk_shape_[axis], shape_[axis] - box.offset[axis]);
  }
  return box;
}

const Shape& ChunkGrid::ShapeOf(int64_t chunk) const {
  return parts_ == nullptr ? chunk_shape_
                           : PartAt(*parts_, &Part::first_chunk, chunk).grid.chunk_shape_;
}

bool ChunkGrid::aligned() const {
  if (parts_ == nullptr) return true;
  return std::all_of(parts_->begin(), parts_->end(), [&](const Part& part) {
    const Shape& shape = part.grid.chunk_shape_;
    return std::equal(shape.begin() + 1, shape.end(), chunk_shape_.begin() + 1);
  });
}

Box ChunkGrid::Intersect(const Part& part, const Box& box, int64_t* first_in_box) {
  const int64_t stride = box.stride_of(0);
  const auto first_at_or_after = [&](int64_t element) {
    const int64_t distance = element - box.offset[0];
    return std::min(box.extent[0], distance <= 0 ? 0 : CeilDivide(distance, stride));
  };
  const int64_t first = first_at_or_after(part.first_element);
  const int64_t end = first_at_or_after(part.first_element + part.grid.shape_[0]);
  Box in_part = box;
  in_part.offset[0] += first * stride - part.first_element;
  in_part.extent[0] = end - first;
  *first_in_box = first;
  return in_part;
}

int64_t ChunkGrid::CountChunks(const Box& box) const {
  assert(Contains(shape_, box));
  int64_t count = 1;
  if (parts_ != nullptr) {
    count = 0;
    for (const Part& part : *parts_) {
      int64_t first_in_box;
      const Box in_part = Intersect(part, box, &first_in_box);
      if (in_part.extent[0] > 0) count += part.grid.CountChunks(in_part);
    }
    return count;
  }
  for (size_t axis = 0; axis < shape_.size(); ++axis) {
    const int64_t stride = box.stride_of(axis), extent = box.extent[axis];
    if (extent == 0) return 0;
    const int64_t first = box.offset[axis], last = first + (extent - 1) * stride;
    // Long strides put every element into a chunk of its own, short ones leave no chunk out.
    count *= stride >= chunk_shape_[axis]
                 ? extent
                 : last / chunk_shape_[axis] - first / chunk_shape_[axis] + 1;
  }
  return count;
}

absl::Status ChunkGrid::ForEachChunk(
    const Box& box, absl::FunctionRef<absl::Status(const ChunkPart&)> visit) const {
  assert(Contains(shape_, box));
  if (parts_ == nullptr) return VisitRegular(box, 0, 0, visit);
  if (box.extent[0] == 0) return absl::OkStatus();
  const int64_t last = box.offset[0] + (box.extent[0] - 1) * box.stride_of(0);
  const Part* part = &PartAt(*parts_, &Part::first_element, box.offset[0]);
  const Part* const end = parts_->data() + parts_->size();
  for (; part != end && part->first_element <= last; ++part) {
    int64_t first_in_box;
    const Box in_part = Intersect(*part, box, &first_in_box);
    if (in_part.extent[0] == 0) continue;
    absl::Status status = part->grid.VisitRegular(in_part, part->first_chunk, first_in_box, visit);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ChunkGrid::VisitRegular(
    const Box& box, int64_t first_chunk, int64_t first_in_box,
    absl::FunctionRef<absl::Status(const ChunkPart&)> visit) const {
  const int rank = static_cast<int>(shape_.size());
  for (int64_t extent : box.extent) {
    if (extent == 0) return absl::OkStatus();
  }
  ChunkPart part;
  part.in_chunk = box;  // for its strides
  part.in_box.offset.resize(rank);
  part.in_box.extent.resize(rank);
  Shape next(rank, 0);  // per axis, the box's first element after the current chunk
  // number[i]: what the axes before i contribute to the chunk's number.
  absl::InlinedVector<int64_t, kInlineRank + 1> number(rank + 1, 0);

  // Moves along `axis` to the chunk with element `first` of the box.
  const auto move_to = [&](int axis, int64_t first) {
    const int64_t stride = box.stride_of(axis), chunk_extent = chunk_shape_[axis];
    int64_t in_chunk = 0;
    if (stride == 1 && first > 0) {  // the neighbour of the chunk at hand: no division
      ++number[axis + 1];
    } else {
      const int64_t position = box.offset[axis] + first * stride;
      const int64_t coordinate = position / chunk_extent;
      in_chunk = position - coordinate * chunk_extent;
      number[axis + 1] = number[axis] * chunks_per_axis_[axis] + coordinate;
    }
    const int64_t room = chunk_extent - in_chunk;
    const int64_t count =
        std::min(box.extent[axis] - first, stride == 1 ? room : CeilDivide(room, stride));
    part.in_chunk.offset[axis] = in_chunk;
    part.in_chunk.extent[axis] = count;
    part.in_box.offset[axis] = first + (axis == 0 ? first_in_box : 0);
    part.in_box.extent[axis] = count;
    next[axis] = first + count;
  };

  for (int axis = 0; axis < rank; ++axis) move_to(axis, 0);
  while (true) {
    part.chunk = first_chunk + number[rank];
    if (absl::Status status = visit(part); !status.ok()) return status;
    int axis = rank - 1;
    while (axis >= 0 && next[axis] == box.extent[axis]) --axis;
    if (axis < 0) return absl::OkStatus();
    move_to(axis, next[axis]);
    for (++axis; axis < rank; ++axis) move_to(axis, 0);
  }
}

}  // namespace seiche
