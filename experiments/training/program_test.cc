#include "experiments/training/program.h"

#include "absl/status/status_matchers.h"
#include "base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

const Shape kShape = {200, 100, 184, 184};

TEST(TrainingTest, JobHasTheSameReadersForEachFileAndFewBatchesWhereH5pyIsSlow) {
  const auto text = TrainingJobJson({.workers = 3}, kShape, {.cores = 4},
                                    {{"manual_lzf", "a.h5"}, {"auto_lzf", "b.h5"}});
  ASSERT_THAT(text, IsOk());
  const auto job = ParseJson(*text, "job");
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ((*job)["batch_size"], 8);
  EXPECT_EQ((*job)["past"], 10);
  EXPECT_EQ((*job)["seed"], 1);
  EXPECT_EQ((*job)["repeats"], 2);
  EXPECT_EQ((*job)["machine"]["cores"], 4);
  const Json& files = (*job)["files"];
  ASSERT_EQ(files.size(), 2);
  EXPECT_EQ(files[0]["path"], "a.h5");
  EXPECT_EQ(files[0]["batches"], 40);
  EXPECT_EQ(files[1]["batches"], 8);
  const Json readers = {"memory", "h5py", "h5py 3", "seiche 3"};
  EXPECT_EQ(files[0]["readers"], readers);
  EXPECT_EQ(files[1]["readers"], readers);
}

TEST(TrainingTest, MoreBatchesThanThereAreWindowsAreRefused) {
  const std::vector<std::pair<std::string, std::string>> file = {{"manual_lzf", ""}};
  EXPECT_THAT(TrainingJobJson({.batches = 45, .past = 10}, {4, 100, 8, 8}, {}, file), IsOk());
  EXPECT_THAT(TrainingJobJson({.batches = 46, .past = 10}, {4, 100, 8, 8}, {}, file),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("46 batches of 8")));
  EXPECT_THAT(TrainingJobJson({.batches = 1, .past = 100}, {4, 100, 8, 8}, {}, file),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("0 windows of 101 frames")));
}

}  // namespace
}  // namespace seiche
