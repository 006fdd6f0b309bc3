#include "loader/batch_ring.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::StatusIs;
using ::testing::Each;

// Batches of [2,3,4,5] float32: 480 bytes.
BatchRing::Options SmallOptions() {
  Batch::Outputs outputs = {{.name = "frames", .axes = "THW", .sample_shape = {3, 4, 5}}};
  const int64_t bytes = LayOut(outputs, 2);
  return {.outputs = std::make_shared<const Batch::Outputs>(std::move(outputs)),
          .rows = 2,
          .batch_bytes = bytes,
          .capacity = 2,
          .max_buffers = 3,
          .memory_budget = 1500};
}

std::shared_ptr<BatchRing> MakeRing(BatchRing::Options options = SmallOptions()) {
  return std::make_shared<BatchRing>(std::move(options));
}

Batch LeaseOne(BatchRing& ring) { return ring.Lease(ring.TryAcquire()); }

TEST(BatchRingTest, SlotsFitTheBatch) {
  const auto ring = MakeRing();
  const auto slot = ring->TryAcquire();
  ASSERT_NE(slot, nullptr);
  EXPECT_GE(slot->memory.capacity(), 480);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(slot->memory.data()) % AlignedBuffer::kAlignment, 0);
  EXPECT_EQ(slot->samples.size(), 2);
  EXPECT_EQ(LeaseOne(*ring).view().shape, (Shape{2, 3, 4, 5}));
}

TEST(BatchRingTest, UsesTheSameMemoryAgain) {
  const auto ring = MakeRing();
  std::set<const std::byte*> seen;
  for (int i = 0; i < 10; ++i) seen.insert(LeaseOne(*ring).view().data);
  EXPECT_EQ(seen.size(), 1);
  EXPECT_EQ(ring->counts().buffers, 1);
}

TEST(BatchRingTest, MakesBuffersUpToTheLimit) {
  const auto ring = MakeRing();
  std::vector<Batch> held;
  for (int i = 0; i < 3; ++i) held.push_back(LeaseOne(*ring));
  EXPECT_EQ(ring->TryAcquire(), nullptr);
  EXPECT_THAT(ring->ExhaustedError(),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "3 batches of 480 bytes are held, as many as memory_budget = 1500 bytes "
                       "allows: release some, or raise memory_budget"));
  held.pop_back();
  EXPECT_NE(ring->TryAcquire(), nullptr);
}

TEST(BatchRingTest, FreesWhatIsTooMany) {
  const auto ring = MakeRing();
  std::vector<Batch> held;
  for (int i = 0; i < 3; ++i) held.push_back(LeaseOne(*ring));
  EXPECT_EQ(ring->counts().leased, 3);
  held.clear();
  EXPECT_EQ(ring->counts().buffers, 2);
  EXPECT_EQ(ring->counts().free, 2);
  EXPECT_EQ(ring->counts().leased, 0);
}

TEST(BatchRingTest, AcquiredBuffersCountAsInTheRing) {
  const auto ring = MakeRing();
  auto first = ring->TryAcquire(), second = ring->TryAcquire();
  { const Batch third = LeaseOne(*ring); }
  EXPECT_EQ(ring->counts().buffers, 2);
  ring->PutBack(std::move(first));
  ring->PutBack(std::move(second));
  EXPECT_EQ(ring->counts().free, 2);
}

TEST(BatchRingTest, BelowTheLimitItIsTheSystemThatHasNoMemory) {
  const auto ring = MakeRing();
  const Batch held = LeaseOne(*ring);
  EXPECT_THAT(ring->ExhaustedError(),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "the system has no memory for a batch of 480 bytes; 1 batches are held: "
                       "release some, or lower batch_size"));
}

TEST(BatchRingTest, TellsOfEveryReturn) {
  int returns = 0;
  BatchRing::Options options = SmallOptions();
  options.on_return = [&] { ++returns; };
  const auto ring = MakeRing(options);
  Batch batch = LeaseOne(*ring);
  EXPECT_EQ(returns, 0);
  batch = LeaseOne(*ring);  // the old one goes back
  EXPECT_EQ(returns, 1);
  { const Batch moved = std::move(batch); }
  EXPECT_EQ(returns, 2);
  batch = LeaseOne(*ring);
  EXPECT_EQ(returns, 2);
}

TEST(BatchRingTest, OnReturnMayUseTheRing) {
  std::shared_ptr<BatchRing> ring;
  std::unique_ptr<Batch::Slot> taken;
  BatchRing::Options options = SmallOptions();
  options.on_return = [&] { taken = ring->TryAcquire(); };
  ring = MakeRing(options);
  const std::byte* data;
  {
    const Batch batch = LeaseOne(*ring);
    data = batch.view().data;
  }
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(taken->memory.data(), data);
}

TEST(BatchRingTest, ClosedRingsKeepNothingAndSayNothing) {
  int returns = 0;
  BatchRing::Options options = SmallOptions();
  options.on_return = [&] { ++returns; };
  auto ring = MakeRing(options);
  std::optional<Batch> held = LeaseOne(*ring);
  { const Batch released = LeaseOne(*ring); }
  ring->Close();
  EXPECT_EQ(ring->counts().buffers, 1);
  EXPECT_EQ(ring->counts().free, 0);
  held.reset();
  EXPECT_EQ(ring->counts().buffers, 0);
  EXPECT_EQ(returns, 1);
}

TEST(BatchRingTest, BatchesOutliveTheRing) {
  auto ring = MakeRing();
  auto slot = ring->TryAcquire();
  auto* values = reinterpret_cast<float*>(slot->memory.data());
  std::fill(values, values + 120, 7.0f);
  slot->samples = {4, 2};
  slot->number = 5;
  const Batch batch = ring->Lease(std::move(slot));
  ring->Close();
  ring.reset();
  EXPECT_EQ(batch.size(), 2);
  EXPECT_EQ(batch.number(), 5);
  EXPECT_THAT(batch.samples(), ::testing::ElementsAre(4, 2));
  EXPECT_THAT(batch.array<float>().values(), Each(7.0f));
}

TEST(BatchRingTest, ReleasedOnManyThreads) {
  BatchRing::Options options = SmallOptions();
  options.capacity = options.max_buffers = 4;
  const auto ring = MakeRing(options);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) {
        Batch batch = LeaseOne(*ring);
        ASSERT_EQ(batch.size(), 2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ring->counts().leased, 0);
  EXPECT_LE(ring->counts().buffers, 4);
}

}  // namespace
}  // namespace seiche
