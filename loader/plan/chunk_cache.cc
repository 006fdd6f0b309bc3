#include "loader/plan/chunk_cache.h"

#include <algorithm>
#include <cassert>
#include <new>

namespace seiche {

ChunkCache::Entry* ChunkCache::Find(int field, int64_t chunk) {
  const auto found = entries_.find(Key(field, chunk));
  return found == entries_.end() ? nullptr : found->second.get();
}

ChunkCache::Entry* ChunkCache::TryAdd(int field, int64_t chunk, int64_t bytes, int64_t expires) {
  assert(Find(field, chunk) == nullptr);
  std::unique_ptr<Entry> entry = Allocate(bytes);
  if (entry == nullptr) return nullptr;
  entry->expires = expires;
  first_expiry_ = std::min(first_expiry_, expires);
  return (entries_[Key(field, chunk)] = std::move(entry)).get();
}

std::unique_ptr<ChunkCache::Entry> ChunkCache::Allocate(int64_t bytes) {
  constexpr int64_t kPage = AlignedBuffer::kAlignment;
  bytes = (bytes + kPage - 1) / kPage * kPage;
  // Chunks of a field have a few sizes: what was freed last usually fits.
  for (size_t i = spare_.size(); i-- > 0;) {
    const auto room = static_cast<int64_t>(spare_[i]->memory.capacity());
    if (room < bytes || room / 2 > bytes) continue;
    std::unique_ptr<Entry> entry = std::move(spare_[i]);
    spare_[i] = std::move(spare_.back());
    spare_.pop_back();
    entry->finished_ = false;
    entry->SetChecked();
    entry->status_ = absl::OkStatus();
    return entry;
  }
  while (bytes > capacity_ - bytes_ && !spare_.empty()) {
    AddBytes(-static_cast<int64_t>(spare_.back()->memory.capacity()));
    spare_.pop_back();
  }
  if (bytes > capacity_ - bytes_) return nullptr;
  try {
    auto entry = std::make_unique<Entry>();
    entry->memory.Reserve(bytes);
    AddBytes(static_cast<int64_t>(entry->memory.capacity()));
    return entry;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void ChunkCache::Expire(int64_t position) {
  if (position < first_expiry_) return;
  first_expiry_ = INT64_MAX;
  absl::erase_if(entries_, [&](auto& item) {
    if (item.second->expires > position) {
      first_expiry_ = std::min(first_expiry_, item.second->expires);
      return false;
    }
    Retire(std::move(item.second));
    return true;
  });
}

void ChunkCache::StartEpoch(int64_t expires) {
  first_expiry_ = INT64_MAX;
  absl::erase_if(entries_, [&](auto& item) {
    Entry& entry = *item.second;
    if (entry.finished() && entry.status().ok()) {
      entry.expires = expires;
      entry.unchecked_ = true;
      first_expiry_ = expires;
      return false;
    }
    Retire(std::move(item.second));
    return true;
  });
}

void ChunkCache::Clear() {
  for (auto& [key, entry] : entries_) Retire(std::move(entry));
  entries_.clear();
  first_expiry_ = INT64_MAX;
}

void ChunkCache::Retire(std::unique_ptr<Entry> entry) { spare_.push_back(std::move(entry)); }

void ChunkCache::AddBytes(int64_t bytes) {
  const int64_t now = bytes_.load(std::memory_order_relaxed) + bytes;
  bytes_.store(now, std::memory_order_relaxed);
  if (now > peak_.load(std::memory_order_relaxed)) peak_.store(now, std::memory_order_relaxed);
}

}  // namespace seiche
