#include "experiments/measure/read_speed.h"

#include <set>

#include "absl/status/status_matchers.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/open.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

ReadJob SmallJob(int64_t sequences) {
  const std::string path = JoinPath(testing::TempDir(), "small.h5");
  const auto writer = Hdf5Writer::Create(path, {.shape = {sequences, 2, 8, 8},
                                                .chunk_shape = {1, 2, 8, 8},
                                                .codecs = {"lzf"},
                                                .overwrite = OverwritePolicy::kReplace});
  EXPECT_THAT(writer, IsOk());
  const std::vector<float> values(2 * 8 * 8, 0.5f);
  for (int64_t i = 0; i < sequences; ++i) {
    EXPECT_THAT((*writer)->Append(MakeView(values.data(), DType::kFloat32, {2, 8, 8})), IsOk());
  }
  EXPECT_THAT((*writer)->Finish(), IsOk());
  auto store = OpenStore(path);
  EXPECT_THAT(store, IsOk());
  return {.store = *std::move(store), .paths = {path}};
}

TEST(ReadSpeedTest, EpochsShrinkWithTheStore) {
  const ReadPlan plan;
  EXPECT_EQ(EpochSizeOf(plan, 3000).sequences(), 100);
  EXPECT_EQ(EpochSizeOf(plan, 50).batches, 5);
  EXPECT_EQ(EpochSizeOf(plan, 4).batch_size, 4);
  EXPECT_EQ(EpochSizeOf(plan, 4).batches, 1);
  EXPECT_EQ(EpochSizeOf(plan, 19).sequences(), 10);
}

TEST(ReadSpeedTest, RepeatsReadOtherRandomSequences) {
  const ReadPlan plan;
  const std::vector<int64_t> first = SequencesOfRepeat(plan, 200, 0);
  EXPECT_EQ(std::set<int64_t>(first.begin(), first.end()).size(), 100);
  EXPECT_NE(first, SequencesOfRepeat(plan, 200, 1));
  EXPECT_EQ(first, SequencesOfRepeat(plan, 200, 0));
  EXPECT_NE(first, SequencesOfRepeat({.seed = 2}, 200, 0));
}

TEST(ReadSpeedTest, EveryWorkerCountAndRepeatIsMeasured) {
  std::vector<ReadJob> jobs = {SmallJob(25), SmallJob(12)};
  const ReadPlan plan = {.batches = 2, .repeats = 3, .workers = {1, 2}};
  int done = 0;
  ASSERT_THAT(MeasureReading(plan, absl::MakeSpan(jobs), [&] { ++done; }), IsOk());
  EXPECT_EQ(done, 2 * 2 * 3);
  for (const ReadJob& job : jobs) {
    ASSERT_EQ(job.speeds.size(), 2);
    for (const ReadSpeed& speed : job.speeds) {
      ASSERT_EQ(speed.seconds.size(), 3);
      for (const double seconds : speed.seconds) EXPECT_GT(seconds, 0);
      EXPECT_TRUE(speed.cache_verified);
    }
    EXPECT_EQ(job.speeds[0].workers, 1);
    EXPECT_EQ(job.speeds[1].workers, 2);
  }
  EXPECT_EQ(jobs[0].speeds[0].sequences, 20);
  EXPECT_EQ(jobs[1].speeds[0].sequences, 10);
}

TEST(ReadSpeedTest, MissingFileEndsIt) {
  std::vector<ReadJob> jobs = {SmallJob(10)};
  jobs[0].paths.push_back("/nonexistent");
  EXPECT_THAT(MeasureReading({.repeats = 1, .workers = {1}}, absl::MakeSpan(jobs), [] {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nonexistent")));
}

}  // namespace
}  // namespace seiche
