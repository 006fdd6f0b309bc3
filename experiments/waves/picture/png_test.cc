#include "experiments/waves/picture/png.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "base/random.h"
#include "experiments/waves/picture/decode_png.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using absl_testing::IsOk;
using absl_testing::StatusIs;
using testing::EndsWith;
using testing::StartsWith;

// Signature, IHDR and IEND of every 1 x 1 RGB picture, checksums included, as any encoder writes
// them.
TEST(PngTest, ChunksOfTheSmallestPicture) {
  constexpr std::string_view kHead(
      "\x89PNG\r\n\x1a\n"
      "\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90\x77\x53\xde",
      33);
  constexpr std::string_view kTail("\0\0\0\0IEND\xae\x42\x60\x82", 12);
  const absl::StatusOr<std::string> png = EncodePng({10, 20, 30}, 1, 1);
  ASSERT_THAT(png, IsOk());
  EXPECT_THAT(*png, StartsWith(kHead));
  EXPECT_THAT(*png, EndsWith(kTail));
}

TEST(PngTest, RoundTrip) {
  constexpr int64_t kWidth = 37;
  constexpr int64_t kHeight = 23;
  Random random(/*seed=*/11, 0);
  std::vector<uint8_t> rgb(kWidth * kHeight * 3);
  for (uint8_t& value : rgb) value = static_cast<uint8_t>(random.Below(256));
  const absl::StatusOr<std::string> png = EncodePng(rgb, kWidth, kHeight);
  ASSERT_THAT(png, IsOk());
  const absl::StatusOr<Picture> picture = DecodePng(*png);
  ASSERT_THAT(picture, IsOk());
  EXPECT_EQ(picture->width, kWidth);
  EXPECT_EQ(picture->height, kHeight);
  EXPECT_EQ(picture->rgb, rgb);
}

TEST(PngTest, RefusesSizesThatDoNotFit) {
  const std::vector<uint8_t> rgb(12);
  EXPECT_THAT(EncodePng(rgb, 2, 3),
              StatusIs(absl::StatusCode::kInvalidArgument, "no PNG of 2 x 3 pixels from 12 bytes"));
  EXPECT_THAT(EncodePng(rgb, -2, -2), StatusIs(absl::StatusCode::kInvalidArgument,
                                               "no PNG of -2 x -2 pixels from 12 bytes"));
  EXPECT_THAT(EncodePng({}, 0, 5),
              StatusIs(absl::StatusCode::kInvalidArgument, "no PNG of 0 x 5 pixels from 0 bytes"));
  EXPECT_THAT(EncodePng(rgb, int64_t{1} << 40, int64_t{1} << 40),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "no PNG of 1099511627776 x 1099511627776 pixels from 12 bytes"));
}

}  // namespace
}  // namespace seiche
