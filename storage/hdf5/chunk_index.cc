#include "storage/hdf5/chunk_index.h"

#include <algorithm>

namespace seiche {
namespace {

// One array for all chunks as long as it has at most this many entries, or at most this many for
// each chunk that exists.
constexpr int64_t kAlwaysDense = 1 << 16;
constexpr int64_t kDensePerStored = 4;

}  // namespace

ChunkIndex ChunkIndex::Builder::Build() && {
  ChunkIndex index;
  const int64_t stored = static_cast<int64_t>(stored_.size());
  if (num_chunks_ <= kAlwaysDense || num_chunks_ / kDensePerStored <= stored) {
    index.dense_.resize(num_chunks_);
    for (const auto& [chunk, entry] : stored_) index.dense_[chunk] = entry;
  } else {
    index.sparse_ = std::move(stored_);
    std::sort(index.sparse_.begin(), index.sparse_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  return index;
}

const ChunkIndex::Entry* ChunkIndex::Find(int64_t chunk) const {
  if (!dense_.empty()) {
    const Entry& entry = dense_[chunk];
    return entry.offset < 0 ? nullptr : &entry;
  }
  const auto at = std::lower_bound(
      sparse_.begin(), sparse_.end(), chunk,
      [](const std::pair<int64_t, Entry>& row, int64_t number) { return row.first < number; });
  return at == sparse_.end() || at->first != chunk ? nullptr : &at->second;
}

std::vector<int64_t> ChunkIndex::Stored() const {
  std::vector<int64_t> chunks;
  for (size_t i = 0; i < dense_.size(); ++i) {
    if (dense_[i].offset >= 0) chunks.push_back(static_cast<int64_t>(i));
  }
  for (const auto& [chunk, entry] : sparse_) chunks.push_back(chunk);
  return chunks;
}

std::optional<int64_t> ChunkIndex::ChunkAt(int64_t offset) const {
  for (size_t chunk = 0; chunk < dense_.size(); ++chunk) {
    if (dense_[chunk].offset == offset) return static_cast<int64_t>(chunk);
  }
  for (const auto& [chunk, entry] : sparse_) {
    if (entry.offset == offset) return chunk;
  }
  return std::nullopt;
}

}  // namespace seiche
