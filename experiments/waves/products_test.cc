#include "experiments/waves/products.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/types/span.h"
#include "base/crc32c.h"
#include "experiments/waves/simd_targets.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hwy/highway.h"

namespace seiche {
namespace {

using absl_testing::IsOk;
using absl_testing::IsOkAndHolds;
using absl_testing::StatusIs;

template <typename T>
uint32_t Digest(absl::Span<const T> values) {
  return Crc32c({reinterpret_cast<const std::byte*>(values.data()), values.size() * sizeof(T)});
}

uint32_t Digest(absl::Span<const std::vector<std::byte>> files) {
  uint32_t crc = 0;
  for (const std::vector<std::byte>& file : files) crc = ExtendCrc32c(crc, file);
  return crc;
}

SequenceMaker MakerOf(const WaveOptions& options, const ProductSet& products) {
  absl::StatusOr<SequenceMaker> maker = SequenceMaker::Create(options, products);
  EXPECT_THAT(maker, IsOk());
  return *std::move(maker);
}

// Everything that is published about generated data holds for these bits alone: do not change.
TEST(ProductsTest, DigestOfSequenceZeroOnEveryInstructionSet) {
  for (int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    SequenceMaker maker = MakerOf({.seed = 1}, {});
    const absl::StatusOr<WaveSequence> sequence = maker.Make(0);
    hwy::SetSupportedTargetsForTest(0);
    ASSERT_THAT(sequence, IsOk());
    EXPECT_EQ(Digest(sequence->height.values()), 0x89d1424a);
    EXPECT_EQ(Digest(sequence->levels.values()), 0xc86abdaa);
    EXPECT_EQ(Digest(sequence->shaded.values()), 0x03a177f6);
    EXPECT_EQ(Digest(sequence->images.values()), 0x51afb507);
    EXPECT_EQ(Digest(sequence->jpegs), 0x504e6ab0);
  }
}

TEST(ProductsTest, ShapesAndRanges) {
  SequenceMaker maker = MakerOf({.frames = 7, .grid_points = 40}, {});
  const absl::StatusOr<WaveSequence> sequence = maker.Make(5);
  ASSERT_THAT(sequence, IsOk());
  EXPECT_EQ(sequence->index, 5);
  EXPECT_EQ(sequence->parameters.tank_side, DrawWaveParameters(1, 5, 40).tank_side);
  for (const SequenceView<const float>& view :
       {sequence->height, sequence->shaded, sequence->images}) {
    EXPECT_EQ(view.frames(), 7);
    EXPECT_EQ(view.height(), 40);
    EXPECT_EQ(view.width(), 40);
  }
  for (const SequenceView<const float>& view : {sequence->shaded, sequence->images}) {
    const auto [low, high] = std::ranges::minmax(view.values());
    EXPECT_GE(low, 0);
    EXPECT_LE(high, 1);
  }
  for (int64_t i = 0; i < sequence->levels.size(); ++i) {
    ASSERT_EQ(sequence->shaded.data()[i], sequence->levels.data()[i] * (1 / 255.0f));
  }
}

// JPEG is lossy, yet the images must be recognisable: 25 dB at the very least.
TEST(ProductsTest, ImagesAreCloseToShaded) {
  SequenceMaker maker = MakerOf({.frames = 20}, {});
  const absl::StatusOr<WaveSequence> sequence = maker.Make(1);
  ASSERT_THAT(sequence, IsOk());
  ASSERT_EQ(sequence->jpegs.size(), 20);
  double sum = 0;
  for (int64_t i = 0; i < sequence->shaded.size(); ++i) {
    sum += std::pow(sequence->shaded.data()[i] - sequence->images.data()[i], 2);
  }
  const double decibels = -10 * std::log10(sum / static_cast<double>(sequence->shaded.size()));
  EXPECT_GT(decibels, 25);
  EXPECT_LT(decibels, 60) << "suspiciously exact";
}

TEST(ProductsTest, OnlyWhatWasAskedForIsMade) {
  const WaveOptions options = {.frames = 2, .grid_points = 24};
  SequenceMaker height_only = MakerOf(options, {.shaded = false, .images = false});
  const absl::StatusOr<WaveSequence> height = height_only.Make(0);
  ASSERT_THAT(height, IsOk());
  EXPECT_EQ(height->height.frames(), 2);
  EXPECT_EQ(height->levels.frames(), 0);
  EXPECT_EQ(height->shaded.frames(), 0);
  EXPECT_EQ(height->images.frames(), 0);
  EXPECT_TRUE(height->jpegs.empty());

  SequenceMaker images_only = MakerOf(options, {.shaded = false, .images = true});
  const absl::StatusOr<WaveSequence> images = images_only.Make(0);
  ASSERT_THAT(images, IsOk());
  EXPECT_EQ(images->levels.frames(), 2);
  EXPECT_EQ(images->shaded.frames(), 0);
  EXPECT_EQ(images->images.frames(), 2);
  EXPECT_EQ(images->jpegs.size(), 2);
}

TEST(ProductsTest, AMakersHistoryDoesNotMatter) {
  SequenceMaker maker = MakerOf({.frames = 3, .grid_points = 32}, {});
  ASSERT_THAT(maker.Make(9), IsOk());
  const absl::StatusOr<WaveSequence> later = maker.Make(2);
  ASSERT_THAT(later, IsOk());
  SequenceMaker fresh = MakerOf({.frames = 3, .grid_points = 32}, {});
  const absl::StatusOr<WaveSequence> at_once = fresh.Make(2);
  ASSERT_THAT(at_once, IsOk());
  EXPECT_EQ(Digest(later->height.values()), Digest(at_once->height.values()));
  EXPECT_EQ(Digest(later->jpegs), Digest(at_once->jpegs));
}

TEST(ProductsTest, RefusesOptionsOutOfRange) {
  const auto status = [](const WaveOptions& options) {
    return SequenceMaker::Create(options, {}).status();
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(status({.frames = 0}), StatusIs(kInvalid, "frames must be in [1, 10000], not 0"));
  EXPECT_THAT(status({.frames = 10001}),
              StatusIs(kInvalid, "frames must be in [1, 10000], not 10001"));
  EXPECT_THAT(status({.grid_points = 23}),
              StatusIs(kInvalid, "grid_points must be in [24, 4096], not 23"));
  EXPECT_THAT(status({.grid_points = 4097}),
              StatusIs(kInvalid, "grid_points must be in [24, 4096], not 4097"));
  SequenceMaker maker = MakerOf({.frames = 1, .grid_points = 24}, {});
  EXPECT_THAT(maker.Make(-1), StatusIs(kInvalid, "a sequence's index must be at least 0, not -1"));
}

TEST(ProductsTest, Names) {
  for (Product product : {Product::kHeight, Product::kShaded, Product::kImages}) {
    EXPECT_THAT(ParseProduct(Name(product)), IsOkAndHolds(product));
  }
  EXPECT_EQ(Name(Product::kImages), "images");
  EXPECT_THAT(ParseProduct("depth"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "no product is called 'depth'; there are height, shaded, images"));
}

}  // namespace
}  // namespace seiche
