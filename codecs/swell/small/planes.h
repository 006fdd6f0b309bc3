// What the encoder and the decoder of the levels `small` and `smallest` remember of the frames that
// a prediction looks at, and of the row at hand, and how it lies in memory.
//
//   SmallPlanes planes;
//   planes.Reset(height, width);                       // before the first frame of a group
//   planes.Flip();                                     // before each other frame
//   planes.pairs(SmallPlanes::kNow, y)[x] = ...;
//   SmallScratch scratch;
//   scratch.Reset(planes.padded_width());
//
// Both see one plane of each kind for the frame at hand and one for the frame before. All rows are
// surrounded by zeros, so that no loop needs to know where a frame ends. Thread-compatible.
#ifndef SEICHE_CODECS_SWELL_SMALL_PLANES_H_
#define SEICHE_CODECS_SWELL_SMALL_PLANES_H_

#include <cstdint>

#include "base/aligned_buffer.h"
#include "codecs/swell/small/model.h"

namespace seiche {

class SmallPlanes {
 public:
  enum Frame { kNow, kFormer };

  // Rows that lie around a frame's own, above and below, and columns, left and right.
  static constexpr int64_t kRowMargin = 3;
  static constexpr int64_t kPairMargin = 16;
  static constexpr int64_t kMagnitudeMargin = 64;
  static constexpr int64_t kActiveMargin = 8;

  // Makes all of it zero, for frames [height, width].
  void Reset(int64_t height, int64_t width);
  // The frame at hand becomes the former one; what was that one's will be overwritten.
  void Flip() { now_ ^= 1; }

  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  // Of kBlockWidth columns each, the last one perhaps only in part.
  int64_t blocks() const { return blocks_; }
  // `width`, rounded up to whole blocks and to a pair of them: the width of loops over a row.
  int64_t padded_width() const { return padded_width_; }

  // Elements from a row to the next one.
  int64_t pair_stride() const { return padded_width_ + 2 * kPairMargin; }
  int64_t magnitude_stride() const { return padded_width_ + 2 * kMagnitudeMargin; }
  int64_t active_stride() const { return active_stride_; }

  // Column 0 of a row, which may be one of the margin. Differences along x: that of the frame in
  // the lower half, that of the frame before it in the upper half.
  uint32_t* pairs(Frame frame, int64_t y) {
    return pairs_[frame ^ now_] + (y + kRowMargin) * pair_stride() + kPairMargin;
  }
  // min(|residual|, kMaxMagnitude).
  uint8_t* magnitudes(Frame frame, int64_t y) {
    return magnitudes_[frame ^ now_] + (y + kRowMargin) * magnitude_stride() + kMagnitudeMargin;
  }
  // Block 0 of a row: not 0 where any difference of the block in the frame at hand is not 0 ...
  uint8_t* active(int64_t y) { return active_ + (y + kRowMargin) * active_stride_ + kActiveMargin; }
  // ... and where any in `frame` or the frame before it is not 0.
  uint8_t* active_pairs(Frame frame, int64_t y) {
    return active_pairs_[frame ^ now_] + (y + kRowMargin) * active_stride_ + kActiveMargin;
  }

 private:
  AlignedBuffer buffer_;
  int now_ = 0;
  int64_t height_ = 0;
  int64_t width_ = 0;
  int64_t blocks_ = 0;
  int64_t padded_width_ = 0;
  int64_t active_stride_ = 0;
  uint32_t* pairs_[2] = {};
  uint8_t* magnitudes_[2] = {};
  uint8_t* active_ = nullptr;
  uint8_t* active_pairs_[2] = {};
};

// Two 16-bit coefficients a number: of the frame's difference in the lower half, of the one before
// in the upper half (see SmallPlanes::pairs).
struct PackedCoefficients {
  uint32_t above[kMaxTaps] = {};  // upper halves are 0
  uint32_t past[kMaxTaps] = {};
};

// `set` is 0, 1 or 2 as in SmallModel.
PackedCoefficients PackCoefficients(const SmallModel& model, int set);

// What is known of the row at hand. Rows of `padded_width` elements and some more, each aligned for
// any vector. Loops use a copy of their own, which no store of bytes may change.
struct SmallRow {
  // By column: the prediction; whether rounding it up dropped a negative part (rows_inl.h); how
  // large that part was (0 to kFractions - 1); the context, or the table that it stands for.
  int16_t* predictions = nullptr;
  int16_t* signs = nullptr;
  uint8_t* fractions = nullptr;
  uint8_t* contexts = nullptr;
  // By column: residuals, negated where that part was negative; values.
  int16_t* residuals = nullptr;
  int16_t* values = nullptr;
  // By block: not 0 if any tap may be. By eight blocks: a bit for each one all of whose activities
  // are 0. Blocks that have residuals.
  uint8_t* supported = nullptr;
  uint8_t* quiet = nullptr;
  int32_t* coded = nullptr;
};

// The memory of a SmallRow.
class SmallScratch {
 public:
  // Makes all of it zero.
  void Reset(int64_t padded_width);
  const SmallRow& row() const { return row_; }

 private:
  AlignedBuffer buffer_;
  SmallRow row_;
};

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_SMALL_PLANES_H_
