#include "experiments/measure/python_environment.h"

#include "absl/status/status_matchers.h"
#include "base/atomic_output.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::testing::HasSubstr;

TEST(PythonEnvironmentTest, EnvironmentThatCannotBeMadeNamesItsPath) {
  // A folder that does not exist, in a file system that takes no folders.
  const absl::Status status = MakePythonEnvironment("/proc/venv", "numpy==2.4.6\n",
                                                    MissingPackages::kSkip, DefaultFileSystem());
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("/proc/venv"));
}

TEST(PythonEnvironmentTest, FinishedEnvironmentIsKept) {
  FileSystem& files = DefaultFileSystem();
  const std::string venv = JoinPath(testing::TempDir(), "kept");
  ASSERT_THAT(files.RemoveAll(venv), IsOk());
  ASSERT_THAT(files.MakeDirectories(venv), IsOk());
  ASSERT_THAT(WriteFileAtomically(files, JoinPath(venv, "requirements.txt"), "same\n",
                                  OverwritePolicy::kReplace),
              IsOk());
  ASSERT_THAT(WriteFileAtomically(files, JoinPath(venv, "mine"), "", OverwritePolicy::kReplace),
              IsOk());
  EXPECT_THAT(MakePythonEnvironment(venv, "same\n", MissingPackages::kFail, files), IsOk());
  EXPECT_TRUE(files.Exists(JoinPath(venv, "mine")));
}

}  // namespace
}  // namespace seiche
