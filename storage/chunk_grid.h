// The grid of chunks that an array is stored in.
//
//   ChunkGrid grid({3000, 100, 184, 184}, {94, 7, 12, 12});
//   grid.num_chunks() == 32 * 15 * 16 * 16
//   grid.ForEachChunk(box, [&](const ChunkPart& part) { ...; return absl::OkStatus(); });
//
// Chunks are numbered in row-major order of their grid coordinates. Chunks at the upper edges may
// reach over the array's shape. Several grids one after the other along axis 0 are a grid again
// (several files read as one): the chunks of the first, then those of the second, and so on; there
// a chunk may be cut at the end of its part too. Value type, immutable.
#ifndef SEICHE_STORAGE_CHUNK_GRID_H_
#define SEICHE_STORAGE_CHUNK_GRID_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/shape.h"

namespace seiche {

// What a box and one chunk have in common.
struct ChunkPart {
  int64_t chunk = 0;  // number in the grid
  Box in_chunk;       // in the chunk's own coordinates
  Box in_box;         // where those elements go in an array of shape box.extent (stride 1)
};

class ChunkGrid {
 public:
  ChunkGrid() = default;
  // Both of the same rank; every chunk extent >= 1.
  ChunkGrid(Shape shape, Shape chunk_shape);
  // One after the other along axis 0; at least one, rank >= 1, the other axes of the same extent.
  // Chunk shapes may differ.
  static ChunkGrid Concatenate(absl::Span<const ChunkGrid> grids);

  const Shape& shape() const { return shape_; }
  // No chunk is larger. All have this shape (but for the upper edges) unless the grid is a
  // concatenation; BoxOf() knows the extent of each.
  const Shape& chunk_shape() const { return chunk_shape_; }
  // Of a concatenation: axis 0 counts through all parts, the others are the largest of a part.
  const Shape& chunks_per_axis() const { return chunks_per_axis_; }
  // -1 if it does not fit into int64_t.
  int64_t num_chunks() const { return num_chunks_; }

  // Grid coordinates <-> number.
  Shape Coordinates(int64_t chunk) const;
  int64_t Number(absl::Span<const int64_t> coordinates) const;
  // The chunk that holds the element at `index`, which must lie inside the shape.
  int64_t NumberAt(absl::Span<const int64_t> index) const;
  // First element of a chunk, and its extent cut at the array's edge.
  Box BoxOf(int64_t chunk) const;
  // The shape of a chunk as it is stored, not cut.
  const Shape& ShapeOf(int64_t chunk) const;
  // Whether chunks begin and end in the same places along all axes but the first everywhere.
  bool aligned() const;
  // How many chunks have an element of `box`, which must lie inside the shape.
  int64_t CountChunks(const Box& box) const;

  // Calls `visit` for each chunk that has an element of `box`, in order of their numbers, until
  // one returns an error, which is then returned. `box` must lie inside the shape. The argument is
  // reused from call to call; nothing is allocated for ranks up to kInlineRank.
  absl::Status ForEachChunk(const Box& box,
                            absl::FunctionRef<absl::Status(const ChunkPart&)> visit) const;

 private:
  struct Part;  // of a concatenation

  // ForEachChunk of one part: numbers and places in the box count from the given ones.
  absl::Status VisitRegular(const Box& box, int64_t first_chunk, int64_t first_in_box,
                            absl::FunctionRef<absl::Status(const ChunkPart&)> visit) const;
  // The elements of `box` that lie in `part`, in its coordinates; where they begin in `box`.
  static Box Intersect(const Part& part, const Box& box, int64_t* first_in_box);

  Shape shape_, chunk_shape_, chunks_per_axis_;
  int64_t num_chunks_ = 0;
  std::shared_ptr<const std::vector<Part>> parts_;  // null: a regular grid
};

}  // namespace seiche

#endif  // SEICHE_STORAGE_CHUNK_GRID_H_
