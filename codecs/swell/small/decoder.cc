#include "codecs/swell/small/decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "codecs/simd_targets.h"
#include "codecs/swell/small/decode_tables.h"
#include "codecs/swell/small/model.h"
#include "codecs/swell/small/planes.h"
#include "codecs/swell/small/streams.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/swell/small/decoder.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
// After Highway.
#include "codecs/swell/small/rows_inl.h"
#include "codecs/swell/small/tokens_inl.h"

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

// Lanes of 16 bits by blocks of eight: the last one of the block before, and of the one before
// that.
HWY_ALIGN constexpr int16_t kLastOfBlockBefore[32] = {0,  0,  0,  0,  0,  0,  0,  0,  7,  7,  7,
                                                      7,  7,  7,  7,  7,  15, 15, 15, 15, 15, 15,
                                                      15, 15, 23, 23, 23, 23, 23, 23, 23, 23};
HWY_ALIGN constexpr int16_t kLastOfTwoBefore[32] = {0, 0, 0,  0,  0,  0,  0,  0,  0,  0, 0,
                                                    0, 0, 0,  0,  0,  7,  7,  7,  7,  7, 7,
                                                    7, 7, 15, 15, 15, 15, 15, 15, 15, 15};

// Looks up contexts in `table` of 256 entries. Where registers hold the table that is done for all
// columns when their contexts are found, else later and only for those of coded blocks.
class ContextTable {
 public:
#if HWY_TARGET == HWY_AVX3_DL
  explicit ContextTable(const uint8_t* HWY_RESTRICT table)
      : quarters_{hn::Load(Tag8(), table), hn::Load(Tag8(), table + 64),
                  hn::Load(Tag8(), table + 128), hn::Load(Tag8(), table + 192)} {}

  HWY_INLINE hn::Vec<Tag8> operator()(hn::Vec<Tag8> contexts) const {
    const Tag8 tag;
    const hn::Indices512<uint8_t> indices{contexts.raw};
    const auto lower = hn::TwoTablesLookupLanes(tag, quarters_[0], quarters_[1], indices);
    const auto upper = hn::TwoTablesLookupLanes(tag, quarters_[2], quarters_[3], indices);
    const auto is_upper = hn::IsNegative(hn::BitCast(hn::RebindToSigned<Tag8>(), contexts));
    return hn::IfThenElse(hn::RebindMask(tag, is_upper), upper, lower);
  }
  HWY_INLINE void LookUpBlock(uint8_t*) const {}

 private:
  hn::Vec<Tag8> quarters_[4];
#else
  explicit ContextTable(const uint8_t* table) : table_(table) {}

  HWY_INLINE hn::Vec<Tag8> operator()(hn::Vec<Tag8> contexts) const { return contexts; }
  HWY_INLINE void LookUpBlock(uint8_t* HWY_RESTRICT contexts) const {
    HWY_UNROLL(32)
    for (int i = 0; i < kBlockWidth; ++i) contexts[i] = table_[contexts[i]];
  }

 private:
  const uint8_t* HWY_RESTRICT table_;
#endif
};

// The contexts of a block with a flag, by fractions.
HWY_INLINE void LookUpFractions(const uint8_t* HWY_RESTRICT table,
                                const uint8_t* HWY_RESTRICT fractions,
                                uint8_t* HWY_RESTRICT contexts) {
  const hn::CappedTag<uint8_t, 16> tag;
  const auto tables = hn::Load(tag, table);
  for (int i = 0; i < kBlockWidth; i += hn::MaxLanes(tag)) {
    hn::Store(hn::TableLookupBytes(tables, hn::Load(tag, fractions + i)), tag, contexts + i);
  }
}

// Which of up to eight quiet blocks have residuals all the same; bit i for the block i. `quiet` has
// a bit for each block that may, at least one, out of `blocks`.
HWY_INLINE uint32_t DecodeFlags(SmallDecoding& d, uint32_t quiet, uint32_t blocks) {
  const SmallDecodeTables::Flags& table = d.tables.flags[quiet == blocks];
  const uint32_t slot = d.flag_state & ((1u << kMaxTableBits) - 1);
  const uint32_t flags = table.symbols[slot];
  d.flag_state =
      table.frequencies[flags] * (d.flag_state >> kMaxTableBits) + slot - table.starts[flags];
  if (d.flag_state < kStateBound) {
    uint16_t word;
    hwy::CopyBytes<2>(d.flags.next, &word);
    d.flags.next += 2;
    d.flag_state = d.flag_state << 16 | word;
  }
  return flags;
}

// Blocks of the row that have residuals, in ascending order in scratch.coded; returns how many.
// Their contexts become tables.
HWY_INLINE int64_t FindCodedBlocks(SmallDecoding& d, const SmallRow s, const ContextTable& table) {
  const int64_t blocks = d.planes.blocks();
  int64_t coded = 0;
  for (int64_t first = 0; first < blocks; first += kBlocksPerFlags) {
    const int n = static_cast<int>(std::min<int64_t>(blocks - first, kBlocksPerFlags));
    const uint32_t all = (1u << n) - 1;
    const uint32_t quiet = s.quiet[first / kBlocksPerFlags] & all;
    const uint32_t flags = quiet == 0 ? 0 : quiet & DecodeFlags(d, quiet, all);
    for (uint32_t left = flags; left != 0; left &= left - 1) {
      const int64_t x = (first + hwy::Num0BitsBelowLS1Bit_Nonzero32(left)) * kBlockWidth;
      LookUpFractions(d.tables.flagged_contexts, s.fractions + x, s.contexts + x);
    }
    const uint32_t mask = (all & ~quiet) | flags;
    for (int i = 0; i < n; ++i) {
      if ((quiet >> i & 1) == 0) table.LookUpBlock(s.contexts + (first + i) * kBlockWidth);
      s.coded[coded] = static_cast<int32_t>(first + i);
      coded += mask >> i & 1;
    }
  }
  return coded;
}

// Sums of a vector's lanes up to each one.
HWY_INLINE hn::Vec<Tag16> PrefixSums(hn::Vec<Tag16> v) {
  const Tag16 tag;
  v = hn::Add(v, hn::ShiftLeftLanes<1>(tag, v));
  v = hn::Add(v, hn::ShiftLeftLanes<2>(tag, v));
  v = hn::Add(v, hn::ShiftLeftLanes<4>(tag, v));
  // Now by blocks of eight lanes: the sum of each goes to the next one, of both to the next two.
  if constexpr (kLanes16 >= 16) {
    const auto last = hn::TableLookupLanes(v, hn::SetTableIndices(tag, kLastOfBlockBefore));
    v = hn::Add(v, hn::IfThenElseZero(hn::Not(hn::FirstN(tag, 8)), last));
  }
  if constexpr (kLanes16 >= 32) {
    const auto last = hn::TableLookupLanes(v, hn::SetTableIndices(tag, kLastOfTwoBefore));
    v = hn::Add(v, hn::IfThenElseZero(hn::Not(hn::FirstN(tag, 16)), last));
  }
  return v;
}

// The last lane of a vector in all lanes.
HWY_INLINE hn::Vec<Tag16> BroadcastLast(hn::Vec<Tag16> v) {
  if constexpr (kLanes16 == 32) {
    // One instruction rather than three.
    const Tag16 tag;
    return hn::TableLookupLanes(v, hn::IndicesFromVec(tag, hn::Set(tag, kLanes16 - 1)));
  } else {
    return hn::BroadcastLane<kLanes16 - 1>(v);
  }
}

// The differences of kLanes16 columns become values and what later rows need to know of them. Both
// `carry`, the value to the left in all lanes, and `any` go on to the next columns.
template <bool kHasResiduals, bool kWhole>
HWY_INLINE void FinishColumns(const SmallRow s, int64_t width, uint32_t* HWY_RESTRICT now,
                              const uint32_t* HWY_RESTRICT former, uint8_t* HWY_RESTRICT magnitudes,
                              int64_t x, hn::Vec<Tag16>& carry, hn::Vec<Tag16>& any) {
  const Tag16 tag;
  auto difference = hn::Load(tag, s.predictions + x);
  if constexpr (kHasResiduals) {
    const auto residual = hn::Load(tag, s.residuals + x);
    StoreMagnitudes(residual, magnitudes + x);
    difference = hn::Add(difference, NegateBySigns(residual, s.signs + x));
  } else {
    hn::Store(hn::Zero(TagHalf8()), TagHalf8(), magnitudes + x);
  }
  if constexpr (!kWhole) {
    const int64_t there = std::max<int64_t>(0, width - x);
    difference = hn::IfThenElseZero(hn::FirstN(tag, there), difference);
  }
  any = hn::Or(any, difference);
  StorePairs(difference, former + x, now + x);
  const auto sums = PrefixSums(difference);
  hn::Store(hn::Add(sums, carry), tag, s.values + x);
  carry = hn::Add(carry, BroadcastLast(sums));
}

// The same for a block whose differences are all 0.
HWY_INLINE void FinishStill(const SmallRow s, uint32_t* HWY_RESTRICT now,
                            const uint32_t* HWY_RESTRICT former, uint8_t* HWY_RESTRICT magnitudes,
                            int64_t x, hn::Vec<Tag16> carry) {
  const TagU32 tag32;
  const TagHalf8 tag8;
  for (int64_t i = x; i < x + kBlockWidth; i += kLanes) {
    hn::Store(hn::ShiftLeft<16>(hn::Load(tag32, former + i)), tag32, now + i);
  }
  for (int64_t i = x; i < x + kBlockWidth; i += kLanes16) {
    hn::Store(hn::Zero(tag8), tag8, magnitudes + i);
    hn::Store(carry, Tag16(), s.values + i);
  }
}

template <bool kHasResiduals, bool kWhole>
HWY_INLINE bool FinishBlock(const SmallRow s, int64_t width, uint32_t* now, const uint32_t* former,
                            uint8_t* magnitudes, int64_t x, hn::Vec<Tag16>& carry) {
  auto any = hn::Zero(Tag16());
  HWY_UNROLL(4)
  for (int64_t i = 0; i < kBlockWidth; i += kLanes16) {
    FinishColumns<kHasResiduals, kWhole>(s, width, now, former, magnitudes, x + i, carry, any);
  }
  return !hn::AllTrue(Tag16(), hn::Eq(any, hn::Zero(Tag16())));
}

// Values of row y, whose first one has `left` to its left, and what later rows need.
HWY_INLINE void FinishRow(SmallPlanes& planes, const SmallRow s, int64_t y, int64_t coded,
                          int16_t left) {
  uint32_t* const now = planes.pairs(SmallPlanes::kNow, y);
  const uint32_t* const former = planes.pairs(SmallPlanes::kFormer, y);
  uint8_t* const magnitudes = planes.magnitudes(SmallPlanes::kNow, y);
  uint8_t* const active = planes.active(y);
  uint8_t* const active_pairs = planes.active_pairs(SmallPlanes::kNow, y);
  const int64_t width = planes.width();
  const int64_t blocks = planes.blocks();
  const int64_t whole_blocks = width / kBlockWidth;
  auto carry = hn::Set(Tag16(), left);
  s.coded[coded] = -1;   // as no block is
  uint64_t actives = 0;  // bytes of eight blocks
  for (int64_t block = 0, next = 0; block < blocks; ++block) {
    const int64_t x = block * kBlockWidth;
    const bool has_residuals = s.coded[next] == block;
    next += has_residuals;
    const bool whole = block < whole_blocks;
    bool any = false;
    if (has_residuals) {
      any = whole ? FinishBlock<true, true>(s, width, now, former, magnitudes, x, carry)
                  : FinishBlock<true, false>(s, width, now, former, magnitudes, x, carry);
    } else if (s.supported[block] != 0) {
      any = whole ? FinishBlock<false, true>(s, width, now, former, magnitudes, x, carry)
                  : FinishBlock<false, false>(s, width, now, former, magnitudes, x, carry);
    } else {
      FinishStill(s, now, former, magnitudes, x, carry);
    }
    actives |= uint64_t{any} << 8 * (block % 8);
    if (block % 8 == 7 || block + 1 == blocks) {
      const int64_t first = block / 8 * 8;
      const uint64_t either = actives | LoadEight(active + first);
      hwy::CopyBytes<8>(&either, active_pairs + first);
      hwy::CopyBytes<8>(&actives, active + first);
      actives = 0;
    }
  }
}

// Returns false if a stream ends too early.
template <int kStencil, bool kFewTokens, bool kHasPast>
bool DecodeFrame(SmallDecoding& d, int64_t frame, int16_t& first_value, RowSink& sink) {
  const int set = static_cast<int>(std::min<int64_t>(frame, d.model.sets - 1));
  const PackedCoefficients& coefficients = d.tables.coefficients[set];
  const ContextTable table(kHasPast ? d.tables.contexts : d.tables.first_contexts);
  const SmallRow row = d.row;
  int16_t left = first_value;
  for (int64_t y = 0; y < d.planes.height(); ++y) {
    d.flags.PrepareRow(), d.words.PrepareRow(), d.raw_bits.PrepareRow();
    PredictRow<kStencil, kHasPast>(d.planes, y, coefficients, row);
    FindContexts<kHasPast>(d.planes, y, row, table);
    const int64_t coded = FindCodedBlocks(d, row, table);
    DecodeResiduals<kFewTokens>(d, row, coded);
    d.raw_bits.next += d.raw_position / 8;
    d.raw_position %= 8;
    if (d.flags.overrun() || d.words.overrun() || d.raw_bits.overrun(d.raw_position > 0))
      return false;
    FinishRow(d.planes, row, y, coded, left);
    left = row.values[0];
    if (y == 0) first_value = left;
    sink.Row(frame, y, row.values);
  }
  return true;
}

template <int kStencil, bool kFewTokens>
bool DecodeFrames(SmallDecoding& d, int64_t frames, int16_t first_value, RowSink& sink) {
  for (int64_t frame = 0; frame < frames; ++frame) {
    if (frame > 0) d.planes.Flip();
    const bool ok = frame == 0
                        ? DecodeFrame<kStencil, kFewTokens, false>(d, frame, first_value, sink)
                        : DecodeFrame<kStencil, kFewTokens, true>(d, frame, first_value, sink);
    if (!ok) return false;
  }
  return true;
}

template <SmallStencil kStencil>
bool DecodeWith(SmallDecoding& d, int64_t frames, int16_t first_value, RowSink& sink) {
  constexpr int kIndex = static_cast<int>(kStencil);
  if constexpr (kHasFewTokens) {
    if (d.few_tokens) return DecodeFrames<kIndex, true>(d, frames, first_value, sink);
  }
  return DecodeFrames<kIndex, false>(d, frames, first_value, sink);
}

bool DecodeSmall(SmallDecoding& d, int64_t frames, int16_t first_value, RowSink& sink) {
  switch (d.model.stencil) {
    case SmallStencil::kDiamond:
      return DecodeWith<SmallStencil::kDiamond>(d, frames, first_value, sink);
    case SmallStencil::kSquare:
      return DecodeWith<SmallStencil::kSquare>(d, frames, first_value, sink);
    case SmallStencil::kTriangle:
      return DecodeWith<SmallStencil::kTriangle>(d, frames, first_value, sink);
  }
  return false;
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

HWY_EXPORT(DecodeSmall);

// A guess, which no result depends on: mostly the first tokens are nearly all below some 0.8 bits a
// value, while above it most vectors have others. Of a group of which few frames are decoded it
// takes too many bits.
bool HasFewTokens(const SmallGroup& group, int64_t values) {
  return static_cast<int64_t>(group.words.size()) < values / 10;
}

class SmallDecoder : public GroupDecoder {
 public:
  absl::Status Open(absl::Span<const std::byte> model, int bits, int64_t height,
                    int64_t width) override {
    if (bits != 16) {
      return absl::DataLossError(
          absl::StrCat("swell: level small codes no integers of ", bits, " bits"));
    }
    SEICHE_ASSIGN_OR_RETURN(model_, ParseModel(model));
    tables_ = MakeSmallDecodeTables(model_);
    height_ = height;
    width_ = width;
    return absl::OkStatus();
  }

  absl::Status DecodeGroup(absl::Span<const std::byte> encoded, int64_t frames,
                           RowSink& sink) override {
    const int64_t lanes = std::min<int64_t>(model_.lanes, width_);
    SEICHE_ASSIGN_OR_RETURN(const SmallGroup group, ParseGroup(encoded, lanes));
    planes_.Reset(height_, width_);
    scratch_.Reset(planes_.padded_width());
    std::copy(group.states.begin(), group.states.end(), states_);
    std::fill(states_ + lanes, states_ + kMaxLanes, kStateBound);
    // The most that a row reads: of words whole vectors, of raw bits four bytes at a time.
    const size_t columns = planes_.padded_width();
    SmallDecoding decoding = {.model = model_,
                              .tables = tables_,
                              .planes = planes_,
                              .row = scratch_.row(),
                              .states = states_,
                              .flag_state = group.flag_state,
                              .flags = {group.flags, 2 * columns},
                              .words = {group.words, 2 * columns + 64},
                              .raw_bits = {group.raw_bits, 2 * columns + 8},
                              .few_tokens = HasFewTokens(group, frames * height_ * width_)};
    if (!HWY_DYNAMIC_DISPATCH(DecodeSmall)(decoding, frames, group.first_value, sink)) {
      return absl::DataLossError("swell: a stream of level small ends too early");
    }
    return absl::OkStatus();
  }

 private:
  SmallModel model_;
  SmallDecodeTables tables_;
  SmallPlanes planes_;
  SmallScratch scratch_;
  int64_t height_ = 0;
  int64_t width_ = 0;
  alignas(64) uint32_t states_[kMaxLanes];
};

}  // namespace

std::unique_ptr<GroupDecoder> MakeSmallDecoder() { return std::make_unique<SmallDecoder>(); }

}  // namespace seiche
#endif  // HWY_ONCE
