// How the loader spends its memory: never more than the budget, and every chunk decoded once as far
// as that reaches.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/loader.h"
#include "loader/testing/fake_store.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;

std::unique_ptr<Loader> MakeLoader(std::shared_ptr<const SequenceStore> store,
                                   const LoaderOptions& options) {
  auto loader = Loader::Create(std::move(store), options);
  EXPECT_THAT(loader, IsOk());
  return loader.ok() ? *std::move(loader) : nullptr;
}

std::shared_ptr<GridStore> Store(Field field, GridStore::Options options = {}) {
  options.fields = {std::move(field)};
  return std::make_shared<GridStore>(std::move(options));
}

// Samples whose axes are those of the store, T first.
void ExpectExact(const Batch& batch, const GridStore& store, const SampleMap& map) {
  const auto* value = reinterpret_cast<const float*>(batch.view().data);
  Box box;
  for (int64_t sample : batch.samples()) {
    map.SetBox(0, sample, 0, box);
    Shape index(box.extent.size(), 0);
    for (int64_t n = NumElements(box.extent); n > 0; --n) {
      Shape element = box.offset;
      for (size_t a = 0; a < index.size(); ++a) element[a] += index[a];
      ASSERT_EQ(*value++, GridStore::ValueAt(store.fields()[0].shape(), element))
          << "sample " << sample << ", element " << ToString(element);
      for (size_t a = index.size(); a-- > 0 && ++index[a] == box.extent[a];) index[a] = 0;
    }
  }
}

// Reads to the end of the epoch; returns the number of batches.
int64_t ReadEpoch(Loader& loader, const GridStore& store, const LoaderOptions& options) {
  const auto map = SampleMap::Create(store, options.sample, options.seed);
  int64_t batches = 0;
  while (true) {
    auto batch = loader.Next();
    EXPECT_THAT(batch, IsOk());
    if (!batch.ok() || !batch->has_value()) return batches;
    ExpectExact(**batch, store, *map);
    if (testing::Test::HasFatalFailure()) return batches;
    ++batches;
  }
}

// Bytes that a worker may need, by loader_setup.cc.
int64_t WorkerBytes(const Field& field, int workers) {
  return workers * (5 * NumElements(field.grid.chunk_shape()) * 4 + (4 << 20));
}

struct Way {
  std::string name;
  Shape chunk;
  SampleOptions sample = {};
  Order order = Order::kUniform;
  bool decode_once = true;
  int64_t shuffle_bytes = 0;
};

class LoaderMemoryTest : public testing::TestWithParam<Way> {};

INSTANTIATE_TEST_SUITE_P(
    Ways, LoaderMemoryTest,
    testing::Values(Way{"Alone", {1, 10, 16, 16}}, Way{"Groups", {20, 2, 5, 7}},
                    Way{"GroupsChunkAware", {20, 2, 5, 7}, {}, Order::kChunkAware},
                    Way{"EachOnItsOwn", {20, 2, 5, 7}, {}, Order::kUniform, false},
                    Way{"Windows", {1, 10, 16, 16}, {.windows = {{"", 0, 3}}}},
                    Way{"WindowsChunkAware",
                        {2, 10, 16, 16},
                        {.windows = {{"", 0, 3}}},
                        Order::kChunkAware,
                        true,
                        100000},
                    Way{"WindowsSequential",
                        {1, 4, 16, 16},
                        {.windows = {{"", 0, 3}}},
                        Order::kSequential,
                        true,
                        30000}),
    [](const auto& info) { return info.param.name; });

TEST_P(LoaderMemoryTest, NeverMoreThanTheBudget) {
  const Field field = GridStore::MakeField("u", {40, 10, 16, 16}, GetParam().chunk);
  const auto store = Store(field);
  LoaderOptions options = {.sample = GetParam().sample,
                           .batch_size = 4,
                           .order = GetParam().order,
                           .shuffle_bytes = GetParam().shuffle_bytes,
                           .workers = 2,
                           .decode_once = GetParam().decode_once};
  const int64_t batch_bytes = 4 * 10 * 16 * 16 * 4;
  for (int64_t more : {0, 1, 3, 7, 11, 20, 50}) {
    options.memory_budget = WorkerBytes(field, 2) + (3 + more) * batch_bytes;
    SCOPED_TRACE(options.memory_budget);
    const auto loader = MakeLoader(store, options);
    std::vector<Batch> held;
    // Once with batches given back, once with as many held as it has.
    for (int64_t epoch = 0; epoch < 2; ++epoch) {
      ReadEpoch(*loader, *store, options);
      ASSERT_THAT(loader->StartEpoch(epoch + 1), IsOk());
      while (true) {
        auto batch = loader->Next();
        if (batch.status().code() == absl::StatusCode::kResourceExhausted) break;
        ASSERT_THAT(batch, IsOk());
        if (!batch->has_value()) break;
        held.push_back(**std::move(batch));
      }
      EXPECT_GE(held.size(), 3);
      held.clear();
      ASSERT_THAT(loader->StartEpoch(0), IsOk());
    }
    const LoaderStatistics statistics = loader->statistics();
    EXPECT_LE(statistics.memory_peak_bytes, options.memory_budget);
    EXPECT_LE(statistics.memory_bytes, statistics.memory_peak_bytes);
    EXPECT_GT(statistics.memory_bytes, 0);
  }
}

// Chunks that are much larger than what is wanted of them: as many workers as have room.
TEST(LoaderWorkersTest, AreAsManyAsTheBudgetHasRoomFor) {
  constexpr int64_t kChunk = 32 * 256 * 256 * 4;
  const auto store = Store(GridStore::MakeField("u", {12, 32, 256, 256}, {1, 32, 256, 256}));
  LoaderOptions options = {.sample = {.windows = {{"", 0, 1}}}, .batch_size = 4, .workers = 8};
  options.max_batches = 30;
  for (const int64_t chunks : {4, 8, 14, 100}) {
    options.memory_budget = chunks * kChunk;
    const auto loader = MakeLoader(store, options);
    ReadEpoch(*loader, *store, options);
    EXPECT_LE(loader->statistics().memory_peak_bytes, options.memory_budget) << chunks;
  }
}

// Workers' memory for strips depends on how many there are. What comes next must not.
TEST(LoaderWorkersTest, DoNotChangeTheAutomaticOrder) {
  const auto store = Store(GridStore::MakeField("u", {188, 16, 110, 264}, {9, 8, 110, 12}));
  LoaderOptions options = {
      .sample = {.windows = {{"", 0, 8}}}, .order = Order::kAuto, .memory_budget = 512 << 20};
  std::set<Order> orders;
  std::set<std::string> states;
  for (const int workers : {1, 2, 7, 8, 16, 64}) {
    options.workers = workers;
    const auto loader = MakeLoader(store, options);
    orders.insert(loader->strategy().sampler.order);
    states.insert(loader->State());
  }
  EXPECT_EQ(orders.size(), 1);
  EXPECT_EQ(states.size(), 1);
}

// All chunks fit: they are decoded once for all epochs, though none is a multiple of a page.
TEST(LoaderCacheTest, WhatFitsIsDecodedOnceForAllEpochs) {
  for (const Shape& chunk : {Shape{1, 9, 43, 47}, Shape{1, 3, 5, 7}, Shape{2, 4, 43, 20}}) {
    const Field field = GridStore::MakeField("u", {20, 9, 43, 47}, chunk);
    const auto store = Store(field);
    const LoaderOptions options = {
        .sample = {.windows = {{"", 0, 2}}}, .batch_size = 3, .workers = 2};
    const auto loader = MakeLoader(store, options);
    ASSERT_TRUE(loader->strategy().keep_all);
    for (int64_t epoch = 1; epoch < 4; ++epoch) {
      EXPECT_EQ(ReadEpoch(*loader, *store, options), loader->num_batches());
      ASSERT_THAT(loader->StartEpoch(epoch), IsOk());
    }
    EXPECT_EQ(store->decodes(), field.grid.num_chunks()) << ToString(chunk);
    EXPECT_EQ(loader->statistics().chunks_decoded, field.grid.num_chunks());
  }
}

TEST(LoaderCacheTest, GroupsOfAllBatchesDecodeOnceAnEpoch) {
  const Field field = GridStore::MakeField("u", {40, 10, 16, 16}, {19, 3, 5, 7});
  const auto store = Store(field);
  const LoaderOptions options = {.batch_size = 4, .workers = 2};
  const auto loader = MakeLoader(store, options);
  ASSERT_EQ(loader->strategy().group_batches, 10);
  for (int64_t epoch = 1; epoch < 4; ++epoch) {
    ReadEpoch(*loader, *store, options);
    EXPECT_EQ(loader->statistics().decodes_per_chunk(), 1);
    EXPECT_EQ(store->decodes(), epoch * field.grid.num_chunks());
    ASSERT_THAT(loader->StartEpoch(epoch), IsOk());
  }
}

// Five batches have room. A consumer with work of its own gets groups of two, decoded beside it;
// for one that only waits groups of four decode less, or of five if it holds no batch meanwhile.
TEST(LoaderCacheTest, GroupsGrowForAConsumerThatWaits) {
  const Field field = GridStore::MakeField("u", {40, 10, 16, 16}, {20, 2, 5, 7});
  GridStore::Options slow;
  slow.on_decode = [](int, int64_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return absl::OkStatus();
  };
  const auto store = Store(field, std::move(slow));
  LoaderOptions options = {
      .batch_size = 4, .order = Order::kChunkAware, .shuffle_bytes = 1, .workers = 2};
  options.memory_budget = WorkerBytes(field, 2) + 5 * int64_t{4 * 10 * 16 * 16 * 4};
  const auto loader = MakeLoader(store, options);
  ASSERT_EQ(loader->strategy().group_batches, 2);
  ASSERT_EQ(loader->strategy().most_group_batches, 5);
  ReadEpoch(*loader, *store, options);
  ASSERT_THAT(loader->StartEpoch(1), IsOk());
  std::optional<Batch> held;
  do {
    held = loader->Next().value();
  } while (held.has_value());
  // Ten batches of two blocks: 4 + 4 + 2 decode each block twice, 2 + 2 + 2 + 2 + 2 three times.
  EXPECT_LT(loader->statistics().decodes_per_chunk(), 2.9);
  for (int64_t epoch = 2; epoch < 4; ++epoch) {
    ASSERT_THAT(loader->StartEpoch(epoch), IsOk());
    while (loader->Next().value().has_value()) {
    }
  }
  // 5 + 5: each block once.
  EXPECT_LT(loader->statistics().decodes_per_chunk(), 1.5);
  EXPECT_LE(loader->statistics().memory_peak_bytes, options.memory_budget);
}

// Of a store whose chunks are its sequences.
std::set<int64_t> ChunksOfFirstBatch(const Field& field, const LoaderOptions& options) {
  const auto store = Store(field);
  const auto map = SampleMap::Create(*store, options.sample, options.seed);
  const auto batch = MakeLoader(store, options)->Next();
  std::set<int64_t> chunks;
  Box box;
  for (int64_t sample : (**batch).samples()) {
    map->SetBox(0, sample, 0, box);
    chunks.insert(box.offset[0]);
  }
  return chunks;
}

// A group of many windows needs all chunks; the first batch is there when its own four are.
TEST(LoaderCacheTest, TheFirstBatchWaitsForNoLargeGroup) {
  const Field field = GridStore::MakeField("u", {60, 10, 16, 16}, {1, 10, 16, 16});
  constexpr int64_t kBatchBytes = 4 * 2 * 16 * 16 * 4;
  LoaderOptions options = {.sample = {.windows = {{"", 0, 2}}}, .batch_size = 4, .workers = 2};
  options.memory_budget = WorkerBytes(field, 2) + 40 * kBatchBytes;
  const std::set<int64_t> first_chunks = ChunksOfFirstBatch(field, options);

  absl::Notification first_is_there;
  std::atomic<bool> late = false;
  GridStore::Options options_of_store;
  options_of_store.on_decode = [&](int, int64_t chunk) {
    if (!first_chunks.contains(chunk) &&
        !first_is_there.WaitForNotificationWithTimeout(absl::Seconds(20))) {
      late = true;
    }
    return absl::OkStatus();
  };
  const auto store = Store(field, std::move(options_of_store));
  const auto loader = MakeLoader(store, options);
  ASSERT_GE(loader->strategy().group_batches, 15);
  ASSERT_TRUE(loader->strategy().starts_small);
  ASSERT_TRUE(loader->Next().value().has_value());
  EXPECT_FALSE(late);
  first_is_there.Notify();
  int64_t batches = 1;
  while (loader->Next().value().has_value()) ++batches;
  EXPECT_EQ(batches, loader->num_batches());
}

// Windows reach over many chunks of a long recording, and over the ends of blocks: what is in use
// is neither forgotten nor overwritten, however slow the worker that uses it.
TEST(LoaderCacheTest, ChunksStayAsLongAsTheyAreUsed) {
  for (const Order order : {Order::kSequential, Order::kChunkAware}) {
    GridStore::Options slow;
    std::atomic<uint64_t> calls = 0;
    slow.on_decode = [&](int, int64_t) {
      // Now and then a long pause, so that the others get ahead.
      const uint64_t mixed = ++calls * 0x9E3779B97F4A7C15u;
      std::this_thread::sleep_for(std::chrono::microseconds(mixed >> 60 == 0 ? 2000 : mixed >> 58));
      return absl::OkStatus();
    };
    const Field field = GridStore::MakeField("u", {400, 8, 8}, {2, 4, 8}, "THW");
    const auto store = Store(field, std::move(slow));
    LoaderOptions options = {.sample = {.windows = {{"", 0, 12}}},
                             .batch_size = 3,
                             .order = order,
                             .workers = 4,
                             .prefetch = 4};
    // Each chunk takes a page; 16 blocks of two are shuffled together.
    options.shuffle_bytes = 16 * 2 * 4096;
    options.memory_budget = WorkerBytes(field, 4) + 5 * 3 * 12 * 256 + 3 * options.shuffle_bytes;
    const auto loader = MakeLoader(store, options);
    ASSERT_FALSE(loader->strategy().keep_all);
    ASSERT_GT(loader->strategy().cache_bytes, 0);
    EXPECT_EQ(ReadEpoch(*loader, *store, options), loader->num_batches());
    if (order == Order::kSequential) {
      EXPECT_EQ(store->decodes(), field.grid.num_chunks());
    }
  }
}

TEST(LoaderEpochTest, TheStallShareIsThatOfTheEpoch) {
  GridStore::Options slow;
  slow.on_decode = [](int, int64_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return absl::OkStatus();
  };
  const auto store =
      Store(GridStore::MakeField("u", {12, 3, 16, 16}, {1, 3, 16, 16}), std::move(slow));
  const auto loader = MakeLoader(store, {.batch_size = 2, .workers = 1, .prefetch = 1});
  double waited = 0;
  for (int64_t epoch = 1; epoch < 5; ++epoch) {
    ReadEpoch(*loader, *store, {});
    const LoaderStatistics statistics = loader->statistics();
    EXPECT_GT(statistics.stall_share(), 0);
    EXPECT_LE(statistics.stall_share(), 1);
    waited += statistics.epoch_wait_seconds;
    EXPECT_NEAR(statistics.wait_seconds, waited, 1e-6);
    ASSERT_THAT(loader->StartEpoch(epoch), IsOk());
    EXPECT_EQ(loader->statistics().epoch_wait_seconds, 0);
  }
}

TEST(LoaderRingTest, ABatchThatIsHeldUntilTheNextOneIsThereKeepsItsBuffer) {
  const auto store = Store(GridStore::MakeField("u", {12, 3, 16, 16}, {1, 3, 16, 16}));
  const auto loader = MakeLoader(store, {.batch_size = 2, .workers = 1, .prefetch = 1});
  int64_t held_bytes = 0;
  for (int64_t epoch = 1; epoch < 4; ++epoch) {
    std::optional<Batch> held;
    while (true) {
      auto batch = loader->Next();
      ASSERT_THAT(batch, IsOk());
      if (!batch->has_value()) break;
      held = *std::move(batch);
    }
    held_bytes = std::max(held_bytes, loader->statistics().memory_bytes);
    held.reset();
    EXPECT_EQ(loader->statistics().memory_bytes, held_bytes);
    ASSERT_THAT(loader->StartEpoch(epoch), IsOk());
  }
}

TEST(LoaderResumeTest, InTheMiddleOfAHundredMillionSamples) {
  const auto store = Store(GridStore::MakeField("u", {100000000, 4}, {1000, 4}));
  for (const Order order : {Order::kSequential, Order::kUniform, Order::kChunkAware}) {
    LoaderOptions options = {.batch_size = 10, .order = order, .seed = 3, .workers = 2};
    const std::string beginning = MakeLoader(store, options)->State();
    EXPECT_LT(beginning.size(), 4096);
    options.resume = absl::StrReplaceAll(
        beginning, {{"\"batch\":0,", "\"batch\":7654321,"}, {"\"epoch\":0,", "\"epoch\":2,"}});
    const auto loader = MakeLoader(store, options);
    ASSERT_NE(loader, nullptr);
    EXPECT_EQ(loader->epoch(), 2);
    EXPECT_EQ(loader->num_batches(), 10000000 - 7654321);
    const Sampler sampler(loader->strategy().sampler, 100000000, 3, 2);
    const auto map = SampleMap::Create(*store, {}, 3);
    for (int64_t batch = 7654321; batch < 7654324; ++batch) {
      const auto next = loader->Next();
      ASSERT_THAT(next, IsOk());
      EXPECT_EQ((*next)->number(), batch);
      for (int64_t row = 0; row < 10; ++row) {
        EXPECT_EQ((*next)->samples()[row], sampler(batch * 10 + row));
      }
      ExpectExact(**next, *store, *map);
    }
    EXPECT_THAT(loader->State(), testing::HasSubstr("\"batch\":7654324,"));
  }
}

// As other readers do it: 5 chunks of 4 sequences, 20 samples.
TEST(LoaderDecodeOnceTest, OffEachSampleDecodesWholeChunks) {
  const auto store = std::make_shared<FakeStore>(
      FakeStore::Options{.grid = ChunkGrid({20, 3, 4, 5}, {4, 3, 4, 5})});
  auto loader = Loader::Create(store, {.batch_size = 10, .workers = 2, .decode_once = false});
  ASSERT_THAT(loader, absl_testing::IsOk());
  for (auto batch = (*loader)->Next(); batch.ok() && batch->has_value();) batch = (*loader)->Next();
  EXPECT_EQ((*loader)->statistics().chunks_decoded, 20);
  EXPECT_EQ((*loader)->statistics().read_amplification(), 4);
}

}  // namespace
}  // namespace seiche
