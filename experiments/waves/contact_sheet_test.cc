#include "experiments/waves/contact_sheet.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "experiments/waves/picture/decode_png.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using absl_testing::IsOk;
using testing::ElementsAre;

constexpr int64_t kFramesHere = 11;
constexpr int64_t kPoints = 24;
constexpr int64_t kPitch = kPoints + 8;  // from tile to tile, pixels

// Frame t is t / 10 - 0.5 m high all over, and of level 20 t.
class ContactSheetTest : public testing::Test {
 protected:
  ContactSheetTest() : height_(kFramesHere * kPoints * kPoints), levels_(height_.size()) {
    for (size_t i = 0; i < height_.size(); ++i) {
      const int t = static_cast<int>(i) / (kPoints * kPoints);
      height_[i] = static_cast<float>(t - 5) / 10;
      levels_[i] = static_cast<uint8_t>(20 * t);
    }
    sequence_.height = {height_.data(), kFramesHere, kPoints, kPoints};
    sequence_.levels = {levels_.data(), kFramesHere, kPoints, kPoints};
  }

  static Picture Draw(const ContactSheet& sheet) {
    const absl::StatusOr<std::string> png = sheet.EncodePng();
    EXPECT_THAT(png, IsOk());
    const absl::StatusOr<Picture> picture = DecodePng(*png);
    EXPECT_THAT(picture, IsOk());
    return *picture;
  }

  // The colour in the middle of a tile.
  static std::vector<int> Tile(const Picture& picture, int row, int column) {
    const uint8_t* pixel = picture.pixel(8 + row * kPitch + 12, 8 + column * kPitch + 12);
    return {pixel[0], pixel[1], pixel[2]};
  }

  std::vector<float> height_;
  std::vector<uint8_t> levels_;
  WaveSequence sequence_;
};

TEST_F(ContactSheetTest, HeightInColourAboveShadedInGray) {
  ContactSheet sheet(2, kFramesHere, kPoints);
  sheet.Add(sequence_);
  const Picture picture = Draw(sheet);
  EXPECT_EQ(picture.width, 8 + 6 * kPitch);
  EXPECT_EQ(picture.height, 8 + 4 * kPitch);
  EXPECT_EQ(sheet.width(), picture.width);
  EXPECT_EQ(sheet.height(), picture.height);
  // Frames 0, 2, 4, 6, 8, 10.
  EXPECT_THAT(Tile(picture, 0, 0), ElementsAre(16, 63, 105));    // -0.5 m: darkest blue
  EXPECT_THAT(Tile(picture, 0, 5), ElementsAre(99, 40, 32));     // 0.5 m: darkest red
  EXPECT_THAT(Tile(picture, 0, 3), ElementsAre(231, 133, 118));  // 0.1 m
  EXPECT_THAT(Tile(picture, 1, 0), ElementsAre(0, 0, 0));
  EXPECT_THAT(Tile(picture, 1, 3), ElementsAre(120, 120, 120));
  EXPECT_THAT(Tile(picture, 1, 5), ElementsAre(200, 200, 200));
  EXPECT_THAT(Tile(picture, 2, 0), ElementsAre(255, 255, 255)) << "no second sequence";
}

TEST_F(ContactSheetTest, WhatDoesNotFitIsIgnored) {
  ContactSheet sheet(1, kFramesHere, kPoints);
  sheet.Add(sequence_);
  const Picture before = Draw(sheet);
  std::vector<uint8_t> black(levels_.size(), 0);
  sequence_.levels = {black.data(), kFramesHere, kPoints, kPoints};
  sheet.Add(sequence_);
  EXPECT_EQ(Draw(sheet).rgb, before.rgb);
}

TEST_F(ContactSheetTest, ASingleFrameFillsEveryColumn) {
  ContactSheet sheet(1, 1, kPoints);
  sheet.Add(sequence_);
  const Picture picture = Draw(sheet);
  EXPECT_EQ(Tile(picture, 0, 0), Tile(picture, 0, 5));
}

TEST_F(ContactSheetTest, LargeFramesAreDrawnSmaller) {
  EXPECT_EQ(ContactSheet(1, 100, 1000).width(), ContactSheet(1, 100, kGridPoints).width());
}

}  // namespace
}  // namespace seiche
