#include "experiments/measure/python_environment.h"

#include "absl/status/status_matchers.h"
#include "base/atomic_output.h"
#include "experiments/measure/process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
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

TEST(PythonEnvironmentTest, UnpacksTheOnlyWheelOfAFolder) {
  FileSystem& files = DefaultFileSystem();
  const std::string root = JoinPath(testing::TempDir(), "wheels"), to = JoinPath(root, "to");
  const std::string log = JoinPath(testing::TempDir(), "wheels.log");
  ASSERT_THAT(files.RemoveAll(root), IsOk());
  ASSERT_THAT(files.MakeDirectories(root), IsOk());
  EXPECT_THAT(UnpackWheel("python3", root, to, log, files),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("0 wheels")));
  const std::string module = JoinPath(testing::TempDir(), "module.py");
  ASSERT_THAT(WriteFileAtomically(files, module, "x = 1\n", OverwritePolicy::kReplace), IsOk());
  const std::string wheel = JoinPath(root, "a-1.whl");
  ASSERT_THAT(RunProcess({"python3", "-m", "zipfile", "-c", wheel, module}, log), IsOk());
  ASSERT_THAT(files.MakeDirectories(to), IsOk());
  ASSERT_THAT(WriteFileAtomically(files, JoinPath(to, "old"), "", OverwritePolicy::kReplace),
              IsOk());
  ASSERT_THAT(UnpackWheel("python3", root, to, log, files), IsOk());
  EXPECT_THAT(files.List(to), IsOkAndHolds(ElementsAre("module.py")));
  EXPECT_THAT(UnpackWheel("/no/python", root, to, log, files),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/python")));
}

}  // namespace
}  // namespace seiche
