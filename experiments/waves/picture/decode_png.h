// Reads back what png.h writes: for tests.
#ifndef SEICHE_EXPERIMENTS_WAVES_PICTURE_DECODE_PNG_H_
#define SEICHE_EXPERIMENTS_WAVES_PICTURE_DECODE_PNG_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace seiche {

struct Picture {
  int64_t width = 0;
  int64_t height = 0;
  std::vector<uint8_t> rgb;  // [height,width,3]

  const uint8_t* pixel(int64_t y, int64_t x) const { return rgb.data() + (y * width + x) * 3; }
};

// kDataLoss if `png` is not an RGB picture of one IDAT chunk whose rows all have filter 2 (Up).
// Checksums of chunks are not looked at.
absl::StatusOr<Picture> DecodePng(std::string_view png);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_PICTURE_DECODE_PNG_H_
