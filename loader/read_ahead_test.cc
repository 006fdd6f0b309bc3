#include "loader/read_ahead.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::Each;
using ::testing::Pair;

constexpr int64_t kMegabyte = 1 << 20;
constexpr int64_t kMillisecond = 1'000'000;

TEST(ReadAheadTest, FastReadsNeedNone) {
  ReadAhead ahead(64);
  for (int i = 0; i < 1000; ++i) ahead.Observe(kMegabyte, kMillisecond / 8);
  EXPECT_EQ(ahead.runs(), 0);
  EXPECT_THAT(ahead.Claim(0, 100), Pair(0, 0));
}

TEST(ReadAheadTest, SlowReadsDoubleTheDistanceUpToTheMost) {
  ReadAhead ahead(20);
  std::vector<int64_t> runs;
  for (int i = 0; i < 7; ++i) {
    ahead.Observe(kMegabyte, 5 * kMillisecond);
    runs.push_back(ahead.runs());
  }
  EXPECT_THAT(runs, testing::ElementsAre(1, 3, 7, 15, 20, 20, 20));
  // What the hints have fetched is fast, but not for that reason needless.
  for (int i = 0; i < 255; ++i) ahead.Observe(kMegabyte, kMillisecond / 8);
  EXPECT_EQ(ahead.runs(), 20);
  ahead.Observe(kMegabyte, kMillisecond / 8);
  EXPECT_EQ(ahead.runs(), 10);
  for (int i = 0; i < 5 * 256; ++i) ahead.Observe(kMegabyte, kMillisecond / 8);
  EXPECT_EQ(ahead.runs(), 0);
}

TEST(ReadAheadTest, SmallReadsAreSlowByTheirLatency) {
  ReadAhead ahead(64);
  ahead.Observe(4096, kMillisecond / 20);
  EXPECT_EQ(ahead.runs(), 0);
  ahead.Observe(4096, kMillisecond);
  EXPECT_EQ(ahead.runs(), 1);
}

TEST(ReadAheadTest, NeverWithoutRoom) {
  ReadAhead ahead(0);
  ahead.Observe(kMegabyte, 1000 * kMillisecond);
  EXPECT_EQ(ahead.runs(), 0);
}

TEST(ReadAheadTest, ClaimsWhatIsPublishedAndInReach) {
  ReadAhead ahead(64);
  for (int i = 0; i < 3; ++i) ahead.Observe(kMegabyte, 5 * kMillisecond);
  ASSERT_EQ(ahead.runs(), 7);
  EXPECT_THAT(ahead.Claim(0, 5), Pair(1, 5));
  EXPECT_THAT(ahead.Claim(0, 5), Pair(0, 0));
  EXPECT_THAT(ahead.Claim(1, 100), Pair(5, 9));
  // The others are too late.
  EXPECT_THAT(ahead.Claim(20, 100), Pair(21, 28));
  EXPECT_THAT(ahead.Claim(99, 100), Pair(100, 100));
  ahead.Restart();
  EXPECT_THAT(ahead.Claim(0, 100), Pair(1, 8));
}

TEST(ReadAheadTest, ThreadsClaimEachTicketOnce) {
  ReadAhead ahead(64);
  for (int i = 0; i < 8; ++i) ahead.Observe(kMegabyte, 5 * kMillisecond);
  constexpr int64_t kTickets = 20000;
  std::vector<std::atomic<int>> claims(kTickets);
  std::atomic<int64_t> next = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int64_t ticket = next++; ticket < kTickets; ticket = next++) {
        const auto [first, end] = ahead.Claim(ticket, kTickets);
        for (int64_t i = first; i < end; ++i) ++claims[i];
        ahead.Observe(kMegabyte, kMillisecond / 8);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(claims, Each(testing::Le(1)));
}

}  // namespace
}  // namespace seiche
