#include "loader/order/sampler.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace seiche {
namespace {

std::vector<int64_t> All(const Sampler& sampler) {
  std::vector<int64_t> samples;
  for (int64_t p = 0; p < sampler.size(); ++p) samples.push_back(sampler(p));
  return samples;
}

void ExpectBijection(const Sampler& sampler) {
  std::vector<bool> seen(sampler.size(), false);
  for (int64_t p = 0; p < sampler.size(); ++p) {
    const int64_t sample = sampler(p);
    ASSERT_GE(sample, 0);
    ASSERT_LT(sample, sampler.size());
    ASSERT_FALSE(seen[sample]) << "position " << p;
    seen[sample] = true;
    ASSERT_EQ(sampler.PositionOf(sample), p);
    ASSERT_GT(sampler.WindowEnd(p), p);
    ASSERT_LE(sampler.WindowEnd(p), sampler.size());
  }
}

TEST(SamplerTest, SequentialIsTheIdentity) {
  const Sampler sampler({.order = Order::kSequential}, 100, 1, 3);
  for (int64_t p = 0; p < 100; ++p) EXPECT_EQ(sampler(p), p);
  ExpectBijection(sampler);
}

TEST(SamplerTest, UniformIsTheKeyedPermutation) {
  const Sampler sampler({}, 1000, 5, 2);
  const KeyedPermutation permutation(1000, 5, 2);
  for (int64_t p = 0; p < 1000; ++p) EXPECT_EQ(sampler(p), permutation(p));
  ExpectBijection(sampler);
}

TEST(SamplerTest, ChunkAwareIsABijectionForAnySizes) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 300; ++i) {
    const int64_t size = 1 + random() % 500;
    const SamplerOptions options = {.order = Order::kChunkAware,
                                    .block_samples = 1 + static_cast<int64_t>(random() % 60),
                                    .window_blocks = 1 + static_cast<int64_t>(random() % 9)};
    SCOPED_TRACE(size);
    SCOPED_TRACE(options.block_samples);
    SCOPED_TRACE(options.window_blocks);
    ExpectBijection(Sampler(options, size, random(), random() % 5));
  }
}

// A block's samples stand between the beginning of its window and WindowEnd().
TEST(SamplerTest, ABlockIsInOneWindow) {
  for (const int64_t size : {91, 910, 913}) {
    const Sampler sampler({.order = Order::kChunkAware, .block_samples = 10, .window_blocks = 4},
                          size, 7, 1);
    std::vector<int64_t> end_of_block((size + 9) / 10, -1);
    for (int64_t p = 0; p < size; ++p) {
      int64_t& end = end_of_block[sampler(p) / 10];
      if (end < 0) end = sampler.WindowEnd(p);
      EXPECT_EQ(sampler.WindowEnd(p), end);
      EXPECT_LT(p, end);
    }
  }
}

TEST(SamplerTest, ChunkAwareShufflesBlocksAndWithinThem) {
  const SamplerOptions options = {
      .order = Order::kChunkAware, .block_samples = 50, .window_blocks = 2};
  const std::vector<int64_t> samples = All(Sampler(options, 1000, 1, 0));
  int neighbours = 0;
  for (size_t p = 1; p < samples.size(); ++p) neighbours += samples[p] == samples[p - 1] + 1;
  EXPECT_LT(neighbours, 50);
  EXPECT_NE(samples, All(Sampler(options, 1000, 1, 1)));
  EXPECT_NE(samples, All(Sampler(options, 1000, 2, 0)));
  EXPECT_EQ(samples, All(Sampler(options, 1000, 1, 0)));
  // Two blocks of the first window come mixed.
  std::vector<int64_t> blocks;
  for (int p = 0; p < 100; ++p) blocks.push_back(samples[p] / 50);
  EXPECT_NE(std::count(blocks.begin(), blocks.begin() + 50, blocks[0]), 50);
}

TEST(SamplerTest, WindowsOfSequentialOrderAreBlocks) {
  const Sampler sampler({.order = Order::kSequential, .block_samples = 10}, 25, 1, 0);
  EXPECT_EQ(sampler.WindowEnd(0), 10);
  EXPECT_EQ(sampler.WindowEnd(9), 10);
  EXPECT_EQ(sampler.WindowEnd(10), 20);
  EXPECT_EQ(sampler.WindowEnd(24), 25);
}

TEST(SamplerTest, OneWindowOfAllBlocksIsAsGoodAsUniform) {
  ExpectBijection(
      Sampler({.order = Order::kChunkAware, .block_samples = 7, .window_blocks = 1000}, 500, 1, 0));
}

}  // namespace
}  // namespace seiche
