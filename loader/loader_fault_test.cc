// The loader where something is wrong: samples that cannot be read and are left out, places to go
// on from that belong to something else, and an end in the middle.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/loader.h"
#include "loader/testing/fake_store.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::unique_ptr<Loader> MakeLoader(std::shared_ptr<const SequenceStore> store,
                                   const LoaderOptions& options) {
  auto loader = Loader::Create(std::move(store), options);
  EXPECT_THAT(loader, IsOk());
  return loader.ok() ? *std::move(loader) : nullptr;
}

struct Delivered {
  int64_t number = 0;
  std::vector<int64_t> samples;
  int64_t padding = 0;
};

// All batches to the end of the epoch of a FakeStore of whole sequences, contents checked.
std::vector<Delivered> ReadEpoch(Loader& loader) {
  std::vector<Delivered> batches;
  while (true) {
    auto batch = loader.Next();
    EXPECT_THAT(batch, IsOk());
    if (!batch.ok() || !batch->has_value()) return batches;
    const auto samples = (*batch)->samples();
    EXPECT_GT(samples.size(), 0);
    batches.push_back({(*batch)->number(), {samples.begin(), samples.end()}, (*batch)->padding()});
    const ConstArrayView view = (*batch)->view();
    EXPECT_EQ(view.shape[0], samples.size());
    const int64_t values = NumElements(view.shape) / view.shape[0];
    const auto* value = reinterpret_cast<const float*>(view.data);
    for (int64_t sample : samples) {
      for (int64_t i = 0; i < values; ++i) {
        EXPECT_EQ(*value++, static_cast<float>(sample * values + i)) << "sample " << sample;
      }
    }
  }
}

std::vector<int64_t> Numbers(const std::vector<Delivered>& batches) {
  std::vector<int64_t> numbers;
  for (const Delivered& batch : batches) numbers.push_back(batch.number);
  return numbers;
}

std::vector<int64_t> Samples(const std::vector<Delivered>& batches) {
  std::vector<int64_t> samples;
  for (const Delivered& b : batches) {
    samples.insert(samples.end(), b.samples.begin(), b.samples.end());
  }
  return samples;
}

std::vector<int64_t> Skipped(const Loader& loader) {
  std::vector<int64_t> samples;
  for (const SkippedSample& skipped : loader.skipped()) samples.push_back(skipped.sample);
  return samples;
}

LoaderOptions Skipping(int64_t batch_size, int workers = 2) {
  return {.batch_size = batch_size,
          .order = Order::kSequential,
          .workers = workers,
          .on_error = OnError::kSkip};
}

TEST(LoaderSkipTest, RowsAreDroppedListedAndCounted) {
  FakeStore::Options options;
  options.damaged = {2, 9, 10, 16};
  const auto loader = MakeLoader(std::make_shared<FakeStore>(options), Skipping(3));
  const auto batches = ReadEpoch(*loader);
  ASSERT_EQ(batches.size(), 7);
  EXPECT_THAT(batches[0].samples, ElementsAre(0, 1));
  EXPECT_THAT(batches[1].samples, ElementsAre(3, 4, 5));
  EXPECT_THAT(batches[3].samples, ElementsAre(11));
  EXPECT_THAT(batches[5].samples, ElementsAre(15, 17));
  EXPECT_EQ(Samples(batches).size(), 16);
  const auto skipped = loader->skipped();
  EXPECT_THAT(Skipped(*loader), ElementsAre(2, 9, 10, 16));
  EXPECT_THAT(skipped[1].status,
              StatusIs(absl::StatusCode::kDataLoss,
                       "sample 9 (row 0 of batch 3, epoch 0): fake.h5: frames: chunk (9, 0, 0, 0): "
                       "checksum differs"));
  EXPECT_EQ(skipped[1].epoch, 0);
  const LoaderStatistics statistics = loader->statistics();
  EXPECT_EQ(statistics.samples_skipped, 4);
  EXPECT_EQ(statistics.samples, 16);
  EXPECT_EQ(statistics.batches, 7);
  EXPECT_EQ(statistics.bytes_delivered, 16 * 240);
  // Again in the next epoch, and listed behind.
  ASSERT_THAT(loader->StartEpoch(5), IsOk());
  EXPECT_EQ(Samples(ReadEpoch(*loader)), Samples(batches));
  EXPECT_THAT(Skipped(*loader), ElementsAre(2, 9, 10, 16, 2, 9, 10, 16));
  EXPECT_EQ(loader->skipped()[7].epoch, 5);
}

TEST(LoaderSkipTest, BatchesOfWhichNothingIsLeftAreSkipped) {
  FakeStore::Options options;
  options.damaged = {0, 1, 2, 6, 7, 8, 18, 19};
  const auto store = std::make_shared<FakeStore>(options);
  const auto loader = MakeLoader(store, Skipping(3));
  EXPECT_THAT(Numbers(ReadEpoch(*loader)), ElementsAre(1, 3, 4, 5));
  EXPECT_EQ(loader->statistics().samples_skipped, 8);
  EXPECT_EQ(loader->statistics().batches, 4);
  // A place behind a skipped batch.
  LoaderOptions resumed = Skipping(3);
  const auto again = MakeLoader(store, resumed);
  ASSERT_THAT(again->Next(), IsOk());
  resumed.resume = again->State();
  EXPECT_THAT(Numbers(ReadEpoch(*MakeLoader(store, resumed))), ElementsAre(3, 4, 5));
}

TEST(LoaderSkipTest, NothingIsLeftAtAll) {
  FakeStore::Options options;
  for (int64_t chunk = 0; chunk < 20; ++chunk) options.damaged.insert(chunk);
  const auto loader = MakeLoader(std::make_shared<FakeStore>(options), Skipping(3));
  for (int64_t epoch = 1; epoch < 3; ++epoch) {
    EXPECT_THAT(ReadEpoch(*loader), IsEmpty());
    EXPECT_EQ(loader->statistics().samples_skipped, 20 * epoch);
    ASSERT_THAT(loader->StartEpoch(epoch), IsOk());
  }
}

TEST(LoaderSkipTest, TheListEndsTheCountDoesNot) {
  FakeStore::Options options;
  options.grid = ChunkGrid({1200, 2}, {1, 2});
  for (int64_t chunk = 0; chunk < 1100; ++chunk) options.damaged.insert(chunk);
  const auto loader = MakeLoader(std::make_shared<FakeStore>(options), Skipping(50));
  EXPECT_EQ(Samples(ReadEpoch(*loader)).size(), 100);
  EXPECT_EQ(loader->skipped().size(), Loader::kMaxListed);
  EXPECT_EQ(loader->skipped().back().sample, 999);
  EXPECT_EQ(loader->statistics().samples_skipped, 1100);
}

// Padding stands for the first samples, of which one is damaged.
TEST(LoaderSkipTest, Padding) {
  FakeStore::Options options;
  options.damaged = {1, 18};
  LoaderOptions skipping = Skipping(6);
  skipping.last_batch = LastBatch::kPad;
  const auto loader = MakeLoader(std::make_shared<FakeStore>(options), skipping);
  const auto batches = ReadEpoch(*loader);
  ASSERT_EQ(batches.size(), 4);
  EXPECT_THAT(batches[3].samples, ElementsAre(19, 0, 2, 3));
  EXPECT_EQ(batches[3].padding, 3);
  EXPECT_THAT(Skipped(*loader), ElementsAre(1, 18, 1));
}

TEST(LoaderSkipTest, ErrorsThatPassAreTriedAgain) {
  std::atomic<bool> failing = true;
  FakeStore::Options options;
  options.grid = ChunkGrid({20, 3, 4, 5}, {4, 3, 4, 5});  // shared, so kept from epoch to epoch
  options.on_read = [&](int64_t chunk) {
    return failing && chunk == 2 ? absl::UnavailableError("EIO") : absl::OkStatus();
  };
  LoaderOptions skipping = Skipping(2);
  skipping.memory_budget = 20 << 20;
  const auto loader = MakeLoader(std::make_shared<FakeStore>(options), skipping);
  EXPECT_EQ(Samples(ReadEpoch(*loader)).size(), 16);
  EXPECT_THAT(Skipped(*loader), ElementsAre(8, 9, 10, 11));
  failing = false;
  ASSERT_THAT(loader->StartEpoch(1), IsOk());
  EXPECT_EQ(Samples(ReadEpoch(*loader)).size(), 20);
  EXPECT_EQ(loader->statistics().samples_skipped, 4);
}

// Random damage in shared chunks: what is left out is what needs a damaged chunk, with any strategy
// and number of workers.
TEST(LoaderSkipTest, ExactlyWhatNeedsDamagedChunks) {
  std::mt19937_64 random(3);
  const auto between = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int i = 0; i < 150; ++i) {
    FakeStore::Options options;
    options.grid = ChunkGrid({30, 3, 4, 5}, {between(1, 8), between(1, 3), 4, between(1, 5)});
    for (int64_t n = between(0, 4); n > 0; --n) {
      options.damaged.insert(between(0, options.grid.num_chunks() - 1));
    }
    std::set<int64_t> bad;
    for (int64_t chunk : options.damaged) {
      const Box box = options.grid.BoxOf(chunk);
      for (int64_t s = 0; s < box.extent[0]; ++s) bad.insert(box.offset[0] + s);
    }
    LoaderOptions skipping = Skipping(between(1, 7), static_cast<int>(between(1, 4)));
    skipping.order = static_cast<Order>(between(0, 3));
    skipping.prefetch = static_cast<int>(between(1, 3));
    if (between(0, 1) == 0) skipping.memory_budget = skipping.batch_size * 240 * 4;
    const auto loader = MakeLoader(std::make_shared<FakeStore>(options), skipping);
    const std::vector<int64_t> kept = Samples(ReadEpoch(*loader));
    std::vector<int64_t> skipped = Skipped(*loader);
    std::sort(skipped.begin(), skipped.end());
    ASSERT_EQ(skipped, std::vector<int64_t>(bad.begin(), bad.end()));
    ASSERT_EQ(kept.size() + skipped.size(), 30);
    for (int64_t sample : kept) ASSERT_FALSE(bad.contains(sample));
  }
}

TEST(LoaderResumeTest, RefusedWhereTheOrderIsAnother) {
  const auto store = std::make_shared<FakeStore>(FakeStore::Options());
  const LoaderOptions options = {.batch_size = 3, .seed = 1, .workers = 1};
  const std::string state = MakeLoader(store, options)->State();
  const auto expect = [&](const std::string& what, std::function<void(LoaderOptions&)> change,
                          FakeStore::Options data = {}) {
    LoaderOptions other = options;
    change(other);
    other.resume = state;
    EXPECT_THAT(Loader::Create(std::make_shared<FakeStore>(std::move(data)), other),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(what)));
  };
  expect("seed was 1, is 2", [](auto& o) { o.seed = 2; });
  expect("batch_size was 3, is 4", [](auto& o) { o.batch_size = 4; });
  expect("order was uniform, is sequential", [](auto& o) { o.order = Order::kSequential; });
  expect("last_batch was keep, is pad", [](auto& o) { o.last_batch = LastBatch::kPad; });
  expect("number of samples", [](auto& o) { o.sample.windows = {{"", 0, 2}}; });
  expect("windows or crops differ", [](auto& o) { o.sample.crops = {{'H', 0, 2}}; });
  FakeStore::Options other_data;
  other_data.grid = ChunkGrid({20, 3, 4, 6}, {1, 3, 4, 6});
  expect(
      "the data differ", [](auto&) {}, other_data);
  LoaderOptions garbage = options;
  garbage.resume = state.substr(1);
  EXPECT_THAT(
      Loader::Create(store, garbage),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("this is not the state of a loader")));
}

TEST(LoaderResumeTest, AtTheEndTheNextEpochIsWhole) {
  const auto store = std::make_shared<FakeStore>(FakeStore::Options());
  LoaderOptions options = {.batch_size = 3, .epoch = 4, .workers = 2};
  const auto loader = MakeLoader(store, options);
  ReadEpoch(*loader);
  options.resume = loader->State();
  const auto resumed = MakeLoader(store, options);
  EXPECT_EQ(resumed->epoch(), 4);
  EXPECT_EQ(resumed->num_batches(), 0);
  EXPECT_THAT(ReadEpoch(*resumed), IsEmpty());
  ASSERT_THAT(resumed->StartEpoch(5), IsOk());
  EXPECT_EQ(resumed->num_batches(), 7);
  ASSERT_THAT(loader->StartEpoch(5), IsOk());
  EXPECT_EQ(Samples(ReadEpoch(*resumed)), Samples(ReadEpoch(*loader)));
}

// Destroyed while a decode is under way: workers end what they are in and begin nothing more,
// however many chunks are planned.
TEST(LoaderStopTest, NoFurtherChunkIsDecoded) {
  struct Way {
    std::string name;
    LoaderOptions options;
  };
  const std::vector<Way> ways = {
      {"group of all batches", {.batch_size = 10, .workers = 2}},
      {"cache", {.sample = {.windows = {{"", 0, 2}}}, .batch_size = 2, .workers = 2}},
      {"every sample on its own", {.batch_size = 10, .workers = 2, .decode_once = false}}};
  for (const Way& way : ways) {
    SCOPED_TRACE(way.name);
    absl::Notification begun, destroying;
    std::atomic<int> in_decode = 0;
    GridStore::Options options;
    options.fields = {GridStore::MakeField("u", {40, 20, 8, 8}, {4, 1, 1, 8})};
    options.on_decode = [&](int, int64_t) {
      if (++in_decode == 2) begun.Notify();
      destroying.WaitForNotification();
      absl::SleepFor(absl::Milliseconds(1));
      return absl::OkStatus();
    };
    const auto store = std::make_shared<GridStore>(options);
    auto loader = MakeLoader(store, way.options);
    begun.WaitForNotification();
    destroying.Notify();
    loader.reset();
    EXPECT_EQ(store.use_count(), 1) << "no worker is left";
    // 1600 chunks, a millisecond each, were ahead.
    EXPECT_LT(store->decodes(), 800);
  }
}

TEST(LoaderWaitTest, NoLongerThanAsked) {
  absl::Notification go;
  FakeStore::Options options;
  options.on_decode = [&go](int64_t) {
    go.WaitForNotification();
    return absl::OkStatus();
  };
  const auto store = std::make_shared<FakeStore>(options);
  const auto loader = MakeLoader(store, {.batch_size = 10, .workers = 1});
  ASSERT_NE(loader, nullptr);
  EXPECT_FALSE(loader->WaitFor(absl::ZeroDuration()));
  EXPECT_FALSE(loader->WaitFor(absl::Milliseconds(1)));
  go.Notify();
  EXPECT_TRUE(loader->WaitFor(absl::InfiniteDuration()));
  EXPECT_EQ(ReadEpoch(*loader).size(), 2);
  EXPECT_TRUE(loader->WaitFor(absl::InfiniteDuration()));  // the epoch is over
}

}  // namespace
}  // namespace seiche
