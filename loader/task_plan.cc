#include "loader/task_plan.h"

#include <algorithm>
#include <cassert>

#include "base/dtype.h"

namespace seiche {
namespace {

// One sample along axis 0; along the others whole chunks, as many as have kPieceBytes, the last
// axis first.
Shape PieceShape(const Field& field) {
  Shape piece = field.shape();
  piece[0] = 1;
  if (!field.slow_reason.empty() || !field.grid.aligned()) return piece;
  const Shape& chunk = field.grid.chunk_shape();
  // Whatever a chunk spans along axis 0, all of it is decoded.
  int64_t bytes = NumElements(chunk) * static_cast<int64_t>(SizeOf(field.dtype));
  for (size_t axis = piece.size(); axis-- > 1;) {
    const int64_t chunks = std::max<int64_t>(1, bytes > 0 ? TaskPlan::kPieceBytes / bytes : 1);
    if (chunks < field.grid.chunks_per_axis()[axis]) {
      piece[axis] = chunks * chunk[axis];
      for (size_t outer = 1; outer < axis; ++outer) {
        piece[outer] = std::min(piece[outer], chunk[outer]);
      }
      break;
    }
    bytes *= field.grid.chunks_per_axis()[axis];
  }
  return piece;
}

}  // namespace

TaskPlan::TaskPlan(const Field& field, int64_t batch_size)
    : batch_size_(batch_size), pieces_(field.shape(), PieceShape(field)) {
  assert(batch_size >= 1 && NumElements(field.shape()) > 0);
  pieces_per_sample_ = pieces_.num_chunks() / field.shape()[0];
}

TaskPlan::Task TaskPlan::TaskOf(int64_t ticket) const {
  const int64_t position = ticket / pieces_per_sample_;
  return {.batch = position / batch_size_,
          .row = position % batch_size_,
          .piece = ticket % pieces_per_sample_};
}

Box TaskPlan::BoxOf(int64_t sample, int64_t piece) const {
  return pieces_.BoxOf(sample * pieces_per_sample_ + piece);
}

}  // namespace seiche
