#include "storage/hdf5/chunk_index.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace seiche {
namespace {

// `step` apart, out of order.
ChunkIndex EveryNth(int64_t num_chunks, int64_t step) {
  ChunkIndex::Builder builder(num_chunks);
  for (int64_t first : {int64_t{1}, int64_t{0}}) {
    for (int64_t chunk = first * step; chunk < num_chunks; chunk += 2 * step) {
      builder.Add(chunk, {.offset = 7 * chunk, .size = 5, .skip_mask = uint32_t(chunk % 4)});
    }
  }
  return std::move(builder).Build();
}

void ExpectEveryNth(const ChunkIndex& index, int64_t num_chunks, int64_t step) {
  for (int64_t chunk = 0; chunk<num_chunks; chunk += step> 8 ? step / 8 : 1) {
    const ChunkIndex::Entry* entry = index.Find(chunk);
    ASSERT_EQ(entry != nullptr, chunk % step == 0) << chunk;
    if (entry == nullptr) continue;
    EXPECT_EQ(entry->offset, 7 * chunk);
    EXPECT_EQ(entry->size, 5);
    EXPECT_EQ(entry->skip_mask, chunk % 4);
  }
}

TEST(ChunkIndexTest, FindsWhatWasAdded) {
  for (const int64_t step : {1, 2, 3, 100}) ExpectEveryNth(EveryNth(1000, step), 1000, step);
}

TEST(ChunkIndexTest, FindsFewOfMany) {
  constexpr int64_t kChunks = int64_t{1} << 50;
  const ChunkIndex index = EveryNth(kChunks, kChunks / 16);
  ExpectEveryNth(index, kChunks, kChunks / 16);
  EXPECT_EQ(index.Find(1), nullptr);
  EXPECT_EQ(index.Find(kChunks - 1), nullptr);
}

TEST(ChunkIndexTest, FindsTheChunkAtAnOffset) {
  for (const int64_t num_chunks : {int64_t{100}, int64_t{1} << 40}) {
    const ChunkIndex index = EveryNth(num_chunks, num_chunks / 10);
    EXPECT_EQ(index.ChunkAt(7 * (num_chunks / 10) * 3), num_chunks / 10 * 3);
    EXPECT_EQ(index.ChunkAt(1), std::nullopt);
  }
}

TEST(ChunkIndexTest, AnEmptyOneFindsNothing) {
  for (const int64_t num_chunks : {int64_t{3}, int64_t{1} << 40}) {
    const ChunkIndex index = ChunkIndex::Builder(num_chunks).Build();
    EXPECT_EQ(index.Find(0), nullptr);
    EXPECT_EQ(index.Find(2), nullptr);
  }
}

}  // namespace
}  // namespace seiche
