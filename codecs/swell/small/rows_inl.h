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
using Tag8 = hn::CappedTag<uint8_t, kBlockWidth>;
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

  // Of tap i: its row and column relative to the pixel.
  static constexpr std::pair<int, int> Above(int i) {
    for (int row = 0; row < 3; ++row) {
      const int reach = kStencilRows[kStencil].above[row];
      if (reach < 0) continue;
      if (i <= 2 * reach) return {-1 - row, i - reach};
      i -= 2 * reach + 1;
    }
    return {0, 0};
  }
  static constexpr std::pair<int, int> Past(int i) {
    for (int row = 0; row < 7; ++row) {
      const int reach = kStencilRows[kStencil].past[row];
      if (reach < 0) continue;
      if (i <= 2 * reach) return {row - 3, i - reach};
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

template <int kChain>
HWY_INLINE void AddTap(StencilSums& sums, const uint32_t* HWY_RESTRICT pairs,
                       uint32_t coefficients) {
  const TagU32 tag;
  const Tag16 tag16;
  const auto factor = hn::BitCast(tag16, hn::Set(tag, coefficients));
  HWY_UNROLL(2)
  for (int v = 0; v < 2; ++v) {
    const auto taps = hn::BitCast(tag16, hn::LoadU(tag, pairs + v * kLanes));
    sums.even[v][kChain] = hn::ReorderWidenMulAccumulate(Tag32(), taps, factor,
                                                         sums.even[v][kChain], sums.odd[v][kChain]);
  }
}

template <class T, int... i>
HWY_INLINE void AddAbove(StencilSums& sums, const uint32_t* HWY_RESTRICT pairs, int64_t stride,
                         const PackedCoefficients& coefficients, std::integer_sequence<int, i...>) {
  (AddTap<i % 2>(sums, pairs + T::Above(i).first * stride + T::Above(i).second,
                 coefficients.above[i]),
   ...);
}

template <class T, int... i>
HWY_INLINE void AddPast(StencilSums& sums, const uint32_t* HWY_RESTRICT pairs, int64_t stride,
                        const PackedCoefficients& coefficients, std::integer_sequence<int, i...>) {
  (AddTap<i % 2>(sums, pairs + T::Past(i).first * stride + T::Past(i).second, coefficients.past[i]),
   ...);
}

// Predicts the columns from `x` on, as many as are in a vector of Tag16. `now` and `former` point
// to column 0 of the row in question in either plane of pairs.
template <int kStencil, bool kHasPast>
HWY_INLINE void PredictColumns(const uint32_t* now, const uint32_t* former, int64_t stride,
                               const PackedCoefficients& coefficients, int64_t x,
                               SmallScratch& scratch) {
  using T = Taps<kStencil>;
  const Tag32 tag;
  const TagU32 unsigned_tag;
  const Tag16 tag16;
  const TagU16 unsigned16;
  StencilSums sums;
  for (int v = 0; v < 2; ++v) {
    for (int chain = 0; chain < 2; ++chain) {
      sums.even[v][chain] = sums.odd[v][chain] = hn::Zero(tag);
    }
  }
  if constexpr (kHasPast) {
    AddPast<T>(sums, former + x, stride, coefficients, std::make_integer_sequence<int, T::kPast>());
  }
  AddAbove<T>(sums, now + x, stride, coefficients, std::make_integer_sequence<int, T::kAbove>());
  hn::Vec<Tag32> sum[2];
  for (int v = 0; v < 2; ++v) {
    sum[v] = hn::Add(hn::RearrangeToOddPlusEven(hn::Add(sums.even[v][0], sums.even[v][1]),
                                                hn::Add(sums.odd[v][0], sums.odd[v][1])),
                     hn::Set(tag, 1 << (kCoefficientBits - 1)));
  }
  const auto whole = hn::OrderedTruncate2To(
      unsigned16, hn::BitCast(unsigned_tag, hn::ShiftRight<kCoefficientBits>(sum[0])),
      hn::BitCast(unsigned_tag, hn::ShiftRight<kCoefficientBits>(sum[1])));
  const auto low =
      hn::BitCast(tag16, hn::OrderedTruncate2To(unsigned16, hn::BitCast(unsigned_tag, sum[0]),
                                                hn::BitCast(unsigned_tag, sum[1])));
  const auto fraction = hn::Sub(hn::And(low, hn::Set(tag16, (1 << kCoefficientBits) - 1)),
                                hn::Set(tag16, 1 << (kCoefficientBits - 1)));
  hn::Store(hn::BitCast(tag16, whole), tag16, scratch.predictions + x);
  hn::Store(hn::BroadcastSignBit(fraction), tag16, scratch.signs + x);
  const auto level = hn::Min(hn::ShiftRight<9>(hn::Abs(fraction)), hn::Set(tag16, kFractions - 1));
  hn::Store(hn::TruncateTo(TagHalf8(), hn::BitCast(unsigned16, level)), TagHalf8(),
            scratch.fractions + x);
}

template <int kStencil, bool kHasPast>
HWY_INLINE void PredictBlock(const uint32_t* now, const uint32_t* former, int64_t stride,
                             const PackedCoefficients& coefficients, int64_t x,
                             SmallScratch& scratch) {
  for (int64_t i = 0; i < kBlockWidth; i += kLanes16) {
    PredictColumns<kStencil, kHasPast>(now, former, stride, coefficients, x + i, scratch);
  }
}

// What PredictBlock() finds where all taps are 0.
HWY_INLINE void PredictNothing(int64_t x, SmallScratch& scratch) {
  const Tag16 tag16;
  const Tag8 tag8;
  for (int64_t i = 0; i < kBlockWidth; i += kLanes16) {
    hn::Store(hn::Zero(tag16), tag16, scratch.predictions + x + i);
    hn::Store(hn::Zero(tag16), tag16, scratch.signs + x + i);
  }
  for (int64_t i = 0; i < kBlockWidth; i += kLanes8) {
    hn::Store(hn::Zero(tag8), tag8, scratch.fractions + x + i);
  }
}

// Which blocks of row y have taps that are not 0: scratch.supported.
template <int kStencil>
HWY_INLINE void FindSupportedBlocks(SmallPlanes& planes, int64_t y, SmallScratch& scratch) {
  constexpr StencilRows kRows = kStencilRows[kStencil];
  const int64_t blocks = planes.blocks();
  for (int64_t b = 0; b < blocks; b += 8) {
    uint64_t any = 0;
    const auto add = [&any, b](const uint8_t* row) HWY_ATTR {
      for (int shift = -1; shift <= 1; ++shift) {
        uint64_t eight;
        hwy::CopyBytes<8>(row + b + shift, &eight);
        any |= eight;
      }
    };
    for (int i = 0; i < 7; ++i) {
      if (kRows.past[i] >= 0) add(planes.active_pairs(SmallPlanes::kFormer, y + i - 3));
    }
    for (int i = 0; i < 3; ++i) {
      if (kRows.above[i] >= 0) add(planes.active(y - 1 - i));
    }
    hwy::CopyBytes<8>(&any, scratch.supported + b);
  }
}

// Predictions of row y, with the fractions that rounding dropped. kHasPast: not for a group's first
// frame.
template <int kStencil, bool kHasPast>
HWY_INLINE void PredictRow(SmallPlanes& planes, int64_t y, const PackedCoefficients& coefficients,
                           SmallScratch& scratch) {
  const uint32_t* const now = planes.pairs(SmallPlanes::kNow, y);
  const uint32_t* const former = planes.pairs(SmallPlanes::kFormer, y);
  FindSupportedBlocks<kStencil>(planes, y, scratch);
  for (int64_t block = 0; block < planes.blocks(); ++block) {
    const int64_t x = block * kBlockWidth;
    if (scratch.supported[block] != 0) {
      PredictBlock<kStencil, kHasPast>(now, former, planes.pair_stride(), coefficients, x, scratch);
    } else {
      PredictNothing(x, scratch);
    }
  }
}

// How many of the thresholds `v` reaches; v <= 127.
template <class V, size_t n>
HWY_INLINE V LevelsOf(V v, const std::array<uint8_t, n>& thresholds) {
  const hn::DFromV<V> tag;
  const hn::RebindToSigned<decltype(tag)> signed_tag;
  const auto value = hn::BitCast(signed_tag, v);
  auto level = hn::Zero(signed_tag);
  HWY_UNROLL(8)
  for (size_t i = 0; i < n; ++i) {
    level = hn::Sub(
        level, hn::VecFromMask(signed_tag, hn::Gt(value, hn::Set(signed_tag, thresholds[i] - 1))));
  }
  return hn::BitCast(tag, level);
}

// The contexts of row y in scratch.contexts, and in scratch.quiet 1 for each block all of whose
// activities are 0, whose contexts may stay as they were. kHasPast: not for a group's first frame.
template <bool kHasPast>
HWY_INLINE void FindContexts(SmallPlanes& planes, int64_t y, SmallScratch& scratch) {
  const Tag8 tag;
  const uint8_t* HWY_RESTRICT above = planes.magnitudes(SmallPlanes::kNow, y - 1);
  const uint8_t* HWY_RESTRICT former = planes.magnitudes(SmallPlanes::kFormer, y);
  const int64_t stride = planes.magnitude_stride();
  const auto most = hn::Set(tag, 127);
  const auto star = [&tag](const uint8_t* row) HWY_ATTR {
    const auto middle = hn::LoadU(tag, row);
    return hn::SaturatedAdd(hn::SaturatedAdd(middle, middle),
                            hn::SaturatedAdd(hn::LoadU(tag, row - 1), hn::LoadU(tag, row + 1)));
  };
  for (int64_t block = 0; block < planes.blocks(); ++block) {
    bool quiet = true;
    for (int64_t x = block * kBlockWidth; x < (block + 1) * kBlockWidth; x += kLanes8) {
      const auto up = star(above + x);
      auto back = hn::Zero(tag);
      if constexpr (kHasPast) {
        back = hn::SaturatedAdd(star(former + x),
                                hn::SaturatedAdd(hn::LoadU(tag, former + x - stride),
                                                 hn::LoadU(tag, former + x + stride)));
      }
      const auto any = hn::Or(up, back);
      if (hn::AllTrue(tag, hn::Eq(any, hn::Zero(tag)))) {
        // Where a block is one vector there is nothing more to find.
        if constexpr (kLanes8 == kBlockWidth) continue;
      } else {
        quiet = false;
      }
      const hn::Repartition<uint16_t, Tag8> tag16;
      const auto levels =
          hn::Or(hn::BitCast(tag, hn::ShiftLeft<3>(hn::BitCast(
                                      tag16, LevelsOf(hn::Min(up, most), kAboveThresholds)))),
                 LevelsOf(hn::Min(back, most), kFormerThresholds));
      const auto fraction = hn::BitCast(
          tag, hn::ShiftLeft<6>(hn::BitCast(tag16, hn::Load(tag, scratch.fractions + x))));
      hn::Store(hn::Or(levels, fraction), tag, scratch.contexts + x);
    }
    scratch.quiet[block] = quiet;
  }
}

// Stores the differences of kLanes16 columns together with those of the frame before.
HWY_INLINE void StorePairs(hn::Vec<Tag16> differences, const uint32_t* HWY_RESTRICT former,
                           uint32_t* HWY_RESTRICT now) {
  const TagU32 tag;
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
