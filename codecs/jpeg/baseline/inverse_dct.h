// The inverse DCT of blocks of 8 x 8 coefficients, several at a time, to levels 0..255.
//
//   DctGroup group;                                      // zeros
//   group.coefficients[DctGroup::Position(v, u) + DctGroup::kBlockStep * block] = value;
//   InverseDct(group, DctExtent::kFull, targets, stride);
//
// The same bits as libjpeg's accurate integer transform (JDCT_ISLOW): the factorisation of C.
// Loeffler, A. Ligtenberg and G. Moschytz (ICASSP 1989) with constants of 13 bits, multiplied out,
// columns first, two more bits kept between columns and rows; each pass rounds once. Vector code
// for whatever the machine has, chosen at run time. Thread-safe.
#ifndef SEICHE_CODECS_JPEG_BASELINE_INVERSE_DCT_H_
#define SEICHE_CODECS_JPEG_BASELINE_INVERSE_DCT_H_

#include <cstdint>

#include "absl/types/span.h"

namespace seiche {

// Four blocks, interleaved as the transform takes them: see Position().
struct alignas(64) DctGroup {
  static constexpr int kBlocks = 4;
  static constexpr int kBlockStep = 8;  // from a block's coefficients to the next block's

  // Where block 0 has the coefficient of vertical frequency v and horizontal frequency u. Eight
  // values of each block stand side by side: four columns, of each the two rows that are
  // multiplied together.
  static constexpr int Position(int v, int u) {
    const int half = u / 4, column = (u % 4 == 1) ? 2 : (u % 4 == 2) ? 1 : u % 4;
    const int pair = v / 4 * 2 + v % 2, row = v % 4 / 2;
    return (half * 4 + pair) * kBlocks * kBlockStep + column * 2 + row;
  }

  static constexpr int kSize = kBlocks * 64;
  // What DctExtent::kCorner may use of them: the first ones.
  static constexpr int kCornerSize = kBlocks * 16;

  int16_t coefficients[kSize] = {};  // dequantised
};

// Where coefficients other than 0 may be.
enum class DctExtent {
  kCorner,  // v < 4 and u < 4
  kFull,
};

// The sum of a block's absolute coefficients up to which nothing overflows, here or in libjpeg.
inline constexpr int kMaxDctSum = 5900;

// Puts the levels of block i, eight rows of eight `stride` bytes apart, where targets[i] points; of
// as many blocks as there are targets, kBlocks at most.
void InverseDct(const DctGroup& group, DctExtent extent, absl::Span<uint8_t* const> targets,
                int64_t stride);

// The level of all pixels of a block whose other coefficients are 0.
inline uint8_t FlatLevel(int dc) {
  const int level = ((dc * 4 + 16) >> 5) + 128;
  return static_cast<uint8_t>(level < 0 ? 0 : level > 255 ? 255 : level);
}

}  // namespace seiche

#endif  // SEICHE_CODECS_JPEG_BASELINE_INVERSE_DCT_H_
