// What base/file_system.h does by itself, over a file system that makes it hard.
#include "base/file_system.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/types/span.h"
#include "base/faulty_file_system.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using absl_testing::IsOk;
using absl_testing::IsOkAndHolds;
using absl_testing::StatusIs;

absl::Span<const std::byte> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

std::string Fresh(const std::string& name) {
  const std::string path = JoinPath(testing::TempDir(), name);
  EXPECT_THAT(DefaultFileSystem().RemoveAll(path), IsOk());
  return path;
}

constexpr std::string_view kText = "a standing wave in a closed tank";

void WriteText(FileSystem& files, const std::string& path) {
  const auto file = files.CreateForWriting(path);
  ASSERT_THAT(file, IsOk());
  ASSERT_THAT((*file)->Append(Bytes(kText)), IsOk());
  ASSERT_THAT((*file)->Close(), IsOk());
}

TEST(ReadableFileTest, ShortReadsAreFinished) {
  const std::string path = Fresh("short_reads");
  WriteText(DefaultFileSystem(), path);
  for (const FaultPlan& plan :
       {FaultPlan{.max_transfer = 1}, FaultPlan{.max_transfer = 5},
        FaultPlan{.short_transfer_seed = 1}, FaultPlan{.short_transfer_seed = 2}}) {
    EXPECT_THAT(ReadFile(FaultyFileSystem(DefaultFileSystem(), plan), path), IsOkAndHolds(kText));
  }
}

TEST(ReadableFileTest, TruncatedFileNamesWhatIsMissing) {
  const std::string path = Fresh("truncated");
  WriteText(DefaultFileSystem(), path);
  for (const FaultPlan& plan : {FaultPlan{}, FaultPlan{.max_transfer = 1}}) {
    const auto file = FaultyFileSystem(DefaultFileSystem(), plan).OpenForReading(path);
    ASSERT_THAT(file, IsOk());
    std::vector<std::byte> out(10);
    EXPECT_THAT((*file)->ReadAt(22, absl::MakeSpan(out)), IsOk());
    EXPECT_THAT((*file)->ReadAt(23, absl::MakeSpan(out)),
                StatusIs(absl::StatusCode::kDataLoss,
                         path + ": ends at byte 32, but bytes 23..33 are needed: the file is "
                                "truncated"));
    EXPECT_THAT((*file)->ReadAt(1000, absl::MakeSpan(out)),
                StatusIs(absl::StatusCode::kDataLoss,
                         path + ": ends at byte 32, but bytes 1000..1010 are needed: the file is "
                                "truncated"));
    EXPECT_THAT((*file)->ReadAt(INT64_MAX, absl::MakeSpan(out)),
                StatusIs(absl::StatusCode::kDataLoss,
                         path + ": ends at byte 32, but bytes 9223372036854775807.."
                                "9223372036854775817 are needed: the file is truncated"));
    EXPECT_THAT((*file)->ReadAt(1000, {}), IsOk());
  }
}

TEST(ReadableFileTest, ErrorInTheMiddleIsReturned) {
  const std::string path = Fresh("bad_byte");
  WriteText(DefaultFileSystem(), path);
  const auto file = FaultyFileSystem(DefaultFileSystem(), {.bad_byte = 20}).OpenForReading(path);
  ASSERT_THAT(file, IsOk());
  std::vector<std::byte> out(20);
  EXPECT_THAT((*file)->ReadAt(0, absl::MakeSpan(out)), IsOk());
  EXPECT_THAT((*file)->ReadAt(1, absl::MakeSpan(out)),
              StatusIs(absl::StatusCode::kUnavailable, path + ": cannot read: Input/output error"));
}

TEST(WritableFileTest, ShortWritesAreFinished) {
  for (const FaultPlan& plan : {FaultPlan{.max_transfer = 1}, FaultPlan{.max_transfer = 7},
                                FaultPlan{.short_transfer_seed = 3}}) {
    const std::string path = Fresh("short_writes");
    FaultyFileSystem files(DefaultFileSystem(), plan);
    WriteText(files, path);
    EXPECT_THAT(ReadFile(DefaultFileSystem(), path), IsOkAndHolds(kText));
  }
}

TEST(WritableFileTest, WritesAtAnyOffset) {
  const std::string path = Fresh("write_at");
  FaultyFileSystem files(DefaultFileSystem(), {.max_transfer = 2});
  auto file = files.CreateForWriting(path);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT((*file)->WriteAt(8, Bytes("tail")), IsOk());
  EXPECT_THAT((*file)->WriteAt(0, Bytes("front")), IsOk());
  EXPECT_THAT((*file)->Truncate(11), IsOk());
  EXPECT_THAT((*file)->Close(), IsOk());
  EXPECT_THAT(ReadFile(DefaultFileSystem(), path), IsOkAndHolds(std::string("front\0\0\0tai", 11)));
}

TEST(WritableFileTest, FullDisk) {
  const std::string path = Fresh("full");
  FaultyFileSystem files(DefaultFileSystem(), {.space = 10});
  const auto file = files.CreateForWriting(path);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT((*file)->Append(Bytes(kText)),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       path + ": cannot write: No space left on device"));
  EXPECT_THAT((*file)->WriteAt(0, Bytes(kText)),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       path + ": cannot write: No space left on device"));
}

// A device that accepts no bytes but reports no error.
class StuckFile : public WritableFile {
 public:
  absl::StatusOr<size_t> WriteSome(absl::Span<const std::byte>) override { return 0; }
  absl::StatusOr<size_t> WriteSomeAt(int64_t, absl::Span<const std::byte>) override { return 0; }
  absl::Status Truncate(int64_t) override { return absl::OkStatus(); }
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Close() override { return absl::OkStatus(); }
  const std::string& path() const override { return path_; }

 private:
  const std::string path_ = "stuck";
};

TEST(WritableFileTest, DeviceThatTakesNothingIsAnError) {
  StuckFile file;
  EXPECT_THAT(file.Append(Bytes("x")), StatusIs(absl::StatusCode::kUnavailable,
                                                "stuck: cannot write: the device takes no bytes"));
  EXPECT_THAT(
      file.WriteAt(0, Bytes("x")),
      StatusIs(absl::StatusCode::kUnavailable, "stuck: cannot write: the device takes no bytes"));
  EXPECT_THAT(file.Append({}), IsOk());
}

TEST(ReadFileTest, RefusesMoreThanAsked) {
  const std::string path = Fresh("large");
  WriteText(DefaultFileSystem(), path);
  EXPECT_THAT(ReadFile(DefaultFileSystem(), path, 32), IsOkAndHolds(kText));
  EXPECT_THAT(
      ReadFile(DefaultFileSystem(), path, 31),
      StatusIs(absl::StatusCode::kResourceExhausted, path + ": has 32 bytes, at most 31 are read"));
}

TEST(PathTest, JoinDirnameBasename) {
  EXPECT_EQ(JoinPath("a/b", "c"), "a/b/c");
  EXPECT_EQ(JoinPath("a/b/", "c"), "a/b/c");
  EXPECT_EQ(JoinPath("", "c"), "c");
  EXPECT_EQ(JoinPath("a", "/c"), "/c");
  EXPECT_EQ(JoinPath("/", "c"), "/c");
  EXPECT_EQ(Dirname("a/b/c.h5"), "a/b");
  EXPECT_EQ(Dirname("c.h5"), ".");
  EXPECT_EQ(Dirname("/c.h5"), "/");
  EXPECT_EQ(Dirname("/"), "/");
  EXPECT_EQ(Dirname(""), ".");
  EXPECT_EQ(Basename("a/b/c.h5"), "c.h5");
  EXPECT_EQ(Basename("c.h5"), "c.h5");
  EXPECT_EQ(Basename("a/"), "");
}

}  // namespace
}  // namespace seiche
