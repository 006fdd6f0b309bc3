// A batch on its way from the plan to the consumer: its buffer, what is left to do, what failed.
//
//   job.remaining = runs;                           // each worker counts one down
//   job.AddError(row, ticket, status);              // under the loader's mutex, as all the rest
//   if (job.finished()) job.DropFailedRows();
#ifndef SEICHE_LOADER_BATCH_JOB_H_
#define SEICHE_LOADER_BATCH_JOB_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>

#include "absl/status/status.h"
#include "loader/batch.h"

namespace seiche {

struct BatchJob {
  struct RowError {
    int64_t ticket = 0;
    absl::Status status;
  };

  bool finished() const { return remaining.load(std::memory_order_acquire) == 0; }
  // Of several errors of a row, the one that comes first in the plan stays.
  void AddError(int64_t row, int64_t ticket, const absl::Status& status);
  // Takes the rows that failed out of the slot; the others move up. Returns how many they were.
  int64_t DropFailedRows();

  std::unique_ptr<Batch::Slot> slot;
  std::atomic<int64_t> remaining = 0;  // runs
  std::map<int64_t, RowError> errors;  // by row
};

}  // namespace seiche

#endif  // SEICHE_LOADER_BATCH_JOB_H_
