#include "storage/hdf5/turnstile.h"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::ElementsAre;

// Runs pieces 0..count-1 on four threads, handed out in order. Piece `failing` gives up before its
// turn. Returns the pieces in the order in which they passed.
std::vector<int64_t> RunPieces(int64_t count, int64_t failing) {
  Turnstile turnstile;
  std::atomic<int64_t> next{0};
  std::vector<int64_t> passed;  // only whose turn it is adds to it
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int64_t piece = next++; piece < count; piece = next++) {
        Turnstile::Turn turn(turnstile, piece);
        if (piece == failing || !turn.Wait()) continue;
        passed.push_back(piece);
        turn.Succeed();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return passed;
}

TEST(TurnstileTest, LetsPiecesPassInOrder) {
  const std::vector<int64_t> passed = RunPieces(1000, /*failing=*/-1);
  ASSERT_EQ(passed.size(), 1000);
  for (int64_t i = 0; i < 1000; ++i) EXPECT_EQ(passed[i], i);
}

TEST(TurnstileTest, LetsThePiecesBeforeAFailurePassAndNoneBehind) {
  for (int repeat = 0; repeat < 50; ++repeat) {
    EXPECT_THAT(RunPieces(100, /*failing=*/3), ElementsAre(0, 1, 2));
  }
}

}  // namespace
}  // namespace seiche
