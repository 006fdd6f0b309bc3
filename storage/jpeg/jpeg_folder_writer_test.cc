#include "storage/jpeg/jpeg_folder_writer.h"

#include <cstddef>
#include <cstdint>
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
#include "storage/jpeg/jpeg_folder_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kFrames = 11, kHeight = 16, kWidth = 20;

// Smooth enough for quality 100 to keep every level within 2.
std::vector<uint8_t> SequenceLevels(int n) {
  std::vector<uint8_t> levels;
  for (int64_t t = 0; t < kFrames; ++t) {
    for (int64_t y = 0; y < kHeight; ++y) {
      for (int64_t x = 0; x < kWidth; ++x) levels.push_back(10 * n + 5 * t + 3 * y + 2 * x);
    }
  }
  return levels;
}

SequenceView<const uint8_t> View(const std::vector<uint8_t>& levels) {
  return {levels.data(), kFrames, kHeight, kWidth};
}

class JpegFolderWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ =
        JoinPath(testing::TempDir(), testing::UnitTest::GetInstance()->current_test_info()->name());
    ASSERT_THAT(files_.RemoveAll(root_), IsOk());
    ASSERT_THAT(files_.MakeDirectories(root_), IsOk());
    path_ = JoinPath(root_, "waves");
  }
  void TearDown() override { EXPECT_THAT(files_.RemoveAll(root_), IsOk()); }

  std::unique_ptr<JpegFolderWriter> Create(JpegFolderWriterOptions options) {
    auto writer = JpegFolderWriter::Create(path_, options);
    EXPECT_THAT(writer, IsOk());
    return *std::move(writer);
  }

  FileSystem& files_ = DefaultFileSystem();
  std::string root_, path_;
};

TEST_F(JpegFolderWriterTest, WritesWhatTheStoreReads) {
  for (const JpegChroma chroma : {JpegChroma::kGray, JpegChroma::k420}) {
    const auto writer = Create({.sequences = 2,
                                .jpeg = {.quality = 100, .chroma = chroma},
                                .overwrite = OverwritePolicy::kReplace});
    for (int n = 0; n < 2; ++n) ASSERT_THAT(writer->Append(View(SequenceLevels(n))), IsOk());
    ASSERT_THAT(writer->Finish(), IsOk());

    const auto store = OpenJpegFolder(path_);
    ASSERT_THAT(store, IsOk());
    const Shape shape = {2, kFrames, kHeight, kWidth};
    ASSERT_EQ((*store)->fields()[0].shape(), shape);
    std::vector<float> values(NumElements(shape));
    ASSERT_THAT((*store)->Read(0, WholeBox(shape), MakeView(values.data(), DType::kFloat32, shape)),
                IsOk());
    for (int n = 0; n < 2; ++n) {
      const std::vector<uint8_t> levels = SequenceLevels(n);
      for (size_t i = 0; i < levels.size(); ++i) {
        ASSERT_NEAR(values[n * levels.size() + i], levels[i] * (1 / 255.0f), 2.01f / 255);
      }
    }
  }
}

TEST_F(JpegFolderWriterTest, NumbersHaveAsManyDigitsAsTheLargestNeeds) {
  const auto writer = Create({.sequences = 10});
  for (int n = 0; n < 10; ++n) ASSERT_THAT(writer->Append(View(SequenceLevels(n))), IsOk());
  ASSERT_THAT(writer->Finish(), IsOk());
  EXPECT_THAT(files_.List(path_),
              IsOkAndHolds(ElementsAre("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")));
  EXPECT_THAT(files_.List(JoinPath(path_, "9")),
              IsOkAndHolds(ElementsAre("00.jpg", "01.jpg", "02.jpg", "03.jpg", "04.jpg", "05.jpg",
                                       "06.jpg", "07.jpg", "08.jpg", "09.jpg", "10.jpg")));
}

TEST_F(JpegFolderWriterTest, WritesEncodedFramesAsTheyAre) {
  CodecScratch scratch;
  std::vector<std::vector<std::byte>> frames(kFrames);
  const std::vector<uint8_t> levels = SequenceLevels(0);
  for (int64_t t = 0; t < kFrames; ++t) {
    ASSERT_THAT((*MakeJpegCodec({.quality = 30}))
                    ->Encode(MakeView(static_cast<const void*>(View(levels).frame(t).data()),
                                      DType::kUInt8, {kHeight, kWidth}),
                             frames[t], scratch),
                IsOk());
  }
  const auto writer = Create({.sequences = 1});
  ASSERT_THAT(writer->AppendEncoded(frames), IsOk());
  ASSERT_THAT(writer->Finish(), IsOk());
  const auto contents = ReadFile(files_, JoinPath(path_, "0/10.jpg"));
  ASSERT_THAT(contents, IsOk());
  EXPECT_EQ(*contents,
            std::string(reinterpret_cast<const char*>(frames[10].data()), frames[10].size()));
}

TEST_F(JpegFolderWriterTest, NothingIsThereBeforeFinish) {
  {
    const auto writer = Create({.sequences = 2});
    ASSERT_THAT(writer->Append(View(SequenceLevels(0))), IsOk());
    EXPECT_FALSE(files_.Exists(path_));
    EXPECT_THAT(writer->Finish(),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         absl::StrCat(path_, ": has 1 sequences of the 2 announced")));
  }
  EXPECT_THAT(files_.List(root_), IsOkAndHolds(ElementsAre()));
}

TEST_F(JpegFolderWriterTest, RefusesBadOptionsAndTargets) {
  EXPECT_THAT(JpegFolderWriter::Create(path_, {.sequences = 0}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       absl::StrCat(path_, ": sequences is 0, at least 1 is needed")));
  EXPECT_THAT(JpegFolderWriter::Create(path_, {.sequences = 1, .jpeg = {.quality = 101}}),
              StatusIs(absl::StatusCode::kInvalidArgument, "JPEG quality 101 is not in 1..100"));
  EXPECT_THAT(JpegFolderWriter::Create(JoinPath(path_, "deeper"), {.sequences = 1}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("the folder to write into")));
  EXPECT_THAT(JpegFolderWriter::Create(root_, {.sequences = 1}),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("exists already")));
}

TEST_F(JpegFolderWriterTest, RefusesSequencesThatDoNotFit) {
  const auto writer = Create({.sequences = 1});
  const std::vector<uint8_t> levels = SequenceLevels(0);
  EXPECT_THAT(writer->Append({levels.data(), 0, kHeight, kWidth}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       absl::StrCat(path_, ": a sequence of shape (0, 16, 20) is empty")));
  ASSERT_THAT(writer->Append(View(levels)), IsOk());
  EXPECT_THAT(writer->Append(View(levels)),
              StatusIs(absl::StatusCode::kOutOfRange,
                       absl::StrCat(path_, ": has all 1 sequences already")));

  path_ += "2";
  const auto another = Create({.sequences = 2});
  ASSERT_THAT(another->Append(View(levels)), IsOk());
  EXPECT_THAT(another->Append({levels.data(), kFrames, kWidth, kHeight}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       absl::StrCat(path_,
                                    ": a sequence of shape (11, 20, 16) does not fit those "
                                    "of (11, 16, 20)")));
  EXPECT_THAT(another->AppendEncoded({{std::byte{1}}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("frame 0 is not a JPEG: damaged JPEG")));
}

TEST_F(JpegFolderWriterTest, FullDiskLeavesNothingBehind) {
  FaultyFileSystem files(files_, {.space = 9000});
  {
    const auto writer = Create({.sequences = 20, .files = &files});
    absl::Status status;
    for (int n = 0; n < 20 && status.ok(); ++n) status = writer->Append(View(SequenceLevels(n)));
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted,
                                 HasSubstr(absl::StrCat(path_, ".partial-"))));
    EXPECT_EQ(writer->Append(View(SequenceLevels(0))), status);
    EXPECT_EQ(writer->Finish(), status);
  }
  EXPECT_THAT(files_.List(root_), IsOkAndHolds(ElementsAre()));
}

TEST_F(JpegFolderWriterTest, KilledAtAnyMomentItLeavesAllOrNothing) {
  int complete = 0;
  for (int64_t kill_at = 0;; ++kill_at) {
    FaultyFileSystem files(files_, {.kill_at = kill_at});
    {
      const auto writer = JpegFolderWriter::Create(path_, {.sequences = 2, .files = &files});
      if (writer.ok()) {
        for (int n = 0; n < 2; ++n) (*writer)->Append(View(SequenceLevels(n))).IgnoreError();
        (*writer)->Finish().IgnoreError();
      }
    }
    if (files_.Exists(path_)) {
      ++complete;
      const auto store = OpenJpegFolder(path_);
      ASSERT_THAT(store, IsOk()) << "killed at call " << kill_at;
      EXPECT_THAT((*store)->fields()[0].shape(), ElementsAre(2, kFrames, kHeight, kWidth));
    }
    ASSERT_THAT(files_.RemoveAll(root_), IsOk());
    ASSERT_THAT(files_.MakeDirectories(root_), IsOk());
    if (!files.killed()) break;
    ASSERT_LT(kill_at, 1000);
  }
  EXPECT_GE(complete, 1);
}

}  // namespace
}  // namespace seiche
