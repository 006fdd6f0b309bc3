// What a loader has done so far: where the time went and how many bytes each stage moved.
#ifndef SEICHE_LOADER_STATISTICS_H_
#define SEICHE_LOADER_STATISTICS_H_

#include <cstdint>
#include <string>

namespace seiche {

// Sums since the loader was created. Seconds of workers add up over threads.
struct LoaderStatistics {
  int64_t batches = 0;          // delivered
  int64_t samples = 0;          // delivered
  int64_t bytes_read = 0;       // encoded bytes, from files
  int64_t bytes_decoded = 0;    // whole chunks, decoded
  int64_t bytes_delivered = 0;  // in delivered batches
  int64_t bytes_slow = 0;       // of bytes_delivered, through libhdf5
  int64_t chunks_decoded = 0;
  double read_seconds = 0;    // workers, in reads
  double decode_seconds = 0;  // workers, in codecs and copies
  double idle_seconds = 0;    // workers, waiting for room in the ring
  double wait_seconds = 0;    // consumer, waiting in Next()

  // bytes_decoded / bytes_delivered; 0 before the first batch.
  double read_amplification() const;
  // One line of text.
  std::string ToString() const;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_STATISTICS_H_
