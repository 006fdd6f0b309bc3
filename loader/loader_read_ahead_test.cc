// A loader on a slow disk: what it asks the system to read ahead.
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/loader.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;

// Bytes that nobody asked for in advance take a millisecond.
class SlowDisk {
 public:
  struct Counts {
    int64_t reads = 0;
    int64_t waits = 0;
    int64_t hints = 0;
    int64_t again = 0;  // hints at what was hinted at or read before
  };

  void Read(int64_t offset) {
    bool wait = false;
    {
      std::lock_guard lock(mutex_);
      ++counts_.reads;
      wait = known_.insert(offset).second;
      counts_.waits += wait;
    }
    if (wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  void Hint(int64_t offset) {
    std::lock_guard lock(mutex_);
    ++counts_.hints;
    counts_.again += !known_.insert(offset).second;
  }

  Counts counts() const {
    std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;
  Counts counts_;
  std::set<int64_t> known_;
};

SlowDisk::Counts Load(Shape shape, Shape chunk, const std::string& codec, LoaderOptions options) {
  SlowDisk disk;
  GridStore::Options store;
  store.fields = {GridStore::MakeField("u", std::move(shape), std::move(chunk), "NTHW",
                                       DType::kFloat32, codec)};
  store.gap = 1 << 20;  // nothing is read together
  store.on_read = [&](int32_t, int64_t offset, int64_t) { disk.Read(offset); };
  store.on_hint = [&](int32_t, int64_t offset, int64_t) { disk.Hint(offset); };
  const auto loader = Loader::Create(std::make_shared<GridStore>(std::move(store)), options);
  EXPECT_THAT(loader, IsOk());
  int64_t samples = 0;
  for (auto batch = (*loader)->Next(); batch.ok() && batch->has_value();
       batch = (*loader)->Next()) {
    samples += (*batch)->size();
  }
  EXPECT_EQ(samples, (*loader)->num_samples());
  return disk.counts();
}

// One run a chunk, 16 batches of 8.
TEST(LoaderReadAheadTest, ChunksAreAskedForBeforeTheyAreRead) {
  const auto counts = Load({128, 16, 128, 128}, {1, 16, 128, 128}, "number",
                           {.batch_size = 8, .workers = 2, .prefetch = 4});
  EXPECT_EQ(counts.reads, 128);
  EXPECT_EQ(counts.again, 0);
  // One worker's turn a millisecond without them, all of them late.
  EXPECT_GT(counts.hints, 64);
  EXPECT_LT(counts.waits, 64);
}

// Each sample reads its own part of a chunk.
TEST(LoaderReadAheadTest, PartsOfRawChunksToo) {
  const auto counts = Load({64, 16, 128, 128}, {64, 16, 128, 128}, "none",
                           {.batch_size = 8, .workers = 2, .prefetch = 4});
  EXPECT_EQ(counts.reads, 64);
  EXPECT_EQ(counts.again, 0);
  EXPECT_GT(counts.hints, 0);
}

TEST(LoaderReadAheadTest, NotWithoutABudget) {
  LoaderOptions options = {.batch_size = 1, .workers = 2, .prefetch = 2};
  options.memory_budget = 4 << 20;
  const auto counts = Load({32, 16, 64, 64}, {1, 16, 64, 64}, "number", options);
  EXPECT_EQ(counts.hints, 0);
  EXPECT_EQ(counts.waits, 32);
}

}  // namespace
}  // namespace seiche
