#include "loader/plan/chunk_strip.h"

#include <algorithm>

#include "base/dtype.h"
#include "storage/chunk_grid.h"

namespace seiche {
namespace {

// The last axis that is divided, whatever the sizes.
int LastDividedAxis(const ChunkGrid& grid) {
  for (int axis = static_cast<int>(grid.shape().size()) - 1; axis > 0; --axis) {
    if (grid.chunk_shape()[axis] < grid.shape()[axis]) return axis;
  }
  return -1;
}

// Whatever a damaged file says: no integer overflows.
double BytesOfStrip(const Field& field, int axis) {
  double bytes = static_cast<double>(SizeOf(field.dtype)) *
                 static_cast<double>(field.grid.chunks_per_axis()[axis]);
  for (const int64_t extent : field.grid.chunk_shape()) bytes *= static_cast<double>(extent);
  return bytes;
}

}  // namespace

int StripAxis(const Field& field) {
  const ChunkGrid& grid = field.grid;
  // A part of a chunk that can be had alone is cheaper than the chunk.
  if (grid.num_chunks() <= 0 || field.decodes_parts) return -1;
  const int axis = LastDividedAxis(grid);
  if (axis < 0) return -1;
  auto row_bytes = static_cast<int64_t>(SizeOf(field.dtype));
  for (size_t i = axis; i < grid.shape().size(); ++i) {
    if (grid.chunk_shape()[i] > kMaxStripRowBytes) return -1;
    row_bytes *= grid.chunk_shape()[i];
    if (row_bytes > kMaxStripRowBytes) return -1;
  }
  const double bytes = BytesOfStrip(field, axis);
  if (bytes < kMinStripBytes || bytes > kMaxStripBytes) return -1;
  return grid.aligned() ? axis : -1;
}

int64_t StripBytes(const Field& field) {
  const int axis = StripAxis(field);
  return axis < 0 ? 0 : static_cast<int64_t>(BytesOfStrip(field, axis));
}

int64_t StripPartBytes(const Field& field, const Box& box) {
  // Transforms deliver elements of 4 bytes at most, unless they keep the dtype.
  auto bytes = std::max<int64_t>(4, static_cast<int64_t>(SizeOf(field.dtype)));
  const int axis = StripAxis(field);
  for (int i = 0; i < static_cast<int>(box.extent.size()); ++i) {
    bytes *= i < axis ? std::min(box.extent[i], field.grid.chunk_shape()[i]) : box.extent[i];
    if (bytes > kMaxStripPartBytes) return kMaxStripPartBytes;
  }
  return bytes;
}

}  // namespace seiche
