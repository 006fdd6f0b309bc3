// Everything about a loader that is settled before its first thread starts.
//
//   SEICHE_ASSIGN_OR_RETURN(LoaderSetup setup, SetUpLoader(store, options, /*workers=*/2));
#ifndef SEICHE_LOADER_LOADER_SETUP_H_
#define SEICHE_LOADER_LOADER_SETUP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "loader/batch.h"
#include "loader/loader_options.h"
#include "loader/loader_state.h"
#include "loader/order/batch_schedule.h"
#include "loader/order/shuffle_quality.h"
#include "loader/plan/chunk_expiry.h"
#include "loader/plan/sample_map.h"
#include "loader/plan/strategy.h"
#include "loader/task_runner.h"
#include "storage/sequence_store.h"

namespace seiche {

struct LoaderSetup {
  std::shared_ptr<const SequenceStore> store;
  std::unique_ptr<const SampleMap> map;
  TaskRunner::Transforms transforms;
  std::shared_ptr<const Batch::Outputs> outputs;
  int64_t rows = 0;          // of a full batch
  int64_t sample_bytes = 0;  // of all outputs, as delivered
  int64_t batch_bytes = 0;   // of a buffer
  int workers = 1;           // threads
  bool strips = false;       // whether workers have memory for strips of chunks
  Strategy strategy;
  OrderIdentity identity;                                        // of the order that is delivered
  int64_t epoch = 0;                                             // where to begin
  int64_t first_batch = 0;                                       // global
  ShuffleQuality shuffle;                                        // of the first epoch's order
  std::vector<std::pair<std::string, std::string>> slow_fields;  // name, reason
};

// Errors as Loader::Create has them. Of the `workers`, as many as memory_budget has room for.
absl::StatusOr<LoaderSetup> SetUpLoader(std::shared_ptr<const SequenceStore> store,
                                        const LoaderOptions& options, int workers);

// An epoch of `samples` that begins at a global batch.
BatchSchedule::Options ScheduleOptions(const LoaderOptions& options, int64_t samples,
                                       int64_t first_batch);

// Of the chunks that batches up to `batch` need. `setup` and `sampler` must outlive it.
ChunkExpiry ExpiryUntil(const LoaderSetup& setup, const BatchSchedule& schedule,
                        const Sampler& sampler, int64_t batch);

}  // namespace seiche

#endif  // SEICHE_LOADER_LOADER_SETUP_H_
