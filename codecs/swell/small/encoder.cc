#include "codecs/swell/small/encoder.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "base/ceil_divide.h"
#include "codecs/simd_targets.h"
#include "codecs/swell/small/fit.h"
#include "codecs/swell/small/planes.h"
#include "codecs/swell/small/streams.h"
#include "codecs/swell/small/tables.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/swell/small/encoder.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
// After Highway.
#include "codecs/swell/small/rows_inl.h"

#ifndef SEICHE_CODECS_SWELL_SMALL_ENCODER_ONCE_
#define SEICHE_CODECS_SWELL_SMALL_ENCODER_ONCE_
namespace seiche {

// A row of values with the one to the left of column x at [x - 1], aligned as SIMD likes it.
class ValueRow {
 public:
  void Reset(int64_t padded_width) { buffer_.Reserve((padded_width + 2 * kMargin) * 2); }
  int16_t* data() { return reinterpret_cast<int16_t*>(buffer_.data()) + kMargin; }

 private:
  static constexpr int64_t kMargin = 32;
  AlignedBuffer buffer_;
};

}  // namespace seiche
#endif  // SEICHE_CODECS_SWELL_SMALL_ENCODER_ONCE_

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

// Residuals of row y in zigzag, to scratch.residuals, and what later rows need. `values` are the
// row's, the one to their left before them.
HWY_INLINE void FindResiduals(SmallPlanes& planes, int64_t y, const int16_t* HWY_RESTRICT values,
                              const SmallRow scratch) {
  const Tag16 tag;
  uint32_t* const now = planes.pairs(SmallPlanes::kNow, y);
  const uint32_t* const former = planes.pairs(SmallPlanes::kFormer, y);
  uint8_t* const magnitudes = planes.magnitudes(SmallPlanes::kNow, y);
  uint8_t* const active = planes.active(y);
  uint8_t* const active_pairs = planes.active_pairs(SmallPlanes::kNow, y);
  for (int64_t block = 0; block < planes.blocks(); ++block) {
    auto any = hn::Zero(tag);
    for (int64_t x = block * kBlockWidth; x < (block + 1) * kBlockWidth; x += kLanes16) {
      const auto there = hn::FirstN(tag, std::max<int64_t>(0, planes.width() - x));
      const auto difference = hn::IfThenElseZero(
          there, hn::Sub(hn::Load(tag, values + x), hn::LoadU(tag, values + x - 1)));
      any = hn::Or(any, difference);
      StorePairs(difference, former + x, now + x);
      const auto plain = hn::Sub(difference, hn::Load(tag, scratch.predictions + x));
      const auto residual = hn::IfThenElseZero(there, NegateBySigns(plain, scratch.signs + x));
      StoreMagnitudes(residual, magnitudes + x);
      hn::Store(hn::Xor(hn::ShiftLeft<1>(residual), hn::BroadcastSignBit(residual)), tag,
                scratch.residuals + x);
    }
    const bool is_active = !hn::AllTrue(tag, hn::Eq(any, hn::Zero(tag)));
    active_pairs[block] = active[block] | uint8_t{is_active};
    active[block] = is_active;
  }
}

// All of that for the row of a frame that is `frame`-th of its group; contexts and fractions are in
// `scratch`, too.
template <SmallStencil kStencil>
void AnalyseRowOf(SmallPlanes& planes, int64_t frame, int64_t y, const int16_t* values,
                  const PackedCoefficients& coefficients, const SmallRow& scratch) {
  constexpr int kIndex = static_cast<int>(kStencil);
  const auto as_they_are = [](hn::Vec<Tag8> contexts) HWY_ATTR { return contexts; };
  if (frame == 0) {
    PredictRow<kIndex, false>(planes, y, coefficients, scratch);
    FindContexts<false>(planes, y, scratch, as_they_are);
  } else {
    PredictRow<kIndex, true>(planes, y, coefficients, scratch);
    FindContexts<true>(planes, y, scratch, as_they_are);
  }
  FindResiduals(planes, y, values, scratch);
}

void AnalyseRow(SmallStencil stencil, SmallPlanes& planes, int64_t frame, int64_t y,
                const int16_t* values, const PackedCoefficients& coefficients,
                const SmallRow& scratch) {
  switch (stencil) {
    case SmallStencil::kDiamond:
      return AnalyseRowOf<SmallStencil::kDiamond>(planes, frame, y, values, coefficients, scratch);
    case SmallStencil::kSquare:
      return AnalyseRowOf<SmallStencil::kSquare>(planes, frame, y, values, coefficients, scratch);
    case SmallStencil::kTriangle:
      return AnalyseRowOf<SmallStencil::kTriangle>(planes, frame, y, values, coefficients, scratch);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

HWY_EXPORT(AnalyseRow);

// Of a residual that is not coded, for its block is skipped.
constexpr uint16_t kSkipped = 0xFFFF;
// A group pays four bytes a lane, and the decoder wins by each column of a row that has a lane of
// its own. `group_values` is how many values a group has on average.
int LanesFor(int64_t group_values, int64_t width) {
  const int64_t most = group_values >= int64_t{1} << 20 ? 96 : 64;
  return static_cast<int>(std::min<int64_t>(most, CeilDivide(width, kMinLanes) * kMinLanes));
}

// Flags of up to eight blocks: which may be skipped, which of those are not, whether all may be.
struct BlockFlags {
  uint8_t quiet;
  uint8_t coded;
  bool all;
};

// One symbol into a rANS state, whose words go to `words` in reverse.
void Push(uint32_t frequency, uint32_t start, int bits, uint32_t& state,
          std::vector<uint16_t>& words) {
  if (state >= uint64_t{frequency} << (32 - bits)) {
    words.push_back(static_cast<uint16_t>(state));
    state >>= 16;
  }
  state = (state / frequency << bits) + state % frequency + start;
}

// Symbols of a table by their starts.
struct PushTable {
  explicit PushTable(const FrequencyTable& table) : bits(table.bits) {
    uint32_t start = 0;
    for (const uint16_t frequency : table.frequencies) {
      symbols.push_back({frequency, start});
      start += frequency;
    }
  }
  void Push(int symbol, uint32_t& state, std::vector<uint16_t>& words) const {
    seiche::Push(symbols[symbol].frequency, symbols[symbol].start, bits, state, words);
  }

  struct Symbol {
    uint32_t frequency;
    uint32_t start;
  };
  int bits;
  std::vector<Symbol> symbols;
};

// Bits one behind the other, the first one lowest.
class BitWriter {
 public:
  void Write(uint32_t value, int bits) {
    pending_ |= uint64_t{value} << count_;
    for (count_ += bits; count_ >= 8; count_ -= 8, pending_ >>= 8) {
      bytes_.push_back(static_cast<uint8_t>(pending_));
    }
  }
  std::vector<uint8_t> Finish() {
    if (count_ > 0) bytes_.push_back(static_cast<uint8_t>(pending_));
    return std::move(bytes_);
  }

 private:
  std::vector<uint8_t> bytes_;
  uint64_t pending_ = 0;
  int count_ = 0;
};

// Words as bytes, in the order in which a decoder reads them.
std::vector<uint8_t> Reversed(const std::vector<uint16_t>& words) {
  std::vector<uint8_t> bytes(words.size() * 2);
  for (size_t i = 0; i < words.size(); ++i) {
    std::memcpy(&bytes[2 * i], &words[words.size() - 1 - i], 2);
  }
  return bytes;
}

class SmallEncoder : public GroupEncoder {
 public:
  explicit SmallEncoder(SmallStencil stencil) { model_.stencil = stencil; }

  absl::Status Analyse(const Cube& cube, absl::Span<const int64_t> group_starts,
                       std::vector<std::byte>& model) override;
  void EncodeGroup(size_t group, std::vector<std::byte>& bytes) override;

 private:
  int64_t GroupEnd(size_t group) const {
    return group + 1 < group_starts_.size() ? group_starts_[group + 1] : cube_.frames;
  }
  const int16_t* Values(int64_t frame, int64_t y) const {
    return static_cast<const int16_t*>(cube_.data) + (frame * cube_.height + y) * cube_.width;
  }
  void FindAllResiduals(size_t group);
  // Moves a row out of scratch_: the `row`-th of the chunk, whose frame is a group's first or not.
  void KeepRow(int64_t row, bool first_frame);
  void CountRow(int64_t row);
  std::vector<uint8_t> EncodeFlags(int64_t first_row, int64_t end_row, uint32_t& state) const;
  std::vector<uint8_t> EncodeTokens(int64_t first_row, int64_t end_row,
                                    std::vector<uint32_t>& states);
  std::vector<uint8_t> EncodeRawBits(int64_t first_row, int64_t end_row) const;

  SmallModel model_;
  Cube cube_;
  std::vector<int64_t> group_starts_;
  SmallPlanes planes_;
  SmallScratch scratch_;
  ValueRow values_;
  SmallCounts counts_;
  // Of each residual of the chunk: zigzag, and the context (tables.h) or kSkipped.
  std::vector<uint16_t> zigzags_;
  std::vector<uint16_t> contexts_;
  std::vector<BlockFlags> flags_;
  int64_t flags_a_row_ = 0;
};

absl::Status SmallEncoder::Analyse(const Cube& cube, absl::Span<const int64_t> group_starts,
                                   std::vector<std::byte>& model) {
  const int64_t values = cube.frames * cube.height * cube.width;
  if (cube.bits != 16 || values > kMostSmallValues) {
    return absl::UnimplementedError(
        "swell: level small codes integers of 16 bits, 2^30 of them at most");
  }
  cube_ = cube;
  group_starts_.assign(group_starts.begin(), group_starts.end());
  FitStencil(cube_, group_starts_, model_);
  model_.lanes = LanesFor(values / static_cast<int64_t>(group_starts_.size()), cube_.width);

  counts_ = SmallCounts();
  zigzags_.resize(values);
  contexts_.resize(values);
  planes_.Reset(cube_.height, cube_.width);
  flags_a_row_ = CeilDivide(planes_.blocks(), kBlocksPerFlags);
  flags_.resize(cube_.frames * cube_.height * flags_a_row_);
  for (size_t group = 0; group < group_starts_.size(); ++group) FindAllResiduals(group);
  FillTables(counts_, model_);
  model.clear();
  AppendModel(model_, model);
  return absl::OkStatus();
}

void SmallEncoder::FindAllResiduals(size_t group) {
  planes_.Reset(cube_.height, cube_.width);
  scratch_.Reset(planes_.padded_width());
  values_.Reset(planes_.padded_width());
  PackedCoefficients coefficients[3];
  for (int set = 0; set < model_.sets; ++set) coefficients[set] = PackCoefficients(model_, set);
  const int64_t first = group_starts_[group];
  for (int64_t frame = first; frame < GroupEnd(group); ++frame) {
    if (frame > first) planes_.Flip();
    const int64_t set = std::min<int64_t>(frame - first, model_.sets - 1);
    for (int64_t y = 0; y < cube_.height; ++y) {
      int16_t* const row = values_.data();
      std::memcpy(row, Values(frame, y), cube_.width * sizeof(int16_t));
      row[-1] = y > 0 ? *Values(frame, y - 1) : *Values(frame > first ? frame - 1 : frame, 0);
      HWY_DYNAMIC_DISPATCH(AnalyseRow)
      (model_.stencil, planes_, frame - first, y, row, coefficients[set], scratch_.row());
      KeepRow(frame * cube_.height + y, frame == first);
      CountRow(frame * cube_.height + y);
    }
  }
}

void SmallEncoder::KeepRow(int64_t row, bool first_frame) {
  const int64_t width = cube_.width;
  uint16_t* const zigzags = &zigzags_[row * width];
  uint16_t* const contexts = &contexts_[row * width];
  std::memcpy(zigzags, scratch_.row().residuals, width * sizeof(uint16_t));
  for (int64_t x = 0; x < width; ++x) {
    const int context = scratch_.row().contexts[x];
    contexts[x] = static_cast<uint16_t>(first_frame ? kFirstContexts + context / kLevels : context);
  }
  BlockFlags* const all_flags = &flags_[row * flags_a_row_];
  std::fill_n(all_flags, flags_a_row_, BlockFlags{0, 0, true});
  for (int64_t block = 0; block < planes_.blocks(); ++block) {
    BlockFlags& flags = all_flags[block / kBlocksPerFlags];
    if ((scratch_.row().quiet[block / kBlocksPerFlags] >> block % kBlocksPerFlags & 1) == 0) {
      flags.all = false;
      continue;
    }
    const int64_t start = block * kBlockWidth;
    const int64_t end = std::min(start + kBlockWidth, width);
    const bool coded =
        std::any_of(zigzags + start, zigzags + end, [](uint16_t zigzag) { return zigzag != 0; });
    flags.quiet |= 1 << block % kBlocksPerFlags;
    flags.coded |= coded << block % kBlocksPerFlags;
    for (int64_t x = start; x < end; ++x) {
      contexts[x] = coded ? kFlaggedContexts + scratch_.row().fractions[x] : kSkipped;
    }
  }
}

void SmallEncoder::CountRow(int64_t row) {
  const uint16_t* const zigzags = &zigzags_[row * cube_.width];
  const uint16_t* const contexts = &contexts_[row * cube_.width];
  for (int64_t x = 0; x < cube_.width; ++x) {
    if (contexts[x] != kSkipped) ++counts_.tokens[contexts[x]][TokenOf(zigzags[x]).token];
  }
  for (int64_t i = 0; i < flags_a_row_; ++i) {
    const BlockFlags& flags = flags_[row * flags_a_row_ + i];
    if (flags.quiet != 0) ++counts_.flags[flags.all][flags.coded];
  }
}

void SmallEncoder::EncodeGroup(size_t group, std::vector<std::byte>& bytes) {
  const int64_t first_row = group_starts_[group] * cube_.height;
  const int64_t end_row = GroupEnd(group) * cube_.height;
  SmallGroup encoded;
  encoded.first_value = *Values(group_starts_[group], 0);
  encoded.states.assign(std::min<int64_t>(model_.lanes, cube_.width), kStateBound);
  encoded.flag_state = kStateBound;
  const std::vector<uint8_t> flags = EncodeFlags(first_row, end_row, encoded.flag_state);
  const std::vector<uint8_t> words = EncodeTokens(first_row, end_row, encoded.states);
  const std::vector<uint8_t> raw_bits = EncodeRawBits(first_row, end_row);
  encoded.flags = flags;
  encoded.words = words;
  encoded.raw_bits = raw_bits;
  AppendGroup(encoded, bytes);
}

std::vector<uint8_t> SmallEncoder::EncodeFlags(int64_t first_row, int64_t end_row,
                                               uint32_t& state) const {
  const PushTable tables[2] = {PushTable(model_.flag_tables[0]), PushTable(model_.flag_tables[1])};
  std::vector<uint16_t> words;
  for (int64_t i = end_row * flags_a_row_; i-- > first_row * flags_a_row_;) {
    const BlockFlags& flags = flags_[i];
    if (flags.quiet != 0) tables[flags.all].Push(flags.coded, state, words);
  }
  return Reversed(words);
}

std::vector<uint8_t> SmallEncoder::EncodeTokens(int64_t first_row, int64_t end_row,
                                                std::vector<uint32_t>& states) {
  std::vector<PushTable> tables(model_.tables.begin(), model_.tables.end());
  const PushTable* table_of_context[kAllContexts];
  for (int i = 0; i < kAllContexts; ++i) table_of_context[i] = &tables[TableOf(i, model_)];
  std::vector<uint16_t> words;
  for (int64_t row = end_row; row-- > first_row;) {
    const uint16_t* const zigzags = &zigzags_[row * cube_.width];
    const uint16_t* const contexts = &contexts_[row * cube_.width];
    for (int64_t x = cube_.width; x-- > 0;) {
      if (contexts[x] == kSkipped) continue;
      table_of_context[contexts[x]]->Push(TokenOf(zigzags[x]).token, states[x % model_.lanes],
                                          words);
    }
  }
  return Reversed(words);
}

std::vector<uint8_t> SmallEncoder::EncodeRawBits(int64_t first_row, int64_t end_row) const {
  BitWriter writer;
  for (int64_t i = first_row * cube_.width; i < end_row * cube_.width; ++i) {
    if (zigzags_[i] < kDirectTokens || contexts_[i] == kSkipped) continue;
    const SmallToken token = TokenOf(zigzags_[i]);
    writer.Write(token.raw, token.bits);
  }
  return writer.Finish();
}

}  // namespace

std::unique_ptr<GroupEncoder> MakeSmallEncoder(SmallStencil stencil) {
  return std::make_unique<SmallEncoder>(stencil);
}

}  // namespace seiche
#endif  // HWY_ONCE
