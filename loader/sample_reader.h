// Brings pieces of samples from the store into memory: locate, read, decode, count.
//
//   const SampleReader reader(store, /*field=*/0);
//   WorkerState worker;                                        // one per thread, kept warm
//   absl::StatusOr<int64_t> slow_bytes = reader.Read(box, out, worker, abandoned);
//
// Every sample is decoded on its own: this is the place where samples that lie in the same chunk
// could share its decoding. Immutable, shared by threads.
#ifndef SEICHE_LOADER_SAMPLE_READER_H_
#define SEICHE_LOADER_SAMPLE_READER_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "base/shape.h"
#include "codecs/codec.h"
#include "loader/counters.h"
#include "storage/sequence_store.h"

namespace seiche {

// What one worker thread works in. Thread-compatible, but for the counters.
struct WorkerState {
  AlignedBuffer encoded;
  CodecScratch scratch;
  WorkerCounters counters;
};

class SampleReader {
 public:
  // `store` must outlive the reader.
  SampleReader(const SequenceStore& store, int field) : store_(store), field_(field) {}

  // Fills `out` (shape box.extent, the field's dtype, any strides) with the elements in `box`, and
  // returns how many of its bytes came through libhdf5. A chunk that fills `out` alone is decoded
  // straight into it. `abandoned` is asked before each chunk: kCancelled once it says true. Errors
  // are the store's, which name file, field and chunk; kResourceExhausted if there is no memory for
  // a chunk.
  absl::StatusOr<int64_t> Read(const Box& box, const ArrayView& out, WorkerState& worker,
                               absl::FunctionRef<bool()> abandoned) const;

 private:
  absl::Status ReadChunk(const ChunkPart& part, const ChunkLocation& location, const ArrayView& out,
                         WorkerState& worker) const;

  const SequenceStore& store_;
  const int field_;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_SAMPLE_READER_H_
