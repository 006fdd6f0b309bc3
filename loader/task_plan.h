// How an epoch is cut into tasks for workers, numbered in the order in which they are wanted.
//
//   const TaskPlan plan(field, /*batch_size=*/10);
//   const TaskPlan::Task task = plan.TaskOf(ticket);       // batch 3, row 7, piece 2
//   const Box box = plan.BoxOf(sample_of_row_7, task.piece);
//
// A task is a piece of one sample: the whole of it, or, where a sample has many chunks, some of
// them, so that no single sample holds up its batch. Batch by batch, row by row, piece by piece:
// ticket numbers are pure arithmetic, nothing is stored per task. Immutable.
#ifndef SEICHE_LOADER_TASK_PLAN_H_
#define SEICHE_LOADER_TASK_PLAN_H_

#include <cstdint>

#include "base/shape.h"
#include "storage/chunk_grid.h"
#include "storage/sequence_store.h"

namespace seiche {

class TaskPlan {
 public:
  // Pieces are made of chunks of about so many decoded bytes together: a few tenths of a
  // millisecond of work.
  static constexpr int64_t kPieceBytes = 1 << 20;

  struct Task {
    int64_t batch = 0;
    int64_t row = 0;    // of the batch
    int64_t piece = 0;  // of the row's sample
  };

  // `field` must have elements; batch_size >= 1. Samples of a field that libhdf5 has to decode
  // are one piece each.
  TaskPlan(const Field& field, int64_t batch_size);

  int64_t pieces_per_sample() const { return pieces_per_sample_; }
  // Tickets of the first `samples` positions of an epoch.
  int64_t tickets(int64_t samples) const { return samples * pieces_per_sample_; }

  Task TaskOf(int64_t ticket) const;
  // The piece as a box of the field: one sample along axis 0.
  Box BoxOf(int64_t sample, int64_t piece) const;

 private:
  int64_t batch_size_;
  ChunkGrid pieces_;  // the field cut into pieces instead of chunks
  int64_t pieces_per_sample_;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_TASK_PLAN_H_
