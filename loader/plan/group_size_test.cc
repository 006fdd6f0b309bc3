#include "loader/plan/group_size.h"

#include <chrono>
#include <cstdint>

#include "gtest/gtest.h"

namespace seiche {
namespace {

using std::chrono::milliseconds;

Strategy Groups(int64_t usual, int64_t most, int64_t buffers) {
  Strategy strategy;
  strategy.group_batches = usual;
  strategy.most_group_batches = most;
  strategy.most_batches = buffers;
  return strategy;
}

// `waited` of `passed` milliseconds.
GroupSize::Progress After(int64_t passed, int64_t waited, int64_t delivered, int64_t published) {
  return {.now = std::chrono::steady_clock::time_point(milliseconds(passed)),
          .wait_nanos = waited * 1'000'000,
          .delivered = delivered,
          .published = published};
}

TEST(GroupSizeTest, GrowsForAConsumerThatWaitsForMoreThanHalfOfItsTime) {
  const Strategy strategy = Groups(2, 5, 5);
  GroupSize size(strategy);
  EXPECT_EQ(size.Next(After(0, 0, 0, 0)), 2);
  size.Start(After(0, 0, 0, 0));
  EXPECT_EQ(size.Next(After(100, 51, 2, 2)), 5);
  EXPECT_TRUE(size.consumer_waits());
  size.Start(After(100, 51, 2, 2));
  EXPECT_EQ(size.Next(After(200, 100, 7, 7)), 2);
  EXPECT_FALSE(size.consumer_waits());
}

TEST(GroupSizeTest, LeavesRoomForTheBatchThatTheConsumerHolds) {
  const Strategy strategy = Groups(2, 5, 5);
  GroupSize size(strategy);
  size.Ask(/*holds=*/true);
  EXPECT_EQ(size.Next(After(100, 90, 2, 2)), 4);
  size.Ask(/*holds=*/false);
  EXPECT_EQ(size.Next(After(100, 90, 2, 2)), 5);
}

TEST(GroupSizeTest, KnowsNothingNewBeforeABatchWasTaken) {
  const Strategy strategy = Groups(2, 5, 5);
  GroupSize size(strategy);
  EXPECT_EQ(size.Next(After(100, 90, 0, 2)), 2);
}

TEST(GroupSizeTest, StartsSmallInTheFirstEpochOnly) {
  Strategy strategy = Groups(30, 60, 60);
  strategy.starts_small = true;
  GroupSize size(strategy);
  EXPECT_EQ(size.Next(After(0, 0, 0, 0)), 1);
  EXPECT_EQ(size.Next(After(0, 0, 0, 1)), 8);
  EXPECT_EQ(size.Next(After(0, 0, 0, 9)), 30);
  size.BeginNextEpoch();
  EXPECT_EQ(size.Next(After(0, 0, 0, 0)), 30);
}

}  // namespace
}  // namespace seiche
