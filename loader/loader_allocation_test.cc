// The way of a delivered batch allocates nothing once it is warm. This binary counts every
// operator new, on all threads.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/loader.h"
#include "loader/testing/fake_store.h"
#include "loader/testing/grid_store.h"

namespace {

std::atomic<int64_t> allocations = 0;

void* Count(void* memory) {
  ++allocations;
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(size_t size) { return Count(std::malloc(size == 0 ? 1 : size)); }
void* operator new(size_t size, std::align_val_t alignment) {
  const size_t unit = static_cast<size_t>(alignment);
  return Count(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace seiche {
namespace {

using ::absl_testing::IsOk;

// Batches of samples that are a chunk each, or many.
class LoaderAllocationTest : public ::testing::TestWithParam<ChunkGrid> {};

INSTANTIATE_TEST_SUITE_P(Grids, LoaderAllocationTest,
                         ::testing::Values(ChunkGrid({200, 3, 4, 5}, {1, 3, 4, 5}),
                                           ChunkGrid({200, 3, 4, 5}, {7, 2, 3, 2})));

void ExpectNoneOnceWarm(std::shared_ptr<const SequenceStore> store) {
  auto loader = Loader::Create(std::move(store), {.batch_size = 4, .workers = 3});
  ASSERT_THAT(loader, IsOk());
  const auto read = [&](int64_t batches) {
    for (int64_t i = 0; i < batches; ++i) {
      absl::StatusOr<std::optional<Batch>> batch = (*loader)->Next();
      if (!batch.ok() || !batch->has_value()) return false;
    }
    return true;
  };
  // Workers and buffers get their memory with their first work, and on a busy machine the last of
  // them may get none for epochs.
  constexpr int kMostEpochs = 100;
  int64_t allocated = -1;
  for (int epoch = 1; allocated != 0 && epoch <= kMostEpochs; ++epoch) {
    ASSERT_THAT((*loader)->StartEpoch(epoch), IsOk());
    ASSERT_TRUE(read(10));
    const int64_t before = allocations;
    ASSERT_TRUE(read(40));
    allocated = allocations - before;
  }
  EXPECT_EQ(allocated, 0);
}

TEST_P(LoaderAllocationTest, NoneOnceWarm) {
  ExpectNoneOnceWarm(std::make_shared<FakeStore>(FakeStore::Options{.grid = GetParam()}));
}

// 112 strips of four chunks, which no FakeStore has: each of its chunks is in a file of its own.
TEST(LoaderAllocationTest, NoneInStripsOnceWarm) {
  ExpectNoneOnceWarm(std::make_shared<GridStore>(
      GridStore::Options{.fields = {GridStore::MakeField("u", {200, 4, 32, 64}, {50, 1, 5, 20})}}));
}

TEST(LoaderAllocationTest, CountsAtAll) {
  const int64_t before = allocations;
  auto buffer = std::make_unique<AlignedBuffer>(100);
  EXPECT_EQ(allocations - before, 2);
}

}  // namespace
}  // namespace seiche
