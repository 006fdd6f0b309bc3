// What a loader delivers and how: options, all in one place.
#ifndef SEICHE_LOADER_LOADER_OPTIONS_H_
#define SEICHE_LOADER_LOADER_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "loader/order/batch_schedule.h"
#include "loader/order/sampler.h"
#include "loader/plan/sample_map.h"
#include "loader/transform/transform.h"
#include "storage/sequence_store.h"

namespace seiche {

// What a sample that cannot be read does to its epoch.
enum class OnError {
  kFail,  // ends it: batches before are delivered, then Next() returns the error
  kSkip,  // it is left out of its batch, counted and listed (Loader::skipped())
};

// How the elements of a field are delivered.
struct FieldTransform {
  int field = 0;  // of the store
  // options.channel_axis is set by the loader: the field's axis C.
  TransformOptions options;
  // Apply the field's own packing (scale_factor, add_offset, _FillValue) first; float outputs only,
  // float32 if options.dtype does not say.
  bool unpack = false;
};

struct LoaderOptions {
  SampleOptions sample = {};  // fields, windows of frames, crops; default: whole sequences
  std::vector<FieldTransform> transforms = {};  // fields that are not delivered as stored
  int64_t batch_size = 1;                       // samples, >= 1

  Order order = Order::kUniform;
  uint64_t seed = 0;  // any value; the same one gives the same order
  int64_t epoch = 0;  // the first pass's number, >= 0
  // Bytes of decoded chunks that kChunkAware shuffles together; part of what defines the order. 0:
  // a quarter of memory_budget.
  int64_t shuffle_bytes = 0;

  int64_t max_batches = -1;  // end each epoch after that many; -1: all
  LastBatch last_batch = LastBatch::kKeep;
  int64_t shard_index = 0;  // 0 <= shard_index < shard_count
  int64_t shard_count = 1;  // 1 to 2^20

  // Threads that read and decode, at most 1024; 0: one a core. Fewer where memory_budget has no
  // room for what so many work in, judged by the first chunks; at least one.
  int workers = 0;
  int prefetch = 2;  // batches decoded ahead of the consumer, >= 1
  // Bytes for batches (held by the consumer too), decoded chunks and the workers' own memory; only
  // where one worker has no room beside prefetch + 1 batches it takes more. kResourceExhausted at
  // creation if prefetch + 1 batches do not fit, from Next() if held batches use it up.
  int64_t memory_budget = int64_t{4} << 30;
  // Decode a chunk once for all samples in reach of the budget, and no more of it than they need.
  // Off: each sample decodes the chunks that it needs on its own, as a whole, as other readers do.
  bool decode_once = true;

  OnError on_error = OnError::kFail;
  // Where to go on: a Loader::State(). Sets epoch and place in it; the other options and the store
  // must give the same order. Empty: at the beginning.
  std::string resume = {};
};

// kInvalidArgument "LoaderOptions: batch_size = 0 is below 1" for the first one out of range.
absl::Status CheckOptions(const SequenceStore& store, const LoaderOptions& options);

}  // namespace seiche

#endif  // SEICHE_LOADER_LOADER_OPTIONS_H_
