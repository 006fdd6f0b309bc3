#include "experiments/peers/plan.h"

#include <set>

#include "absl/status/status_matchers.h"
#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

PeerPlan Plan(const PeerSelection& selection) {
  auto plan = MakePeerPlan(selection);
  EXPECT_THAT(plan, IsOk());
  return *std::move(plan);
}

const PeerRow& Find(const PeerPlan& plan, std::string_view file, std::string_view reader,
                    int workers) {
  for (const PeerRow& row : plan.rows) {
    if (row.file == file && row.reader == reader && row.workers == workers) return row;
  }
  ADD_FAILURE() << "no row " << file << ", " << reader << ", " << workers;
  return plan.rows[0];
}

const Shape kShape = {200, 100, 184, 184};

TEST(PlanTest, EveryRowOnceAndEveryFileUsed) {
  const PeerPlan plan = Plan({.shape = kShape});
  std::set<std::string> rows, files;
  for (const PeerRow& row : plan.rows) {
    EXPECT_TRUE(rows.insert(row.file + row.reader + std::to_string(row.workers)).second);
    EXPECT_NE(FindFile(plan, row.file), nullptr) << row.file;
    EXPECT_EQ(IsOurs(row), absl::StartsWith(row.reader, kSeicheReader)) << row.reader;
    files.insert(row.file);
  }
  EXPECT_EQ(files.size(), PeerFiles().size());
  EXPECT_EQ(plan.files.size(), PeerFiles().size());
}

TEST(PlanTest, SlowReadersReadLittleAndFastOnesEnough) {
  const PeerPlan plan = Plan({.shape = kShape});
  const auto samples = [&](std::string_view file, std::string_view reader) {
    const PeerRow& row = Find(plan, file, reader, 0);
    return row.batches * row.batch_size;
  };
  EXPECT_EQ(samples("manual_lzf", "h5py+DataLoader"), 100);
  EXPECT_EQ(samples("auto_lzf", "h5py+DataLoader"), 4);
  EXPECT_EQ(samples("auto_lzf", "h5py 5 GB chunk cache"), 200);
  EXPECT_EQ(samples("windows10_lzf", "h5py+DataLoader"), 200);
  EXPECT_EQ(samples("windows10_contiguous", "h5py+DataLoader"), 1000);
}

TEST(PlanTest, PythonReadsAsMuchAsCpp) {
  const PeerPlan plan = Plan({.shape = kShape});
  for (const char* file : {"manual_lzf", "manual_gzip4", "jpeg", "auto_lzf", "windows10_lzf",
                           "contiguous", "windows10_contiguous"}) {
    for (const int workers : {1, 2}) {
      const PeerRow& ours = Find(plan, file, kSeicheReader, workers);
      const PeerRow& python = Find(plan, file, "seiche (Python)", workers);
      EXPECT_EQ(python.peer, kPythonPeer);
      EXPECT_EQ(BatchesOf(plan, python, 1), BatchesOf(plan, ours, 1)) << file;
    }
  }
}

TEST(PlanTest, SmallBudgetsAreLeftOutWhereBatchesDoNotFit) {
  const PeerPlan plan = Plan({.shape = kShape});
  const PeerRow& row = Find(plan, "auto_lzf", "seiche, 20 % budget, chunk-aware", 2);
  EXPECT_EQ(row.memory_budget, 541'696'000);
  EXPECT_TRUE(row.chunk_aware);
  for (const PeerRow& small : Plan({.shape = {100, 100, 184, 184}}).rows) {
    EXPECT_EQ(small.memory_budget, 0) << small.reader;
  }
}

TEST(PlanTest, MapsWhatItSaysItMaps) {
  int rows = 0;
  for (const PeerRow& row : Plan({.shape = kShape}).rows) {
    rows += !row.memory_map;
    EXPECT_EQ(row.memory_map, row.reader != "seiche, pread") << row.file;
  }
  EXPECT_EQ(rows, 8);
}

TEST(PlanTest, AllReadersOfAFileReadTheSameSamples) {
  const PeerPlan plan = Plan({.shape = kShape});
  const auto ours = BatchesOf(plan, Find(plan, "manual_lzf", kSeicheReader, 2), 0);
  EXPECT_EQ(ours, BatchesOf(plan, Find(plan, "manual_lzf", "h5py+DataLoader", 8), 0));
  EXPECT_NE(ours, BatchesOf(plan, Find(plan, "manual_lzf", kSeicheReader, 2), 1));
  ASSERT_EQ(ours.size(), 10);
  std::set<int64_t> all;
  for (const auto& batch : ours) all.insert(batch.begin(), batch.end());
  EXPECT_EQ(all.size(), 100);
  EXPECT_GE(*all.begin(), 0);
  EXPECT_LT(*all.rbegin(), 200);
}

TEST(PlanTest, WindowsStartAtEveryFrameThatLeavesRoom) {
  const PeerPlan plan = Plan({.shape = {2, 12, 8, 8}, .files = {"windows10_lzf"}});
  EXPECT_EQ(NumSamples(plan, plan.files[0]), 6);
  EXPECT_THAT(MakePeerPlan({.shape = {2, 9, 8, 8}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("fewer than 10 frames")));
}

TEST(PlanTest, FewSequencesGiveSmallBatches) {
  const PeerPlan plan = Plan({.shape = {3, 100, 184, 184}});
  const PeerRow& row = Find(plan, "manual_lzf", kSeicheReader, 2);
  EXPECT_EQ(row.batch_size, 3);
  EXPECT_EQ(row.batches, 1);
}

TEST(PlanTest, SelectsPeersAndFiles) {
  const PeerPlan ours = Plan({.shape = kShape, .peers = {"none"}});
  for (const PeerRow& row : ours.rows) EXPECT_EQ(row.peer, "") << row.reader;
  EXPECT_EQ(FindFile(ours, "zarr_blosc_lz4"), nullptr);
  const PeerPlan one = Plan({.shape = kShape, .peers = {"hidefix"}, .files = {"manual_gzip4"}});
  EXPECT_EQ(one.rows.size(), 8);
  EXPECT_THAT(MakePeerPlan({.shape = kShape, .peers = {"h5pi"}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--peers: \"h5pi\"")));
  EXPECT_THAT(MakePeerPlan({.shape = kShape, .files = {"tape"}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--files: \"tape\"")));
}

}  // namespace
}  // namespace seiche
