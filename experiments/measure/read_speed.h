// Measures how fast the loader delivers random batches of a store.
//
//   std::vector<ReadJob> jobs = {{.store = jpeg, .paths = ...}, {.store = hdf5, .paths = ...}};
//   SEICHE_RETURN_IF_ERROR(MeasureReading(plan, jobs));
//   jobs[0].speeds[1].seconds                     // a sequence, plan.workers[1], each repeat
//
// The protocol of the published comparison: `batches` batches of `batch_size` random sequences,
// from the start of an epoch to the last batch; nothing is done with them. The repeats of all jobs
// take turns, so that a slow moment of the machine hits all of them. An epoch before them, not
// timed, brings the batch buffers into use.
#ifndef SEICHE_EXPERIMENTS_MEASURE_READ_SPEED_H_
#define SEICHE_EXPERIMENTS_MEASURE_READ_SPEED_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "experiments/comparison/row.h"
#include "experiments/measure/page_cache.h"
#include "storage/sequence_store.h"

namespace seiche {

struct ReadPlan {
  int64_t batch_size = 10;  // sequences
  int64_t batches = 10;     // in a repeat; fewer if the store has fewer sequences
  int repeats = 5;
  std::vector<int> workers = {1, 2, 4, 8};
  CacheState cache = CacheState::kWarm;
  uint64_t seed = 1;  // of the order
};

struct ReadJob {
  std::shared_ptr<const SequenceStore> store;
  std::vector<std::string> paths;      // of all its files, for the page cache
  std::vector<ReadSpeed> speeds = {};  // the result: one for each of plan.workers
};

// Batches and sequences of one repeat of `plan` on a store of `sequences`.
struct EpochSize {
  int64_t batch_size = 0;
  int64_t batches = 0;
  int64_t sequences() const { return batch_size * batches; }
};
EpochSize EpochSizeOf(const ReadPlan& plan, int64_t sequences);

// The sequences that repeat `repeat` reads, in order; other loaders can read the same.
std::vector<int64_t> SequencesOfRepeat(const ReadPlan& plan, int64_t sequences, int repeat);

// Measures all jobs, alternating. Memory: 3 batches for each job. `done` is called after every
// repeat of a job.
absl::Status MeasureReading(const ReadPlan& plan, absl::Span<ReadJob> jobs,
                            const std::function<void()>& done);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_MEASURE_READ_SPEED_H_
