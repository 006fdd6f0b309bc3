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

// A run of frames around one at hand: 0 outside.
template <class T>
class Padded {
 public:
  Padded(int64_t height, int64_t width) : height_(height), width_(width), values_(height * width) {}

  T At(int64_t y, int64_t x) const {
    return y < 0 || y >= height_ || x < 0 || x >= width_ ? T{0} : values_[y * width_ + x];
  }
  T& operator()(int64_t y, int64_t x) { return values_[y * width_ + x]; }

 private:
  int64_t height_;
  int64_t width_;
  std::vector<T> values_;
};

struct Frame {
  Frame(int64_t height, int64_t width) : differences(height, width), magnitudes(height, width) {}
  Padded<int16_t> differences;
  Padded<int> magnitudes;
};

struct Symbol {
  int symbol;
  uint32_t frequency;
  uint32_t start;
};

// By slot.
std::vector<Symbol> Expand(const FrequencyTable& table) {
  std::vector<Symbol> slots;
  for (size_t i = 0; i < table.frequencies.size(); ++i) {
    const Symbol symbol = {static_cast<int>(i), table.frequencies[i],
                           static_cast<uint32_t>(slots.size())};
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

int Level(int activity, const std::array<uint8_t, kLevels - 1>& thresholds) {
  return std::count_if(thresholds.begin(), thresholds.end(),
                       [activity](int threshold) { return activity >= threshold; });
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
        first_value_(group.first_value) {
    for (const FrequencyTable& table : model.tables) tables_.push_back(Expand(table));
    for (const FrequencyTable& table : model.flag_tables) flag_tables_.push_back(Expand(table));
    frames_.assign(3, Frame(height, width));
  }

  // Decodes frame `t` into `values`, [height, width].
  absl::Status DecodeFrame(int64_t t, int16_t* values) {
    frames_.insert(frames_.begin(), Frame(height_, width_));
    frames_.pop_back();
    for (int64_t y = 0; y < height_; ++y) {
      DecodeRow(t, y);
      if (flags_.overrun() || words_.overrun() || raw_bits_.overrun()) {
        return absl::DataLossError("swell: a stream of level small ends too early");
      }
      int16_t left = y > 0 ? values[(y - 1) * width_] : first_value_;
      for (int64_t x = 0; x < width_; ++x) {
        left = static_cast<int16_t>(left + frames_[0].differences(y, x));
        values[y * width_ + x] = left;
      }
    }
    first_value_ = values[0];
    return absl::OkStatus();
  }

 private:
  int Above(int64_t y, int64_t x) const {
    const Padded<int>& m = frames_[0].magnitudes;
    return 2 * m.At(y - 1, x) + m.At(y - 1, x - 1) + m.At(y - 1, x + 1);
  }
  int Former(int64_t y, int64_t x) const {
    const Padded<int>& m = frames_[1].magnitudes;
    return 2 * m.At(y, x) + m.At(y, x - 1) + m.At(y, x + 1) + m.At(y - 1, x) + m.At(y + 1, x);
  }

  void DecodeRow(int64_t t, int64_t y) {
    const int64_t blocks = CeilDivide(width_, kBlockWidth);
    for (int64_t first = 0; first < blocks; first += kBlocksPerFlags) {
      const int64_t end = std::min<int64_t>(blocks, first + kBlocksPerFlags);
      uint32_t quiet = 0;
      for (int64_t block = first; block < end; ++block) {
        quiet |= uint32_t{IsQuiet(y, block)} << (block - first);
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

  bool IsQuiet(int64_t y, int64_t block) const {
    for (int64_t x = block * kBlockWidth; x < std::min(width_, (block + 1) * kBlockWidth); ++x) {
      if (Above(y, x) != 0 || Former(y, x) != 0) return false;
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

  void DecodeBlock(int64_t t, int64_t y, int64_t block, bool is_quiet, bool is_coded) {
    const int set = static_cast<int>(std::min<int64_t>(t, model_.sets - 1));
    for (int64_t x = block * kBlockWidth; x < std::min(width_, (block + 1) * kBlockWidth); ++x) {
      uint32_t sum = 1 << (kCoefficientBits - 1);
      for (size_t i = 0; i < taps_.size(); ++i) {
        const int difference =
            frames_[taps_[i].dt].differences.At(y + taps_[i].dy, x + taps_[i].dx);
        sum += static_cast<uint32_t>(difference * model_.coefficients[set][i]);
      }
      const int prediction = static_cast<int32_t>(sum) >> kCoefficientBits;
      const int fraction =
          static_cast<int>(sum & ((1 << kCoefficientBits) - 1)) - (1 << (kCoefficientBits - 1));
      int residual = 0;
      if (is_coded) {
        const int part = std::min(std::abs(fraction) >> 9, kFractions - 1);
        residual =
            DecodeResidual(x, is_quiet ? model_.flagged_contexts[part] : TableOf(t, y, x, part));
      }
      frames_[0].magnitudes(y, x) = std::min(std::abs(residual), kMaxMagnitude);
      frames_[0].differences(y, x) =
          static_cast<int16_t>(prediction + (fraction < 0 ? -residual : residual));
    }
  }

  int TableOf(int64_t t, int64_t y, int64_t x, int part) const {
    const int above = Level(Above(y, x), kAboveThresholds);
    if (t == 0) return model_.first_contexts[part * kLevels + above];
    const int former = Level(Former(y, x), kFormerThresholds);
    return model_.contexts[(part * kLevels + above) * kLevels + former];
  }

  int DecodeResidual(int64_t x, int table) {
    const int token = static_cast<int>(
        Pop(tables_[table], model_.tables[table].bits, states_[x % model_.lanes], words_));
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
  std::vector<std::vector<Symbol>> tables_;
  std::vector<std::vector<Symbol>> flag_tables_;
  std::vector<Frame> frames_;  // at hand, before, before that
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
