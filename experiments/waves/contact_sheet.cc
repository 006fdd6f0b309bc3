#include "experiments/waves/contact_sheet.h"

#include <algorithm>
#include <cmath>

#include "experiments/waves/picture/png.h"

namespace seiche {
namespace {

constexpr int64_t kGap = 8;           // pixels between tiles and around them
constexpr int kRowsASequence = 2;     // height and shaded
constexpr uint8_t kBackground = 255;  // white
constexpr float kDarkest = 0.25f;     // metres above or below rest

// Oklab (B. Ottosson, 2020) sampled: lightness falls evenly from 0.96 at rest to 0.36 at both
// ends, along hue 250 degrees below rest and 30 degrees above.
constexpr std::array<uint8_t, 3> kColours[] = {
    {16, 63, 105},   {1, 90, 157},    {23, 119, 199},  {68, 150, 229},  {121, 182, 245},
    {179, 213, 248}, {242, 242, 242}, {247, 195, 186}, {239, 149, 135}, {220, 108, 92},
    {188, 75, 60},   {147, 52, 40},   {99, 40, 32}};
constexpr int kIntervals = static_cast<int>(std::size(kColours)) - 1;

std::array<uint8_t, 3> ColourOfHeight(float metres) {
  const float position =
      std::clamp((metres / kDarkest + 1) / 2, 0.0f, 1.0f) * static_cast<float>(kIntervals);
  const int below = std::min(static_cast<int>(position), kIntervals - 1);
  const float part = position - static_cast<float>(below);
  std::array<uint8_t, 3> colour;
  for (size_t i = 0; i < colour.size(); ++i) {
    const float low = kColours[below][i];
    const float high = kColours[below + 1][i];
    colour[i] = static_cast<uint8_t>(low + (high - low) * part + 0.5f);
  }
  return colour;
}

}  // namespace

ContactSheet::ContactSheet(int sequences, int64_t frames, int64_t grid_points)
    : sequences_(sequences),
      frames_(frames),
      grid_points_(grid_points),
      tile_(std::min(grid_points, kGridPoints)),
      width_(kGap + kColumns * (tile_ + kGap)),
      height_(kGap + sequences * kRowsASequence * (tile_ + kGap)),
      rgb_(height_ * width_ * 3, kBackground) {}

void ContactSheet::Add(const WaveSequence& sequence) {
  if (added_ == sequences_) return;
  const int64_t row = kRowsASequence * added_++;
  for (int64_t column = 0; column < kColumns; ++column) {
    const int64_t t = column * (frames_ - 1) / (kColumns - 1);
    const FrameView<const float> height = sequence.height.frame(t);
    const FrameView<const uint8_t> levels = sequence.levels.frame(t);
    DrawTile(row, column, [&](int64_t y, int64_t x) { return ColourOfHeight(height(y, x)); });
    DrawTile(row + 1, column, [&](int64_t y, int64_t x) {
      const uint8_t level = levels(y, x);
      return Colour{level, level, level};
    });
  }
}

void ContactSheet::DrawTile(int64_t row, int64_t column,
                            absl::FunctionRef<Colour(int64_t y, int64_t x)> colour_at) {
  const int64_t top = kGap + row * (tile_ + kGap);
  const int64_t left = kGap + column * (tile_ + kGap);
  for (int64_t y = 0; y < tile_; ++y) {
    for (int64_t x = 0; x < tile_; ++x) {
      const Colour colour = colour_at(y * grid_points_ / tile_, x * grid_points_ / tile_);
      std::ranges::copy(colour, rgb_.begin() + ((top + y) * width_ + left + x) * 3);
    }
  }
}

absl::StatusOr<std::string> ContactSheet::EncodePng() const {
  return seiche::EncodePng(rgb_, width_, height_);
}

}  // namespace seiche
