#include "experiments/program/output_folder.h"

#include "absl/status/status_matchers.h"
#include "base/atomic_output.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

class OutputFolderTest : public testing::Test {
 protected:
  OutputFolderTest() {
    path_ =
        JoinPath(testing::TempDir(), testing::UnitTest::GetInstance()->current_test_info()->name());
    EXPECT_THAT(files_.RemoveAll(path_), IsOk());
  }

  absl::Status Open(bool overwrite = false) {
    return OutputFolder::Open(path_, overwrite, files_).status();
  }
  void Write(const std::string& name) {
    const std::string path = JoinPath(path_, name);
    EXPECT_THAT(files_.MakeDirectories(Dirname(path)), IsOk());
    EXPECT_THAT(WriteFileAtomically(files_, path, "x", OverwritePolicy::kReplace), IsOk());
  }
  bool Exists(const std::string& name) { return files_.Exists(JoinPath(path_, name)); }

  FileSystem& files_ = DefaultFileSystem();
  std::string path_;
};

TEST_F(OutputFolderTest, NewAndOwnFoldersOpen) {
  EXPECT_THAT(Open(), IsOk());
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(OutputFolderTest, EmptyFolderIsTaken) {
  EXPECT_THAT(files_.MakeDirectories(path_), IsOk());
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(OutputFolderTest, RunThatWasKilledAtOnceLeavesAFolderThatOpens) {
  Write(".lock");
  Write("seiche_paper.json.partial-1-0");
  EXPECT_THAT(Open(), IsOk());
  EXPECT_FALSE(Exists("seiche_paper.json.partial-1-0"));
}

TEST_F(OutputFolderTest, SomebodyElsesFolderIsRefused) {
  Write("thesis.tex");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kAlreadyExists,
                               HasSubstr("holds thesis.tex and was not made by this program")));
  EXPECT_FALSE(Exists("seiche_paper.json"));
  EXPECT_FALSE(Exists(".lock"));
}

TEST_F(OutputFolderTest, OverwritingMarksSomebodyElsesFolderAndRemovesNothing) {
  Write("thesis.tex");
  EXPECT_THAT(Open(/*overwrite=*/true), IsOk());
  EXPECT_TRUE(Exists("thesis.tex"));
}

TEST_F(OutputFolderTest, SomebodyElsesDatasetIsRefusedEvenWhenOverwriting) {
  Write("dataset/my.csv");
  EXPECT_THAT(Open(/*overwrite=*/true),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("holds dataset, which this")));
  EXPECT_TRUE(Exists("dataset/my.csv"));
}

TEST_F(OutputFolderTest, SomebodyElsesReportIsRefusedEvenWhenOverwriting) {
  Write("write.md");
  EXPECT_THAT(Open(/*overwrite=*/true),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("holds write.md, which this")));
  EXPECT_TRUE(Exists("write.md"));
}

TEST_F(OutputFolderTest, OverwritingRemovesOnlyItsOwnNames) {
  EXPECT_THAT(Open(), IsOk());
  Write("thesis.tex");
  Write("paper.txt");
  Write("paper.json");
  Write("speed.md");
  Write("dataset/dataset.json");
  Write("variants/jpeg.json");
  EXPECT_THAT(Open(/*overwrite=*/true), IsOk());
  EXPECT_TRUE(Exists("thesis.tex"));
  EXPECT_TRUE(Exists("paper.txt"));
  EXPECT_FALSE(Exists("paper.json"));
  EXPECT_FALSE(Exists("speed.md"));
  EXPECT_FALSE(Exists("dataset/dataset.json"));
  EXPECT_FALSE(Exists("variants/jpeg.json"));
}

TEST_F(OutputFolderTest, ContinuingKeepsFinishedAndRemovesUnfinishedThings) {
  EXPECT_THAT(Open(), IsOk());
  Write("dataset/dataset.json");
  Write("dataset/jpeg.partial-1-0/00/00.jpg");
  Write("variants/jpeg.json");
  Write("variants/jpeg.json.partial-1-2");
  Write("scratch/copy");
  EXPECT_THAT(Open(), IsOk());
  EXPECT_TRUE(Exists("dataset/dataset.json"));
  EXPECT_TRUE(Exists("variants/jpeg.json"));
  EXPECT_FALSE(Exists("dataset/jpeg.partial-1-0"));
  EXPECT_FALSE(Exists("variants/jpeg.json.partial-1-2"));
  EXPECT_FALSE(Exists("scratch"));
}

TEST_F(OutputFolderTest, FileIsRefusedEvenWhenOverwriting) {
  Write("x");
  path_ = JoinPath(path_, "x");
  for (const bool overwrite : {false, true}) {
    EXPECT_THAT(Open(overwrite),
                StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("/x: is not a folder")));
  }
}

TEST_F(OutputFolderTest, OneRunAtATime) {
  const auto first = OutputFolder::Open(path_, false, files_);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(Open(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("another run is at work")));
}

}  // namespace
}  // namespace seiche
