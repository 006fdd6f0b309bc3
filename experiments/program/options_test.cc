#include "experiments/program/options.h"

#include <cstdlib>

#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(OptionsTest, DefaultScaleFollowsTheProtocol) {
  const auto plan = MakePlan({});
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->dataset.shape(), (Shape{200, 100, 184, 184}));
  EXPECT_THAT(plan->read.workers, ElementsAre(1, 2, 4, 8));
  EXPECT_EQ(plan->read.repeats, 5);
  EXPECT_EQ(EpochSizeOf(plan->read, 200).sequences(), 100);
  EXPECT_EQ(EpochSizeOf(plan->slow_read, 200).sequences(), 10);
  EXPECT_EQ(plan->slow_read.repeats, 3);
  EXPECT_EQ(FindVariant(plan->variants, "hdf5_contiguous")->sequences, 50);
}

TEST(OptionsTest, FullScaleHasAllSequencesEverywhere) {
  const auto plan = MakePlan({.scale = Scale::kFull});
  ASSERT_THAT(plan, IsOk());
  for (const Variant& variant : plan->variants) EXPECT_EQ(variant.sequences, 3000) << variant.id;
  EXPECT_EQ(EpochSizeOf(plan->slow_read, 3000).sequences(), 100);
  EXPECT_EQ(plan->slow_read.repeats, 5);
}

TEST(OptionsTest, SequencesReplaceTheScalesNumber) {
  const auto plan = MakePlan({.sequences = 64});
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->dataset.sequences, 64);
  EXPECT_EQ(FindVariant(plan->variants, "hdf5_manual_gzip9")->sequences, 40);
}

TEST(OptionsTest, WorkersAreSortedAndOnce) {
  const auto plan = MakePlan({.workers = {"4", "1", "4"}});
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->read.workers, ElementsAre(1, 4));
}

TEST(OptionsTest, BadWorkersAreNamed) {
  for (const char* text : {"0", "-1", "257", "two", "1.5", "99999999999"}) {
    EXPECT_THAT(MakePlan({.workers = {"1", text}}),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(absl::StrCat("--workers: '", text, "' is not a number"))));
  }
  EXPECT_THAT(MakePlan({.workers = {}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no number is given")));
}

TEST(OptionsTest, FolderIsNamedByWhatItHolds) {
  ASSERT_EQ(::setenv("TMPDIR", "/scratch", 1), 0);
  EXPECT_EQ(DefaultFolder({}), "/scratch/seiche-paper-default");
  EXPECT_EQ(DefaultFolder({.scale = Scale::kTiny, .sequences = 5, .seed = 9}),
            "/scratch/seiche-paper-tiny-5-seed9");
  ASSERT_EQ(::unsetenv("TMPDIR"), 0);
  EXPECT_EQ(DefaultFolder({.scale = Scale::kFull}), "/tmp/seiche-paper-full");
  EXPECT_EQ(MakePlan({.out = "/data"})->out, "/data");
}

TEST(OptionsTest, FlagsReachTheOptions) {
  ExperimentOptions options;
  Command command("paper", "Reproduces.", [] { return absl::OkStatus(); });
  AddExperimentFlags(command, &options);
  const CommandResult result =
      RunCommand(command, {"--scale=tiny", "--cache=cold", "--workers=2,1", "--repeats=7",
                           "--seed=18446744073709551615", "--overwrite", "--python-stack"});
  EXPECT_EQ(result.exit_code, 0) << result.error;
  EXPECT_EQ(options.scale, Scale::kTiny);
  EXPECT_EQ(options.cache, CacheState::kCold);
  EXPECT_THAT(options.workers, ElementsAre("2", "1"));
  EXPECT_EQ(options.repeats, 7);
  EXPECT_EQ(options.seed, UINT64_MAX);
  EXPECT_TRUE(options.overwrite);
  EXPECT_TRUE(options.python_stack);
}

TEST(OptionsTest, WritingIsTimedOftenButAtTheTinyScale) {
  const auto tiny = MakePlan({.scale = Scale::kTiny});
  ASSERT_TRUE(tiny.ok());
  EXPECT_EQ(tiny->untimed_writes, 0);
  EXPECT_EQ(tiny->write_repeats, 2);
  EXPECT_EQ(tiny->write_sample_sequences, 1);
  for (const Scale scale : {Scale::kDefault, Scale::kFull}) {
    const auto plan = MakePlan({.scale = scale});
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(plan->untimed_writes, 1);
    EXPECT_EQ(plan->write_repeats, 5);
    EXPECT_EQ(plan->write_sample_sequences, 10);
  }
}

}  // namespace
}  // namespace seiche
