// Batches of samples in a reproducible order, read and decoded by worker threads.
//
//   SEICHE_ASSIGN_OR_RETURN(auto loader, Loader::Create(store, {.batch_size = 10, .seed = 1}));
//   while (true) {
//     SEICHE_ASSIGN_OR_RETURN(std::optional<Batch> batch, loader->Next());
//     if (!batch) break;                                  // the epoch is over
//     Train(batch->array<float>());                       // [B,T,H,W]
//     SaveCheckpoint(model, loader->State());             // goes on exactly here
//   }                                                     // ~Batch gives the buffer back
//   SEICHE_RETURN_IF_ERROR(loader->StartEpoch(1));
//
// The batches depend on options and data only, never on the number of workers or on timing. A chunk
// is read and decoded once for all samples that need it, as far as memory_budget reaches
// (loader/plan/strategy.h). Workers fill a ring of buffers ahead of the consumer and stop when it
// is full. With OnError::kFail the first error ends the epoch: batches before it are delivered,
// then Next() returns it, naming file, chunk and sample.
//
// One consumer thread calls Next(), WaitFor(), StartEpoch() and State(); Batch objects may be used
// and released on any thread, also after the loader is gone. The destructor stops the workers at
// once.
#ifndef SEICHE_LOADER_LOADER_H_
#define SEICHE_LOADER_LOADER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "loader/batch.h"
#include "loader/loader_options.h"
#include "loader/plan/strategy.h"
#include "loader/statistics.h"
#include "storage/sequence_store.h"

namespace seiche {

// A sample that OnError::kSkip left out.
struct SkippedSample {
  int64_t sample = 0;
  int64_t epoch = 0;
  absl::Status status;  // names file, chunk and sample
};

class Loader {
 public:
  // So many skipped samples are listed; all are counted.
  static constexpr size_t kMaxListed = 1000;

  // Starts the workers on epoch options.epoch, or where options.resume goes on. kInvalidArgument
  // names the option that is out of range; kFailedPrecondition if there is nothing to load, if
  // fields or recordings do not fit the samples (by name), or if `resume` belongs to another order;
  // kResourceExhausted if the budget or the system's threads do not suffice.
  static absl::StatusOr<std::unique_ptr<Loader>> Create(std::shared_ptr<const SequenceStore> store,
                                                        const LoaderOptions& options);
  virtual ~Loader() = default;

  // The next batch, in order; empty at the end of the epoch. Blocks until it is decoded. After an
  // error in the data the epoch is over and every call returns that error; after
  // kResourceExhausted for held batches the next call goes on once some are released.
  virtual absl::StatusOr<std::optional<Batch>> Next() = 0;

  // Waits until Next() can answer at once, but not longer than `timeout`; whether it can. For
  // consumers that have something to look after while they wait, such as a signal.
  virtual bool WaitFor(absl::Duration timeout) = 0;

  // Drops what was prefetched and starts pass `epoch`, >= 0. Also clears an error.
  virtual absl::Status StartEpoch(int64_t epoch) = 0;

  // Text of less than 4 KB from which options.resume goes on behind the last batch that Next() has
  // delivered. When all shards have delivered the same number of batches, any one's state does for
  // all, and the number of shards may change.
  virtual std::string State() const = 0;

  virtual int64_t epoch() const = 0;
  // Batches of a whole epoch of this shard; of the present one, those since it was resumed.
  virtual int64_t num_batches() const = 0;
  // Samples of an epoch, all shards together.
  virtual int64_t num_samples() const = 0;
  // What each batch has.
  virtual absl::Span<const BatchOutput> outputs() const = 0;
  // How memory is spent and in which order samples come.
  virtual const Strategy& strategy() const = 0;

  // On any thread, at any time.
  virtual LoaderStatistics statistics() const = 0;
  // Of all epochs, in the order they came up, at most kMaxListed. On any thread.
  virtual std::vector<SkippedSample> skipped() const = 0;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_LOADER_H_
