// Where each chunk of a grid lies in a file.
//
//   ChunkIndex::Builder builder(grid.num_chunks());
//   builder.Add(chunk, {.offset = 2048, .size = 5120});
//   const ChunkIndex index = std::move(builder).Build();
//   if (const ChunkIndex::Entry* entry = index.Find(chunk)) ...
//
// 16 bytes a chunk in one array; where few of very many chunks exist, 24 bytes for each of those,
// sorted. Immutable, thread-safe.
#ifndef SEICHE_STORAGE_HDF5_CHUNK_INDEX_H_
#define SEICHE_STORAGE_HDF5_CHUNK_INDEX_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace seiche {

class ChunkIndex {
 public:
  struct Entry {
    int64_t offset = -1;     // byte in the file; -1: the chunk is not stored
    uint32_t size = 0;       // bytes
    uint32_t skip_mask = 0;  // bit i: stage i of the codec chain was not applied
  };

  class Builder {
   public:
    explicit Builder(int64_t num_chunks) : num_chunks_(num_chunks) {}
    // In any order. `chunk` is in [0, num_chunks). Of several entries of a chunk one wins.
    void Add(int64_t chunk, const Entry& entry) { stored_.emplace_back(chunk, entry); }
    ChunkIndex Build() &&;

   private:
    int64_t num_chunks_;
    std::vector<std::pair<int64_t, Entry>> stored_;
  };

  ChunkIndex() = default;

  // Null if the chunk is not stored. Constant time, or logarithmic where few chunks exist.
  const Entry* Find(int64_t chunk) const;
  // All that are stored, ascending.
  std::vector<int64_t> Stored() const;
  // The chunk that is stored at `offset`, by looking through all.
  std::optional<int64_t> ChunkAt(int64_t offset) const;

 private:
  std::vector<Entry> dense_;                       // by chunk number, if not empty
  std::vector<std::pair<int64_t, Entry>> sparse_;  // sorted by chunk number
};

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_CHUNK_INDEX_H_
