#include "storage/jpeg/frame_files.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;

std::vector<std::string> Frames(const std::vector<std::string>& names) {
  const auto list = FindFrames("waves/042", names);
  EXPECT_THAT(list, IsOk());
  std::vector<std::string> frames;
  for (int64_t i = 0; list.ok() && i < list->size(); ++i) frames.emplace_back((*list)[i]);
  return frames;
}

TEST(FrameFilesTest, NumberIsTheLastRunOfDigits) {
  EXPECT_THAT(NumberIn("007.jpg"), Optional(7));
  EXPECT_THAT(NumberIn("frame_00012.JPEG"), Optional(12));
  EXPECT_THAT(NumberIn("cam2_frame_3_left.jpg"), Optional(3));
  EXPECT_THAT(NumberIn("042"), Optional(42));
  EXPECT_THAT(NumberIn("a.7.jpg"), Optional(7));
  EXPECT_THAT(NumberIn("jpg"), Eq(std::nullopt));
  EXPECT_THAT(NumberIn("cover.jp2"), Eq(std::nullopt));
  EXPECT_THAT(NumberIn("99999999999999999999.jpg"), Eq(std::nullopt));
  EXPECT_THAT(NumberIn(""), Eq(std::nullopt));
}

TEST(FrameFilesTest, SortsByNumber) {
  EXPECT_THAT(Frames({"10.jpg", "8.jpg", "9.jpg"}), ElementsAre("8.jpg", "9.jpg", "10.jpg"));
  EXPECT_THAT(Frames({"f_001.JPG", "f_000.jpeg"}), ElementsAre("f_000.jpeg", "f_001.JPG"));
}

TEST(FrameFilesTest, OtherFilesDoNotCount) {
  EXPECT_THAT(Frames({"0.jpg", "notes.txt", "1.jpg", "1.png", "jpg"}),
              ElementsAre("0.jpg", "1.jpg"));
  EXPECT_THAT(Frames({}), ElementsAre());
}

TEST(FrameFilesTest, NamesTheFrameThatIsMissing) {
  EXPECT_THAT(FindFrames("waves/042", {"0.jpg", "1.jpg", "3.jpg"}),
              StatusIs(absl::StatusCode::kDataLoss,
                       "waves/042: frame 2 is missing between 1.jpg and 3.jpg"));
}

TEST(FrameFilesTest, NamesFramesWithoutANumberOfTheirOwn) {
  EXPECT_THAT(FindFrames("waves/042", {"0.jpg", "01.jpg", "1.jpg"}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "waves/042: frame 1 is there twice: 01.jpg and 1.jpg"));
  EXPECT_THAT(FindFrames("waves/042", {"0.jpg", "cover.jpg"}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "waves/042/cover.jpg: the name needs the frame's number, as in 007.jpg"));
}

TEST(NameListTest, KeepsNamesApart) {
  NameList list, other;
  for (const char* name : {"a", "", "long name.jpg"}) list.Append(name);
  EXPECT_EQ(list.size(), 3);
  EXPECT_EQ(list[0], "a");
  EXPECT_EQ(list[1], "");
  EXPECT_EQ(list[2], "long name.jpg");
  for (const char* name : {"a", "l", "ong name.jpg"}) other.Append(name);
  EXPECT_FALSE(list == other);
}

}  // namespace
}  // namespace seiche
