#include "base/faulty_file_system.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using absl_testing::IsOk;
using absl_testing::IsOkAndHolds;
using absl_testing::StatusIs;
using testing::IsEmpty;

absl::Span<const std::byte> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

class FaultyFileSystemTest : public testing::Test {
 protected:
  FaultyFileSystemTest()
      : path_(JoinPath(testing::TempDir(),
                       testing::UnitTest::GetInstance()->current_test_info()->name())) {
    EXPECT_THAT(real_.RemoveAll(path_), IsOk());
  }

  // Writes `text` in one attempt, whole or in part.
  absl::StatusOr<size_t> WriteOnce(FileSystem& files, std::string_view text) {
    EXPECT_THAT(real_.RemoveAll(path_), IsOk());
    const auto file = files.CreateForWriting(path_);
    EXPECT_THAT(file, IsOk());
    return file.ok() ? (*file)->WriteSome(Bytes(text)) : file.status();
  }

  FileSystem& real_ = DefaultFileSystem();
  const std::string path_;
};

TEST_F(FaultyFileSystemTest, EmptyPlanChangesNothing) {
  FaultyFileSystem files(real_, {});
  EXPECT_THAT(WriteOnce(files, "0123456789"), IsOkAndHolds(10));
  EXPECT_THAT(ReadFile(files, path_), IsOkAndHolds("0123456789"));
  EXPECT_EQ(files.calls(), 5);  // create, write; open, info, read
  EXPECT_FALSE(files.killed());
}

TEST_F(FaultyFileSystemTest, ShortTransfers) {
  FaultyFileSystem files(real_, {.max_transfer = 3});
  EXPECT_THAT(WriteOnce(files, "0123456789"), IsOkAndHolds(3));
  FaultyFileSystem random(real_, {.short_transfer_seed = 7});
  std::vector<int> seen(11);
  for (int i = 0; i < 100; ++i) ++seen[*WriteOnce(random, "0123456789")];
  EXPECT_EQ(seen[0], 0);
  for (int n = 1; n <= 10; ++n) EXPECT_GT(seen[n], 0) << n;
}

TEST_F(FaultyFileSystemTest, TheNthCallFails) {
  FaultyFileSystem files(real_, {.fail_read = 1, .fail_write = 1, .fail_sync = 1});
  const auto writing = files.CreateForWriting(path_);
  ASSERT_THAT(writing, IsOk());
  EXPECT_THAT((*writing)->WriteSome(Bytes("01")), IsOkAndHolds(2));
  EXPECT_THAT(
      (*writing)->WriteSomeAt(2, Bytes("23")),
      StatusIs(absl::StatusCode::kUnavailable, path_ + ": cannot write: Input/output error"));
  EXPECT_THAT((*writing)->WriteSomeAt(2, Bytes("23")), IsOkAndHolds(2));
  EXPECT_THAT((*writing)->Sync(), IsOk());
  EXPECT_THAT(files.SyncPath(path_), StatusIs(absl::StatusCode::kUnavailable,
                                              path_ + ": cannot sync: Input/output error"));
  EXPECT_THAT(files.SyncTree(path_), IsOk());
  const auto reading = files.OpenForReading(path_);
  ASSERT_THAT(reading, IsOk());
  std::vector<std::byte> out(4);
  EXPECT_THAT((*reading)->ReadAt(0, absl::MakeSpan(out)), IsOk());
  EXPECT_THAT(
      (*reading)->ReadAt(0, absl::MakeSpan(out)),
      StatusIs(absl::StatusCode::kUnavailable, path_ + ": cannot read: Input/output error"));
  EXPECT_THAT((*reading)->ReadAt(0, absl::MakeSpan(out)), IsOk());
}

TEST_F(FaultyFileSystemTest, SpaceRunsOut) {
  FaultyFileSystem files(real_, {.space = 7});
  const auto file = files.CreateForWriting(path_);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT((*file)->WriteSome(Bytes("01234")), IsOkAndHolds(5));
  EXPECT_THAT((*file)->WriteSome(Bytes("56789")), IsOkAndHolds(2));
  EXPECT_THAT((*file)->WriteSome(Bytes("789")),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       path_ + ": cannot write: No space left on device"));
  EXPECT_THAT(ReadFile(real_, path_), IsOkAndHolds("0123456"));
}

TEST_F(FaultyFileSystemTest, BadByte) {
  FaultyFileSystem files(real_, {.bad_byte = 4});
  ASSERT_THAT(WriteOnce(files, "0123456789"), IsOk());
  const auto file = files.OpenForReading(path_);
  ASSERT_THAT(file, IsOk());
  std::vector<std::byte> out(6);
  EXPECT_THAT((*file)->ReadSome(0, absl::MakeSpan(out)), IsOkAndHolds(4));
  EXPECT_THAT(
      (*file)->ReadSome(4, absl::MakeSpan(out)),
      StatusIs(absl::StatusCode::kUnavailable, path_ + ": cannot read: Input/output error"));
  EXPECT_THAT((*file)->ReadSome(5, absl::MakeSpan(out)), IsOkAndHolds(5));
}

TEST_F(FaultyFileSystemTest, AfterTheKillNothingHappens) {
  FaultyFileSystem files(real_, {.kill_at = 2});
  const auto dead = StatusIs(absl::StatusCode::kAborted, path_ + ": the process was killed");
  {
    const auto file = files.CreateForWriting(path_);
    ASSERT_THAT(file, IsOk());
    EXPECT_THAT((*file)->Append(Bytes("01")), IsOk());
    EXPECT_FALSE(files.killed());
    EXPECT_THAT((*file)->Append(Bytes("23")), dead);
    EXPECT_TRUE(files.killed());
    EXPECT_THAT((*file)->WriteAt(0, Bytes("x")), dead);
    EXPECT_THAT((*file)->Truncate(0), dead);
    EXPECT_THAT((*file)->Sync(), dead);
    EXPECT_THAT((*file)->Close(), dead);
  }
  EXPECT_THAT(files.OpenForReading(path_), dead);
  EXPECT_THAT(files.CreateForWriting(path_), dead);
  EXPECT_THAT(files.Info(path_), dead);
  EXPECT_THAT(files.List(path_), dead);
  EXPECT_THAT(files.MakeDirectories(path_), dead);
  EXPECT_THAT(files.SyncPath(path_), dead);
  EXPECT_THAT(files.SyncTree(path_), dead);
  EXPECT_THAT(files.Rename(path_, "x"), dead);
  EXPECT_THAT(files.RenameNew(path_, "x"), dead);
  EXPECT_THAT(files.Exchange(path_, "x"), dead);
  EXPECT_THAT(files.RemoveAll(path_), dead);
  EXPECT_THAT(files.FreeSpace(path_), dead);
  EXPECT_THAT(ReadFile(real_, path_), IsOkAndHolds("01"));
}

TEST_F(FaultyFileSystemTest, PassesOnWhatConcernsNames) {
  FaultyFileSystem files(real_, {.no_exchange = true});
  const std::string a = JoinPath(path_, "a"), b = JoinPath(path_, "b");
  EXPECT_THAT(files.MakeDirectories(a), IsOk());
  EXPECT_THAT(files.RenameNew(a, b), IsOk());
  EXPECT_THAT(files.Rename(b, a), IsOk());
  EXPECT_THAT(files.List(path_), IsOkAndHolds(testing::ElementsAre("a")));
  EXPECT_THAT(files.Exchange(a, b), StatusIs(absl::StatusCode::kUnimplemented,
                                             absl::StrCat(a, ": cannot exchange with ", b)));
  EXPECT_THAT(files.RemoveAll(a), IsOk());
  EXPECT_THAT(files.List(path_), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(files.FreeSpace(path_), IsOk());
}

}  // namespace
}  // namespace seiche
