#include "storage/jpeg/jpeg_folder_store.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "base/array_view.h"
#include "base/faulty_file_system.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/concat_store.h"
#include "storage/conformance.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string TestData(const std::string& name) { return JoinPath("storage/jpeg/testdata", name); }

// What the folder NAME of testdata holds, from NAME.pgm: sequences of 3 frames of 18 x 24 levels.
ExpectedArray Golden(const std::string& name) {
  const auto pgm = ReadFile(DefaultFileSystem(), TestData(absl::StrCat(name, ".pgm")));
  EXPECT_THAT(pgm, IsOk());
  std::vector<float> values(2 * 3 * 18 * 24);
  const char* levels = pgm->data() + pgm->size() - values.size();
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<uint8_t>(levels[i]) * (1 / 255.0f);
  }
  return MakeExpected({2, 3, 18, 24}, values);
}

StoreCase FolderCase(const std::string& name) {
  return {name, [name] { return OpenJpegFolder(TestData(name)); }, 0, Golden(name)};
}

StoreCase ConcatCase() {
  ExpectedArray both = Golden("gray");
  const ExpectedArray rgb = Golden("rgb");
  both.shape[0] += rgb.shape[0];
  both.bytes.insert(both.bytes.end(), rgb.bytes.begin(), rgb.bytes.end());
  const auto open = []() -> absl::StatusOr<std::unique_ptr<const SequenceStore>> {
    std::vector<std::unique_ptr<const SequenceStore>> parts;
    for (const char* name : {"gray", "rgb"}) {
      auto part = OpenJpegFolder(TestData(name));
      if (!part.ok()) return part.status();
      parts.push_back(*std::move(part));
    }
    return ConcatenateStores(std::move(parts));
  };
  return {"concatenated", open, 0, both};
}

INSTANTIATE_TEST_SUITE_P(JpegFolder, StoreConformanceTest,
                         testing::Values(FolderCase("gray"), FolderCase("rgb"), ConcatCase()),
                         StoreConformanceTest::NameOf);

// A folder of its own for each test, removed at its end.
class JpegFolderStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ =
        JoinPath(testing::TempDir(), testing::UnitTest::GetInstance()->current_test_info()->name());
    ASSERT_THAT(files_.RemoveAll(root_), IsOk());
    ASSERT_THAT(files_.MakeDirectories(root_), IsOk());
  }
  void TearDown() override { EXPECT_THAT(files_.RemoveAll(root_), IsOk()); }

  void Write(const std::string& name, const std::string& contents) {
    const std::string path = JoinPath(root_, name);
    ASSERT_THAT(files_.MakeDirectories(Dirname(path)), IsOk());
    const auto file = files_.CreateForWriting(path);
    ASSERT_THAT(file, IsOk());
    ASSERT_THAT(
        (*file)->Append({reinterpret_cast<const std::byte*>(contents.data()), contents.size()}),
        IsOk());
  }
  // Sequences 0..sequences - 1 of frames 0..frames - 1.
  void WriteSequences(int sequences, int frames) {
    for (int n = 0; n < sequences; ++n) {
      for (int t = 0; t < frames; ++t) Write(absl::StrCat(n, "/", t, ".jpg"), Frame());
    }
  }

  // 18 x 24 pixels.
  static std::string Frame() { return *ReadFile(DefaultFileSystem(), TestData("gray/0/0.jpg")); }

  FileSystem& files_ = DefaultFileSystem();
  std::string root_;
};

TEST_F(JpegFolderStoreTest, DescribesItself) {
  WriteSequences(2, 3);
  const auto store = OpenJpegFolder(root_);
  ASSERT_THAT(store, IsOk());
  const Field& field = (*store)->fields()[0];
  EXPECT_EQ(field.name, "frames");
  EXPECT_EQ(field.codec, "jpeg");
  EXPECT_THAT(field.shape(), ElementsAre(2, 3, 18, 24));
  EXPECT_THAT(field.grid.chunk_shape(), ElementsAre(1, 1, 18, 24));
  EXPECT_EQ((*store)->num_files(), 6);
  EXPECT_EQ((*store)->file_path(4), JoinPath(root_, "1/1.jpg"));
  EXPECT_EQ((*store)->Locate(0, 4).kind, ChunkLocation::Kind::kFile);
}

TEST_F(JpegFolderStoreTest, OrdersFoldersByNumberOrElseByName) {
  for (const char* folder : {"run10", "run9", "run11"}) {
    Write(absl::StrCat(folder, "/0.jpg"), Frame());
  }
  auto store = OpenJpegFolder(root_);
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->file_path(0), JoinPath(root_, "run9/0.jpg"));
  EXPECT_EQ((*store)->file_path(1), JoinPath(root_, "run10/0.jpg"));

  Write("other/0.jpg", Frame());
  store = OpenJpegFolder(root_);
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->file_path(0), JoinPath(root_, "other/0.jpg"));
  EXPECT_EQ((*store)->file_path(3), JoinPath(root_, "run9/0.jpg"));
}

TEST_F(JpegFolderStoreTest, OtherFilesDoNotCount) {
  WriteSequences(1, 2);
  Write("README.txt", "waves");
  Write("7.jpg", "not in a folder");
  Write("0/Thumbs.db", "");
  Write("0/.hidden.jpg", "");
  Write(".cache/0.jpg", "");
  const auto store = OpenJpegFolder(root_);
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT((*store)->fields()[0].shape(), ElementsAre(1, 2, 18, 24));
}

TEST_F(JpegFolderStoreTest, NamesWhatIsMissing) {
  EXPECT_THAT(OpenJpegFolder(JoinPath(root_, "nowhere")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere: cannot list")));
  EXPECT_THAT(OpenJpegFolder(root_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat(root_,
                                    ": has no folders of .jpg frames, one for each "
                                    "sequence")));
  Write("0/notes.txt", "");
  EXPECT_THAT(OpenJpegFolder(root_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat(root_,
                                    ": its folders have no .jpg frames: name "
                                    "the folder whose folders, one a "
                                    "sequence, hold frames such as 000.jpg")));
  WriteSequences(2, 3);
  EXPECT_THAT(OpenJpegFolder(JoinPath(root_, "1")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat(root_,
                                    "/1: has frames but no folders: open the folder that "
                                    "this one is a sequence of")));
  ASSERT_THAT(files_.RemoveAll(JoinPath(root_, "1/1.jpg")), IsOk());
  EXPECT_THAT(OpenJpegFolder(root_),
              StatusIs(absl::StatusCode::kDataLoss,
                       absl::StrCat(root_, "/1: frame 1 is missing between 0.jpg and 2.jpg")));
  ASSERT_THAT(files_.RemoveAll(JoinPath(root_, "1/2.jpg")), IsOk());
  EXPECT_THAT(
      OpenJpegFolder(root_),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr(absl::StrCat(root_, "/1: has 1 frames, but ",
                                                                   root_, "/0 has 3: restore"))));
}

TEST_F(JpegFolderStoreTest, FoldersWithoutFramesAreNamed) {
  for (const char* empty : {"00", "2"}) {  // before and behind the others
    WriteSequences(2, 3);
    Write(absl::StrCat(empty, "/notes.txt"), "");
    EXPECT_THAT(OpenJpegFolder(root_),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr(absl::StrCat(root_, "/", empty, ": has no .jpg frames, but "))));
    ASSERT_THAT(files_.RemoveAll(root_), IsOk());
  }
}

TEST_F(JpegFolderStoreTest, FirstFrameMustBeAJpeg) {
  Write("0/0.jpg", "");
  EXPECT_THAT(OpenJpegFolder(root_),
              StatusIs(absl::StatusCode::kDataLoss,
                       absl::StrCat(root_, "/0/0.jpg: damaged JPEG: Empty input file")));
  ASSERT_THAT(files_.RemoveAll(JoinPath(root_, "0/0.jpg")), IsOk());
  Write("0/0.jpg", "\x89PNG\r\n");
  EXPECT_THAT(OpenJpegFolder(root_),
              StatusIs(absl::StatusCode::kDataLoss,
                       absl::StrCat(root_,
                                    "/0/0.jpg: damaged JPEG: Not a JPEG file: starts with "
                                    "0x89 0x50")));
  ASSERT_THAT(files_.RemoveAll(JoinPath(root_, "0/0.jpg")), IsOk());
  ASSERT_THAT(files_.MakeDirectories(JoinPath(root_, "0/0.jpg")), IsOk());
  EXPECT_THAT(OpenJpegFolder(root_), StatusIs(absl::StatusCode::kFailedPrecondition,
                                              HasSubstr("/0/0.jpg: is a directory")));
}

TEST_F(JpegFolderStoreTest, LaterFramesAreCheckedWhenTheyAreRead) {
  WriteSequences(1, 1);
  Write("0/1.jpg", *ReadFile(files_, TestData("other_size.jpg")));
  Write("0/2.jpg", Frame().substr(0, 300));
  Write("0/3.jpg", Frame());
  const auto store = OpenJpegFolder(root_);
  ASSERT_THAT(store, IsOk());
  ASSERT_THAT(files_.RemoveAll(JoinPath(root_, "0/3.jpg")), IsOk());

  std::vector<float> frame(18 * 24);
  const auto read = [&](int64_t t) {
    return (*store)->Read(0, {.offset = {0, t, 0, 0}, .extent = {1, 1, 18, 24}},
                          MakeView(frame.data(), DType::kFloat32, {1, 1, 18, 24}));
  };
  EXPECT_THAT(read(0), IsOk());
  EXPECT_THAT(
      read(1),
      StatusIs(
          absl::StatusCode::kFailedPrecondition,
          absl::StrCat(
              root_,
              "/0/1.jpg: the image is 24 x 18 pixels, not 18 x 24: all frames need one size")));
  EXPECT_THAT(read(2),
              StatusIs(absl::StatusCode::kDataLoss,
                       absl::StrCat(root_, "/0/2.jpg: damaged JPEG: Premature end of JPEG file")));
  EXPECT_THAT(read(3), StatusIs(absl::StatusCode::kNotFound, HasSubstr("/0/3.jpg: cannot open")));
}

TEST_F(JpegFolderStoreTest, ShortReadsAreFinishedAndFailedOnesNamed) {
  WriteSequences(1, 2);
  std::vector<float> expected(18 * 24), frame(18 * 24);
  const Box box{.offset = {0, 1, 0, 0}, .extent = {1, 1, 18, 24}};
  const auto read = [&](FileSystem& files, std::vector<float>& values) -> absl::Status {
    const auto store = OpenJpegFolder(root_, {.files = &files});
    if (!store.ok()) return store.status();
    return (*store)->Read(0, box, MakeView(values.data(), DType::kFloat32, box.extent));
  };
  ASSERT_THAT(read(files_, expected), IsOk());
  FaultyFileSystem short_reads(files_, {.max_transfer = 7});
  ASSERT_THAT(read(short_reads, frame), IsOk());
  EXPECT_EQ(frame, expected);

  FaultyFileSystem broken(files_, {.fail_read = 0});
  EXPECT_THAT(read(broken, frame),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("/0/0.jpg: cannot read")));
  FaultyFileSystem breaks(files_, {.fail_read = 1});
  EXPECT_THAT(read(breaks, frame),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("/0/1.jpg: cannot read")));
}

}  // namespace
}  // namespace seiche
