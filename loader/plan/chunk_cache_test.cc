#include "loader/plan/chunk_cache.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <random>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// The system has a terabyte: asan would end the test at such a request instead of failing it.
void* operator new(size_t size, std::align_val_t alignment) {
  void* memory =
      size > size_t{1} << 40 ? nullptr : std::aligned_alloc(static_cast<size_t>(alignment), size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;

constexpr int64_t kPage = AlignedBuffer::kAlignment;

TEST(ChunkCacheTest, FindsWhatWasAdded) {
  ChunkCache cache(10 * kPage);
  EXPECT_EQ(cache.Find(0, 7), nullptr);
  ChunkCache::Entry* entry = cache.TryAdd(0, 7, 100, /*expires=*/5);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(cache.Find(0, 7), entry);
  EXPECT_EQ(cache.Find(1, 7), nullptr);
  EXPECT_EQ(cache.Find(0, 8), nullptr);
  EXPECT_NE(cache.TryAdd(1, 7, 100, 5), entry);
  EXPECT_EQ(cache.size(), 2);
}

TEST(ChunkCacheTest, EntriesStayWhereTheyAre) {
  ChunkCache cache(1000 * kPage);
  std::map<int64_t, ChunkCache::Entry*> entries;
  for (int64_t chunk = 0; chunk < 500; ++chunk) entries[chunk] = cache.TryAdd(0, chunk, 8, 1);
  for (const auto& [chunk, entry] : entries) EXPECT_EQ(cache.Find(0, chunk), entry);
}

TEST(ChunkCacheTest, FinishedOnAnyThread) {
  ChunkCache cache(kPage);
  ChunkCache::Entry* entry = cache.TryAdd(0, 1, 100, 5);
  ASSERT_NE(entry, nullptr);
  EXPECT_FALSE(entry->finished());
  std::thread decoder([&] {
    std::memset(entry->memory.data(), 42, 100);
    entry->Finish(absl::OkStatus());
  });
  while (!entry->finished()) std::this_thread::yield();
  EXPECT_EQ(entry->memory.data()[99], std::byte{42});
  EXPECT_THAT(entry->status(), IsOk());
  decoder.join();
}

TEST(ChunkCacheTest, RoomCountsWholePages) {
  ChunkCache cache(3 * kPage - 1);
  EXPECT_NE(cache.TryAdd(0, 0, 1, 9), nullptr);
  EXPECT_NE(cache.TryAdd(0, 1, kPage, 9), nullptr);
  EXPECT_EQ(cache.memory_bytes(), 2 * kPage);
  // There are 4095 bytes left: no page.
  EXPECT_EQ(cache.TryAdd(0, 2, 1, 9), nullptr);
  EXPECT_EQ(cache.Find(0, 2), nullptr) << "a chunk without room leaves nothing behind";
  EXPECT_EQ(cache.memory_bytes(), 2 * kPage);
}

TEST(ChunkCacheTest, WithoutCapacityThereIsNoRoom) {
  ChunkCache cache(0);
  EXPECT_EQ(cache.TryAdd(0, 0, 1, 9), nullptr);
  EXPECT_EQ(cache.memory_bytes(), 0);
  EXPECT_EQ(cache.peak_bytes(), 0);
}

TEST(ChunkCacheTest, SizesNearTheLimit) {
  ChunkCache cache(kPage);
  EXPECT_EQ(cache.TryAdd(0, 0, INT64_MAX - 2 * kPage, 9), nullptr);
  EXPECT_EQ(cache.size(), 0);
}

// The system's lack of memory is a lack of room, too.
TEST(ChunkCacheTest, MoreThanTheSystemHas) {
  ChunkCache cache(INT64_MAX);
  EXPECT_EQ(cache.TryAdd(0, 0, int64_t{1} << 62, 9), nullptr);
  EXPECT_EQ(cache.memory_bytes(), 0);
  EXPECT_NE(cache.TryAdd(0, 1, 100, 9), nullptr);
}

TEST(ChunkCacheTest, ExpiresAtItsPositionAndNotBefore) {
  ChunkCache cache(10 * kPage);
  cache.TryAdd(0, 0, 8, /*expires=*/10);
  cache.TryAdd(0, 1, 8, /*expires=*/5);
  cache.TryAdd(0, 2, 8, /*expires=*/20);
  cache.Expire(4);
  EXPECT_EQ(cache.size(), 3);
  cache.Expire(5);
  EXPECT_EQ(cache.Find(0, 1), nullptr);
  EXPECT_EQ(cache.size(), 2);
  cache.Expire(9);
  EXPECT_EQ(cache.size(), 2);
  cache.TryAdd(0, 3, 8, /*expires=*/11);
  cache.Expire(11);
  EXPECT_EQ(cache.Find(0, 0), nullptr);
  EXPECT_EQ(cache.Find(0, 3), nullptr);
  EXPECT_NE(cache.Find(0, 2), nullptr);
  cache.Expire(100);
  EXPECT_EQ(cache.size(), 0);
}

// A position that was put off while the entry was in the cache.
TEST(ChunkCacheTest, ExpiryMayBePutOff) {
  ChunkCache cache(10 * kPage);
  cache.TryAdd(0, 0, 8, /*expires=*/5)->expires = 15;
  cache.TryAdd(0, 1, 8, /*expires=*/5);
  cache.Expire(5);
  EXPECT_NE(cache.Find(0, 0), nullptr);
  EXPECT_EQ(cache.Find(0, 1), nullptr);
  cache.Expire(14);
  EXPECT_NE(cache.Find(0, 0), nullptr);
  cache.Expire(15);
  EXPECT_EQ(cache.Find(0, 0), nullptr);
}

TEST(ChunkCacheTest, UsesMemoryAgain) {
  ChunkCache cache(2 * kPage);
  ChunkCache::Entry* first = cache.TryAdd(0, 0, kPage, 5);
  const std::byte* memory = first->memory.data();
  first->Finish(absl::DataLossError("damaged"));
  cache.Expire(5);
  EXPECT_EQ(cache.memory_bytes(), kPage) << "kept for reuse";
  ChunkCache::Entry* second = cache.TryAdd(3, 9, kPage, 6);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->memory.data(), memory);
  EXPECT_FALSE(second->finished()) << "it is another chunk's now";
  EXPECT_THAT(second->status(), IsOk());
  EXPECT_EQ(second->expires, 6);
  EXPECT_EQ(cache.memory_bytes(), kPage);
}

TEST(ChunkCacheTest, GivesSpareMemoryBackForChunksOfAnotherSize) {
  ChunkCache cache(4 * kPage);
  for (int64_t chunk = 0; chunk < 4; ++chunk) ASSERT_NE(cache.TryAdd(0, chunk, 8, 5), nullptr);
  cache.Expire(5);
  EXPECT_EQ(cache.memory_bytes(), 4 * kPage);
  ASSERT_NE(cache.TryAdd(0, 9, 4 * kPage, 6), nullptr);
  EXPECT_EQ(cache.memory_bytes(), 4 * kPage);
  cache.Expire(6);
  // Far too much for a small one.
  ASSERT_NE(cache.TryAdd(0, 10, 8, 7), nullptr);
  EXPECT_EQ(cache.memory_bytes(), kPage);
  EXPECT_EQ(cache.peak_bytes(), 4 * kPage);
}

TEST(ChunkCacheTest, StartEpochKeepsWhatIsDecoded) {
  ChunkCache cache(10 * kPage);
  cache.TryAdd(0, 0, 8, 5)->Finish(absl::OkStatus());
  cache.TryAdd(0, 1, 8, 5)->Finish(absl::DataLossError("damaged"));
  cache.TryAdd(0, 2, 8, 5)->Finish(absl::CancelledError());
  cache.TryAdd(0, 3, 8, 5);  // never decoded
  cache.StartEpoch(/*expires=*/50);
  EXPECT_EQ(cache.size(), 1);
  ASSERT_NE(cache.Find(0, 0), nullptr);
  EXPECT_TRUE(cache.Find(0, 0)->finished());
  cache.Expire(49);
  EXPECT_NE(cache.Find(0, 0), nullptr);
  cache.Expire(50);
  EXPECT_EQ(cache.Find(0, 0), nullptr);
  EXPECT_NE(cache.TryAdd(0, 1, 8, 60), nullptr) << "tried again in the next epoch";
}

TEST(ChunkCacheTest, ClearFreesAllEntries) {
  ChunkCache cache(2 * kPage);
  cache.TryAdd(0, 0, 8, 5)->Finish(absl::OkStatus());
  cache.TryAdd(0, 1, 8, 5);
  cache.Clear();
  EXPECT_EQ(cache.size(), 0);
  EXPECT_EQ(cache.Find(0, 0), nullptr);
  EXPECT_NE(cache.TryAdd(0, 0, 8, 5), nullptr);
  EXPECT_NE(cache.TryAdd(0, 1, 8, 5), nullptr);
  EXPECT_EQ(cache.peak_bytes(), 2 * kPage);
}

// Against a plain account of what is in it.
TEST(ChunkCacheTest, NeverAboveItsCapacity) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto capacity = static_cast<int64_t>(random() % (60 * kPage));
    ChunkCache cache(capacity);
    std::map<std::pair<int, int64_t>, int64_t> expected;  // expiry
    int64_t position = 0, peak = 0;
    for (int step = 0; step < 2000; ++step) {
      const std::pair<int, int64_t> key(random() % 2, random() % 30);
      ASSERT_EQ(cache.Find(key.first, key.second) != nullptr, expected.contains(key));
      if (!expected.contains(key)) {
        const auto bytes = static_cast<int64_t>(random() % (8 * kPage) + 1);
        const auto expires = static_cast<int64_t>(position + 1 + random() % 40);
        ChunkCache::Entry* entry = cache.TryAdd(key.first, key.second, bytes, expires);
        if (entry != nullptr) {
          ASSERT_GE(entry->memory.capacity(), bytes);
          ASSERT_FALSE(entry->finished());
          entry->Finish(absl::OkStatus());
          expected[key] = expires;
        }
      }
      ASSERT_LE(cache.memory_bytes(), capacity);
      peak = std::max(peak, cache.memory_bytes());
      ASSERT_EQ(cache.peak_bytes(), peak);
      if (random() % 4 == 0) {
        position += static_cast<int64_t>(random() % 5);
        cache.Expire(position);
        std::erase_if(expected, [&](const auto& item) { return item.second <= position; });
      }
      ASSERT_EQ(cache.size(), expected.size());
    }
  }
}

}  // namespace
}  // namespace seiche
