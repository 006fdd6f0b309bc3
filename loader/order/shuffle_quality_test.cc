#include "loader/order/shuffle_quality.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace seiche {
namespace {

ShuffleQuality Of(const SamplerOptions& options, int64_t size, uint64_t seed = 1) {
  return MeasureShuffle(Sampler(options, size, seed, /*epoch=*/0));
}

TEST(ShuffleQualityTest, UniformIsOne) {
  for (const int64_t size : {1000, 100'000, 100'000'000}) {
    const ShuffleQuality quality = Of({}, size);
    EXPECT_GT(quality.rank, 0.9) << size;
    EXPECT_GT(quality.neighbours, 0.95) << size;
  }
}

TEST(ShuffleQualityTest, SequentialIsNone) {
  const ShuffleQuality quality = Of({.order = Order::kSequential}, 1000);
  EXPECT_NEAR(quality.rank, 0, 1e-12);
  EXPECT_NEAR(quality.neighbours, 3.0 / 1001, 1e-12);
  EXPECT_EQ(quality.value(), quality.rank);
}

// Neighbours are as far apart as the part of the data that is shuffled together lets them be.
TEST(ShuffleQualityTest, ChunkAwareIsThePartShuffledTogether) {
  for (const int64_t window : {2, 10, 50}) {
    const ShuffleQuality quality =
        Of({.order = Order::kChunkAware, .block_samples = 100, .window_blocks = window}, 10'000);
    EXPECT_NEAR(quality.neighbours, window / 100.0, 0.3 * window / 100.0 + 0.02) << window;
    EXPECT_GT(quality.rank, 0.5) << window;
  }
  const ShuffleQuality all =
      Of({.order = Order::kChunkAware, .block_samples = 100, .window_blocks = 100}, 10'000);
  EXPECT_GT(all.value(), 0.9);
}

TEST(ShuffleQualityTest, TheFewestSamples) {
  for (const int64_t size : {1, 2}) EXPECT_EQ(Of({}, size).value(), 1);
  EXPECT_LE(Of({}, 3).value(), 1);
}

}  // namespace
}  // namespace seiche
