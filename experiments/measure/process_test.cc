#include "experiments/measure/process.h"

#include "absl/status/status_matchers.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

std::string Log(const std::string& name) {
  const std::string path = JoinPath(testing::TempDir(), name);
  EXPECT_THAT(DefaultFileSystem().RemoveAll(path), IsOk());
  return path;
}

TEST(ProcessTest, OutputOfAllRunsIsInTheLog) {
  const std::string log = Log("both.log");
  EXPECT_THAT(RunProcess({"sh", "-c", "echo out; echo err >&2"}, log), IsOk());
  EXPECT_THAT(RunProcess({"sh", "-c", "echo again"}, log), IsOk());
  EXPECT_THAT(ReadFile(DefaultFileSystem(), log), IsOkAndHolds("out\nerr\nagain\n"));
}

TEST(ProcessTest, FailureNamesExitCodeAndLog) {
  const std::string log = Log("fail.log");
  EXPECT_THAT(RunProcess({"sh", "-c", "exit 7"}, log),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("sh -c exit 7: ended with exit code 7: its output is in " + log)));
  EXPECT_THAT(RunProcess({"sh", "-c", "kill -9 $$"}, log),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("exit code 137")));
}

TEST(ProcessTest, MissingProgramIsNamed) {
  EXPECT_THAT(RunProcess({"no-such-program"}, Log("none.log")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no-such-program: start")));
}

}  // namespace
}  // namespace seiche
