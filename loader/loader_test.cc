#include "loader/loader.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/testing/fake_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAreArray;

// 20 samples [3,4,5] of 240 bytes, a chunk each.
FakeStore::Options TwentySamples() { return {}; }

std::shared_ptr<FakeStore> MakeStore(FakeStore::Options options = TwentySamples()) {
  return std::make_shared<FakeStore>(std::move(options));
}

std::unique_ptr<Loader> MakeLoader(std::shared_ptr<const SequenceStore> store,
                                   const LoaderOptions& options) {
  auto loader = Loader::Create(std::move(store), options);
  EXPECT_THAT(loader, IsOk());
  return loader.ok() ? *std::move(loader) : nullptr;
}

// Some microseconds, different ones for each call.
absl::Status RandomDelay(int64_t) {
  thread_local std::minstd_rand random(
      static_cast<uint32_t>(std::hash<std::thread::id>()(std::this_thread::get_id())));
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
  return absl::OkStatus();
}

// Each row holds the sample it says it holds.
void ExpectExact(const Batch& batch, const SequenceStore& store) {
  const ConstArrayView view = batch.view();
  ASSERT_EQ(view.dtype, DType::kFloat32);
  ASSERT_TRUE(view.contiguous());
  ASSERT_EQ(view.shape[0], batch.samples().size());
  const int64_t values = NumElements(view.shape) / view.shape[0];
  const auto* row = reinterpret_cast<const float*>(view.data);
  for (int64_t sample : batch.samples()) {
    ASSERT_LT(sample, store.size());
    for (int64_t i = 0; i < values; ++i) {
      ASSERT_EQ(row[i], static_cast<float>(sample * values + i))
          << "sample " << sample << ", element " << i;
    }
    row += values;
  }
}

// The samples of all batches to the end of the epoch, contents checked.
std::vector<std::vector<int64_t>> ReadEpoch(Loader& loader, const SequenceStore& store) {
  std::vector<std::vector<int64_t>> batches;
  while (true) {
    absl::StatusOr<std::optional<Batch>> batch = loader.Next();
    EXPECT_THAT(batch, IsOk());
    if (!batch.ok() || !batch->has_value()) return batches;
    EXPECT_EQ((*batch)->number(), batches.size());
    ExpectExact(**batch, store);
    batches.emplace_back((*batch)->samples().begin(), (*batch)->samples().end());
  }
}

std::vector<int64_t> Flat(const std::vector<std::vector<int64_t>>& batches) {
  std::vector<int64_t> samples;
  for (const auto& batch : batches) samples.insert(samples.end(), batch.begin(), batch.end());
  return samples;
}

// Batches up to the first error, and that error.
std::pair<std::vector<std::vector<int64_t>>, absl::Status> ReadToError(Loader& loader) {
  std::vector<std::vector<int64_t>> batches;
  while (true) {
    absl::StatusOr<std::optional<Batch>> batch = loader.Next();
    if (!batch.ok()) return {std::move(batches), batch.status()};
    if (!batch->has_value()) return {std::move(batches), absl::OkStatus()};
    batches.emplace_back((*batch)->samples().begin(), (*batch)->samples().end());
  }
}

TEST(LoaderTest, SamplerOrderExactContents) {
  const auto store = MakeStore();
  const auto loader = MakeLoader(store, {.batch_size = 6, .seed = 5, .epoch = 2, .workers = 2});
  ASSERT_EQ(loader->num_batches(), 4);
  const auto batches = ReadEpoch(*loader, *store);
  ASSERT_EQ(batches.size(), 4);
  EXPECT_EQ(batches[3].size(), 2);
  const Sampler sampler({}, 20, 5, 2);
  const std::vector<int64_t> samples = Flat(batches);
  for (int64_t p = 0; p < 20; ++p) EXPECT_EQ(samples[p], sampler(p));
}

TEST(LoaderTest, EveryEpochHasEverySampleOnceInAnotherOrder) {
  const auto store = MakeStore();
  const auto loader = MakeLoader(store, {.batch_size = 6, .workers = 2});
  const std::vector<int64_t> first = Flat(ReadEpoch(*loader, *store));
  ASSERT_THAT(loader->StartEpoch(1), IsOk());
  const std::vector<int64_t> second = Flat(ReadEpoch(*loader, *store));
  ASSERT_THAT(loader->StartEpoch(0), IsOk());
  const std::vector<int64_t> first_again = Flat(ReadEpoch(*loader, *store));
  std::vector<int64_t> all(20);
  for (int64_t i = 0; i < 20; ++i) all[i] = i;
  EXPECT_THAT(first, UnorderedElementsAreArray(all));
  EXPECT_THAT(second, UnorderedElementsAreArray(all));
  EXPECT_NE(first, second);
  EXPECT_EQ(first, first_again);
}

TEST(LoaderTest, SequentialOrder) {
  const auto store = MakeStore();
  const auto loader = MakeLoader(
      store,
      {.batch_size = 8, .order = Order::kSequential, .last_batch = LastBatch::kDrop, .workers = 3});
  EXPECT_THAT(ReadEpoch(*loader, *store), ElementsAre(ElementsAre(0, 1, 2, 3, 4, 5, 6, 7),
                                                      ElementsAre(8, 9, 10, 11, 12, 13, 14, 15)));
}

TEST(LoaderTest, MaxBatches) {
  const auto store = MakeStore();
  const auto loader = MakeLoader(store, {.batch_size = 3, .max_batches = 2, .workers = 2});
  EXPECT_EQ(loader->num_batches(), 2);
  EXPECT_EQ(ReadEpoch(*loader, *store).size(), 2);
  EXPECT_EQ(store->chunks_read(), 6);
}

TEST(LoaderTest, EpochsWithoutBatchesEndAtOnce) {
  const auto store = MakeStore();
  EXPECT_TRUE(ReadEpoch(*MakeLoader(store, {.max_batches = 0}), *store).empty());
  EXPECT_TRUE(
      ReadEpoch(*MakeLoader(store, {.batch_size = 21, .last_batch = LastBatch::kDrop}), *store)
          .empty());
  EXPECT_EQ(store->chunks_read(), 0);
}

TEST(LoaderTest, BatchesLargerThanTheDatasetHoldAllOfIt) {
  const auto store = MakeStore();
  const auto loader = MakeLoader(store, {.batch_size = int64_t{1} << 60, .workers = 2});
  const auto batches = ReadEpoch(*loader, *store);
  ASSERT_EQ(batches.size(), 1);
  EXPECT_EQ(batches[0].size(), 20);
}

TEST(LoaderTest, NextStaysEmptyAfterTheEnd) {
  const auto store = MakeStore();
  const auto loader = MakeLoader(store, {.batch_size = 20, .workers = 1});
  ReadEpoch(*loader, *store);
  for (int i = 0; i < 3; ++i) {
    const auto batch = loader->Next();
    ASSERT_THAT(batch, IsOk());
    EXPECT_FALSE(batch->has_value());
  }
}

// Chunks of several samples, of parts of samples, cut at edges; more chunks than fit in a piece;
// files whose chunks differ.
TEST(LoaderTest, AnyChunkLayout) {
  const std::vector<ChunkGrid> grids = {
      ChunkGrid({20, 3, 4, 5}, {7, 3, 4, 5}),
      ChunkGrid({20, 3, 4, 5}, {3, 2, 3, 2}),
      ChunkGrid({20, 3, 4, 5}, {1, 1, 1, 1}),
      ChunkGrid({3, 40, 100, 100}, {1, 1, 100, 100}),
      ChunkGrid({4, 40, 80, 100}, {3, 9, 30, 41}),
      ChunkGrid({50}, {8}),
      ChunkGrid({9, 11}, {2, 3}),
      ChunkGrid::Concatenate(
          {ChunkGrid({5, 3, 4, 5}, {2, 2, 2, 2}), ChunkGrid({6, 3, 4, 5}, {1, 3, 3, 5})}),
  };
  for (const ChunkGrid& grid : grids) {
    SCOPED_TRACE(absl::StrCat(ToString(grid.shape()), " in ", ToString(grid.chunk_shape())));
    const auto store = MakeStore({.grid = grid});
    const auto loader = MakeLoader(store, {.batch_size = 2, .workers = 3});
    EXPECT_EQ(Flat(ReadEpoch(*loader, *store)).size(), grid.shape()[0]);
  }
}

TEST(LoaderTest, SameBatchesForAnyNumberOfWorkers) {
  FakeStore::Options options;
  options.grid = ChunkGrid({60, 3, 4, 5}, {1, 2, 4, 5});
  options.on_read = RandomDelay;
  options.on_decode = RandomDelay;
  const auto store = MakeStore(options);
  std::vector<std::vector<int64_t>> expected;
  for (int workers = 1; workers <= 8; ++workers) {
    for (int prefetch : {1, 4}) {
      const auto loader =
          MakeLoader(store, {.batch_size = 7, .seed = 3, .workers = workers, .prefetch = prefetch});
      const auto batches = ReadEpoch(*loader, *store);
      if (expected.empty()) expected = batches;
      EXPECT_EQ(batches, expected) << workers << " workers, prefetch " << prefetch;
    }
  }
}

TEST(LoaderTest, NeverDecodesMoreThanPrefetchAhead) {
  std::atomic<int64_t> asked_for = 0, chunks = 0, worst = 0;
  constexpr int64_t kBatch = 2, kPrefetch = 3;
  FakeStore::Options options;
  options.grid = ChunkGrid({100, 3, 4, 5}, {1, 3, 4, 5});
  options.on_read = [&](int64_t) {
    const int64_t ahead = ++chunks - asked_for.load() * kBatch;
    if (ahead > worst.load()) worst = ahead;
    return absl::OkStatus();
  };
  const auto store = MakeStore(options);
  const auto loader =
      MakeLoader(store, {.batch_size = kBatch, .workers = 4, .prefetch = kPrefetch});
  std::set<const std::byte*> buffers;
  for (int i = 0; i < 50; ++i) {
    ++asked_for;
    const auto batch = loader->Next();
    ASSERT_THAT(batch, IsOk());
    buffers.insert((*batch)->view().data);
    if (i % 10 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_LE(worst.load(), kPrefetch * kBatch);
  EXPECT_LE(buffers.size(), kPrefetch + 1);
  EXPECT_GE(buffers.size(), 2);
}

TEST(LoaderTest, HeldBatchesUpToTheBudgetThenAClearError) {
  const auto store = MakeStore();
  // Room for 4 batches of 480 bytes beside what 2 workers may need; prefetch is 2.
  const auto loader = MakeLoader(store, {.batch_size = 2, .workers = 2, .memory_budget = 8392928});
  std::vector<Batch> held;
  for (int i = 0; i < 4; ++i) {
    auto batch = loader->Next();
    ASSERT_THAT(batch, IsOk());
    held.push_back(**std::move(batch));
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(
        loader->Next(),
        StatusIs(absl::StatusCode::kResourceExhausted,
                 "4 batches of 480 bytes are held, as many as memory_budget = 8392928 bytes "
                 "allows: release some, or raise memory_budget"));
  }
  for (const Batch& batch : held) ExpectExact(batch, *store);
  held.erase(held.begin() + 1);
  auto batch = loader->Next();
  ASSERT_THAT(batch, IsOk());
  EXPECT_EQ((*batch)->number(), 4);
  ExpectExact(**batch, *store);
  held.clear();
  batch->reset();
  EXPECT_EQ(Flat(ReadToError(*loader).first).size(), 10);
}

// A full ring starts again when any thread releases a batch, without another Next().
TEST(LoaderTest, ReleasingOnAnotherThreadWakesTheWorkers) {
  absl::Notification decoded;
  FakeStore::Options options;
  std::atomic<int> chunks = 0;
  options.on_decode = [&](int64_t) {
    if (++chunks == 3) decoded.Notify();
    return absl::OkStatus();
  };
  const auto store = MakeStore(options);
  // Two batches of 240 bytes: the first two are delivered and held, no third can be begun.
  const auto loader =
      MakeLoader(store, {.batch_size = 1, .workers = 2, .prefetch = 1, .memory_budget = 500});
  auto first = loader->Next();
  auto second = loader->Next();
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(chunks, 2);
  std::thread([&] { first->reset(); }).join();
  decoded.WaitForNotification();
  const auto third = loader->Next();
  ASSERT_THAT(third, IsOk());
  ExpectExact(**third, *store);
  ExpectExact(**second, *store);
}

TEST(LoaderTest, BatchesOutliveLoaderAndStore) {
  auto store = MakeStore();
  auto loader = MakeLoader(store, {.batch_size = 5, .order = Order::kSequential, .workers = 2});
  auto batch = loader->Next();
  ASSERT_THAT(batch, IsOk());
  loader.reset();
  EXPECT_EQ(store.use_count(), 1);
  store.reset();
  ExpectExact(**batch, FakeStore({}));
  batch->reset();
}

TEST(LoaderTest, Statistics) {
  FakeStore::Options options;
  options.grid = ChunkGrid({20, 3, 4, 5}, {4, 3, 4, 5});
  const auto store = MakeStore(options);
  const auto loader = MakeLoader(store, {.batch_size = 6, .workers = 3});
  EXPECT_EQ(loader->statistics().batches, 0);
  ReadEpoch(*loader, *store);
  ASSERT_THAT(loader->StartEpoch(1), IsOk());
  ReadEpoch(*loader, *store);
  const LoaderStatistics statistics = loader->statistics();
  EXPECT_EQ(statistics.batches, 8);
  EXPECT_EQ(statistics.samples, 40);
  EXPECT_EQ(statistics.bytes_delivered, 40 * 240);
  // Once each for all 4 samples in it, and for the second epoch too.
  EXPECT_EQ(statistics.chunks_decoded, 5);
  EXPECT_EQ(statistics.bytes_decoded, 20 * 240);
  EXPECT_EQ(statistics.bytes_read, 5 * (4 * 240 + 4));
  EXPECT_EQ(statistics.read_amplification(), 0.5);
  EXPECT_EQ(statistics.epoch_chunks, 5);
  EXPECT_EQ(statistics.decodes_per_chunk(), 0);
  EXPECT_EQ(statistics.bytes_slow, 0);
  EXPECT_GT(statistics.read_seconds, 0);
  EXPECT_GT(statistics.decode_seconds, 0);
}

TEST(LoaderTest, StatisticsOfWaiting) {
  FakeStore::Options options;
  options.on_decode = [](int64_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return absl::OkStatus();
  };
  const auto store = MakeStore(options);
  const auto loader = MakeLoader(store, {.batch_size = 2, .workers = 1, .prefetch = 1});
  ReadEpoch(*loader, *store);
  EXPECT_GT(loader->statistics().wait_seconds, 0);
  EXPECT_GE(loader->statistics().decode_seconds, 0.040);  // sleeps are never shorter
}

TEST(LoaderTest, SlowFieldsAreReadOnceASample) {
  FakeStore::Options options;
  options.grid = ChunkGrid({20, 3, 4, 5}, {1, 1, 4, 5});
  for (int64_t chunk = 0; chunk < 60; ++chunk) options.other.insert(chunk);
  const auto store = MakeStore(options);
  const auto loader = MakeLoader(store, {.batch_size = 6, .workers = 2});
  EXPECT_EQ(ReadEpoch(*loader, *store).size(), 4);
  EXPECT_EQ(store->slow_reads(), 20);
  EXPECT_EQ(loader->statistics().bytes_slow, 20 * 240);
  EXPECT_EQ(loader->statistics().bytes_delivered, 20 * 240);
}

TEST(LoaderTest, MissingChunksAreFill) {
  FakeStore::Options options;
  options.missing = {3};
  const auto loader =
      MakeLoader(MakeStore(options), {.batch_size = 4, .order = Order::kSequential, .workers = 2});
  const auto batch = loader->Next();
  ASSERT_THAT(batch, IsOk());
  EXPECT_THAT((*batch)->array<float>().sample(3).values(), ::testing::Each(FakeStore::kFill));
  EXPECT_EQ((*batch)->array<float>().sample(2).values()[0], 120);
}

class LoaderErrorTest : public ::testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Workers, LoaderErrorTest, ::testing::Range(1, 9));

TEST_P(LoaderErrorTest, FirstInTheOrderEndsTheEpoch) {
  FakeStore::Options options;
  options.on_read = RandomDelay;
  options.damaged = {2, 9, 10, 16};
  const auto store = MakeStore(options);
  const auto loader = MakeLoader(store, {.batch_size = 3,
                                         .order = Order::kSequential,
                                         .workers = GetParam(),
                                         .prefetch = 4,
                                         .memory_budget = 10000});
  for (int64_t epoch = 0; epoch < 2; ++epoch) {
    const auto [batches, error] = ReadToError(*loader);
    EXPECT_TRUE(batches.empty());
    EXPECT_THAT(error, StatusIs(absl::StatusCode::kDataLoss,
                                absl::StrCat("sample 2 (row 2 of batch 0, epoch ", epoch,
                                             "): fake.h5: frames: chunk (2, 0, 0, 0): checksum "
                                             "differs")));
    EXPECT_EQ(loader->Next().status(), error) << "the epoch is over";
    ASSERT_THAT(loader->StartEpoch(epoch + 1), IsOk());
  }
}

TEST_P(LoaderErrorTest, BatchesBeforeItAreDelivered) {
  FakeStore::Options options;
  options.on_read = RandomDelay;
  options.damaged = {11, 4, 17};
  const auto store = MakeStore(options);
  // Where the permutation puts the damaged samples.
  const Sampler sampler({}, 20, /*seed=*/8, /*epoch=*/0);
  int64_t first = 0;
  while (!options.damaged.contains(sampler(first))) ++first;
  ASSERT_GT(first, 3);
  const auto loader =
      MakeLoader(store, {.batch_size = 2, .seed = 8, .workers = GetParam(), .prefetch = 3});
  const auto [batches, error] = ReadToError(*loader);
  EXPECT_EQ(batches.size(), first / 2);
  EXPECT_THAT(
      error, StatusIs(absl::StatusCode::kDataLoss, absl::StrCat("sample ", sampler(first), " (row ",
                                                                first % 2, " of batch ", first / 2,
                                                                ", epoch 0): fake.h5: frames: "
                                                                "chunk (",
                                                                sampler(first),
                                                                ", 0, 0, 0): checksum "
                                                                "differs")));
}

// The earliest error is the slowest to appear.
TEST_P(LoaderErrorTest, LowestPositionWinsNotTheFirstInTime) {
  FakeStore::Options options;
  options.on_read = [](int64_t chunk) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20 - chunk));
    return chunk < 7 ? absl::OkStatus()
                     : absl::UnavailableError(absl::StrCat("cannot read ", chunk));
  };
  const auto loader = MakeLoader(
      MakeStore(options),
      {.batch_size = 5, .order = Order::kSequential, .workers = GetParam(), .prefetch = 3});
  const auto [batches, error] = ReadToError(*loader);
  EXPECT_EQ(batches.size(), 1);
  EXPECT_THAT(error, StatusIs(absl::StatusCode::kUnavailable,
                              "sample 7 (row 2 of batch 1, epoch 0): cannot read 7"));
}

TEST_P(LoaderErrorTest, LowestChunkOfASampleInPieces) {
  FakeStore::Options options;
  options.grid = ChunkGrid({3, 40, 100, 100}, {1, 1, 100, 100});  // two pieces a sample
  options.on_read = RandomDelay;
  options.damaged = {40 + 39, 40 + 17, 40 + 30};
  const auto loader = MakeLoader(
      MakeStore(options), {.order = Order::kSequential, .workers = GetParam(), .prefetch = 3});
  const auto [batches, error] = ReadToError(*loader);
  EXPECT_EQ(batches.size(), 1);
  EXPECT_THAT(error,
              StatusIs(absl::StatusCode::kDataLoss,
                       "sample 1 (row 0 of batch 1, epoch 0): fake.h5: frames: chunk (1, 17, "
                       "0, 0): checksum differs"));
}

// A loader is left in a certain state; then it is destroyed, or begins another epoch.
struct State {
  std::string name;
  FakeStore::Options store;
  std::function<void(Loader&)> reach;
};

std::vector<State> States() {
  FakeStore::Options slow;
  slow.on_read = [](int64_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return absl::OkStatus();
  };
  FakeStore::Options many_chunks;
  many_chunks.grid = ChunkGrid({20, 10, 4, 5}, {1, 1, 2, 2});
  many_chunks.on_read = RandomDelay;
  FakeStore::Options damaged;
  damaged.damaged = {0, 5, 10};
  const auto nothing = [](Loader&) {};
  const auto one = [](Loader& loader) { EXPECT_THAT(loader.Next(), IsOk()); };
  const auto rest = [](Loader&) { std::this_thread::sleep_for(std::chrono::milliseconds(3)); };
  const auto all = [](Loader& loader) { ReadToError(loader); };
  return {{"JustCreated", {}, nothing},
          {"WorkersBusy", slow, nothing},
          {"InManyChunks", many_chunks, rest},
          {"AfterABatch", slow, one},
          {"RingFull", {}, rest},
          {"EpochOver", {}, all},
          {"ErrorUnseen", damaged, rest},
          {"ErrorSeen", damaged, all}};
}

class LoaderStopTest : public ::testing::TestWithParam<State> {};

INSTANTIATE_TEST_SUITE_P(States, LoaderStopTest, ::testing::ValuesIn(States()),
                         [](const auto& info) { return info.param.name; });

TEST_P(LoaderStopTest, DestroyedAtAnyMoment) {
  for (int workers : {1, 2, 5}) {
    const auto store = MakeStore(GetParam().store);
    auto loader = MakeLoader(store, {.batch_size = 3, .workers = workers, .prefetch = 3});
    GetParam().reach(*loader);
    loader.reset();
    // No thread is left that could still read.
    EXPECT_EQ(store.use_count(), 1);
    const int64_t chunks = store->chunks_read();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(store->chunks_read(), chunks);
  }
}

TEST_P(LoaderStopTest, AnotherEpochAtAnyMoment) {
  for (int workers : {1, 2, 5}) {
    const auto store = MakeStore(GetParam().store);
    const LoaderOptions options = {.batch_size = 3, .workers = workers, .prefetch = 3};
    const auto loader = MakeLoader(store, options);
    std::vector<Batch> held;
    for (int64_t epoch = 1; epoch < 4; ++epoch) {
      GetParam().reach(*loader);
      ASSERT_THAT(loader->StartEpoch(epoch), IsOk());
      auto batch = loader->Next();
      if (batch.ok()) held.push_back(**std::move(batch));
    }
    ASSERT_THAT(loader->StartEpoch(7), IsOk());
    const auto [batches, error] = ReadToError(*loader);
    LoaderOptions fresh = options;
    fresh.epoch = 7;
    const auto [expected, expected_error] = ReadToError(*MakeLoader(store, fresh));
    EXPECT_EQ(batches, expected);
    EXPECT_EQ(error, expected_error);
    for (const Batch& batch : held) ExpectExact(batch, *store);
  }
}

TEST(LoaderTest, StopsWithinAChunk) {
  FakeStore::Options options;
  options.grid = ChunkGrid({4, 200, 4, 5}, {1, 1, 4, 5});  // one piece of 200 chunks
  absl::Notification begun;
  std::atomic<int> chunks = 0;
  options.on_read = [&](int64_t) {
    if (++chunks == 1) begun.Notify();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return absl::OkStatus();
  };
  const auto store = MakeStore(options);
  auto loader = MakeLoader(store, {.workers = 1});
  begun.WaitForNotification();
  loader.reset();
  EXPECT_LT(chunks.load(), 200);  // a second away
}

TEST(LoaderTest, NegativeEpochsChangeNothing) {
  const auto store = MakeStore();
  const auto loader = MakeLoader(store, {.batch_size = 6, .workers = 2});
  EXPECT_THAT(loader->StartEpoch(-1),
              StatusIs(absl::StatusCode::kInvalidArgument, "epoch = -1 is negative"));
  EXPECT_EQ(ReadEpoch(*loader, *store).size(), 4);
}

TEST(LoaderCreateTest, NamesTheOptionOutOfRange) {
  const auto store = MakeStore();
  const auto expect = [&](const LoaderOptions& options, const std::string& message) {
    EXPECT_THAT(Loader::Create(store, options),
                StatusIs(absl::StatusCode::kInvalidArgument, "LoaderOptions: " + message));
  };
  expect({.batch_size = 0}, "batch_size = 0 is below 1");
  expect({.epoch = -3}, "epoch = -3 is negative");
  expect({.max_batches = -2}, "max_batches = -2 is below -1");
  expect({.shuffle_bytes = -1}, "shuffle_bytes = -1 is negative");
  expect({.shard_count = 0}, "shard_count = 0 is not in [1, 1048576]");
  expect({.shard_index = 3, .shard_count = 3}, "shard_index = 3 is not below shard_count = 3");
  expect({.workers = -1}, "workers = -1 is not in [0, 1024]");
  expect({.workers = 2000}, "workers = 2000 is not in [0, 1024]");
  expect({.prefetch = 0}, "prefetch = 0 is below 1");
  expect({.memory_budget = 0}, "memory_budget = 0 is below 1 byte");
  EXPECT_THAT(Loader::Create(nullptr, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, "Loader: the store is null"));
}

TEST(LoaderCreateTest, BudgetBelowPrefetchPlusOne) {
  EXPECT_THAT(
      Loader::Create(MakeStore(), {.batch_size = 10, .prefetch = 2, .memory_budget = 7199}),
      StatusIs(absl::StatusCode::kResourceExhausted,
               "memory_budget = 7199 bytes has room for 2 batches of 2400 bytes, but prefetch + 1 "
               "= 3 are needed: raise memory_budget, or lower batch_size or prefetch"));
  EXPECT_THAT(Loader::Create(MakeStore(), {.batch_size = 10, .prefetch = 2, .memory_budget = 7200}),
              IsOk());
  EXPECT_THAT(Loader::Create(MakeStore(), {.prefetch = std::numeric_limits<int>::max()}),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "memory_budget = 4294967296 bytes has room for 17895697 batches of 240 "
                       "bytes, but prefetch + 1 = 2147483648 are needed: raise memory_budget, or "
                       "lower batch_size or prefetch"));
}

TEST(LoaderCreateTest, EmptyStores) {
  EXPECT_THAT(Loader::Create(MakeStore({.grid = ChunkGrid({0, 3, 4, 5}, {1, 3, 4, 5})}), {}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "fake.h5: field frames of shape (0, 3, 4, 5) has nothing to load"));
  EXPECT_THAT(Loader::Create(MakeStore({.grid = ChunkGrid({7, 3, 0, 5}, {1, 3, 4, 5})}), {}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "fake.h5: field frames of shape (7, 3, 0, 5) has nothing to load"));
}

TEST(LoaderCreateTest, OneWorkerACoreByDefault) {
  const auto store = MakeStore();
  EXPECT_EQ(ReadEpoch(*MakeLoader(store, {}), *store).size(), 20);
}

}  // namespace
}  // namespace seiche
