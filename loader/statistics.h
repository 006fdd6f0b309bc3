// What a loader has done so far: where the time went and how many bytes each stage moved.
//
//   std::puts(loader->statistics().ToString().c_str());      // or .ToJson()
#ifndef SEICHE_LOADER_STATISTICS_H_
#define SEICHE_LOADER_STATISTICS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace seiche {

// Sums since the loader was created, unless they say "now" or "epoch". Seconds of workers add up
// over threads.
struct LoaderStatistics {
  int64_t batches = 0;          // delivered
  int64_t samples = 0;          // delivered
  int64_t samples_skipped = 0;  // by OnError::kSkip
  int64_t bytes_read = 0;       // encoded bytes, from files
  int64_t reads = 0;            // calls
  int64_t bytes_decoded = 0;    // whole chunks, decoded
  int64_t bytes_delivered = 0;  // in delivered batches
  int64_t bytes_slow = 0;       // delivered through libhdf5
  int64_t chunks_decoded = 0;
  double read_seconds = 0;        // workers, in reads
  double decode_seconds = 0;      // workers, in codecs, delivery of what they decoded included
  double copy_seconds = 0;        // workers, delivering strips, chunks decoded before, or raw ones
  double slow_seconds = 0;        // workers, in libhdf5 or waiting for it
  double chunk_wait_seconds = 0;  // workers, for a chunk that another one decodes
  double idle_seconds = 0;        // workers, waiting for room in the ring
  double wait_seconds = 0;        // consumer, waiting in Next()
  double busy_seconds = 0;        // consumer, at work in Next(): planning and handing over
  double epoch_seconds = 0;       // consumer, from StartEpoch() to the last Next(), this epoch
  double epoch_wait_seconds = 0;  // consumer, waiting in Next(), this epoch

  int64_t epoch_chunks = 0;         // different chunks that this epoch needed
  int64_t epoch_chunk_decodes = 0;  // chunks decoded for it
  std::string order = {};           // "uniform", "chunk-aware", "sequential"
  double shuffle_quality = 1;     // of the order, see loader/order/shuffle_quality.h: 1 is uniform
  int64_t batches_ready = 0;      // decoded and waiting, now
  int64_t batches_in_work = 0;    // being filled, now
  int64_t memory_bytes = 0;       // of batches, decoded chunks and workers, now
  int64_t memory_peak_bytes = 0;  // the largest sum of their largest
  // Fields that libhdf5 has to read, at least in part, and why.
  std::vector<std::pair<std::string, std::string>> slow_fields = {};

  // bytes_decoded / bytes_delivered; 0 before the first batch.
  double read_amplification() const;
  // epoch_chunk_decodes / epoch_chunks: 1 if each chunk was decoded once. 0 before the first.
  double decodes_per_chunk() const;
  // The part of the epoch that the consumer waited for data: near 0 if training is the bottleneck,
  // near 1 if loading is.
  double stall_share() const;
  // One line of text.
  std::string ToString() const;
  // An object with a member for each of the above.
  std::string ToJson() const;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_STATISTICS_H_
