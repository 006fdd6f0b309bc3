#include "storage/hdf5/chunk_checksums.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const ChunkGrid& Grid() {
  static const ChunkGrid& grid = *new ChunkGrid({3, 4}, {2, 2});
  return grid;
}

h5::DatasetInfo Array(const std::string& name) {
  h5::DatasetInfo info;
  info.name = name;
  info.shape = {3, 4};
  return info;
}

// A file with "a/images", and checksums of 20 bytes for it if they are wanted.
std::unique_ptr<ReadableFile> MakeFile(bool checksums) {
  const std::string path = JoinPath(
      ::testing::TempDir(),
      absl::StrCat(::testing::UnitTest::GetInstance()->current_test_info()->name(), ".h5"));
  EXPECT_THAT(DefaultFileSystem().RemoveAll(path), IsOk());
  auto file = h5::File::Create(DefaultFileSystem(), path);
  EXPECT_THAT(file, IsOk());
  for (const char* name : {"a/images", "a/alone.crc32c"}) {
    auto dataset = file->CreateDataset(Array(name));
    EXPECT_THAT(dataset, IsOk());
    EXPECT_THAT(dataset->Close(), IsOk());
  }
  if (checksums) {
    EXPECT_THAT(WriteChunkChecksums(*file, "a/images", Grid(), {7, 8, 9, 0xffffffff}, 20), IsOk());
  }
  EXPECT_THAT(file->Close(), IsOk());
  return *DefaultFileSystem().OpenForReading(path);
}

TEST(ChunkChecksumsTest, AreReadAsTheyWereWritten) {
  const auto readable = MakeFile(true);
  const auto file = h5::File::Open(DefaultFileSystem(), *readable);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(ReadChunkChecksums(*file, "a/images", Grid(), 20),
              IsOkAndHolds(ElementsAre(7, 8, 9, 0xffffffff)));
}

TEST(ChunkChecksumsTest, OfOtherChunksDoNotCount) {
  const auto readable = MakeFile(true);
  const auto file = h5::File::Open(DefaultFileSystem(), *readable);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(ReadChunkChecksums(*file, "a/images", Grid(), 21), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(ReadChunkChecksums(*file, "a/images", ChunkGrid({3, 4}, {1, 3}), 20),
              IsOkAndHolds(IsEmpty()));
  // Somebody's own array of that name.
  EXPECT_THAT(ReadChunkChecksums(*file, "a/alone", ChunkGrid({3, 4}, {1, 1}), 20),
              IsOkAndHolds(IsEmpty()));
}

TEST(ChunkChecksumsTest, NobodyNeedsThem) {
  const auto readable = MakeFile(false);
  const auto file = h5::File::Open(DefaultFileSystem(), *readable);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(ReadChunkChecksums(*file, "a/images", Grid(), 20), IsOkAndHolds(IsEmpty()));
}

TEST(ChunkChecksumsTest, AreNotListed) {
  const auto readable = MakeFile(true);
  const auto file = h5::File::Open(DefaultFileSystem(), *readable);
  ASSERT_THAT(file, IsOk());
  const auto datasets = file->ListDatasets();
  ASSERT_THAT(datasets, IsOk());
  EXPECT_EQ(h5::Describe(*datasets), "'a/alone.crc32c' float32 (3, 4), 'a/images' float32 (3, 4)");
}

}  // namespace
}  // namespace seiche
