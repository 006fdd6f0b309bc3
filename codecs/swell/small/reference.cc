#include "codecs/swell/small/reference.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/status/status.h"
#include "base/ceil_divide.h"
#include "base/status.h"
#include "codecs/swell/small/model.h"
#include "codecs/swell/small/streams.h"

namespace seiche {
namespace {

// Numbers of a frame, surrounded by zeros, which those who look outside of it find.
template <class T>
class Plane {
 public:
  Plane(int64_t height, int64_t width)
      : stride_(CeilDivide(width, kBlockWidth) * kBlockWidth + 2 * kMargin),
        values_((height + 2 * kMargin) * stride_) {}

  // Column 0 of a row. Up to kMargin rows above and below the frame's own, and as many columns left
  // of it and right of its last whole block, are there.
  T* Row(int64_t y) { return values_.data() + (y + kMargin) * stride_ + kMargin; }

 private:
  static constexpr int64_t kMargin = 3;

  int64_t stride_;
  std::vector<T> values_;
};

struct Frame {
  Frame(int64_t height, int64_t width) : differences(height, width), magnitudes(height, width) {}
  Plane<int16_t> differences;
  Plane<int> magnitudes;
};

struct Symbol {
  uint16_t symbol;
  uint16_t frequency;
  uint16_t start;
};

// By slot.
std::vector<Symbol> Expand(const FrequencyTable& table) {
  std::vector<Symbol> slots;
  for (size_t i = 0; i < table.frequencies.size(); ++i) {
    const Symbol symbol = {static_cast<uint16_t>(i), table.frequencies[i],
                           static_cast<uint16_t>(slots.size())};
    slots.insert(slots.end(), table.frequencies[i], symbol);
  }
  return slots;
}

class Stream {
 public:
  explicit Stream(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  // Past the end all bits are 0, and overrun() is true.
  uint32_t Bits(int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; ++i, ++position_) {
      if (position_ / 8 < bytes_.size()) {
        value |= (uint32_t{bytes_[position_ / 8]} >> position_ % 8 & 1) << i;
      }
    }
    return value;
  }
  uint32_t Word() {
    if (position_ / 8 + 2 > bytes_.size()) return Bits(16);
    uint16_t word;
    std::memcpy(&word, bytes_.data() + position_ / 8, 2);
    position_ += 16;
    return word;
  }
  bool overrun() const { return position_ > 8 * bytes_.size(); }

 private:
  absl::Span<const uint8_t> bytes_;
  uint64_t position_ = 0;
};

// No sum of magnitudes is larger.
constexpr int kMostActivity = 6 * kMaxMagnitude;

// By activity: how many thresholds it reaches.
std::vector<int> Levels(const std::array<uint8_t, kLevels - 1>& thresholds) {
  std::vector<int> levels(kMostActivity + 1);
  for (int activity = 0; activity <= kMostActivity; ++activity) {
    levels[activity] = std::count_if(thresholds.begin(), thresholds.end(),
                                     [activity](int threshold) { return activity >= threshold; });
  }
  return levels;
}

class Decoder {
 public:
  Decoder(const SmallModel& model, const SmallGroup& group, int64_t height, int64_t width)
      : model_(model),
        taps_(StencilTaps(model.stencil)),
        height_(height),
        width_(width),
        flags_(group.flags),
        words_(group.words),
        raw_bits_(group.raw_bits),
        flag_state_(group.flag_state),
        states_(group.states),
        first_value_(group.first_value),
        above_levels_(Levels(kAboveThresholds)),
        former_levels_(Levels(kFormerThresholds)),
        above_(width),
        former_(width) {
    for (const FrequencyTable& table : model.tables) tables_.push_back(Expand(table));
    for (const FrequencyTable& table : model.flag_tables) flag_tables_.push_back(Expand(table));
    frames_.assign(3, Frame(height, width));
  }

  // Decodes frame `t` into `values`, [height, width].
  absl::Status DecodeFrame(int64_t t, int16_t* values) {
    // What is left in the frame at hand lies below the row at hand, where nothing looks.
    std::rotate(frames_.begin(), frames_.end() - 1, frames_.end());
    for (int64_t y = 0; y < height_; ++y) {
      DecodeRow(t, y);
      if (flags_.overrun() || words_.overrun() || raw_bits_.overrun()) {
        return absl::DataLossError("swell: a stream of level small ends too early");
      }
      int16_t left = y > 0 ? values[(y - 1) * width_] : first_value_;
      const int16_t* const differences = frames_[0].differences.Row(y);
      for (int64_t x = 0; x < width_; ++x) {
        left = static_cast<int16_t>(left + differences[x]);
        values[y * width_ + x] = left;
      }
    }
    first_value_ = values[0];
    return absl::OkStatus();
  }

 private:
  void FindActivities(int64_t y) {
    const int* const up = frames_[0].magnitudes.Row(y - 1);
    const int* const here = frames_[1].magnitudes.Row(y);
    const int* const over = frames_[1].magnitudes.Row(y - 1);
    const int* const under = frames_[1].magnitudes.Row(y + 1);
    for (int64_t x = 0; x < width_; ++x) {
      above_[x] = 2 * up[x] + up[x - 1] + up[x + 1];
      former_[x] = 2 * here[x] + here[x - 1] + here[x + 1] + over[x] + under[x];
    }
  }

  void DecodeRow(int64_t t, int64_t y) {
    FindActivities(y);
    const int64_t blocks = CeilDivide(width_, kBlockWidth);
    for (int64_t first = 0; first < blocks; first += kBlocksPerFlags) {
      const int64_t end = std::min<int64_t>(blocks, first + kBlocksPerFlags);
      uint32_t quiet = 0;
      for (int64_t block = first; block < end; ++block) {
        quiet |= uint32_t{IsQuiet(block)} << (block - first);
      }
      uint32_t flags = 0;
      if (quiet != 0) flags = DecodeFlags(quiet == (1u << (end - first)) - 1);
      for (int64_t block = first; block < end; ++block) {
        const bool is_quiet = (quiet >> (block - first) & 1) != 0;
        const bool is_coded = !is_quiet || (flags >> (block - first) & 1) != 0;
        DecodeBlock(t, y, block, is_quiet, is_coded);
      }
    }
  }

  bool IsQuiet(int64_t block) const {
    for (int64_t x = block * kBlockWidth; x < std::min(width_, (block + 1) * kBlockWidth); ++x) {
      if (above_[x] != 0 || former_[x] != 0) return false;
    }
    return true;
  }

  uint32_t DecodeFlags(bool all) {
    return Pop(flag_tables_[all], kMaxTableBits, flag_state_, flags_);
  }

  uint32_t Pop(const std::vector<Symbol>& table, int bits, uint32_t& state, Stream& stream) {
    const uint32_t slot = state & ((1u << bits) - 1);
    const Symbol& symbol = table[slot];
    state = symbol.frequency * (state >> bits) + slot - symbol.start;
    if (state < kStateBound) state = state << 16 | stream.Word();
    return symbol.symbol;
  }

  // Sums of taps times coefficients for the columns of a block.
  using Sums = std::array<uint32_t, kBlockWidth>;

  Sums SumTaps(int64_t t, int64_t y, int64_t first_x) {
    const int set = static_cast<int>(std::min<int64_t>(t, model_.sets - 1));
    Sums sums;
    sums.fill(1 << (kCoefficientBits - 1));
    for (size_t i = 0; i < taps_.size(); ++i) {
      const int16_t coefficient = model_.coefficients[set][i];
      const int16_t* const row =
          frames_[taps_[i].dt].differences.Row(y + taps_[i].dy) + first_x + taps_[i].dx;
      for (int x = 0; x < kBlockWidth; ++x) {
        sums[x] += static_cast<uint32_t>(int32_t{row[x]} * coefficient);
      }
    }
    return sums;
  }

  void DecodeBlock(int64_t t, int64_t y, int64_t block, bool is_quiet, bool is_coded) {
    const int64_t first_x = block * kBlockWidth;
    const Sums sums = SumTaps(t, y, first_x);
    int16_t* const differences = frames_[0].differences.Row(y);
    int* const magnitudes = frames_[0].magnitudes.Row(y);
    for (int64_t x = first_x; x < std::min(width_, first_x + kBlockWidth); ++x) {
      const uint32_t sum = sums[x - first_x];
      const int prediction = static_cast<int32_t>(sum) >> kCoefficientBits;
      const int fraction =
          static_cast<int>(sum & ((1 << kCoefficientBits) - 1)) - (1 << (kCoefficientBits - 1));
      int residual = 0;
      if (is_coded) {
        const int part = std::min(std::abs(fraction) >> 9, kFractions - 1);
        residual =
            DecodeResidual(x, is_quiet ? model_.flagged_contexts[part] : TableOf(t, x, part));
      }
      magnitudes[x] = std::min(std::abs(residual), kMaxMagnitude);
      differences[x] = static_cast<int16_t>(prediction + (fraction < 0 ? -residual : residual));
    }
  }

  int TableOf(int64_t t, int64_t x, int part) const {
    const int above = above_levels_[above_[x]];
    if (t == 0) return model_.first_contexts[part * kLevels + above];
    return model_.contexts[(part * kLevels + above) * kLevels + former_levels_[former_[x]]];
  }

  int DecodeResidual(int64_t x, int table) {
    const int token =
        static_cast<int>(Pop(tables_[table], model_.tables[table].bits,
                             states_[static_cast<uint32_t>(x) % model_.lanes], words_));
    const int zigzag =
        token < kDirectTokens ? token : ZigzagOf(token, raw_bits_.Bits(RawBits(token)));
    return zigzag >> 1 ^ -(zigzag & 1);
  }

  const SmallModel& model_;
  const std::vector<StencilTap> taps_;
  const int64_t height_;
  const int64_t width_;
  Stream flags_;
  Stream words_;
  Stream raw_bits_;
  uint32_t flag_state_;
  std::vector<uint32_t> states_;
  int16_t first_value_;
  const std::vector<int> above_levels_;
  const std::vector<int> former_levels_;
  std::vector<std::vector<Symbol>> tables_;
  std::vector<std::vector<Symbol>> flag_tables_;
  std::vector<Frame> frames_;  // at hand, before, before that
  // Activities of the row at hand, by column.
  std::vector<int> above_;
  std::vector<int> former_;
};

}  // namespace

absl::StatusOr<std::vector<int16_t>> DecodeSmallPlainly(absl::Span<const std::byte> model_bytes,
                                                        absl::Span<const std::byte> group_bytes,
                                                        int64_t frames, int64_t height,
                                                        int64_t width) {
  SEICHE_ASSIGN_OR_RETURN(const SmallModel model, ParseModel(model_bytes));
  SEICHE_ASSIGN_OR_RETURN(const SmallGroup group,
                          ParseGroup(group_bytes, std::min<int64_t>(model.lanes, width)));
  Decoder decoder(model, group, height, width);
  std::vector<int16_t> values(frames * height * width);
  for (int64_t t = 0; t < frames; ++t) {
    SEICHE_RETURN_IF_ERROR(decoder.DecodeFrame(t, values.data() + t * height * width));
  }
  return values;
}

}  // namespace seiche
