#include "storage/glob.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "base/atomic_output.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::StartsWith;

TEST(IsGlobTest, LooksAtTheLastComponent) {
  EXPECT_TRUE(IsGlob("a/b*.h5"));
  EXPECT_TRUE(IsGlob("?"));
  EXPECT_TRUE(IsGlob("a/run_*/"));
  EXPECT_FALSE(IsGlob("a*/b.h5"));
  EXPECT_FALSE(IsGlob("a/b.h5"));
  EXPECT_FALSE(IsGlob(""));
}

TEST(MatchesGlobTest, StarsAndQuestionMarks) {
  const std::pair<const char*, const char*> matching[] = {{"", ""},
                                                          {"*", ""},
                                                          {"*", "abc"},
                                                          {"**", "abc"},
                                                          {"a*c", "ac"},
                                                          {"a*c", "abcbc"},
                                                          {"*.h5", "w.h5"},
                                                          {"*.h5", ".h5.h5"},
                                                          {"?", "x"},
                                                          {"w_??.h5", "w_07.h5"},
                                                          {"*a*b*", "xxaybz"},
                                                          {"a?*", "ab"},
                                                          {"*ab?", "aababc"}};
  for (const auto& [pattern, name] : matching) {
    EXPECT_TRUE(MatchesGlob(pattern, name)) << pattern << " " << name;
  }
  const std::pair<const char*, const char*> others[] = {
      {"", "a"},  {"?", ""},    {"?", "ab"},     {"a*c", "abcd"},  {"*.h5", "h5"},
      {"a", "A"}, {"a?*", "a"}, {"*a*b*", "ba"}, {"w.h5", "wxh5"}, {"[ab]", "a"}};
  for (const auto& [pattern, name] : others) {
    EXPECT_FALSE(MatchesGlob(pattern, name)) << pattern << " " << name;
  }
}

TEST(ExpandGlobTest, ListsWhatMatchesSorted) {
  FileSystem& files = DefaultFileSystem();
  const std::string folder = JoinPath(::testing::TempDir(), "glob");
  ASSERT_THAT(files.RemoveAll(folder), IsOk());
  ASSERT_THAT(files.MakeDirectories(JoinPath(folder, "w_dir")), IsOk());
  for (const char* name : {"w_b.h5", "w_a.h5", "other.h5", ".w_hidden", "w_a.h5.partial-1-0"}) {
    ASSERT_THAT(WriteFileAtomically(files, JoinPath(folder, name), "", OverwritePolicy::kRefuse),
                IsOk());
  }
  EXPECT_THAT(ExpandGlob(files, JoinPath(folder, "w_*")),
              IsOkAndHolds(ElementsAre(JoinPath(folder, "w_a.h5"), JoinPath(folder, "w_b.h5"),
                                       JoinPath(folder, "w_dir"))));
  EXPECT_THAT(ExpandGlob(files, JoinPath(folder, "*hidden")),
              StatusIs(absl::StatusCode::kNotFound, JoinPath(folder, "*hidden: nothing matches")));
  EXPECT_THAT(ExpandGlob(files, JoinPath(folder, ".?*")),
              IsOkAndHolds(ElementsAre(JoinPath(folder, ".w_hidden"))));
  EXPECT_THAT(ExpandGlob(files, "nowhere/*.h5"),
              StatusIs(absl::StatusCode::kNotFound, StartsWith("nowhere: ")));
}

}  // namespace
}  // namespace seiche
