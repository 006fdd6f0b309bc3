#include "loader/plan/group_plan.h"

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/plan/chunk_strip.h"
#include "loader/testing/fake_store.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

using ::testing::ElementsAre;
using Kind = GroupPlan::Task::Kind;
using Samples = std::vector<std::vector<int64_t>>;

// A store, what samples of it are, and plans for them.
struct Planner {
  Planner(std::shared_ptr<const SequenceStore> s, const SampleOptions& options = {},
          int64_t cache_bytes = 0)
      : store(std::move(s)),
        map(*SampleMap::Create(*store, options, 0)),
        cache(cache_bytes),
        cached(store->fields().size(), cache_bytes > 0) {}

  const GroupPlan& Build(const Samples& samples, int64_t expires = 100) {
    std::vector<absl::Span<const int64_t>> spans(samples.begin(), samples.end());
    plan.Build({.store = store.get(),
                .map = &map,
                .cached = &cached,
                .cache = &cache,
                .strips = true,
                .expiry = [&](int, int64_t) { return expires; }},
               spans);
    return plan;
  }

  std::vector<GroupPlan::Task> Tasks() const {
    std::vector<GroupPlan::Task> tasks;
    for (const auto& run : plan.runs()) {
      for (const auto& task : plan.tasks(run)) tasks.push_back(task);
    }
    return tasks;
  }

  const std::shared_ptr<const SequenceStore> store;
  const SampleMap map;
  ChunkCache cache;
  std::vector<bool> cached;
  GroupPlan plan;
};

std::shared_ptr<GridStore> Grid(Shape shape, Shape chunk, std::string codec = "number",
                                GridStore::Options options = {}) {
  options.fields = {GridStore::MakeField("u", std::move(shape), std::move(chunk), "",
                                         DType::kFloat32, std::move(codec))};
  return std::make_shared<GridStore>(std::move(options));
}

// Field, chunk, batch, row, output.
using Need = std::tuple<int, int64_t, int, int, int>;

// Every chunk of every sample by the grid itself, against the plan's tasks and uses. Slow tasks
// stand for all chunks of their use.
void ExpectComplete(const Planner& planner, const Samples& samples) {
  std::set<Need> expected, planned;
  Box box;
  const auto add = [&](int field, int b, int r, int o, std::set<Need>& needs) {
    planner.map.SetBox(o, samples[b][r], 0, box);
    (void)planner.store->fields()[field].grid.ForEachChunk(box, [&](const ChunkPart& part) {
      EXPECT_TRUE(needs.insert({field, part.chunk, b, r, o}).second);
      return absl::OkStatus();
    });
  };
  for (int b = 0; b < static_cast<int>(samples.size()); ++b) {
    for (int r = 0; r < static_cast<int>(samples[b].size()); ++r) {
      for (int o = 0; o < static_cast<int>(planner.map.outputs().size()); ++o) {
        add(planner.map.outputs()[o].field, b, r, o, expected);
      }
    }
  }
  std::set<std::pair<int, int64_t>> chunks;
  for (const GroupPlan::Task& task : planner.Tasks()) {
    int64_t uses = 0;
    planner.plan.ForEachUse(task, [&](const GroupPlan::Use& use) {
      ++uses;
      if (task.chunk < 0) {
        add(task.field, use.batch, use.row, use.output, planned);
      } else {
        EXPECT_TRUE(
            planned.insert({task.field, task.chunk, use.batch, use.row, use.output}).second);
      }
      planner.map.SetBox(use.output, samples[use.batch][use.row], 0, box);
      EXPECT_EQ(use.box.offset, box.offset);
      EXPECT_EQ(use.box.extent, box.extent);
      return true;
    });
    EXPECT_EQ(uses, planner.plan.CountUses(task));
    EXPECT_GE(uses, 1);
    if (task.chunk >= 0) {
      EXPECT_TRUE(chunks.insert({task.field, task.chunk}).second) << "a chunk has one task";
    }
  }
  EXPECT_EQ(planned, expected);
}

// Each run says which batches it delivers to, and each batch how many runs it waits for.
void ExpectConsistentRuns(const Planner& planner, size_t batches) {
  std::vector<int64_t> runs_of_batch(batches, 0);
  int32_t next = 0;
  for (const GroupPlan::Run& run : planner.plan.runs()) {
    EXPECT_EQ(run.first_task, next);
    EXPECT_GE(run.num_tasks, 1);
    next += run.num_tasks;
    std::set<int32_t> expected;
    for (const GroupPlan::Task& task : planner.plan.tasks(run)) {
      planner.plan.ForEachUse(task, [&](const GroupPlan::Use& use) {
        expected.insert(use.batch);
        return true;
      });
    }
    EXPECT_THAT(planner.plan.batches_of(run), testing::ElementsAreArray(expected));
    for (int32_t batch : expected) ++runs_of_batch[batch];
  }
  EXPECT_THAT(planner.plan.runs_of_batch(), testing::ElementsAreArray(runs_of_batch));
}

std::vector<const GroupPlan::Use*> UsesOf(const GroupPlan& plan, const GroupPlan::Task& task) {
  std::vector<const GroupPlan::Use*> uses;
  plan.ForEachUse(task, [&](const GroupPlan::Use& use) {
    uses.push_back(&use);
    return true;
  });
  return uses;
}

// All that its uses need along the strip's axis, and nothing else.
void ExpectStrip(const Planner& planner, absl::Span<const GroupPlan::Task> tasks) {
  const Field& field = planner.store->fields()[tasks[0].field];
  const int axis = StripAxis(field);
  ASSERT_GE(axis, 1);
  const auto uses = UsesOf(planner.plan, tasks[0]);
  int64_t decoded = 0;
  Box before;
  for (const GroupPlan::Task& task : tasks) {
    EXPECT_EQ(task.kind, Kind::kDecode);
    EXPECT_EQ(task.entry, nullptr);
    EXPECT_EQ(task.strip, tasks[0].strip);
    EXPECT_EQ(UsesOf(planner.plan, task), uses);
    const Box box = field.grid.BoxOf(task.chunk);
    decoded += NumElements(field.grid.ShapeOf(task.chunk)) * 4;
    if (!before.extent.empty()) {
      before.offset[axis] += before.extent[axis];
      EXPECT_EQ(before.offset, box.offset);
    }
    before = box;
  }
  EXPECT_LE(decoded, kMaxStripBytes);
  const Box first = field.grid.BoxOf(tasks[0].chunk);
  for (const GroupPlan::Use* use : uses) {
    EXPECT_LE(first.offset[axis], use->box.offset[axis]);
    EXPECT_GE(before.offset[axis] + before.extent[axis],
              use->box.offset[axis] + (use->box.extent[axis] - 1) * use->box.stride_of(axis) + 1);
  }
}

void ExpectRunLimits(const Planner& planner) {
  std::set<int32_t> strips;
  for (const GroupPlan::Run& run : planner.plan.runs()) {
    int64_t decoded = 0, end = -1;
    const auto tasks = planner.plan.tasks(run);
    if (tasks[0].strip >= 0) {
      EXPECT_TRUE(strips.insert(tasks[0].strip).second) << "a strip is one run";
      EXPECT_EQ(run.read_bytes, 0);
      ExpectStrip(planner, tasks);
      continue;
    }
    for (const GroupPlan::Task& task : tasks) {
      EXPECT_EQ(task.strip, -1);
      EXPECT_EQ(task.kind, tasks[0].kind);
      EXPECT_EQ(task.location.kind, tasks[0].location.kind);
      if (task.kind != Kind::kDecode) continue;
      decoded += NumElements(planner.store->fields()[task.field].grid.ShapeOf(task.chunk)) * 4;
      if (task.location.kind != ChunkLocation::Kind::kBytes) continue;
      EXPECT_EQ(task.location.file, tasks[0].location.file);
      if (end >= 0) {
        EXPECT_GE(task.location.offset, end) << "in the order of the file";
        EXPECT_LE(task.location.offset - end, GroupPlan::kMaxGap);
      }
      end = task.location.offset + task.location.size;
      EXPECT_GE(task.location.offset, run.read_offset);
      EXPECT_LE(end, run.read_offset + run.read_bytes);
    }
    if (end >= 0) {
      EXPECT_EQ(run.read_offset, tasks[0].location.offset);
      EXPECT_EQ(run.read_offset + run.read_bytes, end);
    } else {
      EXPECT_EQ(run.read_bytes, 0);
    }
    if (tasks.size() > 1) {
      EXPECT_LE(decoded, GroupPlan::kRunBytes);
      EXPECT_LE(run.read_bytes, GroupPlan::kMaxReadBytes);
    }
  }
}

TEST(GroupPlanTest, AChunkIsOneTaskForAllBatches) {
  Planner planner(Grid({20, 4, 4, 5}, {5, 2, 4, 5}));
  const Samples samples = {{0, 7, 3}, {19, 1, 2}};
  planner.Build(samples);
  ExpectComplete(planner, samples);
  std::vector<int64_t> chunks, uses;
  for (const auto& task : planner.Tasks()) {
    EXPECT_EQ(task.kind, Kind::kDecode);
    EXPECT_EQ(task.entry, nullptr);
    chunks.push_back(task.chunk);
    uses.push_back(planner.plan.CountUses(task));
  }
  EXPECT_THAT(chunks, ElementsAre(0, 1, 2, 3, 6, 7));
  EXPECT_THAT(uses, ElementsAre(4, 4, 1, 1, 1, 1));
  ASSERT_EQ(planner.plan.runs().size(), 1);
  EXPECT_EQ(planner.plan.runs()[0].read_bytes, 8 * 16);
  EXPECT_THAT(planner.plan.runs_of_batch(), ElementsAre(1, 1));
}

TEST(GroupPlanTest, RandomSamples) {
  std::mt19937_64 random(11);
  const auto between = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int i = 0; i < 400 && !testing::Test::HasFailure(); ++i) {
    GridStore::Options options{.encoded_bytes = between(16, 1 << 20), .gap = between(0, 1 << 17)};
    SampleOptions sample;
    const std::string codec = between(0, 3) == 0 ? "none" : "number";
    for (int field = 0; field < between(1, 2); ++field) {
      options.fields.push_back(
          GridStore::MakeField(field == 0 ? "u" : "v", {8, 12, 60, 70},
                               {between(1, 8), between(1, 12), between(10, 60), between(10, 70)},
                               "NTHW", DType::kFloat32, codec));
    }
    if (between(0, 1) == 0) {
      sample.windows = {{"a", 0, between(1, 3)}, {"b", 3, between(1, 2)}};
      sample.frame_stride = between(1, 2);
    }
    if (between(0, 1) == 0) {
      sample.crops = {{.axis = 'W', .extent = 2, .stride = between(1, 40), .random = true}};
    }
    Planner planner(std::make_shared<GridStore>(options), sample,
                    between(0, 1) * between(0, 4000000));
    for (int group = 0; group < 3; ++group) {
      Samples samples(between(1, 4));
      for (auto& rows : samples) {
        for (int64_t n = between(1, 6); n > 0; --n) {
          rows.push_back(between(0, planner.map.size() - 1));
        }
      }
      planner.Build(samples);
      ExpectComplete(planner, samples);
      ExpectConsistentRuns(planner, samples.size());
      ExpectRunLimits(planner);
    }
  }
}

TEST(GroupPlanTest, ChunksSideBySideAreAStrip) {
  // 82 KB a sequence: 4 x 5 x 4 strips of six chunks.
  Samples samples(16);
  for (int64_t i = 0; i < 64; ++i) samples[i % 16].push_back(i);
  const Shape shape = {64, 10, 32, 64}, chunk = {20, 2, 8, 12};
  Planner planner(Grid(shape, chunk));
  planner.Build(samples);
  ExpectComplete(planner, samples);
  ExpectRunLimits(planner);
  ASSERT_EQ(planner.plan.runs().size(), 80);
  for (const auto& run : planner.plan.runs()) EXPECT_EQ(run.num_tasks, 6);

  // In the order of the file, each of them where its first byte is.
  int64_t before = -1;
  for (const auto& run : planner.plan.runs()) {
    EXPECT_GT(planner.plan.tasks(run)[0].location.offset, before);
    before = planner.plan.tasks(run)[0].location.offset;
  }
}

TEST(GroupPlanTest, NoStripsWhereTheyWouldNotPay) {
  const auto strips = [](Planner planner, int64_t sequences) {
    Samples samples(1);
    for (int64_t i = 0; i < sequences; ++i) samples[0].push_back(i);
    planner.Build(samples);
    int64_t count = 0;
    for (const auto& task : planner.Tasks()) count += task.strip >= 0;
    return count;
  };
  const Shape shape = {64, 10, 32, 64}, chunk = {20, 2, 8, 12};
  EXPECT_GT(strips(Planner(Grid(shape, chunk)), 64), 0);
  // Little is delivered; few strips; chunks that are kept; chunks as wide as the frame; long rows.
  EXPECT_EQ(strips(Planner(Grid(shape, chunk)), 10), 0);
  EXPECT_EQ(strips(Planner(Grid(shape, {20, 10, 16, 12})), 64), 0);
  EXPECT_EQ(strips(Planner(Grid(shape, chunk), {}, 1 << 30), 64), 0);
  EXPECT_EQ(strips(Planner(Grid(shape, {20, 2, 8, 64})), 64), 0);
  EXPECT_EQ(strips(Planner(Grid({64, 10, 16, 514}, {2, 2, 16, 257})), 64), 0);
  // Each chunk is one sample's alone.
  EXPECT_EQ(strips(Planner(Grid({64, 10, 32, 128}, {1, 5, 32, 64})), 64), 0);
}

TEST(GroupPlanTest, SmallGapsAreReadToo) {
  for (const int64_t more : {0, 1}) {
    Planner planner(Grid({2, 4, 4, 5}, {1, 4, 4, 5}, "number", {.gap = GroupPlan::kMaxGap + more}));
    EXPECT_EQ(planner.Build({{1, 0}}).runs().size(), 1 + more);
  }
}

TEST(GroupPlanTest, RunsEndWithTheirBytes) {
  // 20 chunks of 320 decoded bytes, 1 MB each in the file: four a read.
  Planner reads(Grid({20, 4, 4, 5}, {1, 4, 4, 5}, "number", {.encoded_bytes = 1 << 20}));
  Samples all(1);
  for (int64_t i = 0; i < 20; ++i) all[0].push_back(i);
  EXPECT_EQ(reads.Build(all).runs().size(), 5);
  // Chunks of 256 KB decoded: four a run.
  Planner work(Grid({20, 4, 128, 128}, {1, 4, 128, 128}));
  EXPECT_EQ(work.Build(all).runs().size(), 5);
  // Larger ones have a run each.
  Planner large(Grid({20, 20, 128, 128}, {1, 20, 128, 128}));
  EXPECT_EQ(large.Build(all).runs().size(), 20);
}

TEST(GroupPlanTest, WhatIsCachedIsDecodedOnce) {
  Planner planner(Grid({20, 4, 4, 5}, {5, 4, 4, 5}), {}, 1 << 20);
  planner.Build({{0, 6}});
  const auto first = planner.Tasks();
  ASSERT_EQ(first.size(), 2);
  for (const auto& task : first) {
    EXPECT_EQ(task.kind, Kind::kDecode);
    ASSERT_NE(task.entry, nullptr);
    EXPECT_EQ(task.entry->expires, 100);
  }
  // What others decode comes last.
  planner.Build({{11, 1, 5}});
  const auto second = planner.Tasks();
  ASSERT_EQ(second.size(), 3);
  EXPECT_EQ(second[0].kind, Kind::kDecode);
  EXPECT_EQ(second[0].chunk, 2);
  EXPECT_EQ(second[1].kind, Kind::kCached);
  EXPECT_EQ(second[1].entry, first[0].entry);
  EXPECT_EQ(second[2].entry, first[1].entry);
  EXPECT_EQ(planner.plan.runs().size(), 2);
}

// Whoever needs a chunk later keeps it for as long: it must not be forgotten while they use it.
TEST(GroupPlanTest, LaterUsersPutExpiryOff) {
  Planner planner(Grid({20, 4, 4, 5}, {5, 4, 4, 5}), {}, 1 << 20);
  planner.Build({{0}}, /*expires=*/10);
  planner.Build({{1}}, /*expires=*/30);
  EXPECT_EQ(planner.Tasks()[0].entry->expires, 30);
  planner.Build({{2}}, /*expires=*/20);
  EXPECT_EQ(planner.Tasks()[0].entry->expires, 30);
  planner.cache.Expire(29);
  EXPECT_NE(planner.cache.Find(0, 0), nullptr);
  planner.cache.Expire(30);
  EXPECT_EQ(planner.cache.Find(0, 0), nullptr);
}

TEST(GroupPlanTest, WithoutRoomChunksAreDecodedForTheGroupOnly) {
  Planner planner(Grid({20, 4, 4, 5}, {5, 4, 4, 5}), {}, AlignedBuffer::kAlignment);
  planner.Build({{0, 5, 10}});
  int64_t entries = 0;
  for (const auto& task : planner.Tasks()) {
    EXPECT_EQ(task.kind, Kind::kDecode);
    entries += task.entry != nullptr;
  }
  EXPECT_EQ(entries, 1);
}

TEST(GroupPlanTest, LargeRawChunksAreReadInParts) {
  // 5 * 4 * 64 * 64 * 4 bytes are more than kMaxRawBytes, one sequence of them is not.
  Planner large(Grid({20, 4, 64, 64}, {5, 4, 64, 64}, "none"), {}, 1 << 24);
  const Samples samples = {{0, 1}, {6}};
  large.Build(samples);
  ExpectComplete(large, samples);
  for (const auto& task : large.Tasks()) {
    EXPECT_EQ(task.kind, Kind::kRaw);
    EXPECT_EQ(task.entry, nullptr);
  }
  Planner small(Grid({20, 4, 64, 64}, {1, 4, 64, 64}, "none"));
  EXPECT_EQ(small.Build({{0, 1}}).runs().size(), 1);
}

TEST(GroupPlanTest, OnlyBoxesWithSlowChunksAreSlow) {
  FakeStore::Options options;
  options.grid = ChunkGrid({20, 4, 4, 5}, {1, 2, 4, 5});
  options.other = {2 * 3 + 1};  // the second half of sample 3
  options.missing = {0};
  Planner planner(std::make_shared<FakeStore>(options), {}, 1 << 20);
  const Samples samples = {{3, 0}, {4, 3}};
  planner.Build(samples);
  ExpectComplete(planner, samples);
  ExpectConsistentRuns(planner, 2);
  std::map<Kind, int> kinds;
  for (const auto& task : planner.Tasks()) {
    ++kinds[task.kind];
    if (task.chunk != 0) continue;
    EXPECT_EQ(task.location.kind, ChunkLocation::Kind::kMissing);
    EXPECT_EQ(task.entry, nullptr) << "nothing to decode, so nothing to keep";
  }
  EXPECT_EQ(kinds[Kind::kSlow], 2);
  EXPECT_EQ(kinds[Kind::kDecode], 4);
}

TEST(GroupPlanTest, LongStridesLeaveChunksOut) {
  Planner planner(Grid({20, 9, 4, 5}, {1, 1, 4, 5}), {.windows = {{"", 0, 3}}, .frame_stride = 4});
  planner.Build({{0}});
  ExpectComplete(planner, {{0}});
  EXPECT_EQ(planner.Tasks().size(), 3);
}

// Axis 0 is space here, so a sample goes through all parts; the one in the middle has other chunks
// along T than those at the ends.
TEST(GroupPlanTest, PartsWithOtherChunksInTheMiddle) {
  const ChunkGrid grid =
      ChunkGrid::Concatenate({ChunkGrid({2, 10, 5}, {2, 10, 5}), ChunkGrid({3, 10, 5}, {3, 1, 5}),
                              ChunkGrid({2, 10, 5}, {2, 10, 5})});
  Planner planner(std::make_shared<GridStore>(
                      GridStore::Options{.fields = {GridStore::MakeField("u", grid, "HTW")}}),
                  {.windows = {{"", 0, 2}}});
  const Samples samples = {{0, 3}, {7, 8}};
  planner.Build(samples);
  ExpectComplete(planner, samples);
}

}  // namespace
}  // namespace seiche
