#include "experiments/data/file_tree.h"

#include <sys/stat.h>

#include "absl/status/status_matchers.h"
#include "base/atomic_output.h"
#include "base/crc32c.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FileTreeTest : public testing::Test {
 protected:
  FileTreeTest() {
    folder_ =
        JoinPath(testing::TempDir(), testing::UnitTest::GetInstance()->current_test_info()->name());
    EXPECT_THAT(files_.RemoveAll(folder_), IsOk());
    EXPECT_THAT(files_.MakeDirectories(JoinPath(folder_, "tree/b")), IsOk());
    Write("tree/b/2", "two");
    Write("tree/b/1", "one");
    Write("tree/a", std::string(3 << 20, 'a'));
  }

  void Write(const std::string& name, const std::string& contents) {
    EXPECT_THAT(
        WriteFileAtomically(files_, JoinPath(folder_, name), contents, OverwritePolicy::kRefuse),
        IsOk());
  }
  std::string Path(const std::string& name) { return JoinPath(folder_, name); }

  FileSystem& files_ = DefaultFileSystem();
  std::string folder_;
};

TEST_F(FileTreeTest, ListsAllFilesByPath) {
  const auto list = ListTree(files_, Path("tree"));
  ASSERT_THAT(list, IsOk());
  std::vector<std::string> names;
  for (const TreeFile& file : *list) names.push_back(file.path.substr(folder_.size() + 1));
  EXPECT_THAT(names, ElementsAre("tree/a", "tree/b/1", "tree/b/2"));
  EXPECT_EQ((*list)[0].size, 3 << 20);
}

TEST_F(FileTreeTest, SummaryIsOfContentsInOrder) {
  const auto summary = SummariseTree(files_, Path("tree"));
  ASSERT_THAT(summary, IsOk());
  EXPECT_EQ(summary->files, 3);
  EXPECT_EQ(summary->bytes, (3 << 20) + 6);
  const std::string all = std::string(3 << 20, 'a') + "onetwo";
  EXPECT_EQ(summary->crc32c, Crc32c({reinterpret_cast<const std::byte*>(all.data()), all.size()}));
}

TEST_F(FileTreeTest, OneFileIsATree) {
  const auto summary = SummariseTree(files_, Path("tree/b/1"));
  ASSERT_THAT(summary, IsOk());
  EXPECT_EQ(summary->files, 1);
  EXPECT_EQ(summary->bytes, 3);
}

TEST_F(FileTreeTest, MissingTree) {
  EXPECT_THAT(SummariseTree(files_, Path("none")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
}

TEST_F(FileTreeTest, NamedPipeIsRefused) {
  ASSERT_EQ(::mkfifo(Path("tree/pipe").c_str(), 0600), 0);
  EXPECT_THAT(ListTree(files_, Path("tree")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("tree/pipe: is neither a file nor a directory")));
}

TEST_F(FileTreeTest, CopyHasTheSameContents) {
  ASSERT_THAT(CopyTree(files_, Path("tree"), Path("copy")), IsOk());
  const auto from = SummariseTree(files_, Path("tree"));
  const auto to = SummariseTree(files_, Path("copy"));
  ASSERT_THAT(to, IsOk());
  EXPECT_TRUE(from->SameContents(*to));
  EXPECT_THAT(ReadFile(files_, Path("copy/b/2")), absl_testing::IsOkAndHolds("two"));
}

TEST_F(FileTreeTest, FlushTakesAnyPathThatExists) {
  EXPECT_THAT(FlushDisk(Path("tree")), IsOk());
  EXPECT_THAT(FlushDisk(Path("none")), StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
}

TEST_F(FileTreeTest, CopyOverwritesNothing) {
  EXPECT_THAT(CopyTree(files_, Path("tree/a"), Path("tree/b")),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("tree/b: exists already")));
}

TEST_F(FileTreeTest, LeftoversGoTheRestStays) {
  Write("tree/x.h5.partial-12-0", "half");
  ASSERT_THAT(RemoveLeftovers(files_, Path("tree")), IsOk());
  EXPECT_FALSE(files_.Exists(Path("tree/x.h5.partial-12-0")));
  EXPECT_TRUE(files_.Exists(Path("tree/a")));
  EXPECT_THAT(RemoveLeftovers(files_, Path("none")), IsOk());
}

TEST(TreeSummaryTest, Digest) {
  EXPECT_EQ((TreeSummary{.crc32c = 0x12ab}.digest()), "crc32c:000012ab");
}

}  // namespace
}  // namespace seiche
