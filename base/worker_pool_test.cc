#include "base/worker_pool.h"

#include <sched.h>

#include <atomic>
#include <chrono>
#include <new>
#include <numeric>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using absl_testing::IsOk;
using absl_testing::StatusIs;

TEST(WorkerPoolTest, RunsEveryPieceOnce) {
  for (int workers : {1, 2, 3, 8}) {
    WorkerPool pool(workers);
    EXPECT_EQ(pool.workers(), workers);
    for (int64_t count : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> calls(count);
      EXPECT_THAT(pool.ForEach(count,
                               [&](int64_t i, int worker) {
                                 EXPECT_GE(worker, 0);
                                 EXPECT_LT(worker, workers);
                                 ++calls[i];
                                 return absl::OkStatus();
                               }),
                  IsOk());
      for (const auto& n : calls) EXPECT_EQ(n, 1);
    }
  }
}

TEST(WorkerPoolTest, NegativeCountIsNothing) {
  WorkerPool pool(2);
  EXPECT_THAT(pool.ForEach(-1, [](int64_t, int) { return absl::InternalError("called"); }), IsOk());
}

// A worker's number is its own: scratch indexed by it needs no lock (tsan checks that).
TEST(WorkerPoolTest, ScratchOfAWorkerIsNotShared) {
  WorkerPool pool(4);
  std::vector<int64_t> sums(pool.workers());
  for (int repeat = 0; repeat < 50; ++repeat) {
    ASSERT_THAT(pool.ForEach(100,
                             [&](int64_t i, int worker) {
                               sums[worker] += i;
                               return absl::OkStatus();
                             }),
                IsOk());
  }
  EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), int64_t{0}), 50 * 4950);
}

TEST(WorkerPoolTest, UsesSeveralThreads) {
  WorkerPool pool(3);
  std::atomic<int> arrived{0};
  // Each piece waits for the others: with fewer than three threads this would not end.
  EXPECT_THAT(pool.ForEach(3,
                           [&](int64_t, int) {
                             ++arrived;
                             while (arrived < 3) std::this_thread::yield();
                             return absl::OkStatus();
                           }),
              IsOk());
}

TEST(WorkerPoolTest, ReturnsTheLowestErrorForAnyNumberOfWorkers) {
  for (int workers : {1, 2, 5}) {
    WorkerPool pool(workers);
    for (int repeat = 0; repeat < 100; ++repeat) {
      EXPECT_THAT(pool.ForEach(64,
                               [](int64_t i, int) {
                                 return i % 7 == 6 ? absl::DataLossError(absl::StrCat("piece ", i))
                                                   : absl::OkStatus();
                               }),
                  StatusIs(absl::StatusCode::kDataLoss, "piece 6"));
    }
  }
}

TEST(WorkerPoolTest, LowestErrorCountsEvenIfItComesLast) {
  WorkerPool pool(2);
  std::atomic<bool> second_fails{false};
  EXPECT_THAT(pool.ForEach(2,
                           [&](int64_t i, int) {
                             if (i == 1) {
                               second_fails = true;
                               return absl::DataLossError("second");
                             }
                             while (!second_fails) std::this_thread::yield();
                             // Time for the other thread to hand in its error.
                             std::this_thread::sleep_for(std::chrono::milliseconds(20));
                             return absl::DataLossError("first");
                           }),
              StatusIs(absl::StatusCode::kDataLoss, "first"));
}

TEST(WorkerPoolTest, StartsNoPieceAfterAnError) {
  WorkerPool pool(1);
  int64_t last = -1;
  EXPECT_THAT(pool.ForEach(1000,
                           [&](int64_t i, int) {
                             last = i;
                             return i == 10 ? absl::UnavailableError("disk") : absl::OkStatus();
                           }),
              StatusIs(absl::StatusCode::kUnavailable, "disk"));
  EXPECT_EQ(last, 10);
}

TEST(WorkerPoolTest, WorksAgainAfterAnError) {
  WorkerPool pool(3);
  EXPECT_THAT(pool.ForEach(9, [](int64_t, int) { return absl::InternalError("no"); }),
              StatusIs(absl::StatusCode::kInternal, "no"));
  std::atomic<int> calls{0};
  EXPECT_THAT(pool.ForEach(9,
                           [&](int64_t, int) {
                             ++calls;
                             return absl::OkStatus();
                           }),
              IsOk());
  EXPECT_EQ(calls, 9);
}

TEST(WorkerPoolTest, RunningOutOfMemoryIsAnError) {
  for (int workers : {1, 4}) {
    WorkerPool pool(workers);
    EXPECT_THAT(pool.ForEach(8, [](int64_t, int) -> absl::Status { throw std::bad_alloc(); }),
                StatusIs(absl::StatusCode::kResourceExhausted, "out of memory"));
  }
}

TEST(WorkerPoolTest, ZeroWorkersMeansOneACore) {
  EXPECT_EQ(WorkerPool(0).workers(), AvailableCores());
}

TEST(AvailableCoresTest, FollowsTheAffinity) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_GE(AvailableCores(), 1);
  EXPECT_LE(AvailableCores(), CPU_COUNT(&before));
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(AvailableCores(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
}

}  // namespace
}  // namespace seiche
