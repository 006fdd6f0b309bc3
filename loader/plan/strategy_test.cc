#include "loader/plan/strategy.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "base/aligned_buffer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/order/batch_schedule.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr int64_t kGigabyte = int64_t{1} << 30;

// What a loader asks before it starts.
struct Question {
  Question(std::vector<Field> fields, LoaderOptions o)
      : store({.fields = std::move(fields)}),
        options(std::move(o)),
        map(*SampleMap::Create(store, options.sample, 0)) {
    int64_t sample_bytes = 0;
    for (const SampleOutput& output : map.outputs()) sample_bytes += NumElements(output.shape) * 4;
    batch_bytes = sample_bytes * std::min(options.batch_size, map.size());
  }

  absl::StatusOr<Strategy> Ask() const {
    const BatchSchedule epoch({.samples = map.size(),
                               .batch_size = options.batch_size,
                               .shard_count = options.shard_count});
    return ChooseStrategy({.store = &store,
                           .map = &map,
                           .options = &options,
                           .batch_bytes = batch_bytes,
                           .epoch_batches = epoch.num_batches(),
                           .workers = workers,
                           .worker_bytes = worker_bytes});
  }

  // What the decoded chunks of the fields that are kept take, a page at least.
  int64_t CachedBytes(const Strategy& strategy) const {
    constexpr int64_t kPage = AlignedBuffer::kAlignment;
    int64_t bytes = 0;
    for (size_t i = 0; i < strategy.cached.size(); ++i) {
      const ChunkGrid& grid = store.fields()[i].grid;
      for (int64_t chunk = 0; strategy.cached[i] && chunk < grid.num_chunks(); ++chunk) {
        bytes += (NumElements(grid.BoxOf(chunk).extent) * 4 + kPage - 1) / kPage * kPage;
      }
    }
    return bytes;
  }

  int64_t Least() const { return (options.prefetch + 1) * batch_bytes + workers * worker_bytes; }

  GridStore store;
  LoaderOptions options;
  SampleMap map;
  int64_t batch_bytes = 0;
  int workers = 2;
  int64_t worker_bytes = 4 << 20;  // of each
};

Field Waves(Shape chunk, int64_t sequences = 200) {
  return GridStore::MakeField("images", {sequences, 100, 184, 184}, std::move(chunk));
}

// The chunk shape that h5py guesses for the published data.
Field AutoChunked() { return Waves({94, 7, 12, 12}); }

TEST(StrategyTest, AutoChunksThatFitAreDecodedOnce) {
  const Question question({AutoChunked()}, {.batch_size = 10, .memory_budget = 4 * kGigabyte});
  const auto strategy = question.Ask();
  ASSERT_THAT(strategy, IsOk());
  // Every batch needs chunks of half the file: all of them are filled at once.
  EXPECT_EQ(strategy->group_batches, 20);
  EXPECT_EQ(strategy->groups, 1);
  EXPECT_EQ(strategy->ring_batches, 21);
  EXPECT_EQ(strategy->cache_bytes, 0);
  EXPECT_THAT(strategy->cached, Each(false));
  EXPECT_EQ(strategy->uniform_decodes, 1);
  EXPECT_EQ(strategy->sampler.order, Order::kUniform);
  EXPECT_EQ(strategy->sampler.block_samples, 94);
}

TEST(StrategyTest, AutoChunksInAFifthOfTheirSize) {
  LoaderOptions options{.batch_size = 10, .memory_budget = int64_t{200} * 13542400 / 5};
  for (const Order order : {Order::kUniform, Order::kChunkAware, Order::kAuto}) {
    options.order = order;
    const auto strategy = Question({AutoChunked()}, options).Ask();
    ASSERT_THAT(strategy, IsOk());
    EXPECT_EQ(strategy->groups, 2);
    EXPECT_EQ(strategy->cache_bytes, 0);
    EXPECT_GT(strategy->uniform_decodes, 1.5 * strategy->chunk_aware_decodes);
    EXPECT_GT(strategy->chunk_aware_decodes, 1);
    EXPECT_EQ(strategy->sampler.order, order == Order::kAuto ? Order::kChunkAware : order);
    EXPECT_EQ(strategy->sampler.window_blocks, 1);
  }
  // More batches at once, fewer decodes.
  const auto fifth = Question({AutoChunked()}, options).Ask();
  options.memory_budget *= 2;
  const auto two_fifths = Question({AutoChunked()}, options).Ask();
  ASSERT_THAT(two_fifths, IsOk());
  EXPECT_EQ(fifth->group_batches, 1);
  EXPECT_EQ(fifth->most_group_batches, 3);
  EXPECT_EQ(two_fifths->group_batches, 3);
  EXPECT_EQ(two_fifths->most_group_batches, 7);
  EXPECT_FALSE(fifth->starts_small);  // each batch needs all chunks
  EXPECT_LT(two_fifths->uniform_decodes, fifth->uniform_decodes);
  EXPECT_LT(two_fifths->chunk_aware_decodes, fifth->chunk_aware_decodes);
}

TEST(StrategyTest, SequencesOfOneChunkAreKeptForTheirWindows) {
  const Question question({Waves({1, 100, 184, 184})}, {.sample = {.windows = {{"", 0, 10}}},
                                                        .batch_size = 10,
                                                        .order = Order::kAuto,
                                                        .memory_budget = 4 * kGigabyte});
  const auto strategy = question.Ask();
  ASSERT_THAT(strategy, IsOk());
  EXPECT_TRUE(strategy->keep_all);
  EXPECT_THAT(strategy->cached, ElementsAre(true));
  EXPECT_EQ(strategy->group_batches, 1);
  EXPECT_EQ(strategy->groups, 2);
  EXPECT_EQ(strategy->uniform_decodes, 1);
  EXPECT_EQ(strategy->sampler.order, Order::kUniform);
  // Entries take whole pages, and a sequence is not a multiple of one: all 200 must fit.
  EXPECT_GE(strategy->cache_bytes, question.CachedBytes(*strategy));
}

TEST(StrategyTest, WindowsOfBlocksWhereNotAllFits) {
  const Question question({Waves({1, 100, 184, 184})}, {.sample = {.windows = {{"", 0, 10}}},
                                                        .batch_size = 10,
                                                        .order = Order::kAuto,
                                                        .memory_budget = kGigabyte});
  const auto strategy = question.Ask();
  ASSERT_THAT(strategy, IsOk());
  EXPECT_FALSE(strategy->keep_all);
  EXPECT_EQ(strategy->sampler.order, Order::kChunkAware);
  EXPECT_EQ(strategy->sampler.block_samples, 91);
  EXPECT_EQ(strategy->chunk_aware_decodes, 1);
  EXPECT_GT(strategy->uniform_decodes, 2);
  // A quarter of the budget is shuffled together; two windows have room.
  EXPECT_EQ(strategy->sampler.window_blocks, kGigabyte / 4 / (13542400 + 3072));
  EXPECT_GE(strategy->cache_bytes, 2 * strategy->sampler.window_blocks * (13542400 + 3072));
  EXPECT_LT(strategy->cache_bytes, kGigabyte * 6 / 10);
}

TEST(StrategyTest, ManualChunksShareNothing) {
  for (const Shape& chunk : {Shape{1, 100, 184, 184}, Shape{1, 1, 184, 184}}) {
    const Question question({Waves(chunk)}, {.batch_size = 10, .order = Order::kAuto});
    const auto strategy = question.Ask();
    ASSERT_THAT(strategy, IsOk());
    EXPECT_THAT(strategy->cached, Each(false));
    EXPECT_EQ(strategy->cache_bytes, 0);
    EXPECT_FALSE(strategy->keep_all);
    EXPECT_EQ(strategy->group_batches, 1);
    EXPECT_EQ(strategy->groups, 2);
    EXPECT_EQ(strategy->ring_batches, 3);
    EXPECT_EQ(strategy->sampler.order, Order::kUniform);
    EXPECT_EQ(strategy->uniform_decodes, 1);
    EXPECT_EQ(strategy->chunk_aware_decodes, 1);
  }
}

TEST(StrategyTest, DecodeOnceOff) {
  const auto strategy =
      Question({AutoChunked()},
               {.batch_size = 10, .order = Order::kAuto, .prefetch = 4, .decode_once = false})
          .Ask();
  ASSERT_THAT(strategy, IsOk());
  EXPECT_THAT(strategy->cached, Each(false));
  EXPECT_EQ(strategy->group_batches, 1);
  EXPECT_EQ(strategy->groups, 4);
  EXPECT_EQ(strategy->ring_batches, 5);
  EXPECT_EQ(strategy->sampler.order, Order::kUniform);
}

// Only fields whose chunks are shared, and decoded, are kept.
TEST(StrategyTest, FieldByField) {
  const auto field = [](std::string name, Shape chunk, std::string codec) {
    return GridStore::MakeField(std::move(name), {40, 20, 30, 30}, std::move(chunk), "NTHW",
                                DType::kFloat32, std::move(codec));
  };
  const Question question(
      {field("shared", {8, 20, 30, 30}, "number"), field("alone", {1, 20, 30, 30}, "number"),
       field("raw", {8, 20, 30, 30}, "none")},
      {.batch_size = 2});
  const auto strategy = question.Ask();
  ASSERT_THAT(strategy, IsOk());
  EXPECT_THAT(strategy->cached, ElementsAre(true, false, false));
  EXPECT_TRUE(strategy->keep_all);
  EXPECT_EQ(strategy->cache_bytes, question.CachedBytes(*strategy));
  EXPECT_EQ(strategy->sampler.block_samples, 8);
}

TEST(StrategyTest, TheLeastThatIsPossible) {
  Question question({Waves({1, 100, 184, 184})}, {.batch_size = 10, .prefetch = 3});
  question.options.memory_budget = 4 * question.batch_bytes;
  EXPECT_THAT(question.Ask(), IsOk());
  question.options.memory_budget -= 1;
  EXPECT_THAT(question.Ask(),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       absl::StrCat("memory_budget = ", 4 * question.batch_bytes - 1,
                                    " bytes has room for 3 batches of ", question.batch_bytes,
                                    " bytes, but prefetch + 1 = 4 are needed: raise "
                                    "memory_budget, or lower batch_size or prefetch")));
}

std::string Describe(const Question& q, const Strategy& s) {
  std::string text;
  for (const Field& field : q.store.fields()) {
    absl::StrAppend(&text, ToString(field.shape()), " in ", ToString(field.grid.chunk_shape()), " ",
                    field.codec, "; ");
  }
  return absl::StrCat(text, "batches of ", q.options.batch_size, ", ", q.batch_bytes, " bytes of ",
                      q.options.memory_budget, ", prefetch ", q.options.prefetch, ", order ",
                      static_cast<int>(q.options.order), ": groups ", s.groups, " of ",
                      s.group_batches, ", ring ", s.ring_batches, " to ", s.most_batches,
                      ", cache ", s.cache_bytes);
}

void ExpectSound(const Question& q, const Strategy& s) {
  const int64_t needed = q.options.prefetch + 1;
  EXPECT_GE(s.most_batches, needed);
  EXPECT_GE(s.ring_batches, needed);
  EXPECT_LE(s.ring_batches, s.most_batches);
  EXPECT_GE(s.group_batches, 1);
  EXPECT_GE(s.groups, 1);
  EXPECT_LE(s.groups * s.group_batches, std::max<int64_t>(s.ring_batches, 2));
  EXPECT_LE(s.group_batches, s.most_group_batches);
  EXPECT_LE(s.most_group_batches, s.ring_batches);
  EXPECT_NE(s.sampler.order, Order::kAuto);
  EXPECT_GE(s.sampler.block_samples, 1);
  EXPECT_LE(s.sampler.block_samples, q.map.size());
  EXPECT_GE(s.sampler.window_blocks, 1);
  EXPECT_GE(s.uniform_decodes, 1);
  EXPECT_GE(s.chunk_aware_decodes, 1);
  const bool any = std::find(s.cached.begin(), s.cached.end(), true) != s.cached.end();
  EXPECT_EQ(any, s.cache_bytes > 0);
  if (s.keep_all) {
    EXPECT_GE(s.cache_bytes, q.CachedBytes(s)) << "not all of them fit";
  }
  // Whatever the consumer holds.
  EXPECT_LE(s.most_batches * q.batch_bytes + s.cache_bytes + q.workers * q.worker_bytes,
            q.options.memory_budget);
}

TEST(StrategyTest, NeverMoreThanTheBudget) {
  std::mt19937_64 random(17);
  const auto between = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  int64_t kept = 0, grouped = 0, windows = 0;
  for (int i = 0; i < 3000 && !testing::Test::HasFailure(); ++i) {
    const Shape shape = {between(1, 40), between(4, 20), between(1, 40), between(1, 40)};
    std::vector<Field> fields;
    for (int64_t n = between(1, 2); n > 0; --n) {
      Shape chunk;
      for (int64_t extent : shape) chunk.push_back(between(between(1, extent), extent));
      if (between(0, 1) == 0) chunk[0] = 1;
      fields.push_back(GridStore::MakeField(absl::StrCat("u", n), shape, chunk, "NTHW",
                                            DType::kFloat32, between(0, 5) > 0 ? "lzf" : "none"));
    }
    LoaderOptions options{.batch_size = between(1, 12),
                          .order = static_cast<Order>(between(0, 3)),
                          .shuffle_bytes = between(0, 1) * between(1, 100000),
                          .prefetch = static_cast<int>(between(1, 5)),
                          .decode_once = between(0, 9) > 0};
    if (between(0, 1) == 0) options.sample = {.windows = {{"", 0, between(1, 4)}}};
    Question question(std::move(fields), options);
    question.worker_bytes = between(0, 100000);
    int64_t all = 0;
    for (const Field& field : question.store.fields()) all += NumElements(field.shape()) * 4;
    question.options.memory_budget = question.Least() + between(0, between(0, 3 * all));
    const auto strategy = question.Ask();
    ASSERT_THAT(strategy, IsOk());
    SCOPED_TRACE(Describe(question, *strategy));
    ExpectSound(question, *strategy);
    kept += strategy->keep_all;
    grouped += strategy->group_batches > 1;
    windows += strategy->cache_bytes > 0 && !strategy->keep_all;
  }
  // All ways came up.
  EXPECT_GT(kept, 50);
  EXPECT_GT(grouped, 100);
  EXPECT_GT(windows, 20);
}

// All shards, whatever they work with, have to deliver parts of one order.
TEST(StrategyTest, AutoOrderDependsOnDataSamplesAndBudgetOnly) {
  std::mt19937_64 random(18);
  const auto between = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  int64_t aware = 0;
  for (int i = 0; i < 1000; ++i) {
    const Shape shape = {between(1, 60), 4, between(1, 20), between(1, 20)};
    const Shape chunk = {between(1, shape[0]), between(1, 4), between(1, shape[2]), shape[3]};
    LoaderOptions options{.batch_size = between(1, 7), .order = Order::kAuto};
    Question question({GridStore::MakeField("u", shape, chunk)}, options);
    options.memory_budget = 6 * question.batch_bytes + between(0, 2 * NumElements(shape) * 4);
    question.options = options;
    question.workers = 1;
    question.worker_bytes = between(0, options.memory_budget / 8);
    const auto one = question.Ask();
    ASSERT_THAT(one, IsOk());
    question.options.prefetch = static_cast<int>(between(1, 5));
    question.options.shard_count = between(1, 9);
    question.options.max_batches = between(1, 5);
    question.workers = static_cast<int>(between(1, 99));
    const auto other = question.Ask();
    ASSERT_THAT(other, IsOk());
    EXPECT_EQ(one->sampler.order, other->sampler.order);
    EXPECT_EQ(one->sampler.block_samples, other->sampler.block_samples);
    EXPECT_EQ(one->sampler.window_blocks, other->sampler.window_blocks);
    aware += one->sampler.order == Order::kChunkAware;
  }
  EXPECT_GT(aware, 100);
  EXPECT_LT(aware, 900);
}

TEST(StrategyTest, HugeDatasets) {
  const auto strategy = Question({Waves({94, 7, 12, 12}, int64_t{1} << 32)},
                                 {.batch_size = 10, .order = Order::kAuto})
                            .Ask();
  ASSERT_THAT(strategy, IsOk());
  EXPECT_EQ(strategy->sampler.order, Order::kChunkAware);
  EXPECT_EQ(strategy->sampler.block_samples, 94);
}

}  // namespace
}  // namespace seiche
