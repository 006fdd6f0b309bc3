// The machine's own file system. System calls that cannot be made to fail for real go through
// stand-ins in this file, which the linker takes instead of the C library's.
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace {

// What the stand-ins do before they call the kernel.
struct Script {
  int interruptions = 0;                              // this many calls fail with EINTR, then
  int error = 0;                                      // they all fail with this errno, or
  size_t limit = std::numeric_limits<size_t>::max();  // transfer at most this many bytes
  int calls = 0;
};
Script script;

bool Fails() {
  ++script.calls;
  if (script.interruptions > 0) {
    --script.interruptions;
    errno = EINTR;
    return true;
  }
  errno = script.error;
  return script.error != 0;
}

}  // namespace

extern "C" {

ssize_t pread(int fd, void* out, size_t size, off_t offset) {
  if (Fails()) return -1;
  return syscall(SYS_pread64, fd, out, std::min(size, script.limit), offset);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  if (Fails()) return -1;
  return syscall(SYS_pwrite64, fd, bytes, std::min(size, script.limit), offset);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (Fails()) return -1;
  return syscall(SYS_write, fd, bytes, std::min(size, script.limit));
}

int fsync(int fd) {
  if (Fails()) return -1;
  return syscall(SYS_fsync, fd);
}

int ftruncate(int fd, off_t size) noexcept {
  if (Fails()) return -1;
  return syscall(SYS_ftruncate, fd, size);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned int flags) noexcept {
  if (Fails()) return -1;
  return syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

}  // extern "C"

namespace seiche {
namespace {

using absl_testing::IsOk;
using absl_testing::IsOkAndHolds;
using absl_testing::StatusIs;
using testing::_;
using testing::ElementsAre;
using testing::HasSubstr;

absl::Span<std::byte> MutableBytes(std::string& text) {
  return {reinterpret_cast<std::byte*>(text.data()), text.size()};
}

absl::Span<const std::byte> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

// Each test works in a folder of its own.
class PosixFileSystemTest : public testing::Test {
 protected:
  PosixFileSystemTest()
      : folder_(JoinPath(testing::TempDir(),
                         testing::UnitTest::GetInstance()->current_test_info()->name())) {
    EXPECT_THAT(files_.RemoveAll(folder_), IsOk());
    EXPECT_THAT(files_.MakeDirectories(folder_), IsOk());
  }
  ~PosixFileSystemTest() override { script = Script(); }

  std::string Path(std::string_view name) const { return JoinPath(folder_, name); }

  std::string Write(std::string_view name, std::string_view text) {
    const std::string path = Path(name);
    const auto file = files_.CreateForWriting(path);
    EXPECT_THAT(file, IsOk());
    if (!file.ok()) return path;
    EXPECT_THAT((*file)->Append(Bytes(text)), IsOk());
    EXPECT_THAT((*file)->Sync(), IsOk());
    EXPECT_THAT((*file)->Close(), IsOk());
    return path;
  }

  FileSystem& files_ = DefaultFileSystem();
  const std::string folder_;
};

TEST_F(PosixFileSystemTest, WritesAndReads) {
  const std::string path = Write("file", "0123456789");
  EXPECT_THAT(ReadFile(files_, path), IsOkAndHolds("0123456789"));
  const auto info = files_.Info(path);
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->kind, FileInfo::Kind::kFile);
  EXPECT_EQ(info->size, 10);
  EXPECT_GT(info->mtime_nanos, int64_t{1'600'000'000} * 1'000'000'000);
}

TEST_F(PosixFileSystemTest, InterruptedCallsAreRepeated) {
  const std::string path = Path("file");
  const auto file = files_.CreateForWriting(path);
  ASSERT_THAT(file, IsOk());
  script.interruptions = 20;
  EXPECT_THAT((*file)->Append(Bytes("01234")), IsOk());
  EXPECT_EQ(script.calls, 21);
  script.interruptions = 20;
  EXPECT_THAT((*file)->WriteAt(5, Bytes("56789")), IsOk());
  script.interruptions = 20;
  EXPECT_THAT((*file)->Truncate(9), IsOk());
  script.interruptions = 20;
  EXPECT_THAT((*file)->Sync(), IsOk());
  EXPECT_THAT((*file)->Close(), IsOk());
  script.interruptions = 20;
  EXPECT_THAT(files_.SyncPath(path), IsOk());
  script.interruptions = 20;
  EXPECT_THAT(ReadFile(files_, path), IsOkAndHolds("012345678"));
  EXPECT_EQ(script.interruptions, 0);
}

TEST_F(PosixFileSystemTest, ShortTransfersAreFinished) {
  script.limit = 3;
  const std::string path = Write("file", "0123456789");
  script.calls = 0;
  EXPECT_THAT(ReadFile(files_, path), IsOkAndHolds("0123456789"));
  EXPECT_EQ(script.calls, 4);
}

TEST_F(PosixFileSystemTest, ErrorsOfTheDeviceAreReturned) {
  const std::string path = Path("file");
  const auto file = files_.CreateForWriting(path);
  ASSERT_THAT(file, IsOk());
  script.error = ENOSPC;
  const auto no_space = StatusIs(absl::StatusCode::kResourceExhausted,
                                 path + ": cannot write: No space left on device");
  EXPECT_THAT((*file)->Append(Bytes("x")), no_space);
  EXPECT_THAT((*file)->WriteAt(0, Bytes("x")), no_space);
  EXPECT_THAT((*file)->Truncate(9),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       path + ": cannot set the size: No space left on device"));
  script.error = EIO;
  const auto no_sync =
      StatusIs(absl::StatusCode::kUnavailable, path + ": cannot sync: Input/output error");
  EXPECT_THAT((*file)->Sync(), no_sync);
  EXPECT_THAT(files_.SyncPath(path), no_sync);
  EXPECT_THAT(files_.SyncTree(path), no_sync);
  script.error = 0;
  EXPECT_THAT((*file)->Append(Bytes("x")), IsOk());
  script.error = EIO;
  EXPECT_THAT(ReadFile(files_, path),
              StatusIs(absl::StatusCode::kUnavailable, path + ": cannot read: Input/output error"));
}

// Whether it can bring mapped pages into memory.
bool SystemMaps() {
  constexpr int kPopulateRead = 22;
  return ::madvise(nullptr, 0, kPopulateRead) == 0;
}

// What a mapped file cannot give, pread() is asked for.
TEST_F(PosixFileSystemTest, StreamedFilesReadTheSame) {
  std::string text(300'000, '\0');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 2654435761u >> 13);
  const std::string path = Write("file", text);
  const auto file = files_.OpenForReading(path);
  ASSERT_THAT(file, IsOk());
  std::string out;
  for (const size_t size : {size_t{1}, size_t{65535}, size_t{65536}, size_t{250'001}}) {
    for (const int64_t offset : {0, 1, 4095, 4096, 49'999}) {
      out.assign(size, 'x');
      ASSERT_THAT((*file)->StreamAt(offset, MutableBytes(out)), IsOk()) << offset;
      ASSERT_EQ(out, text.substr(offset, size)) << offset;
    }
  }
  EXPECT_THAT((*file)->StreamAt(100'000, MutableBytes(out)),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("ends at byte 300000")));

  // Written to and cut short by others meanwhile.
  const std::string more(100'000, 'y');
  {
    const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND);
    ASSERT_EQ(::write(fd, more.data(), more.size()), static_cast<ssize_t>(more.size()));
    ::close(fd);
  }
  EXPECT_THAT((*file)->StreamAt(100'000, MutableBytes(out)), IsOk());
  EXPECT_EQ(out, (text + more).substr(100'000, out.size()));
  for (const int64_t size : {290'000, 12'288, 0}) {
    ASSERT_EQ(::truncate(path.c_str(), size), 0);
    EXPECT_THAT(
        (*file)->StreamAt(49'999, MutableBytes(out)),
        StatusIs(absl::StatusCode::kDataLoss, HasSubstr(absl::StrCat("ends at byte ", size))));
  }
  const auto empty = files_.OpenForReading(path);
  ASSERT_THAT(empty, IsOk());
  EXPECT_THAT((*empty)->StreamSome(0, MutableBytes(out)), IsOkAndHolds(0u));
}

TEST_F(PosixFileSystemTest, MapsWhatIsThere) {
  if (!SystemMaps()) GTEST_SKIP() << "Linux is older than 5.14";
  const std::string text(300'000, 'x');
  const std::string path = Write("file", text);
  const auto file = files_.OpenForReading(path);
  ASSERT_THAT(file, IsOk());
  EXPECT_FALSE((*file)->IsMapped({reinterpret_cast<const std::byte*>(text.data()), 1}));
  EXPECT_THAT((*file)->Map(0, 65535), testing::IsEmpty());
  EXPECT_THAT((*file)->Map(-1, 70'000), testing::IsEmpty());
  EXPECT_THAT((*file)->Map(250'000, 70'000), testing::IsEmpty());
  const absl::Span<const std::byte> mapped = (*file)->Map(200'001, 99'999);
  ASSERT_EQ(mapped.size(), 99'999);
  EXPECT_TRUE((*file)->IsMapped(mapped));
  EXPECT_FALSE((*file)->IsMapped({}));
  EXPECT_FALSE((*file)->IsMapped({reinterpret_cast<const std::byte*>(text.data()), 1}));
  int64_t seen = 0;
  const auto count = [&] { seen = std::count(mapped.begin(), mapped.end(), std::byte{'x'}); };
  EXPECT_TRUE((*file)->Look(mapped, count));
  EXPECT_EQ(seen, 99'999);
  ASSERT_EQ(::truncate(path.c_str(), 204'800), 0);
  EXPECT_FALSE((*file)->Look(mapped, count));
  EXPECT_EQ(seen, 204'800 - 200'001);
  EXPECT_THAT((*file)->Map(0, 70'000), testing::IsEmpty());  // lost
  const auto unmapped = UnmappedFileSystem().OpenForReading(path);
  EXPECT_THAT((*unmapped)->Map(0, 70'000), testing::IsEmpty());
}

TEST_F(PosixFileSystemTest, LargeStreamedReadsNeedNoOtherCall) {
  const std::string path = Write("file", std::string(100'000, 'x'));
  const auto file = files_.OpenForReading(path);
  ASSERT_THAT(file, IsOk());
  std::string out(100'000, '\0');
  script = {.error = EIO};
  const absl::Status status = (*file)->StreamAt(0, MutableBytes(out));
  if (!SystemMaps()) GTEST_SKIP() << "Linux is older than 5.14";
  EXPECT_THAT(status, IsOk());
  EXPECT_EQ(out, std::string(100'000, 'x'));
  EXPECT_EQ(script.calls, 0);
  EXPECT_THAT((*file)->ReadAt(0, MutableBytes(out)), StatusIs(absl::StatusCode::kUnavailable));
  const auto unmapped = UnmappedFileSystem().OpenForReading(path);
  EXPECT_THAT((*unmapped)->StreamAt(0, MutableBytes(out)),
              StatusIs(absl::StatusCode::kUnavailable));
}

// Without stand-ins: the kernel's own full device, put under an open file's number.
TEST_F(PosixFileSystemTest, DevFullIsFull) {
  const std::string path = Path("file");
  const auto file = files_.CreateForWriting(path);
  ASSERT_THAT(file, IsOk());
  struct stat wanted;
  ASSERT_EQ(::stat(path.c_str(), &wanted), 0);
  int fd = 0;
  for (struct stat st; ::fstat(fd, &st) != 0 || st.st_ino != wanted.st_ino; ++fd) {
    ASSERT_LT(fd, 1000);
  }
  const int full = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  ASSERT_EQ(::dup2(full, fd), fd);
  ::close(full);
  EXPECT_THAT((*file)->Append(Bytes("x")),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       path + ": cannot write: No space left on device"));
}

TEST_F(PosixFileSystemTest, OpeningWhatIsNoFile) {
  EXPECT_THAT(files_.OpenForReading(Path("none")),
              StatusIs(absl::StatusCode::kNotFound,
                       Path("none") + ": cannot open: No such file or directory"));
  EXPECT_THAT(files_.OpenForReading(folder_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       folder_ + ": is a directory, a file is needed"));
  ASSERT_EQ(::mkfifo(Path("pipe").c_str(), 0666), 0);
  EXPECT_THAT(files_.OpenForReading(Path("pipe")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       Path("pipe") + ": is no plain file, a file is needed"));
  const std::string path = Write("file", "");
  EXPECT_THAT(files_.OpenForReading(path + "/below"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       path + "/below: cannot open: Not a directory"));
}

TEST_F(PosixFileSystemTest, CreatingNeedsANewNameInAFolder) {
  const std::string path = Write("file", "old");
  EXPECT_THAT(files_.CreateForWriting(path),
              StatusIs(absl::StatusCode::kAlreadyExists, path + ": cannot create: File exists"));
  EXPECT_THAT(ReadFile(files_, path), IsOkAndHolds("old"));
  EXPECT_THAT(files_.CreateForWriting(Path("none/file")),
              StatusIs(absl::StatusCode::kNotFound,
                       Path("none/file") + ": cannot create: No such file or directory"));
}

TEST_F(PosixFileSystemTest, ClosedFileTakesNothing) {
  const auto file = files_.CreateForWriting(Path("file"));
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT((*file)->Close(), IsOk());
  EXPECT_THAT((*file)->Close(), IsOk());
  EXPECT_THAT((*file)->Append(Bytes("x")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       Path("file") + ": cannot write: Bad file descriptor"));
}

TEST_F(PosixFileSystemTest, ListsSorted) {
  Write("b", "");
  Write("a", "");
  ASSERT_THAT(files_.MakeDirectories(Path("c/d")), IsOk());
  EXPECT_THAT(files_.List(folder_), IsOkAndHolds(ElementsAre("a", "b", "c")));
  EXPECT_THAT(files_.List(Path("c/d")), IsOkAndHolds(ElementsAre()));
  EXPECT_THAT(files_.List(Path("none")),
              StatusIs(absl::StatusCode::kNotFound,
                       Path("none") + ": cannot list: No such file or directory"));
  EXPECT_THAT(files_.List(Path("a")), StatusIs(absl::StatusCode::kFailedPrecondition,
                                               Path("a") + ": cannot list: Not a directory"));
}

TEST_F(PosixFileSystemTest, MakesDirectoriesWithParents) {
  EXPECT_THAT(files_.MakeDirectories(Path("x/y/z")), IsOk());
  EXPECT_THAT(files_.MakeDirectories(Path("x/y/z")), IsOk());
  EXPECT_THAT(files_.MakeDirectories(Path("x//w/")), IsOk());
  EXPECT_THAT(files_.MakeDirectories("/"), IsOk());
  EXPECT_EQ(files_.Info(Path("x/w"))->kind, FileInfo::Kind::kDirectory);
  Write("file", "");
  EXPECT_THAT(files_.MakeDirectories(Path("file")),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       Path("file") + ": cannot make directory: File exists"));
  EXPECT_THAT(files_.MakeDirectories(Path("file/below")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       Path("file/below") + ": cannot make directory: Not a directory"));
}

TEST_F(PosixFileSystemTest, RenameReplacesButRenameNewDoesNot) {
  const std::string a = Write("a", "a"), b = Write("b", "b");
  const auto exists =
      StatusIs(absl::StatusCode::kAlreadyExists, b + ": cannot be made: File exists");
  EXPECT_THAT(files_.RenameNew(a, b), exists);
  script.error = EINVAL;  // as from a disk's format that does not know the flag
  EXPECT_THAT(files_.RenameNew(a, b), exists);
  EXPECT_THAT(files_.RenameNew(a, Path("c")), IsOk());
  script.error = 0;
  EXPECT_THAT(files_.RenameNew(Path("c"), a), IsOk());
  EXPECT_THAT(ReadFile(files_, b), IsOkAndHolds("b"));
  EXPECT_THAT(files_.Rename(a, b), IsOk());
  EXPECT_THAT(ReadFile(files_, b), IsOkAndHolds("a"));
  EXPECT_THAT(files_.Rename(a, b),
              StatusIs(absl::StatusCode::kNotFound,
                       a + ": cannot rename to " + b + ": No such file or directory"));
}

TEST_F(PosixFileSystemTest, ExchangeSwapsAnything) {
  const std::string a = Write("a", "a"), folder = Path("folder");
  ASSERT_THAT(files_.MakeDirectories(JoinPath(folder, "below")), IsOk());
  script.error = EINVAL;
  EXPECT_THAT(files_.Exchange(a, folder), StatusIs(absl::StatusCode::kUnimplemented,
                                                   a + ": cannot exchange with " + folder +
                                                       ": this disk's format cannot do that"));
  script.error = ENOENT;
  EXPECT_THAT(files_.Exchange(a, folder),
              StatusIs(absl::StatusCode::kNotFound,
                       a + ": cannot exchange with " + folder + ": No such file or directory"));
}

TEST_F(PosixFileSystemTest, RemoveAllDoesNotFollowLinks) {
  Write("outside", "stays");
  ASSERT_THAT(files_.MakeDirectories(Path("tree/deep/er")), IsOk());
  Write("tree/deep/file", "");
  ASSERT_EQ(::symlink(folder_.c_str(), Path("tree/link").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", Path("tree/dangling").c_str()), 0);
  EXPECT_THAT(files_.RemoveAll(Path("tree")), IsOk());
  EXPECT_THAT(files_.List(folder_), IsOkAndHolds(ElementsAre("outside")));
  EXPECT_THAT(files_.RemoveAll(Path("tree")), IsOk());
}

TEST_F(PosixFileSystemTest, SyncTree) {
  ASSERT_THAT(files_.MakeDirectories(Path("tree")), IsOk());
  const std::string path = Write("tree/file", "x");
  EXPECT_THAT(files_.SyncTree(Path("tree")), IsOk());
  EXPECT_THAT(files_.SyncTree(path), IsOk());
  EXPECT_THAT(files_.SyncTree(Path("none")), StatusIs(absl::StatusCode::kNotFound, _));
}

TEST_F(PosixFileSystemTest, FreeSpace) {
  const auto space = files_.FreeSpace(folder_);
  ASSERT_THAT(space, IsOk());
  EXPECT_GE(*space, 0);
  EXPECT_THAT(files_.FreeSpace(Path("none")),
              StatusIs(absl::StatusCode::kNotFound,
                       Path("none") + ": cannot stat the disk: No such file or directory"));
}

}  // namespace
}  // namespace seiche
