#include "base/atomic_output.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/faulty_file_system.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using absl_testing::IsOk;
using absl_testing::IsOkAndHolds;
using absl_testing::StatusIs;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr OverwritePolicy kRefuse = OverwritePolicy::kRefuse;
constexpr OverwritePolicy kReplace = OverwritePolicy::kReplace;

class AtomicOutputTest : public testing::Test {
 protected:
  AtomicOutputTest()
      : folder_(JoinPath(testing::TempDir(),
                         testing::UnitTest::GetInstance()->current_test_info()->name())) {
    Clear();
  }

  void Clear() {
    EXPECT_THAT(files_.RemoveAll(folder_), IsOk());
    EXPECT_THAT(files_.MakeDirectories(folder_), IsOk());
  }

  std::string Path(std::string_view name) const { return JoinPath(folder_, name); }
  std::vector<std::string> Names() const { return files_.List(folder_).value(); }

  FileSystem& files_ = DefaultFileSystem();
  const std::string folder_;
};

// A folder `path` with files "0", "1", "2" that all hold `text`.
absl::Status WriteFolder(FileSystem& files, const std::string& path, std::string_view text,
                         OverwritePolicy policy) {
  absl::StatusOr<AtomicOutput> output = AtomicOutput::Create(files, path, policy);
  if (!output.ok()) return output.status();
  absl::Status status = files.MakeDirectories(output->temporary_path());
  for (int i = 0; i < 3 && status.ok(); ++i) {
    status = WriteFileAtomically(files, JoinPath(output->temporary_path(), absl::StrCat(i)), text,
                                 kRefuse);
  }
  return status.ok() ? output->Commit() : status;
}

// What such a folder holds: `text` if it is whole, "none" if there is nothing, or "broken".
std::string FolderText(const FileSystem& files, const std::string& path) {
  if (!files.Exists(path)) return "none";
  const absl::StatusOr<std::string> first = ReadFile(files, JoinPath(path, "0"));
  for (std::string name : {"0", "1", "2"}) {
    const absl::StatusOr<std::string> text = ReadFile(files, JoinPath(path, name));
    if (!text.ok() || *text != *first) return "broken";
  }
  return *first;
}

TEST_F(AtomicOutputTest, AppearsOnlyByCommit) {
  absl::StatusOr<AtomicOutput> output = AtomicOutput::Create(files_, Path("out"), kRefuse);
  ASSERT_THAT(output, IsOk());
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_THAT(output->temporary_path(), StartsWith(Path("out") + ".partial-"));
  ASSERT_THAT(WriteFileAtomically(files_, output->temporary_path(), "text", kRefuse), IsOk());
  EXPECT_FALSE(files_.Exists(Path("out")));
  EXPECT_THAT(output->Commit(), IsOk());
  EXPECT_THAT(Names(), ElementsAre("out"));
  EXPECT_THAT(ReadFile(files_, Path("out")), IsOkAndHolds("text"));
  EXPECT_THAT(output->Commit(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         Path("out") + ": was committed already"));
}

TEST_F(AtomicOutputTest, DestructorRemovesWhatWasNotCommitted) {
  {
    absl::StatusOr<AtomicOutput> output = AtomicOutput::Create(files_, Path("out"), kRefuse);
    ASSERT_THAT(output, IsOk());
    ASSERT_THAT(files_.MakeDirectories(JoinPath(output->temporary_path(), "below")), IsOk());
    const AtomicOutput moved = *std::move(output);
    EXPECT_EQ(Names().size(), 1);
  }
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(AtomicOutputTest, RefusesToOverwrite) {
  ASSERT_THAT(WriteFileAtomically(files_, Path("out"), "old", kRefuse), IsOk());
  EXPECT_THAT(WriteFileAtomically(files_, Path("out"), "new", kRefuse),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       Path("out") + ": exists already: remove it, choose another name, or ask "
                                     "to overwrite"));
  EXPECT_THAT(ReadFile(files_, Path("out")), IsOkAndHolds("old"));
  EXPECT_THAT(Names(), ElementsAre("out"));
}

TEST_F(AtomicOutputTest, RefusesWhatHasAppearedMeanwhile) {
  {
    absl::StatusOr<AtomicOutput> output = AtomicOutput::Create(files_, Path("out"), kRefuse);
    ASSERT_THAT(output, IsOk());
    ASSERT_THAT(WriteFileAtomically(files_, output->temporary_path(), "mine", kRefuse), IsOk());
    ASSERT_THAT(WriteFileAtomically(files_, Path("out"), "theirs", kRefuse), IsOk());
    EXPECT_THAT(output->Commit(),
                StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("exists already")));
  }
  EXPECT_THAT(ReadFile(files_, Path("out")), IsOkAndHolds("theirs"));
  EXPECT_THAT(Names(), ElementsAre("out"));
}

TEST_F(AtomicOutputTest, ReplacesAFile) {
  ASSERT_THAT(WriteFileAtomically(files_, Path("out"), "old", kReplace), IsOk());
  ASSERT_THAT(WriteFileAtomically(files_, Path("out"), "new", kReplace), IsOk());
  EXPECT_THAT(ReadFile(files_, Path("out")), IsOkAndHolds("new"));
  EXPECT_THAT(Names(), ElementsAre("out"));
}

TEST_F(AtomicOutputTest, ReplacesAFolder) {
  for (bool no_exchange : {false, true}) {
    Clear();
    FaultyFileSystem files(files_, {.no_exchange = no_exchange});
    ASSERT_THAT(WriteFolder(files, Path("out"), "old", kReplace), IsOk());
    ASSERT_THAT(files.MakeDirectories(Path("out/more")), IsOk());
    ASSERT_THAT(WriteFolder(files, Path("out"), "new", kReplace), IsOk());
    EXPECT_EQ(FolderText(files_, Path("out")), "new");
    EXPECT_THAT(files.List(Path("out")), IsOkAndHolds(ElementsAre("0", "1", "2")));
    EXPECT_THAT(Names(), ElementsAre("out"));
  }
}

TEST_F(AtomicOutputTest, FolderAndFileDoNotReplaceEachOther) {
  ASSERT_THAT(WriteFolder(files_, Path("folder"), "old", kReplace), IsOk());
  ASSERT_THAT(WriteFileAtomically(files_, Path("file"), "old", kReplace), IsOk());
  const auto differs = [](const std::string& path) {
    return StatusIs(absl::StatusCode::kFailedPrecondition,
                    path +
                        ": one of the old and the new output is a folder and the other is not: "
                        "remove it, or choose another name");
  };
  EXPECT_THAT(WriteFileAtomically(files_, Path("folder"), "new", kReplace),
              differs(Path("folder")));
  EXPECT_THAT(WriteFolder(files_, Path("file"), "new", kReplace), differs(Path("file")));
  EXPECT_EQ(FolderText(files_, Path("folder")), "old");
  EXPECT_THAT(ReadFile(files_, Path("file")), IsOkAndHolds("old"));
  EXPECT_THAT(Names(), ElementsAre("file", "folder"));
}

TEST_F(AtomicOutputTest, FolderNamesMayEndInASlash) {
  ASSERT_THAT(WriteFolder(files_, Path("out//"), "text", kRefuse), IsOk());
  EXPECT_THAT(Names(), ElementsAre("out"));
  EXPECT_THAT(WriteFolder(files_, Path("out/"), "text", kRefuse),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("exists already")));
}

TEST_F(AtomicOutputTest, ParentFolderMustExist) {
  EXPECT_THAT(AtomicOutput::Create(files_, Path("none/out"), kRefuse),
              StatusIs(absl::StatusCode::kNotFound,
                       StartsWith(Path("none/out") + ": the folder to write into: ")));
  EXPECT_THAT(AtomicOutput::Create(files_, "", kRefuse),
              StatusIs(absl::StatusCode::kInvalidArgument, "the path to write to is empty"));
}

TEST_F(AtomicOutputTest, LeftoversOfAKilledProcessAreNotReused) {
  std::string leftover;
  {
    FaultyFileSystem killed(files_, {.kill_at = 6});
    absl::StatusOr<AtomicOutput> output = AtomicOutput::Create(killed, Path("out"), kRefuse);
    ASSERT_THAT(output, IsOk());
    leftover = output->temporary_path();
    ASSERT_THAT(killed.MakeDirectories(JoinPath(leftover, "stale")), IsOk());
    while (!killed.killed()) (void)killed.Exists(leftover);
  }
  ASSERT_TRUE(files_.Exists(leftover));
  // Names that later outputs of this process would get are taken, as after a restart that gave
  // out the same process number.
  const size_t dash = leftover.rfind('-');
  const int64_t number = std::stoll(leftover.substr(dash + 1));
  for (int64_t n = number + 1; n < number + 10; ++n) {
    const std::string taken = absl::StrCat(leftover.substr(0, dash + 1), n);
    ASSERT_THAT(files_.MakeDirectories(JoinPath(taken, "stale")), IsOk());
  }
  ASSERT_THAT(WriteFolder(files_, Path("out"), "new", kRefuse), IsOk());
  EXPECT_THAT(files_.List(Path("out")), IsOkAndHolds(ElementsAre("0", "1", "2")));
}

TEST_F(AtomicOutputTest, ErrorsLeaveTheOldTargetAndNothingElse) {
  for (const FaultPlan& plan :
       {FaultPlan{.fail_write = 0}, FaultPlan{.fail_sync = 0}, FaultPlan{.space = 2}}) {
    Clear();
    ASSERT_THAT(WriteFileAtomically(files_, Path("out"), "old", kReplace), IsOk());
    FaultyFileSystem files(files_, plan);
    EXPECT_THAT(
        WriteFileAtomically(files, Path("out"), "new", kReplace),
        StatusIs(AnyOf(absl::StatusCode::kUnavailable, absl::StatusCode::kResourceExhausted),
                 AnyOf(HasSubstr("Input/output error"), HasSubstr("No space left"))));
    EXPECT_THAT(ReadFile(files_, Path("out")), IsOkAndHolds("old"));
    EXPECT_THAT(Names(), ElementsAre("out"));
  }
}

TEST_F(AtomicOutputTest, ErrorAfterTheRenameSaysThatTheNewOneIsThere) {
  FaultyFileSystem files(files_, {.fail_sync = 1});
  EXPECT_THAT(
      WriteFileAtomically(files, Path("out"), "new", kReplace),
      StatusIs(absl::StatusCode::kUnavailable, absl::StrCat("the new output is in place: ", folder_,
                                                            ": cannot sync: Input/output error")));
  EXPECT_THAT(ReadFile(files_, Path("out")), IsOkAndHolds("new"));
}

TEST_F(AtomicOutputTest, KilledAtAnyMomentThereIsTheOldFileOrTheNewOne) {
  for (bool replaces : {false, true}) {
    const std::string before = replaces ? "old" : "none";
    std::string last;
    for (int64_t kill_at = 0;; ++kill_at) {
      Clear();
      if (replaces) {
        ASSERT_THAT(WriteFileAtomically(files_, Path("out"), "old", kRefuse), IsOk());
      }
      FaultyFileSystem files(files_, {.max_transfer = 1, .kill_at = kill_at});
      const absl::Status status =
          WriteFileAtomically(files, Path("out"), "new", replaces ? kReplace : kRefuse);
      last = ReadFile(files_, Path("out")).value_or("none");
      EXPECT_THAT(last, AnyOf("new", before)) << kill_at;
      if (!files.killed()) {
        EXPECT_THAT(status, IsOk());
        break;
      }
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted, HasSubstr("killed"))) << kill_at;
    }
    EXPECT_EQ(last, "new");
  }
}

TEST_F(AtomicOutputTest, KilledAtAnyMomentThereIsTheOldFolderOrTheNewOne) {
  for (bool replaces : {false, true}) {
    const std::string before = replaces ? "old" : "none";
    std::string last;
    for (int64_t kill_at = 0;; ++kill_at) {
      Clear();
      if (replaces) {
        ASSERT_THAT(WriteFolder(files_, Path("out"), "old", kRefuse), IsOk());
      }
      FaultyFileSystem files(files_, {.kill_at = kill_at});
      (void)WriteFolder(files, Path("out"), "new", replaces ? kReplace : kRefuse);
      last = FolderText(files_, Path("out"));
      EXPECT_THAT(last, AnyOf("new", before)) << kill_at;
      if (!files.killed()) break;
    }
    EXPECT_EQ(last, "new");
  }
}

// Where folders cannot be exchanged there is a moment without a target, but both are whole then.
TEST_F(AtomicOutputTest, WithoutExchangeNothingIsLostEither) {
  for (int64_t kill_at = 0;; ++kill_at) {
    Clear();
    ASSERT_THAT(WriteFolder(files_, Path("out"), "old", kRefuse), IsOk());
    FaultyFileSystem files(files_, {.kill_at = kill_at, .no_exchange = true});
    (void)WriteFolder(files, Path("out"), "new", kReplace);
    if (!files_.Exists(Path("out"))) {
      const std::vector<std::string> names = Names();
      ASSERT_EQ(names.size(), 2) << kill_at;
      EXPECT_EQ(FolderText(files_, Path(names[0])), "new") << kill_at;
      EXPECT_TRUE(absl::EndsWith(names[1], "-replaced")) << names[1];
      EXPECT_EQ(FolderText(files_, Path(names[1])), "old") << kill_at;
    } else {
      EXPECT_THAT(FolderText(files_, Path("out")), AnyOf("old", "new")) << kill_at;
    }
    if (!files.killed()) break;
  }
  EXPECT_EQ(FolderText(files_, Path("out")), "new");
}

TEST_F(AtomicOutputTest, DevicesAreNoOutputs) {
  for (const auto policy : {OverwritePolicy::kRefuse, OverwritePolicy::kReplace}) {
    EXPECT_THAT(AtomicOutput::Create(DefaultFileSystem(), "/dev/null", policy),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("/dev/null: is neither a file nor a folder")));
  }
}

}  // namespace
}  // namespace seiche
