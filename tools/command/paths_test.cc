#include "tools/command/paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "base/atomic_output.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;
using Code = absl::StatusCode;

class PathsTest : public testing::Test {
 protected:
  PathsTest() {
    EXPECT_THAT(files_.RemoveAll(root_), IsOk());
    EXPECT_THAT(files_.MakeDirectories(root_ + "/folder"), IsOk());
    for (const char* name : {"/a.h5", "/b.h5", "/folder/0.jpg"}) {
      EXPECT_THAT(WriteFileAtomically(files_, root_ + name, "x", OverwritePolicy::kRefuse), IsOk());
    }
  }

  absl::Status Check(const std::string& from, const std::string& to) {
    return CheckTarget(root_ + "/" + from, root_ + "/" + to, files_);
  }

  FileSystem& files_ = DefaultFileSystem();
  const std::string root_ = testing::TempDir() + "/paths_test";
};

TEST_F(PathsTest, TakesWhatIsElsewhere) {
  EXPECT_THAT(Check("a.h5", "c.h5"), IsOk());
  EXPECT_THAT(Check("a.h5", "b.h5"), IsOk());  // whether it may be replaced is not asked here
  EXPECT_THAT(Check("folder", "c.h5"), IsOk());
  EXPECT_THAT(Check("a*.h5", "b.h5"), IsOk());
  EXPECT_THAT(Check("missing.h5", "c.h5"), IsOk());
}

TEST_F(PathsTest, RefusesTheSourceAndWhatLiesInsideOrAround) {
  std::filesystem::create_symlink("a.h5", root_ + "/link.h5");
  struct Case {
    const char *from, *to, *why;
  };
  for (const auto& [from, to, why] : {Case{"a.h5", "a.h5", "is the source"},
                                      {"a.h5", "folder/../a.h5", "is the source"},
                                      {"a.h5", "link.h5", "is the source"},
                                      {"link.h5", "a.h5", "is the source"},
                                      {"folder", "folder/", "is the source"},
                                      {"?.h5", "b.h5", "is the source"},
                                      {"folder", "folder/0.jpg", "inside the other"},
                                      {"folder", "folder/new/c.h5", "inside the other"},
                                      {"folder/0.jpg", "folder", "inside the other"},
                                      {"a.h5", ".", "inside the other"}}) {
    EXPECT_THAT(Check(from, to), StatusIs(Code::kInvalidArgument, HasSubstr(why)))
        << from << " " << to;
  }
}

TEST_F(PathsTest, RefusesLinksToOpenFiles) {
  EXPECT_THAT(CheckTarget(root_ + "/a.h5", "/dev/stdout", files_),
              StatusIs(Code::kInvalidArgument, HasSubstr("/dev/stdout: is a link to an open")));
}

TEST_F(PathsTest, NeedsBoth) {
  EXPECT_THAT(CheckTarget("", "c.h5", files_), StatusIs(Code::kInvalidArgument));
  EXPECT_THAT(CheckTarget("a.h5", "", files_), StatusIs(Code::kInvalidArgument));
}

TEST_F(PathsTest, PatternsThatMatchNothingAreErrors) {
  EXPECT_THAT(Check("z*.h5", "c.h5"), StatusIs(Code::kNotFound));
}

}  // namespace
}  // namespace seiche
