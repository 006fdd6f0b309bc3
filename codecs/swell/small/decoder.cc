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

#ifndef SEICHE_CODECS_SWELL_SMALL_DECODER_ONCE_
#define SEICHE_CODECS_SWELL_SMALL_DECODER_ONCE_
namespace seiche {

// One group while it is decoded.
struct SmallDecoding {
  const SmallModel& model;
  const SmallDecodeTables& tables;
  SmallPlanes& planes;
  SmallRow row;
  // rANS states of the lanes, those of lanes without columns included.
  uint32_t* states;
  uint32_t flag_state;
  PaddedStream flags;
  PaddedStream words;
  PaddedStream raw_bits;
  uint64_t raw_position = 0;  // in bits, from raw_bits.next
};

}  // namespace seiche
#endif  // SEICHE_CODECS_SWELL_SMALL_DECODER_ONCE_

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

// table[index] of 16 entries.
HWY_INLINE hn::Vec<Tag32> LookUp16(const int32_t* HWY_RESTRICT table, hn::Vec<Tag32> index) {
  const Tag32 tag;
  if constexpr (kLanes == 16) {
    return hn::TableLookupLanes(hn::Load(tag, table), hn::IndicesFromVec(tag, index));
  } else if constexpr (kLanes == 8) {
    return hn::TwoTablesLookupLanes(tag, hn::Load(tag, table), hn::Load(tag, table + 8),
                                    hn::IndicesFromVec(tag, index));
  } else {
    return hn::GatherIndex(tag, table, index);
  }
}

// Replaces the contexts of a block by what `table` of 256 entries has for them.
HWY_INLINE void LookUpTables(const uint8_t* HWY_RESTRICT table, uint8_t* HWY_RESTRICT contexts) {
#if HWY_TARGET == HWY_AVX3_DL
  const hn::Full512<uint8_t> tag;
  const hn::Full256<uint8_t> block;
  const auto index = hn::ZeroExtendVector(tag, hn::Load(block, contexts));
  const auto lower = hn::TwoTablesLookupLanes(tag, hn::Load(tag, table), hn::Load(tag, table + 64),
                                              hn::Indices512<uint8_t>{index.raw});
  const auto upper =
      hn::TwoTablesLookupLanes(tag, hn::Load(tag, table + 128), hn::Load(tag, table + 192),
                               hn::Indices512<uint8_t>{index.raw});
  const hn::Repartition<int8_t, decltype(tag)> signed_tag;
  const auto is_upper = hn::RebindMask(tag, hn::IsNegative(hn::BitCast(signed_tag, index)));
  hn::Store(hn::LowerHalf(block, hn::IfThenElse(is_upper, upper, lower)), block, contexts);
#else
  HWY_UNROLL(32)
  for (int i = 0; i < kBlockWidth; ++i) contexts[i] = table[contexts[i]];
#endif
}

// The same for a block with a flag, by fractions.
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
HWY_INLINE int64_t FindCodedBlocks(SmallDecoding& d, const uint8_t* HWY_RESTRICT table_of_context) {
  const SmallRow s = d.row;
  const int64_t blocks = d.planes.blocks();
  int64_t coded = 0;
  for (int64_t first = 0; first < blocks; first += kBlocksPerFlags) {
    const int n = static_cast<int>(std::min<int64_t>(blocks - first, kBlocksPerFlags));
    const uint32_t all = (1u << n) - 1;
    const uint32_t quiet = s.quiet[first / kBlocksPerFlags] & all;
    const uint32_t flags = quiet == 0 ? 0 : DecodeFlags(d, quiet, all);
    for (int i = 0; i < n; ++i) {
      const int64_t x = (first + i) * kBlockWidth;
      if ((quiet >> i & 1) == 0) {
        LookUpTables(table_of_context, s.contexts + x);
      } else if ((flags >> i & 1) != 0) {
        LookUpFractions(d.tables.flagged_contexts, s.fractions + x, s.contexts + x);
      } else {
        continue;
      }
      s.coded[coded++] = static_cast<int32_t>(first + i);
    }
  }
  return coded;
}

// Splits the states of a block's lanes and finds where to look up their slots.
HWY_INLINE void SplitStates(const SmallDecodeTables& tables, const uint32_t* HWY_RESTRICT states,
                            int64_t x, const SmallRow s) {
  const Tag32 tag;
  const TagU32 unsigned_tag;
  const hn::Rebind<uint8_t, Tag32> tag8;
  for (int64_t i = 0; i < kBlockWidth; i += kLanes) {
    const auto table = hn::PromoteTo(tag, hn::Load(tag8, s.contexts + x + i));
    const auto bits = LookUp16(tables.bits, table);
    const auto state = hn::Load(unsigned_tag, states + i);
    const auto head = hn::Shr(state, hn::BitCast(unsigned_tag, bits));
    const auto slot =
        hn::BitCast(tag, hn::Sub(state, hn::Shl(head, hn::BitCast(unsigned_tag, bits))));
    hn::Store(head, unsigned_tag, s.heads + x + i);
    hn::Store(slot, tag, s.slots + x + i);
    hn::Store(hn::Add(hn::Max(slot, LookUp16(tables.floors, table)), LookUp16(tables.bases, table)),
              tag, s.indices + x + i);
  }
}

// For each mask of kLanes lanes, of up to 8: which of the numbers in a row each of its lanes takes.
struct ExpandTable {
  constexpr ExpandTable() {
    for (int mask = 0; mask < 256; ++mask) {
      for (int lane = 0, next = 0; lane < 8; ++lane) {
        indices[mask][lane] = static_cast<uint8_t>(next % kLanes);
        next += mask >> lane & 1;
      }
    }
  }
  alignas(8) uint8_t indices[256][8] = {};
};
constexpr ExpandTable kExpandTable;

// The lanes of `mask` get words one after the other, others anything. Advances `words`.
HWY_INLINE hn::Vec<TagU32> ExpandWords(hn::Mask<TagU32> mask, const uint8_t* HWY_RESTRICT& words) {
  const TagU32 tag;
  const TagHalfU16 tag16;
  const auto row = hn::PromoteTo(tag, hn::LoadU(tag16, reinterpret_cast<const uint16_t*>(words)));
  if constexpr (kLanes > 8) {
    words += 2 * hn::CountTrue(tag, mask);
    return hn::Expand(row, mask);
  } else {
    uint8_t bits[8];
    hn::StoreMaskBits(tag, mask, bits);
    words += 2 * hwy::PopCount(bits[0]);
    const hn::Rebind<uint8_t, Tag32> tag8;
    const auto indices = hn::PromoteTo(Tag32(), hn::Load(tag8, kExpandTable.indices[bits[0]]));
    return hn::TableLookupLanes(row, hn::IndicesFromVec(tag, indices));
  }
}

// Replaces tokens that raw bits follow by what both give.
HWY_NOINLINE void AddRawBits(SmallDecoding& d, uint32_t* tokens, int lanes) {
  for (int i = 0; i < lanes; ++i) {
    if (tokens[i] < kDirectTokens) continue;
    uint32_t window;
    hwy::CopyBytes<4>(d.raw_bits.next + d.raw_position / 8, &window);
    const int bits = RawBits(static_cast<int>(tokens[i]));
    const uint32_t raw = window >> d.raw_position % 8 & ((1u << bits) - 1);
    d.raw_position += bits;
    tokens[i] = ZigzagOf(static_cast<int>(tokens[i]), raw);
  }
}

// Decodes the residuals of kLanes columns from `x` on, of which `width` are there.
template <bool kWhole>
HWY_INLINE void DecodeColumns(SmallDecoding& d, uint32_t* HWY_RESTRICT states, int64_t x,
                              int64_t width, const uint8_t* HWY_RESTRICT& words) {
  const TagU32 tag;
  const TagHalfU16 tag16;
  const SmallRow s = d.row;
  const auto entry = hn::Load(tag, s.entries + x);
  const auto head = hn::Load(tag, s.heads + x);
  const auto slot = hn::BitCast(tag, hn::Load(Tag32(), s.slots + x));
  auto token = hn::And(entry, hn::Set(tag, 255));
  const auto frequency = hn::And(hn::ShiftRight<8>(entry), hn::Set(tag, 4095));
  auto state =
      hn::Add(hn::Add(hn::Mul(frequency, head), head), hn::Sub(slot, hn::ShiftRight<20>(entry)));
  auto refill = hn::Eq(hn::ShiftRight<16>(state), hn::Zero(tag));
  if constexpr (!kWhole) {
    const auto there = hn::FirstN(tag, width - x);
    refill = hn::And(refill, there);
    token = hn::IfThenElseZero(there, token);
  }
  state =
      hn::IfThenElse(refill, hn::Or(hn::ShiftLeft<16>(state), ExpandWords(refill, words)), state);
  if constexpr (kWhole) {
    hn::Store(state, tag, states);
  } else {
    hn::BlendedStore(state, hn::FirstN(tag, width - x), tag, states);
  }
  if (HWY_UNLIKELY(!hn::AllFalse(
          Tag32(), hn::Gt(hn::BitCast(Tag32(), token), hn::Set(Tag32(), kDirectTokens - 1))))) {
    HWY_ALIGN uint32_t tokens[kLanes];
    hn::Store(token, tag, tokens);
    AddRawBits(d, tokens, kLanes);
    token = hn::Load(tag, tokens);
  }
  const auto odd = hn::Sub(hn::Zero(tag), hn::And(token, hn::Set(tag, 1)));
  const auto residual = hn::Xor(hn::ShiftRight<1>(token), odd);
  hn::Store(hn::BitCast(TagHalf16(), hn::TruncateTo(tag16, residual)), TagHalf16(),
            s.residuals + x);
}

// The residuals of the blocks in scratch.coded, the first `coded` of them.
HWY_INLINE void DecodeResiduals(SmallDecoding& d, int64_t coded) {
  const SmallRow s = d.row;
  const int64_t width = d.planes.width();
  const int64_t lane_blocks = d.model.lanes / kBlockWidth;
  const uint8_t* words = d.words.next;
  for (int64_t next = 0; next < coded;) {
    // As many blocks as have lanes of their own.
    const int64_t first_block = s.coded[next] / lane_blocks * lane_blocks;
    int64_t end = next;
    for (; end < coded && s.coded[end] < first_block + lane_blocks; ++end) {
      const int64_t x = int64_t{s.coded[end]} * kBlockWidth;
      SplitStates(d.tables, d.states + (s.coded[end] - first_block) * kBlockWidth, x, s);
    }
    const uint32_t* HWY_RESTRICT table = d.tables.entries.data();
    for (int64_t i = next; i < end; ++i) {
      const int64_t x = int64_t{s.coded[i]} * kBlockWidth;
      HWY_UNROLL(32)
      for (int64_t j = 0; j < kBlockWidth; ++j) s.entries[x + j] = table[s.indices[x + j]];
    }
    for (int64_t i = next; i < end; ++i) {
      const int64_t x = int64_t{s.coded[i]} * kBlockWidth;
      uint32_t* const states = d.states + (s.coded[i] - first_block) * kBlockWidth;
      if (HWY_LIKELY(x + kBlockWidth <= width)) {
        for (int64_t j = 0; j < kBlockWidth; j += kLanes) {
          DecodeColumns<true>(d, states + j, x + j, width, words);
        }
      } else {
        for (int64_t j = 0; j < kBlockWidth; j += kLanes) {
          if (x + j < width) {
            DecodeColumns<false>(d, states + j, x + j, width, words);
          } else {
            hn::Store(hn::Zero(TagHalf16()), TagHalf16(), s.residuals + x + j);
          }
        }
      }
    }
    next = end;
  }
  d.words.next = words;
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
    v = hn::Add(v, hn::IfThenZeroElse(hn::FirstN(tag, 8), last));
  }
  if constexpr (kLanes16 >= 32) {
    const auto last = hn::TableLookupLanes(v, hn::SetTableIndices(tag, kLastOfTwoBefore));
    v = hn::Add(v, hn::IfThenZeroElse(hn::FirstN(tag, 16), last));
  }
  return v;
}

// The differences of kLanes16 columns become values and what later rows need to know of them. Both
// `carry`, the value to the left in all lanes, and `any` go on to the next columns.
template <bool kHasResiduals, bool kWhole>
HWY_INLINE void FinishColumns(SmallDecoding& d, uint32_t* HWY_RESTRICT now,
                              const uint32_t* HWY_RESTRICT former, uint8_t* HWY_RESTRICT magnitudes,
                              int64_t x, hn::Vec<Tag16>& carry, hn::Vec<Tag16>& any) {
  const Tag16 tag;
  const SmallRow s = d.row;
  auto difference = hn::Load(tag, s.predictions + x);
  if constexpr (kHasResiduals) {
    const auto residual = hn::Load(tag, s.residuals + x);
    StoreMagnitudes(residual, magnitudes + x);
    const auto sign = hn::Load(tag, s.signs + x);
    difference = hn::Add(difference, hn::Sub(hn::Xor(residual, sign), sign));
  } else {
    hn::Store(hn::Zero(TagHalf8()), TagHalf8(), magnitudes + x);
  }
  if constexpr (!kWhole) {
    const int64_t there = std::max<int64_t>(0, d.planes.width() - x);
    difference = hn::IfThenElseZero(hn::FirstN(tag, there), difference);
  }
  any = hn::Or(any, difference);
  StorePairs(difference, former + x, now + x);
  const auto sums = PrefixSums(difference);
  hn::Store(hn::Add(sums, carry), tag, s.values + x);
  carry = hn::Add(carry, hn::BroadcastLane<kLanes16 - 1>(sums));
}

// The same for a block whose differences are all 0.
HWY_INLINE void FinishStill(SmallDecoding& d, uint32_t* HWY_RESTRICT now,
                            const uint32_t* HWY_RESTRICT former, uint8_t* HWY_RESTRICT magnitudes,
                            int64_t x, hn::Vec<Tag16> carry) {
  const TagU32 tag32;
  const TagHalf8 tag8;
  for (int64_t i = x; i < x + kBlockWidth; i += kLanes) {
    hn::Store(hn::ShiftLeft<16>(hn::Load(tag32, former + i)), tag32, now + i);
  }
  for (int64_t i = x; i < x + kBlockWidth; i += kLanes16) {
    hn::Store(hn::Zero(tag8), tag8, magnitudes + i);
    hn::Store(carry, Tag16(), d.row.values + i);
  }
}

template <bool kHasResiduals, bool kWhole>
HWY_INLINE bool FinishBlock(SmallDecoding& d, uint32_t* now, const uint32_t* former,
                            uint8_t* magnitudes, int64_t x, hn::Vec<Tag16>& carry) {
  auto any = hn::Zero(Tag16());
  HWY_UNROLL(4)
  for (int64_t i = 0; i < kBlockWidth; i += kLanes16) {
    FinishColumns<kHasResiduals, kWhole>(d, now, former, magnitudes, x + i, carry, any);
  }
  return !hn::AllTrue(Tag16(), hn::Eq(any, hn::Zero(Tag16())));
}

// Values of row y, whose first one has `left` to its left, and what later rows need.
HWY_INLINE void FinishRow(SmallDecoding& d, int64_t y, int64_t coded, int16_t left) {
  SmallPlanes& planes = d.planes;
  const SmallRow s = d.row;
  uint32_t* const now = planes.pairs(SmallPlanes::kNow, y);
  const uint32_t* const former = planes.pairs(SmallPlanes::kFormer, y);
  uint8_t* const magnitudes = planes.magnitudes(SmallPlanes::kNow, y);
  uint8_t* const active = planes.active(y);
  uint8_t* const active_pairs = planes.active_pairs(SmallPlanes::kNow, y);
  const int64_t whole_blocks = planes.width() / kBlockWidth;
  auto carry = hn::Set(Tag16(), left);
  s.coded[coded] = -1;   // as no block is
  uint64_t actives = 0;  // bytes of eight blocks
  for (int64_t block = 0, next = 0; block < planes.blocks(); ++block) {
    const int64_t x = block * kBlockWidth;
    const bool has_residuals = s.coded[next] == block;
    next += has_residuals;
    const bool whole = block < whole_blocks;
    bool any = false;
    if (has_residuals) {
      any = whole ? FinishBlock<true, true>(d, now, former, magnitudes, x, carry)
                  : FinishBlock<true, false>(d, now, former, magnitudes, x, carry);
    } else if (s.supported[block] != 0) {
      any = whole ? FinishBlock<false, true>(d, now, former, magnitudes, x, carry)
                  : FinishBlock<false, false>(d, now, former, magnitudes, x, carry);
    } else {
      FinishStill(d, now, former, magnitudes, x, carry);
    }
    actives |= uint64_t{any} << 8 * (block % 8);
    if (block % 8 == 7 || block + 1 == planes.blocks()) {
      const int64_t first = block / 8 * 8;
      const uint64_t either = actives | LoadEight(active + first);
      hwy::CopyBytes<8>(&either, active_pairs + first);
      hwy::CopyBytes<8>(&actives, active + first);
      actives = 0;
    }
  }
}

// Returns false if a stream ends too early.
template <int kStencil, bool kHasPast>
bool DecodeFrame(SmallDecoding& d, int64_t frame, int16_t& first_value, RowSink& sink) {
  const int set = static_cast<int>(std::min<int64_t>(frame, d.model.sets - 1));
  const PackedCoefficients& coefficients = d.tables.coefficients[set];
  const uint8_t* const contexts = kHasPast ? d.tables.contexts : d.tables.first_contexts;
  int16_t left = first_value;
  for (int64_t y = 0; y < d.planes.height(); ++y) {
    d.flags.PrepareRow(), d.words.PrepareRow(), d.raw_bits.PrepareRow();
    PredictRow<kStencil, kHasPast>(d.planes, y, coefficients, d.row);
    FindContexts<kHasPast>(d.planes, y, d.row);
    const int64_t coded = FindCodedBlocks(d, contexts);
    DecodeResiduals(d, coded);
    d.raw_bits.next += d.raw_position / 8;
    d.raw_position %= 8;
    if (d.flags.overrun() || d.words.overrun() || d.raw_bits.overrun(d.raw_position > 0))
      return false;
    FinishRow(d, y, coded, left);
    left = d.row.values[0];
    if (y == 0) first_value = left;
    sink.Row(frame, y, d.row.values);
  }
  return true;
}

template <int kStencil>
bool DecodeFrames(SmallDecoding& d, int64_t frames, int16_t first_value, RowSink& sink) {
  for (int64_t frame = 0; frame < frames; ++frame) {
    if (frame > 0) d.planes.Flip();
    const bool ok = frame == 0 ? DecodeFrame<kStencil, false>(d, frame, first_value, sink)
                               : DecodeFrame<kStencil, true>(d, frame, first_value, sink);
    if (!ok) return false;
  }
  return true;
}

bool DecodeSmall(SmallDecoding& d, int64_t frames, int16_t first_value, RowSink& sink) {
  return d.model.stencil == SmallStencil::kDiamond
             ? DecodeFrames<static_cast<int>(SmallStencil::kDiamond)>(d, frames, first_value, sink)
             : DecodeFrames<static_cast<int>(SmallStencil::kSquare)>(d, frames, first_value, sink);
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

HWY_EXPORT(DecodeSmall);

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
                              .raw_bits = {group.raw_bits, 2 * columns + 8}};
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
