// Chunks that are decoded where they lie in a mapped file: the same elements and errors as of
// chunks that were read, whatever happens to the file.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "base/aligned_buffer.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/concat_store.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/hdf5/hdf5_writer.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using Code = absl::StatusCode;

// Linux 5.14.
bool SystemMaps() {
  constexpr int kPopulateRead = 22;
  return ::madvise(nullptr, 0, kPopulateRead) == 0;
}

const Shape kShape = {3, 20, 64, 64};
constexpr size_t kSequence = 20 * 64 * 64;

// Levels that LZF makes about half as large.
std::vector<float> Sequence(int number) {
  std::mt19937 random(number);
  std::vector<float> values(kSequence);
  for (float& value : values) value = static_cast<float>(random() % 8) / 7.0f;
  return values;
}

std::string WriteStore(const std::string& name, std::vector<std::string> codecs,
                       bool checksums = false) {
  const std::string path = JoinPath(testing::TempDir(), name);
  auto writer = Hdf5Writer::Create(path, {.shape = kShape,
                                          .chunk_shape = {1, 20, 64, 64},
                                          .codecs = std::move(codecs),
                                          .checksums = checksums,
                                          .overwrite = OverwritePolicy::kReplace});
  EXPECT_THAT(writer, IsOk());
  for (int i = 0; i < kShape[0]; ++i) {
    const std::vector<float> values = Sequence(i);
    EXPECT_THAT((*writer)->Append(MakeView(values.data(), DType::kFloat32, {20, 64, 64})), IsOk());
  }
  EXPECT_THAT((*writer)->Finish(), IsOk());
  return path;
}

std::string Contents(const std::string& path) {
  std::ostringstream contents;
  contents << std::ifstream(path, std::ios::binary).rdbuf();
  return contents.str();
}

// A chunk as the loader takes it.
class Reader {
 public:
  explicit Reader(const SequenceStore& store) : store_(store), values_(kSequence) {}

  absl::Status Bring(int64_t chunk) {
    chunk_ = chunk;
    location_ = store_.Locate(0, chunk);
    const auto encoded = store_.ReadForDecoding(0, chunk, location_, buffer_);
    if (!encoded.ok()) return encoded.status();
    encoded_ = *encoded;
    return absl::OkStatus();
  }
  // Whether what Bring() brought stayed in the file.
  bool mapped() { return encoded_.data() != buffer_.data(); }
  absl::Status Decode() { return DecodeFrames(kShape[1]); }
  absl::Status DecodeFrames(int64_t frames) {
    const Shape shape = {1, frames, 64, 64};
    return store_.DecodeChunk(0, chunk_, location_, encoded_, WholeBox(shape),
                              MakeView(values_.data(), DType::kFloat32, shape), scratch_);
  }
  const std::vector<float>& values() const { return values_; }

 private:
  const SequenceStore& store_;
  int64_t chunk_ = 0;
  ChunkLocation location_;
  AlignedBuffer buffer_;
  absl::Span<const std::byte> encoded_;
  CodecScratch scratch_;
  std::vector<float> values_;
};

TEST(Hdf5MappedTest, DecodesTheSameWhereverTheBytesAre) {
  struct Case {
    const char* name;
    std::vector<std::string> codecs;
    bool checksums;
    bool maps;
    bool mapped;
  };
  for (const Case& c : {Case{"lzf", {"lzf"}, false, true, true},
                        Case{"shuffle and lzf", {"shuffle", "lzf"}, false, true, true},
                        Case{"no mappings", {"lzf"}, false, false, false},
                        Case{"checksums", {"lzf"}, true, true, true},
                        Case{"another codec", {"deflate:4"}, false, true, false},
                        Case{"Fletcher-32 last", {"lzf", "fletcher32"}, false, true, false}}) {
    SCOPED_TRACE(c.name);
    const std::string path = WriteStore("mapped.h5", c.codecs, c.checksums);
    const auto store =
        OpenHdf5Store(path, {.files = c.maps ? &DefaultFileSystem() : &UnmappedFileSystem()});
    ASSERT_THAT(store, IsOk());
    Reader reader(**store);
    for (const int chunk : {2, 0, 1, 2}) {
      ASSERT_THAT(reader.Bring(chunk), IsOk());
      EXPECT_EQ(reader.mapped(), c.mapped && SystemMaps());
      ASSERT_THAT(reader.Decode(), IsOk());
      EXPECT_EQ(reader.values(), Sequence(chunk));
      const std::vector<float> beginning = Sequence((chunk + 1) % 3);
      ASSERT_THAT(reader.Bring((chunk + 1) % 3), IsOk());
      ASSERT_THAT(reader.DecodeFrames(5), IsOk());
      EXPECT_TRUE(
          std::equal(beginning.begin(), beginning.begin() + 5 * 64 * 64, reader.values().begin()));
    }
  }
}

TEST(Hdf5MappedTest, SoItIsInEachFileOfSeveral) {
  std::vector<std::unique_ptr<const SequenceStore>> parts;
  for (const char* name : {"part0.h5", "part1.h5"}) {
    auto part = OpenHdf5Store(WriteStore(name, {"lzf"}));
    ASSERT_THAT(part, IsOk());
    parts.push_back(*std::move(part));
  }
  const auto store = ConcatenateStores(std::move(parts));
  ASSERT_THAT(store, IsOk());
  Reader reader(**store);
  for (int chunk = 0; chunk < 6; ++chunk) {
    ASSERT_THAT(reader.Bring(chunk), IsOk());
    EXPECT_EQ(reader.mapped(), SystemMaps());
    ASSERT_THAT(reader.Decode(), IsOk());
    EXPECT_EQ(reader.values(), Sequence(chunk % 3));
  }
}

TEST(Hdf5MappedTest, AFileThatIsCutBetweenReadingAndDecodingIsAnError) {
  if (!SystemMaps()) GTEST_SKIP() << "Linux is older than 5.14";
  const std::string path = WriteStore("cut.h5", {"lzf"});
  const auto store = OpenHdf5Store(path);
  ASSERT_THAT(store, IsOk());
  Reader reader(**store);
  ASSERT_THAT(reader.Bring(1), IsOk());
  ASSERT_TRUE(reader.mapped());
  ASSERT_EQ(::truncate(path.c_str(), 5000), 0);
  const auto changed =
      StatusIs(Code::kFailedPrecondition, HasSubstr("changed since it was opened"));
  EXPECT_THAT(reader.Decode(), changed);
  EXPECT_THAT(reader.Bring(1), changed);
}

// As where a disk gives a page at the second try.
TEST(Hdf5MappedTest, WhatTheMappingHasLostIsRead) {
  if (!SystemMaps()) GTEST_SKIP() << "Linux is older than 5.14";
  const std::string path = WriteStore("lost.h5", {"lzf"});
  const std::string contents = Contents(path);
  const auto store = OpenHdf5Store(path);
  ASSERT_THAT(store, IsOk());
  Reader reader(**store);
  ASSERT_THAT(reader.Bring(1), IsOk());
  ASSERT_TRUE(reader.mapped());

  struct stat before;
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  ASSERT_EQ(::truncate(path.c_str(), 5000), 0);
  ASSERT_THAT(reader.Decode(), StatusIs(Code::kFailedPrecondition));
  std::ofstream(path, std::ios::binary) << contents;
  const timespec times[] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);

  ASSERT_THAT(reader.Decode(), IsOk());
  EXPECT_EQ(reader.values(), Sequence(1));
  ASSERT_THAT(reader.Bring(2), IsOk());
  EXPECT_FALSE(reader.mapped());
  ASSERT_THAT(reader.Decode(), IsOk());
  EXPECT_EQ(reader.values(), Sequence(2));
}

TEST(Hdf5MappedTest, DamageIsAnErrorThatNamesTheChunk) {
  const std::string path = WriteStore("damaged.h5", {"lzf"});
  ChunkLocation location;
  {
    const auto store = OpenHdf5Store(path);
    ASSERT_THAT(store, IsOk());
    location = (*store)->Locate(0, 1);
  }
  const int fd = ::open(path.c_str(), O_WRONLY);
  const std::string reference = "\x3f\xff";  // to before the first byte
  ASSERT_EQ(::pwrite(fd, reference.data(), 2, location.offset), 2);
  ::close(fd);
  const auto store = OpenHdf5Store(path);
  ASSERT_THAT(store, IsOk());
  Reader reader(**store);
  ASSERT_THAT(reader.Bring(1), IsOk());
  ASSERT_EQ(reader.mapped(), SystemMaps());
  EXPECT_THAT(reader.Decode(),
              StatusIs(Code::kDataLoss, HasSubstr("damaged.h5: H5 dataset 'images': chunk (1, 0")));
}

// Decoding must not trust that what it has looked at stays.
TEST(Hdf5MappedTest, OthersMayWriteToTheFileMeanwhile) {
  if (!SystemMaps()) GTEST_SKIP() << "Linux is older than 5.14";
  const std::string path = WriteStore("written.h5", {"lzf"});
  const auto store = OpenHdf5Store(path);
  ASSERT_THAT(store, IsOk());
  const ChunkLocation location = (*store)->Locate(0, 1);
  Reader reader(**store);
  ASSERT_THAT(reader.Bring(1), IsOk());
  ASSERT_TRUE(reader.mapped());
  std::jthread writer([&](std::stop_token stop) {
    const int fd = ::open(path.c_str(), O_WRONLY);
    std::mt19937 random(7);
    while (!stop.stop_requested()) {
      const uint32_t number = random();
      const off_t at = location.offset + static_cast<off_t>(random() % (location.size - 4));
      EXPECT_EQ(::pwrite(fd, &number, sizeof(number), at), 4);
    }
    ::close(fd);
  });
  // It decodes before it looks whether the file has changed.
  for (int i = 0; i < 500; ++i) {
    EXPECT_THAT(reader.Decode(), AnyOf(IsOk(), StatusIs(Code::kFailedPrecondition)));
    EXPECT_THAT(reader.DecodeFrames(5), AnyOf(IsOk(), StatusIs(Code::kFailedPrecondition)));
  }
  writer.request_stop();
  writer.join();
  EXPECT_THAT(reader.Decode(), StatusIs(Code::kFailedPrecondition));
}

}  // namespace
}  // namespace seiche
