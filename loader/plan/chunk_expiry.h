// Until when a decoded chunk is worth its memory.
//
//   ChunkExpiry expiry({.store = store, .map = map, .sampler = sampler, ...});
//   expiry(field, chunk);   // the position of the epoch's order from which on nobody needs it
//
// Exact where samples are read in sequence. Where windows of the order are shuffled it is the end
// of the window that the chunk's samples lie in. A few binary searches for each row of chunks, no
// allocation, no I/O. Thread-compatible.
#ifndef SEICHE_LOADER_PLAN_CHUNK_EXPIRY_H_
#define SEICHE_LOADER_PLAN_CHUNK_EXPIRY_H_

#include <cstdint>

#include "loader/order/sampler.h"
#include "loader/plan/sample_map.h"
#include "storage/sequence_store.h"

namespace seiche {

class ChunkExpiry {
 public:
  struct Options {
    const SequenceStore* store = nullptr;
    const SampleMap* map = nullptr;
    const Sampler* sampler = nullptr;
    bool keep_all = false;  // nothing expires
    // Chunks are needed for batches up to one whose samples have these positions: no chunk expires
    // before that batch has been delivered.
    int64_t first_position = 0, last_position = 0;
  };
  explicit ChunkExpiry(const Options& options);

  int64_t operator()(int field, int64_t chunk);

 private:
  // For chunks at first to end - 1 of axis 0.
  int64_t EndOf(int field, int64_t first, int64_t end) const;

  const Options options_;
  const int64_t window_end_;  // of last_position
  // The row of chunks that was asked for last, and the answer.
  int field_ = -1;
  int64_t row_ = 0, row_end_ = 0, expiry_ = 0;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_PLAN_CHUNK_EXPIRY_H_
