// How a loader spends its memory: the decision that makes badly chunked files fast.
//
//   SEICHE_ASSIGN_OR_RETURN(const Strategy s, ChooseStrategy({...}));
//   s.group_batches; s.cache_bytes; s.sampler;
//
// Chunks that several samples need can be decoded once in two ways. Either decoded chunks are kept
// (a cache) until the last sample that needs them has been filled; this takes the decoded size of
// all chunks that are shuffled together. Or many batches are filled at the same time (a group): a
// chunk is decoded and its parts go to all of them; this takes the size of those batches, and a
// chunk is decoded once a group. The first is best where it fits.
//
// Two groups in flight hide the decoding behind the consumer's own work; one of twice the size
// decodes half as much. The second is better for a consumer that waits for more than half of its
// time, so the loader goes from one to the other as it runs. A pure function: no I/O.
#ifndef SEICHE_LOADER_PLAN_STRATEGY_H_
#define SEICHE_LOADER_PLAN_STRATEGY_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "loader/loader_options.h"
#include "loader/order/sampler.h"
#include "loader/plan/sample_map.h"
#include "storage/sequence_store.h"

namespace seiche {

struct StrategyInput {
  const SequenceStore* store = nullptr;
  const SampleMap* map = nullptr;
  const LoaderOptions* options = nullptr;  // checked
  int64_t batch_bytes = 0;                 // of a full batch
  int64_t epoch_batches = 0;               // of this shard
  int workers = 1;
  int64_t worker_bytes = 0;  // memory of each, at most 2^51
  // What each has besides where there is room; it depends on the number of workers.
  int64_t strip_bytes = 0;
};

struct Strategy {
  SamplerOptions sampler;     // order is never kAuto
  int64_t group_batches = 1;  // batches filled together
  int64_t groups = 1;         // groups in flight
  // Batches filled together while nothing else is, for consumers that mostly wait: for those that
  // hold a batch meanwhile one less, if it has no room beside them.
  int64_t most_group_batches = 1;
  // The first groups are small, so that the first batch is there soon. Off where a batch needs
  // about as much decoding as a group.
  bool starts_small = false;
  int64_t ring_batches = 0;  // buffers of the ring, one for the consumer included
  int64_t most_batches = 0;  // buffers in all, those that the consumer holds included
  int64_t cache_bytes = 0;   // for decoded chunks
  std::vector<bool> cached;  // by field: decoded chunks are kept
  bool keep_all = false;     // all chunks fit: they are kept from epoch to epoch
  // Expected chunk decodes of an epoch whose groups are as large as they may be, in decodings of
  // all chunks of the fields that share: 1 is perfect. For kUniform and kChunkAware.
  double uniform_decodes = 1, chunk_aware_decodes = 1;

  int64_t max_buffers() const { return std::max(most_batches, ring_batches); }
  // Kept from epoch to epoch: one more than the ring has, for a consumer that takes the next batch
  // before it drops the last one, as a loop of Python's does.
  int64_t kept_buffers() const { return std::min(ring_batches + 1, max_buffers()); }
};

// kResourceExhausted if the budget has no room for prefetch + 1 batches.
absl::StatusOr<Strategy> ChooseStrategy(const StrategyInput& input);

}  // namespace seiche

#endif  // SEICHE_LOADER_PLAN_STRATEGY_H_
