#include "tools/command/verify.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "base/array_view.h"
#include "base/atomic_output.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/open.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kRepacked[] = "storage/hdf5/testdata/h5repack_latest.h5";  // Fletcher-32

VerifyOptions Silent() {
  VerifyOptions options;
  options.workers = 3;
  options.progress.write = [](std::string_view) {};
  options.progress.now = [] { return 0.0; };
  return options;
}

// A copy of the file with a bit of each of these chunks of its only field flipped.
std::string Damaged(const std::vector<int64_t>& chunks) {
  FileSystem& files = DefaultFileSystem();
  std::string contents = *ReadFile(files, kRepacked);
  const auto store = OpenStore(kRepacked);
  for (const int64_t chunk : chunks) contents[(*store)->Locate(0, chunk).offset + 9] ^= 4;
  const std::string path = JoinPath(testing::TempDir(), absl::StrCat(chunks.size(), ".h5"));
  EXPECT_THAT(files.RemoveAll(path), IsOk());
  const auto file = files.CreateForWriting(path);
  EXPECT_THAT(
      (*file)->Append({reinterpret_cast<const std::byte*>(contents.data()), contents.size()}),
      IsOk());
  return path;
}

// Of virtual H5 datasets. What they have of the array is the fill value to libhdf5.
TEST(VerifyTest, SourcesThatAreNotThere) {
  const auto report = VerifyPath("storage/hdf5/testdata/virtual.h5", Silent());
  ASSERT_THAT(report, IsOk());
  int missing = 0;
  for (const VerifiedField& field : report->fields) {
    if (!field.name.starts_with("slow/no_")) continue;
    ++missing;
    ASSERT_EQ(field.damaged.size(), 1);
    EXPECT_THAT(field.damaged[0],
                StatusIs(absl::StatusCode::kDataLoss,
                         AllOf(HasSubstr(absl::StrCat("'", field.name, "'")),
                               HasSubstr(" does not exist: what it has of the array"))));
  }
  EXPECT_EQ(missing, 2);  // a file, an H5 dataset of one
  EXPECT_THAT(VerificationStatus(*report), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(VerifyTest, WholeFiles) {
  for (const char* path : {kRepacked, "storage/hdf5/testdata/h5py_types.h5",
                           "storage/hdf5/testdata/h5py_v114.h5", "storage/jpeg/testdata/gray"}) {
    const auto report = VerifyPath(path, Silent());
    ASSERT_THAT(report, IsOk());
    EXPECT_THAT(VerificationStatus(*report), IsOk());
    EXPECT_THAT(VerificationText(*report), HasSubstr("all whole\n"));
  }
}

TEST(VerifyTest, EveryDamagedChunkIsListed) {
  const std::string path = Damaged({1, 4, 7});
  const auto report = VerifyPath(path, Silent());
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(VerificationStatus(*report),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("3 chunks are damaged")));
  ASSERT_EQ(report->fields.size(), 1);
  ASSERT_EQ(report->fields[0].damaged.size(), 3);
  EXPECT_THAT(report->fields[0].damaged[0].message(), HasSubstr("chunk (0, 0, 1, 0)"));
  EXPECT_THAT(report->fields[0].damaged[1].message(), HasSubstr("chunk (1, 0, 0, 0)"));
  EXPECT_THAT(report->fields[0].damaged[2].message(), HasSubstr("chunk (1, 1, 1, 0)"));
  EXPECT_THAT(VerificationText(*report), HasSubstr("images: 3 of 8 chunks damaged\n  "));
}

TEST(VerifyTest, OneDamagedChunk) {
  const auto report = VerifyPath(Damaged({2}), Silent());
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(VerificationStatus(*report),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("1 chunk is damaged")));
}

// Without a filter any bytes decode: only the CRC-32C that our writer keeps tells.
TEST(VerifyTest, ChecksumsOfOurOwnFiles) {
  FileSystem& files = DefaultFileSystem();
  const std::string path = JoinPath(testing::TempDir(), "own.h5");
  ASSERT_THAT(files.RemoveAll(path), IsOk());
  auto writer = Hdf5Writer::Create(
      path, {.dtype = DType::kUInt8, .shape = {5, 2, 100}, .chunk_shape = {1, 2, 100}});
  ASSERT_THAT(writer, IsOk());
  const std::vector<uint8_t> sequence(200, 7);
  for (int i = 0; i < 5; ++i) {
    const void* data = sequence.data();
    ASSERT_THAT((*writer)->Append(MakeView(data, DType::kUInt8, {2, 100})), IsOk());
  }
  ASSERT_THAT((*writer)->Finish(), IsOk());
  EXPECT_THAT(VerificationStatus(*VerifyPath(path, Silent())), IsOk());

  std::string contents = *ReadFile(files, path);
  const auto store = OpenStore(path, {.field = "images"});
  contents[(*store)->Locate(0, 3).offset + 150] ^= 1;
  ASSERT_THAT(WriteFileAtomically(files, path, contents, OverwritePolicy::kReplace), IsOk());
  const auto report = VerifyPath(path, Silent());
  ASSERT_THAT(report, IsOk());
  ASSERT_EQ(report->fields.size(), 1);
  ASSERT_EQ(report->fields[0].damaged.size(), 1);
  EXPECT_THAT(report->fields[0].damaged[0].message(),
              AllOf(HasSubstr("chunk (3, 0, 0)"), HasSubstr("checksum")));
}

// Text holds no numbers, which is no damage; a filter that nobody has leaves a doubt.
TEST(VerifyTest, WhatCannotBeChecked) {
  const auto report = VerifyPath("storage/hdf5/testdata/h5py_earliest.h5", Silent());
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(VerificationStatus(*report), StatusIs(absl::StatusCode::kUnimplemented,
                                                    HasSubstr("1 field could not be checked")));
  EXPECT_THAT(VerificationText(*report),
              AllOf(HasSubstr("bad/string: nothing to check: elements are string"),
                    HasSubstr("bad/unknown_filter: not checked: filter 40000"),
                    HasSubstr("sparse: 2 chunks, all whole"), Not(HasSubstr("damaged"))));
}

TEST(VerifyTest, DamagedFrames) {
  FileSystem& files = DefaultFileSystem();
  const std::string folder = JoinPath(testing::TempDir(), "frames");
  ASSERT_THAT(files.RemoveAll(folder), IsOk());
  ASSERT_THAT(files.MakeDirectories(JoinPath(folder, "0")), IsOk());
  for (const std::string name : {"0.jpg", "1.jpg", "2.jpg"}) {
    std::string frame = *ReadFile(files, "storage/jpeg/testdata/gray/0/" + name);
    if (name != "0.jpg") frame.resize(frame.size() / 2);
    const auto file = files.CreateForWriting(JoinPath(folder, "0/" + name));
    ASSERT_THAT((*file)->Append({reinterpret_cast<const std::byte*>(frame.data()), frame.size()}),
                IsOk());
  }
  const auto report = VerifyPath(folder, Silent());
  ASSERT_THAT(report, IsOk());
  ASSERT_EQ(report->fields[0].damaged.size(), 2);
  EXPECT_THAT(report->fields[0].damaged[0].message(), HasSubstr("frames/0/1.jpg"));
  EXPECT_THAT(report->fields[0].damaged[1].message(), HasSubstr("frames/0/2.jpg"));
}

TEST(VerifyTest, NothingThere) {
  EXPECT_THAT(VerifyPath("nowhere.h5", Silent()), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace seiche
