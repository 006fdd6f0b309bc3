// How tokens become residuals: interleaved rANS, one state a lane, kLanes lanes at a time. Included
// once for each instruction set, after Highway: hence the guard that toggles.
#if defined(SEICHE_CODECS_SWELL_SMALL_TOKENS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SEICHE_CODECS_SWELL_SMALL_TOKENS_INL_H_
#undef SEICHE_CODECS_SWELL_SMALL_TOKENS_INL_H_
#else
#define SEICHE_CODECS_SWELL_SMALL_TOKENS_INL_H_
#endif

#include "codecs/swell/small/decode_tables.h"
#include "codecs/swell/small/model.h"
#include "codecs/swell/small/planes.h"
#include "codecs/swell/small/rows_inl.h"
#include "codecs/swell/small/streams.h"
#include "hwy/highway.h"

#ifndef SEICHE_CODECS_SWELL_SMALL_TOKENS_ONCE_
#define SEICHE_CODECS_SWELL_SMALL_TOKENS_ONCE_
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
  // Whether most vectors of columns can be expected to have no tokens but 0, 1 and 2.
  bool few_tokens;
};

}  // namespace seiche
#endif  // SEICHE_CODECS_SWELL_SMALL_TOKENS_ONCE_

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

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

// table[indices[i]] in lane i. Two indices a load, and no detour of what is found through memory,
// where a vector would have to wait for the stores of all its lanes.
template <class D>
HWY_INLINE hn::Vec<D> LookUpEntries(D tag, const int32_t* HWY_RESTRICT table,
                                    const int32_t* HWY_RESTRICT indices) {
  if constexpr (HWY_MAX_LANES_D(D) == 4) {
    uint64_t first, second;
    hwy::CopyBytes<8>(indices, &first);
    hwy::CopyBytes<8>(indices + 2, &second);
    return hn::Dup128VecFromValues(tag, table[static_cast<uint32_t>(first)], table[first >> 32],
                                   table[static_cast<uint32_t>(second)], table[second >> 32]);
  } else {
    const hn::Half<D> half;
    return hn::Combine(tag, LookUpEntries(half, table, indices + HWY_MAX_LANES_D(D) / 2),
                       LookUpEntries(half, table, indices));
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

// The states that became too small.
HWY_INLINE hn::Mask<TagU32> NeedsWord(hn::Vec<TagU32> states) {
  return hn::Eq(hn::ShiftRight<16>(states), hn::Zero(TagU32()));
}

// The lanes of `mask` shift a word into their states. Advances `words`.
HWY_INLINE hn::Vec<TagU32> Refill(hn::Vec<TagU32> states, hn::Mask<TagU32> mask,
                                  const uint8_t* HWY_RESTRICT& words) {
  const auto more = hn::Or(hn::ShiftLeft<16>(states), ExpandWords(mask, words));
  return hn::IfThenElse(mask, more, states);
}

// Replaces the codes of tokens that raw bits follow by the residuals that both give.
HWY_NOINLINE void AddRawBits(SmallDecoding& d, int32_t* codes, int lanes) {
  for (int i = 0; i < lanes; ++i) {
    if (codes[i] < kFirstRawCode) continue;
    const int token = codes[i] - kFirstRawCode + kDirectTokens;
    uint32_t window;
    hwy::CopyBytes<4>(d.raw_bits.next + d.raw_position / 8, &window);
    const int bits = RawBits(token);
    const uint32_t raw = window >> d.raw_position % 8 & ((1u << bits) - 1);
    d.raw_position += bits;
    const int zigzag = ZigzagOf(token, raw);
    codes[i] = zigzag >> 1 ^ -(zigzag & 1);
  }
}

// Whether LookUp16() looks into registers rather than into memory.
constexpr bool kHasFewTokens = kLanes >= 8;

// The slots of kLanes columns from `x` on, the tables that they are looked up in, and what is left
// of the states above the slots.
struct Slots {
  HWY_INLINE Slots(const SmallDecodeTables& tables, const uint8_t* HWY_RESTRICT contexts,
                   const uint32_t* HWY_RESTRICT states) {
    const TagU32 tag;
    table = hn::PromoteTo(Tag32(), hn::Load(hn::Rebind<uint8_t, Tag32>(), contexts));
    const auto bits = hn::BitCast(tag, LookUp16(tables.bits, table));
    head = hn::Shr(hn::Load(tag, states), bits);
    slot = hn::Sub(hn::Load(tag, states), hn::Shl(head, bits));
  }

  hn::Vec<Tag32> table;
  hn::Vec<TagU32> head;
  hn::Vec<TagU32> slot;
};

HWY_INLINE void StoreResiduals(hn::Vec<Tag32> residuals, int16_t* HWY_RESTRICT to) {
  const auto lower = hn::TruncateTo(TagHalfU16(), hn::BitCast(TagU32(), residuals));
  hn::Store(hn::BitCast(TagHalf16(), lower), TagHalf16(), to);
}

// DecodeColumns() for whole vectors, if all of their tokens are 0, 1 or 2, for which nothing has to
// be looked up in memory. Otherwise returns false and changes nothing.
HWY_INLINE bool DecodeFewTokens(const SmallDecodeTables& tables, const SmallRow s,
                                uint32_t* HWY_RESTRICT states, int64_t x,
                                const uint8_t* HWY_RESTRICT& words) {
  const Tag32 tag;
  const TagU32 unsigned_tag;
  const Slots slots(tables, s.contexts + x, states);
  const auto slot = hn::BitCast(tag, slots.slot);
  const auto start3 = LookUp16(tables.starts[2], slots.table);
  if (HWY_UNLIKELY(!hn::AllTrue(tag, hn::Lt(slot, start3)))) return false;
  const auto start1 = LookUp16(tables.starts[0], slots.table);
  const auto start2 = LookUp16(tables.starts[1], slots.table);
  const auto from1 = hn::Ge(slot, start1);
  const auto from2 = hn::Ge(slot, start2);
  const auto start = hn::IfThenElse(from2, start2, hn::IfThenElseZero(from1, start1));
  const auto end = hn::IfThenElse(from2, start3, hn::IfThenElse(from1, start2, start1));
  const auto frequency = hn::BitCast(unsigned_tag, hn::Sub(end, start));
  auto state =
      hn::Add(hn::Mul(frequency, slots.head), hn::BitCast(unsigned_tag, hn::Sub(slot, start)));
  state = Refill(state, NeedsWord(state), words);
  hn::Store(state, unsigned_tag, states);
  // The residuals 0, -1 and 1.
  StoreResiduals(hn::IfThenElse(from2, hn::Set(tag, 1), hn::VecFromMask(tag, from1)),
                 s.residuals + x);
  return true;
}

// Decodes the residuals of kLanes columns from `x` on, of which `width` are there, by the lanes
// with these states. Advances `words`.
template <bool kWhole>
HWY_INLINE void DecodeColumns(SmallDecoding& d, const SmallDecodeTables& tables, const SmallRow s,
                              uint32_t* HWY_RESTRICT states, int64_t x, int64_t width,
                              const uint8_t* HWY_RESTRICT& words) {
  const Tag32 tag;
  const TagU32 unsigned_tag;
  const auto [table, head, slot] = Slots(tables, s.contexts + x, states);
  const auto index = hn::Add(hn::Max(hn::BitCast(tag, slot), LookUp16(tables.floors, table)),
                             LookUp16(tables.bases, table));
  HWY_ALIGN int32_t indices[kLanes];
  hn::Store(index, tag, indices);
  const auto entry = LookUpEntries(tag, tables.entries.data(), indices);
  const auto bare = hn::BitCast(unsigned_tag, entry);
  const auto frequency = hn::ShiftRight<19>(hn::ShiftLeft<7>(bare));
  const auto start = hn::And(bare, hn::Set(unsigned_tag, (1 << 12) - 1));
  auto state = hn::Add(hn::Mul(frequency, head), hn::Sub(slot, start));
  auto residual = hn::ShiftRight<25>(entry);
  auto refill = NeedsWord(state);
  if constexpr (!kWhole) {
    const auto there = hn::FirstN(unsigned_tag, width - x);
    refill = hn::And(refill, there);
    residual = hn::IfThenElseZero(hn::RebindMask(tag, there), residual);
  }
  state = Refill(state, refill, words);
  if constexpr (kWhole) {
    hn::Store(state, unsigned_tag, states);
  } else {
    hn::BlendedStore(state, hn::FirstN(unsigned_tag, width - x), unsigned_tag, states);
  }
  if (HWY_UNLIKELY(!hn::AllFalse(tag, hn::Gt(residual, hn::Set(tag, kFirstRawCode - 1))))) {
    HWY_ALIGN int32_t codes[kLanes];
    hn::Store(residual, tag, codes);
    AddRawBits(d, codes, kLanes);
    residual = hn::Load(tag, codes);
  }
  StoreResiduals(residual, s.residuals + x);
}

// The residuals of the blocks in scratch.coded, the first `coded` of them.
template <bool kFewTokens>
HWY_INLINE void DecodeResiduals(SmallDecoding& d, const SmallRow s, int64_t coded) {
  const SmallDecodeTables& tables = d.tables;
  const int64_t width = d.planes.width();
  const int64_t lane_blocks = d.model.lanes / kBlockWidth;
  const uint8_t* words = d.words.next;
  int64_t first_block = 0;
  for (int64_t i = 0; i < coded; ++i) {
    const int64_t block = s.coded[i];
    while (block >= first_block + lane_blocks) first_block += lane_blocks;
    uint32_t* const states = d.states + (block - first_block) * kBlockWidth;
    const int64_t x = block * kBlockWidth;
    if (HWY_LIKELY(x + kBlockWidth <= width)) {
      HWY_UNROLL(8)
      for (int64_t j = 0; j < kBlockWidth; j += kLanes) {
        if (kFewTokens && DecodeFewTokens(tables, s, states + j, x + j, words)) continue;
        DecodeColumns<true>(d, tables, s, states + j, x + j, width, words);
      }
      continue;
    }
    for (int64_t j = 0; j < kBlockWidth; j += kLanes) {
      if (x + j < width) {
        DecodeColumns<false>(d, tables, s, states + j, x + j, width, words);
      } else {
        hn::Store(hn::Zero(TagHalf16()), TagHalf16(), s.residuals + x + j);
      }
    }
  }
  d.words.next = words;
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#endif  // SEICHE_CODECS_SWELL_SMALL_TOKENS_INL_H_
