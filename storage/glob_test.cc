#include "storage/glob.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
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

TEST(IsGlobTest, LooksForWildcards) {
  EXPECT_TRUE(IsGlob("a/b*.h5"));
  EXPECT_TRUE(IsGlob("?"));
  EXPECT_TRUE(IsGlob("a/run_*/"));
  EXPECT_TRUE(IsGlob("a*/b.h5"));
  EXPECT_TRUE(IsGlob("a[0-3].h5"));
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
                                                          {"*ab?", "aababc"},
                                                          {"[ab]", "a"},
                                                          {"w[0-3x].h5", "w2.h5"},
                                                          {"w[0-3x].h5", "wx.h5"},
                                                          {"w[!0-3]*", "w4.h5"},
                                                          {"*[0-9][0-9]", "a1b23"},
                                                          {"[]-]", "]"},
                                                          {"[]-]", "-"},
                                                          {"[!]a]", "b"},
                                                          {"a[b", "a[b"},
                                                          {"[", "["},
                                                          {"[!", "[!"}};
  for (const auto& [pattern, name] : matching) {
    EXPECT_TRUE(MatchesGlob(pattern, name)) << pattern << " " << name;
  }
  const std::pair<const char*, const char*> others[] = {
      {"", "a"},        {"?", ""},      {"?", "ab"},      {"a*c", "abcd"},
      {"*.h5", "h5"},   {"a", "A"},     {"a?*", "a"},     {"*a*b*", "ba"},
      {"w.h5", "wxh5"}, {"[ab]", "c"},  {"[ab]", "[ab]"}, {"w[0-3].h5", "w4.h5"},
      {"[!0-3]", "2"},  {"[!0-3]", ""}, {"[!]a]", "]"},   {"a[b", "ab"}};
  for (const auto& [pattern, name] : others) {
    EXPECT_FALSE(MatchesGlob(pattern, name)) << pattern << " " << name;
  }
}

TEST(ExpandGlobTest, WildcardsInFolders) {
  FileSystem& files = DefaultFileSystem();
  const std::string root = JoinPath(::testing::TempDir(), "folders");
  ASSERT_THAT(files.RemoveAll(root), IsOk());
  for (const char* path :
       {"run_0/w.h5", "run_1/w.h5", "run_1/x.h5", "run_2/sub/w.h5", "b/w.h5", ".run_3/w.h5"}) {
    ASSERT_THAT(files.MakeDirectories(Dirname(JoinPath(root, path))), IsOk());
    ASSERT_THAT(WriteFileAtomically(files, JoinPath(root, path), "", OverwritePolicy::kRefuse),
                IsOk());
  }
  ASSERT_THAT(WriteFileAtomically(files, JoinPath(root, "run_9"), "", OverwritePolicy::kRefuse),
              IsOk());
  const auto expand = [&](const std::string& pattern) {
    return ExpandGlob(files, absl::StrCat(root, "/", pattern));
  };
  const auto in_root = [&](const char* path) { return JoinPath(root, path); };
  EXPECT_THAT(expand("run_*/w.h5"),
              IsOkAndHolds(ElementsAre(in_root("run_0/w.h5"), in_root("run_1/w.h5"))));
  EXPECT_THAT(expand("run_[1-9]/*.h5"),
              IsOkAndHolds(ElementsAre(in_root("run_1/w.h5"), in_root("run_1/x.h5"))));
  EXPECT_THAT(expand("*/*/w.h5"), IsOkAndHolds(ElementsAre(in_root("run_2/sub/w.h5"))));
  EXPECT_THAT(expand("b/w.h?"), IsOkAndHolds(ElementsAre(in_root("b/w.h5"))));
  EXPECT_THAT(expand("run_*/y.h5"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(expand("run_9/*"), StatusIs(testing::Ne(absl::StatusCode::kOk)));
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
