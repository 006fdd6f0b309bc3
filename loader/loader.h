// Random batches of samples, read and decoded by worker threads.
//
//   SEICHE_ASSIGN_OR_RETURN(auto loader, Loader::Create(store, {.batch_size = 10, .seed = 1}));
//   while (true) {
//     SEICHE_ASSIGN_OR_RETURN(std::optional<Batch> batch, loader->Next());
//     if (!batch) break;                                  // the epoch is over
//     Train(batch->array<float>());                       // [B,T,H,W]
//   }                                                     // ~Batch gives the buffer back
//   SEICHE_RETURN_IF_ERROR(loader->StartEpoch(1));
//
// Position p of an epoch holds sample KeyedPermutation(size, seed, epoch)(p): the batches depend
// on options and data only, never on the number of workers or on timing. Workers fill a ring of
// `prefetch` buffers ahead of the consumer and stop when it is full. The first error ends the
// epoch: batches before it are delivered, then Next() returns it, naming file, chunk and sample.
//
// One consumer thread calls Next() and StartEpoch(); Batch objects may be used and released on any
// thread, also after the loader is gone. The destructor stops the workers at once.
#ifndef SEICHE_LOADER_LOADER_H_
#define SEICHE_LOADER_LOADER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "loader/batch.h"
#include "loader/sampler.h"
#include "loader/statistics.h"
#include "storage/sequence_store.h"

namespace seiche {

struct LoaderOptions {
  int field = 0;           // of the store
  int64_t batch_size = 1;  // samples, >= 1
  Order order = Order::kRandom;
  uint64_t seed = 0;         // any value; the same one gives the same order
  int64_t epoch = 0;         // the first pass's number, >= 0
  int64_t max_batches = -1;  // end each epoch after that many; -1: all
  bool drop_last = false;    // leave out a last batch of fewer than batch_size samples
  int workers = 0;           // threads that read and decode, at most 1024; 0: one a core
  int prefetch = 2;          // batches decoded ahead of the consumer, >= 1
  // Bytes for batch buffers, held by the consumer or in the ring. kResourceExhausted at creation
  // if prefetch + 1 batches do not fit, from Next() if held batches use it up.
  int64_t memory_budget = int64_t{4} << 30;
};

class Loader {
 public:
  // Starts the workers on epoch options.epoch. kInvalidArgument names the option that is out of
  // range; kFailedPrecondition if the field has no elements; kResourceExhausted if the budget or
  // the system's threads do not suffice.
  static absl::StatusOr<std::unique_ptr<Loader>> Create(std::shared_ptr<const SequenceStore> store,
                                                        const LoaderOptions& options);
  virtual ~Loader() = default;

  // The next batch, in order; empty at the end of the epoch. Blocks until it is decoded. After an
  // error in the data the epoch is over and every call returns that error; after
  // kResourceExhausted for held batches the next call goes on once some are released.
  virtual absl::StatusOr<std::optional<Batch>> Next() = 0;

  // Drops what was prefetched and starts pass `epoch`, >= 0. Also clears an error.
  virtual absl::Status StartEpoch(int64_t epoch) = 0;

  // Batches of one epoch.
  virtual int64_t num_batches() const = 0;
  // On any thread, at any time.
  virtual LoaderStatistics statistics() const = 0;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_LOADER_H_
