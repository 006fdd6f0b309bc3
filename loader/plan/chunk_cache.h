// Decoded chunks that later samples will need too.
//
//   ChunkCache cache(/*capacity=*/bytes);
//   if (ChunkCache::Entry* entry = cache.Find(field, chunk)) ...      // decoded, or being decoded
//   ChunkCache::Entry* entry = cache.TryAdd(field, chunk, bytes, /*expires=*/position);
//   ... decode into entry->memory, then entry->Finish(status) ...
//   cache.Expire(position);                    // frees what nobody at `position` or later needs
//
// One thread at a time plans (Find, TryAdd, Expire, Forget); entries are filled and read by any
// thread. Memory is used again rather than freed: fresh pages cost more than decoding.
#ifndef SEICHE_LOADER_PLAN_CHUNK_CACHE_H_
#define SEICHE_LOADER_PLAN_CHUNK_CACHE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "base/aligned_buffer.h"

namespace seiche {

class ChunkCache {
 public:
  struct Entry {
    AlignedBuffer memory;
    int64_t expires = 0;  // position of the epoch

    // Whether the chunk is in `memory`, or will never be. After Finish(), by any thread.
    bool finished() const { return finished_.load(std::memory_order_acquire); }
    // Whether it is from an epoch before and nobody has checked since that it is still right.
    bool unchecked() const { return unchecked_.load(std::memory_order_relaxed); }
    void SetChecked() { unchecked_.store(false, std::memory_order_relaxed); }
    // Of the decoding; only once finished.
    const absl::Status& status() const { return status_; }
    void Finish(absl::Status status) {
      status_ = std::move(status);
      finished_.store(true, std::memory_order_release);
    }

   private:
    friend class ChunkCache;
    std::atomic<bool> finished_ = false;
    std::atomic<bool> unchecked_ = false;
    absl::Status status_;
  };

  // `capacity`: bytes, >= 0.
  explicit ChunkCache(int64_t capacity) : capacity_(capacity) {}

  // Null if there is none.
  Entry* Find(int field, int64_t chunk);
  // A new entry with room for `bytes`; null if there is no room for it. There must be none yet.
  Entry* TryAdd(int field, int64_t chunk, int64_t bytes, int64_t expires);
  // Frees the entries that expire at `position` or before. Nobody may be using them.
  void Expire(int64_t position);
  // Frees the entries that are not decoded; gives the others `expires`. Nobody may be using any.
  void StartEpoch(int64_t expires);
  // Frees all entries.
  void Clear();

  // Bytes in use and kept for reuse. Any thread.
  int64_t memory_bytes() const { return bytes_.load(std::memory_order_relaxed); }
  int64_t peak_bytes() const { return peak_.load(std::memory_order_relaxed); }
  int64_t size() const { return static_cast<int64_t>(entries_.size()); }

 private:
  using Key = std::pair<int, int64_t>;

  // An entry with memory for `bytes`, its other members fresh; null if there is no room.
  std::unique_ptr<Entry> Allocate(int64_t bytes);
  void Retire(std::unique_ptr<Entry> entry);
  void AddBytes(int64_t bytes);

  const int64_t capacity_;
  absl::flat_hash_map<Key, std::unique_ptr<Entry>> entries_;
  std::vector<std::unique_ptr<Entry>> spare_;  // memory to be used again
  int64_t first_expiry_ = INT64_MAX;           // of all entries
  std::atomic<int64_t> bytes_ = 0, peak_ = 0;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_PLAN_CHUNK_CACHE_H_
