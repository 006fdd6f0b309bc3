// What the encoder and the decoder of the levels `small` and `smallest` both do for each row:
// predict it, and find the contexts of its residuals. Included once for each instruction set, after
// Highway: hence the guard that toggles.
//
// All arithmetic is of integers modulo a power of two, so every instruction set gives the same.
#if defined(SEICHE_CODECS_SWELL_SMALL_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SEICHE_CODECS_SWELL_SMALL_ROWS_INL_H_
#undef SEICHE_CODECS_SWELL_SMALL_ROWS_INL_H_
#else
#define SEICHE_CODECS_SWELL_SMALL_ROWS_INL_H_
#endif

#include <array>
#include <utility>

#include "codecs/swell/small/model.h"
#include "codecs/swell/small/planes.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Vectors of `kLanes` columns, in 32 or 16 bits each, and of twice as many columns in 16 or 8.
using Tag32 = hn::CappedTag<int32_t, 16>;
using TagU32 = hn::RebindToUnsigned<Tag32>;
using TagHalf16 = hn::Rebind<int16_t, Tag32>;
using TagHalfU16 = hn::Rebind<uint16_t, Tag32>;
using Tag16 = hn::Repartition<int16_t, Tag32>;
using TagU16 = hn::RebindToUnsigned<Tag16>;
using TagHalf8 = hn::Rebind<uint8_t, Tag16>;
using Tag8 = hn::CappedTag<uint8_t, 2 * kBlockWidth>;
constexpr int kLanes = HWY_MAX_LANES_D(Tag32);
constexpr int kLanes16 = 2 * kLanes;
constexpr int kLanes8 = HWY_MAX_LANES_D(Tag8);

// The taps of kStencilRows[kStencil] in the order of PackedCoefficients.
template <int kStencil>
struct Taps {
  static constexpr int Count(const int* rows, int n) {
    int count = 0;
    for (int i = 0; i < n; ++i) count += rows[i] < 0 ? 0 : 2 * rows[i] + 1;
    return count;
  }
  static constexpr int kAbove = Count(kStencilRows[kStencil].above.data(), 3);
  static constexpr int kPast = Count(kStencilRows[kStencil].past.data(), 7);
  static_assert(kAbove + 2 * kPast <= kMaxTaps);

  // Of tap i: its row in StencilRows, and its column relative to the pixel's.
  static constexpr std::pair<int, int> Above(int i) {
    for (int row = 0; row < 3; ++row) {
      const int reach = kStencilRows[kStencil].above[row];
      if (reach < 0) continue;
      if (i <= 2 * reach) return {row, i - reach};
      i -= 2 * reach + 1;
    }
    return {0, 0};
  }
  static constexpr std::pair<int, int> Past(int i) {
    for (int row = 0; row < 7; ++row) {
      const int reach = kStencilRows[kStencil].past[row];
      if (reach < 0) continue;
      if (i <= 2 * reach) return {row, i - reach};
      i -= 2 * reach + 1;
    }
    return {0, 0};
  }
};

// Sums of products for 2 * kLanes columns. Two sums a vector, for a sum has to wait for the one
// before; `odd` is of use only where Highway sums pairs of products later.
struct StencilSums {
  hn::Vec<Tag32> even[2][2];
  hn::Vec<Tag32> odd[2][2];
};

// Pairs from pairs[dx] on; `pairs` is aligned. Where registers are as long as a line of the cache,
// nearly every unaligned load takes two lines, and shifting takes less.
template <int dx>
HWY_INLINE hn::Vec<TagU32> LoadShifted(const uint32_t* HWY_RESTRICT pairs) {
  const TagU32 tag;
#if HWY_TARGET == HWY_AVX3_DL
  if constexpr (dx > 0) {
    return hn::Vec<TagU32>{
        _mm512_alignr_epi32(hn::Load(tag, pairs + kLanes).raw, hn::Load(tag, pairs).raw, dx)};
  } else if constexpr (dx < 0) {
    return hn::Vec<TagU32>{_mm512_alignr_epi32(hn::Load(tag, pairs).raw,
                                               hn::Load(tag, pairs - kLanes).raw, kLanes + dx)};
  }
#endif
  return hn::LoadU(tag, pairs + dx);
}

template <int kChain, int dx>
HWY_INLINE void AddTap(StencilSums& sums, const uint32_t* HWY_RESTRICT pairs,
                       uint32_t coefficients) {
  const Tag16 tag16;
  const auto factor = hn::BitCast(tag16, hn::Set(TagU32(), coefficients));
  HWY_UNROLL(2)
  for (int v = 0; v < 2; ++v) {
    const auto taps = hn::BitCast(tag16, LoadShifted<dx>(pairs + v * kLanes));
    sums.even[v][kChain] = hn::ReorderWidenMulAccumulate(Tag32(), taps, factor,
                                                         sums.even[v][kChain], sums.odd[v][kChain]);
  }
}

// The rows around the one at hand: column 0 of what PackedCoefficients multiplies.
struct TapRows {
  const uint32_t* above[3];  // y - 1, y - 2, y - 3 of the frame at hand
  const uint32_t* past[7];   // y - 3 to y + 3 of the former one
};

template <class T, int... i>
HWY_INLINE void AddAbove(StencilSums& sums, const TapRows& rows, int64_t x,
                         const PackedCoefficients& coefficients, std::integer_sequence<int, i...>) {
  (AddTap<i % 2, T::Above(i).second>(sums, rows.above[T::Above(i).first] + x,
                                     coefficients.above[i]),
   ...);
}

template <class T, int... i>
HWY_INLINE void AddPast(StencilSums& sums, const TapRows& rows, int64_t x,
                        const PackedCoefficients& coefficients, std::integer_sequence<int, i...>) {
  (AddTap<i % 2, T::Past(i).second>(sums, rows.past[T::Past(i).first] + x, coefficients.past[i]),
   ...);
}

// Keeps the signs of kLanes16 fractions for NegateBySigns(): as a mask where there are registers
// for masks, else as vectors of 0 and -1.
HWY_INLINE void StoreSigns(hn::Vec<Tag16> fractions, int16_t* HWY_RESTRICT signs) {
  const Tag16 tag;
  if constexpr (kLanes16 == 32) {
    uint8_t bits[8] = {};
    hn::StoreMaskBits(tag, hn::IsNegative(fractions), bits);
    hwy::CopyBytes<4>(bits, signs);
  } else {
    hn::Store(hn::BroadcastSignBit(fractions), tag, signs);
  }
}

// `v`, negated where the fractions were negative.
HWY_INLINE hn::Vec<Tag16> NegateBySigns(hn::Vec<Tag16> v, const int16_t* HWY_RESTRICT signs) {
  const Tag16 tag;
  if constexpr (kLanes16 == 32) {
    uint8_t bits[8] = {};
    hwy::CopyBytes<4>(signs, bits);
    return hn::MaskedSubOr(v, hn::LoadMaskBits(tag, bits), hn::Zero(tag), v);
  } else {
    const auto sign = hn::Load(tag, signs);
    return hn::Sub(hn::Xor(v, sign), sign);
  }
}

// Predicts the columns from `x` on, as many as are in a vector of Tag16.
template <int kStencil, bool kHasPast>
HWY_INLINE void PredictColumns(const TapRows& rows, const PackedCoefficients& coefficients,
                               int64_t x, SmallRow scratch) {
  using T = Taps<kStencil>;
  const Tag32 tag;
  const Tag16 tag16;
  const TagU16 unsigned16;
  StencilSums sums;
  for (int v = 0; v < 2; ++v) {
    for (int chain = 0; chain < 2; ++chain) {
      sums.even[v][chain] = sums.odd[v][chain] = hn::Zero(tag);
    }
  }
  if constexpr (kHasPast) {
    AddPast<T>(sums, rows, x, coefficients, std::make_integer_sequence<int, T::kPast>());
  }
  AddAbove<T>(sums, rows, x, coefficients, std::make_integer_sequence<int, T::kAbove>());
  // Shifted so that the whole part is the upper half of a lane, and what rounding to it drops
  // begins the lower one. Sums must start with 0: which lanes of `even` and `odd` add up to one is
  // up to the instruction set.
  hn::Vec<TagU16> sum[2];
  for (int v = 0; v < 2; ++v) {
    const auto both = hn::RearrangeToOddPlusEven(hn::Add(sums.even[v][0], sums.even[v][1]),
                                                 hn::Add(sums.odd[v][0], sums.odd[v][1]));
    sum[v] = hn::BitCast(unsigned16, hn::ShiftLeft<16 - kCoefficientBits>(both));
  }
  const auto fraction = hn::BitCast(tag16, hn::ConcatEven(unsigned16, sum[1], sum[0]));
  const auto below = hn::BitCast(tag16, hn::ConcatOdd(unsigned16, sum[1], sum[0]));
  const auto whole = hn::Sub(below, hn::BroadcastSignBit(fraction));
  hn::Store(whole, tag16, scratch.predictions + x);
  StoreSigns(fraction, scratch.signs + x);
  const auto level = hn::Min(hn::ShiftRight<13>(hn::BitCast(unsigned16, hn::Abs(fraction))),
                             hn::Set(unsigned16, kFractions - 1));
  hn::Store(hn::TruncateTo(TagHalf8(), level), TagHalf8(), scratch.fractions + x);
}

template <int kStencil, bool kHasPast>
HWY_INLINE void PredictBlock(const TapRows& rows, const PackedCoefficients& coefficients, int64_t x,
                             SmallRow scratch) {
  for (int64_t i = 0; i < kBlockWidth; i += kLanes16) {
    PredictColumns<kStencil, kHasPast>(rows, coefficients, x + i, scratch);
  }
}

// What PredictBlock() finds where all taps are 0.
HWY_INLINE void PredictNothing(int64_t x, SmallRow scratch) {
  const Tag16 tag16;
  const TagHalf8 tag8;
  for (int64_t i = 0; i < kBlockWidth; i += kLanes16) {
    hn::Store(hn::Zero(tag16), tag16, scratch.predictions + x + i);
    StoreSigns(hn::Zero(tag16), scratch.signs + x + i);
    hn::Store(hn::Zero(tag8), tag8, scratch.fractions + x + i);
  }
}

// One number of eight bytes, as they lie in memory. Bytes are stored and loaded eight at a time: a
// load that several stores have to be gathered for would wait for them.
HWY_INLINE uint64_t LoadEight(const uint8_t* from) {
  uint64_t eight;
  hwy::CopyBytes<8>(from, &eight);
  return eight;
}

// Which blocks of row y have taps that are not 0: scratch.supported.
template <int kStencil>
HWY_INLINE void FindSupportedBlocks(SmallPlanes& planes, int64_t y, SmallRow scratch) {
  static constexpr StencilRows kRows = kStencilRows[kStencil];
  const int64_t blocks = planes.blocks();
  const int64_t stride = planes.active_stride();
  const uint8_t* const past = planes.active_pairs(SmallPlanes::kFormer, y - 3);
  const uint8_t* const above = planes.active(y - 1);
  const auto any_of_rows = [past, above, stride](int64_t block) HWY_ATTR {
    uint64_t any = 0;
    HWY_UNROLL(7)
    for (int i = 0; i < 7; ++i) {
      if (kRows.past[i] >= 0) any |= LoadEight(past + i * stride + block);
    }
    HWY_UNROLL(3)
    for (int i = 0; i < 3; ++i) {
      if (kRows.above[i] >= 0) any |= LoadEight(above - i * stride + block);
    }
    return any;
  };
  // Taps reach into the blocks on both sides.
  uint64_t before = 0;
  uint64_t here = any_of_rows(0);
  for (int64_t block = 0; block < blocks; block += 8) {
    const uint64_t after = block + 8 < blocks ? any_of_rows(block + 8) : 0;
    const uint64_t any = here | here << 8 | here >> 8 | before >> 56 | after << 56;
    hwy::CopyBytes<8>(&any, scratch.supported + block);
    before = here;
    here = after;
  }
}

// Predictions of row y, with the fractions that rounding dropped. kHasPast: not for a group's first
// frame.
template <int kStencil, bool kHasPast>
HWY_INLINE void PredictRow(SmallPlanes& planes, int64_t y, const PackedCoefficients& coefficients,
                           SmallRow scratch) {
  const int64_t stride = planes.pair_stride();
  TapRows rows;
  rows.above[0] = planes.pairs(SmallPlanes::kNow, y - 1);
  rows.past[0] = planes.pairs(SmallPlanes::kFormer, y - 3);
  HWY_UNROLL(3)
  for (int i = 1; i < 3; ++i) rows.above[i] = rows.above[i - 1] - stride;
  HWY_UNROLL(7)
  for (int i = 1; i < 7; ++i) rows.past[i] = rows.past[i - 1] + stride;
  FindSupportedBlocks<kStencil>(planes, y, scratch);
  const int64_t blocks = planes.blocks();
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t x = block * kBlockWidth;
    if (scratch.supported[block] != 0) {
      PredictBlock<kStencil, kHasPast>(rows, coefficients, x, scratch);
    } else {
      PredictNothing(x, scratch);
    }
  }
}

// Thresholds, less one, in all lanes of any Tag8; and the levels of all numbers up to 127.
struct LevelTables {
  constexpr explicit LevelTables(const std::array<uint8_t, kLevels - 1>& thresholds) {
    for (int i = 0; i < kLevels - 1; ++i) {
      for (int8_t& lane : below[i]) lane = static_cast<int8_t>(thresholds[i] - 1);
      for (int value = thresholds[i]; value < 128; ++value) ++levels[value];
    }
  }
  alignas(64) int8_t below[kLevels - 1][kBlockWidth] = {};
  alignas(64) uint8_t levels[128] = {};
};
constexpr LevelTables kAboveTables(kAboveThresholds);
constexpr LevelTables kFormerTables(kFormerThresholds);

// The level of each activity.
template <class V>
HWY_INLINE V LevelsOf(V activity, const LevelTables& tables) {
  const hn::DFromV<V> tag;
  const auto value = hn::Min(activity, hn::Set(tag, 127));
#if HWY_TARGET == HWY_AVX3_DL
  return hn::TwoTablesLookupLanes(tag, hn::Load(tag, tables.levels),
                                  hn::Load(tag, tables.levels + 64),
                                  hn::Indices512<uint8_t>{value.raw});
#else
  const hn::RebindToSigned<decltype(tag)> signed_tag;
  auto level = hn::Zero(signed_tag);
  HWY_UNROLL(8)
  for (const auto& below : tables.below) {
    const auto reached = hn::Gt(hn::BitCast(signed_tag, value), hn::Load(signed_tag, below));
    level = hn::Sub(level, hn::VecFromMask(signed_tag, reached));
  }
  return hn::BitCast(tag, level);
#endif
}

// Of one Tag8 of columns, those from `x` on, some of which are `active`: sets or clears the bits of
// its blocks in `quiet`, which is of eight blocks and starts with 0.
HWY_INLINE void NoteQuiet(hn::Mask<Tag8> active, int64_t x, uint32_t& quiet) {
  const int first = static_cast<int>(x / kBlockWidth % kBlocksPerFlags);
  uint8_t bits[8] = {};
  hn::StoreMaskBits(Tag8(), active, bits);
  const uint64_t columns = LoadEight(bits);
  if constexpr (kLanes8 == 2 * kBlockWidth) {
    quiet |= uint32_t{static_cast<uint32_t>(columns) == 0} << first;
    quiet |= uint32_t{columns >> 32 == 0} << (first + 1);
  } else if constexpr (kLanes8 == kBlockWidth) {
    quiet |= uint32_t{columns == 0} << first;
  } else {
    if (x % kBlockWidth == 0) quiet |= 1u << first;
    if (columns != 0) quiet &= ~(1u << first);
  }
}

// The contexts of row y in scratch.contexts, and in scratch.quiet a bit for each block all of whose
// activities are 0, whose contexts are of no use then. What is stored of contexts is what `map`
// makes of a vector of them. kHasPast: not for a group's first frame.
template <bool kHasPast, class Map>
HWY_INLINE void FindContexts(SmallPlanes& planes, int64_t y, SmallRow scratch, const Map& map) {
  const Tag8 tag;
  const hn::Half<Tag8> half;
  const hn::Repartition<uint16_t, Tag8> tag16;
  const uint8_t* HWY_RESTRICT above = planes.magnitudes(SmallPlanes::kNow, y - 1);
  const uint8_t* HWY_RESTRICT former = planes.magnitudes(SmallPlanes::kFormer, y);
  const int64_t stride = planes.magnitude_stride();
  const int64_t width = planes.padded_width();
  const auto star = [&tag](const uint8_t* row) HWY_ATTR {
    const auto middle = hn::LoadU(tag, row);
    return hn::SaturatedAdd(hn::SaturatedAdd(middle, middle),
                            hn::SaturatedAdd(hn::LoadU(tag, row - 1), hn::LoadU(tag, row + 1)));
  };
  uint32_t quiet = 0;
  for (int64_t x = 0; x < width; x += kLanes8) {
    const auto up = star(above + x);
    auto back = hn::Zero(tag);
    if constexpr (kHasPast) {
      back =
          hn::SaturatedAdd(star(former + x), hn::SaturatedAdd(hn::LoadU(tag, former + x - stride),
                                                              hn::LoadU(tag, former + x + stride)));
    }
    const auto active = hn::Ne(hn::Or(up, back), hn::Zero(tag));
    constexpr int64_t kColumns = kBlockWidth * kBlocksPerFlags;
    if (x % kColumns == 0) quiet = 0;
    NoteQuiet(active, x, quiet);
    scratch.quiet[x / kColumns] = static_cast<uint8_t>(quiet);
    if (hn::AllFalse(tag, active) && kLanes8 >= kBlockWidth) continue;
    const auto level_above = hn::BitCast(tag16, LevelsOf(up, kAboveTables));
    auto context = hn::BitCast(tag, hn::ShiftLeft<3>(level_above));
    if constexpr (kHasPast) context = hn::Or(context, LevelsOf(back, kFormerTables));
    // They were stored in halves: a load that has to gather them would wait for both.
    const auto fraction =
        hn::BitCast(tag16, hn::Combine(tag, hn::Load(half, scratch.fractions + x + kLanes8 / 2),
                                       hn::Load(half, scratch.fractions + x)));
    hn::Store(map(hn::Or(context, hn::BitCast(tag, hn::ShiftLeft<6>(fraction)))), tag,
              scratch.contexts + x);
  }
}

// Of two vectors of 16 bits, the lanes that make pairs of the first one's lower and upper half and
// of the lower halves of the second one's pairs.
struct PairIndices {
  constexpr PairIndices() {
    for (int i = 0; i < 32; ++i) {
      for (int half = 0; half < 2; ++half) {
        lanes[half][i] = static_cast<uint16_t>(i % 2 == 0 ? i / 2 + 16 * half : 32 + i - 1);
      }
    }
  }
  alignas(64) uint16_t lanes[2][32] = {};
};
constexpr PairIndices kPairIndices;

// Stores the differences of kLanes16 columns together with those of the frame before.
HWY_INLINE void StorePairs(hn::Vec<Tag16> differences, const uint32_t* HWY_RESTRICT former,
                           uint32_t* HWY_RESTRICT now) {
  const TagU32 tag;
  if constexpr (kLanes16 == 32) {
    const TagU16 tag16;
    HWY_UNROLL(2)
    for (int half = 0; half < 2; ++half) {
      const auto pairs = hn::TwoTablesLookupLanes(
          tag16, hn::BitCast(tag16, differences),
          hn::BitCast(tag16, hn::Load(tag, former + half * kLanes)),
          hn::IndicesFromVec(tag16, hn::Load(tag16, kPairIndices.lanes[half])));
      hn::Store(hn::BitCast(tag, pairs), tag, now + half * kLanes);
    }
    return;
  }
  const TagHalfU16 half;
  const auto bits = hn::BitCast(TagU16(), differences);
  const auto lower = hn::ShiftLeft<16>(hn::Load(tag, former));
  const auto upper = hn::ShiftLeft<16>(hn::Load(tag, former + kLanes));
  hn::Store(hn::Or(hn::PromoteTo(tag, hn::LowerHalf(half, bits)), lower), tag, now);
  hn::Store(hn::Or(hn::PromoteTo(tag, hn::UpperHalf(half, bits)), upper), tag, now + kLanes);
}

// Stores magnitudes of kLanes16 residuals.
HWY_INLINE void StoreMagnitudes(hn::Vec<Tag16> residuals, uint8_t* HWY_RESTRICT magnitudes) {
  const auto magnitude =
      hn::Min(hn::BitCast(TagU16(), hn::Abs(residuals)), hn::Set(TagU16(), kMaxMagnitude));
  hn::Store(hn::TruncateTo(TagHalf8(), magnitude), TagHalf8(), magnitudes);
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#endif  // SEICHE_CODECS_SWELL_SMALL_ROWS_INL_H_
