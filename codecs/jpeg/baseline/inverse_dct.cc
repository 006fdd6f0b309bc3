#include "codecs/jpeg/baseline/inverse_dct.h"

#include <cstddef>
#include <cstring>

#include "codecs/simd_targets.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/jpeg/baseline/inverse_dct.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#ifndef SEICHE_CODECS_JPEG_BASELINE_INVERSE_DCT_CONSTANTS_
#define SEICHE_CODECS_JPEG_BASELINE_INVERSE_DCT_CONSTANTS_
namespace seiche {

// Output j of the one-dimensional transform is the sum of its inputs times row j of the even and of
// the odd table, output 7 - j the difference: 13 bits behind the point. What the factorisation's
// rounded constants add up to, so 2260 and 2259 are both right.
inline constexpr int16_t kEven[4][4] = {{8192, 10703, 8192, 4433},  // of inputs 0, 2, 4, 6
                                        {8192, 4433, -8192, -10704},
                                        {8192, -4433, -8192, 10704},
                                        {8192, -10703, 8192, -4433}};
inline constexpr int16_t kOdd[4][4] = {{11363, 9633, 6437, 2260},  // of inputs 1, 3, 5, 7
                                       {9633, -2259, -11362, -6436},
                                       {6437, -11362, 2261, 9633},
                                       {2260, -6436, 9633, -11363}};
inline constexpr int kColumnShift = 13 - 2, kRowShift = 13 + 2 + 3;

}  // namespace seiche
#endif

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// As many blocks as fit, 16 bytes each; nothing crosses from block to block.
using Tag16 = hn::CappedTag<int16_t, DctGroup::kBlocks * 8>;
using Tag32 = hn::Repartition<int32_t, Tag16>;
using Tag8 = hn::Repartition<uint8_t, Tag16>;
using V16 = hn::Vec<Tag16>;
using V32 = hn::Vec<Tag32>;

// Constants of the inputs a pair holds: (0, 2), (1, 3), (4, 6), (5, 7).
template <int kPair>
HWY_INLINE V16 ColumnConstants(int j) {
  const auto& row = kPair % 2 == 0 ? kEven[j] : kOdd[j];
  const auto low = static_cast<uint16_t>(row[kPair / 2 * 2]);
  const auto high = static_cast<uint16_t>(row[kPair / 2 * 2 + 1]);
  return hn::BitCast(Tag16(), hn::Set(Tag32(), static_cast<int32_t>(uint32_t{high} << 16 | low)));
}

// The same of outputs 0 to 3, side by side.
template <int kPair>
HWY_INLINE V16 RowConstants() {
  const auto& table = kPair % 2 == 0 ? kEven : kOdd;
  HWY_ALIGN int16_t constants[8];
  for (int x = 0; x < 4; ++x) {
    constants[2 * x] = table[x][kPair / 2 * 2];
    constants[2 * x + 1] = table[x][kPair / 2 * 2 + 1];
  }
  return hn::LoadDup128(Tag16(), constants);
}

// Four columns of each block. columns[j]: row j, then row 7 - j, of each block.
template <bool kFull>
HWY_INLINE void TransformColumns(const int16_t* HWY_RESTRICT from, V16 columns[4]) {
  constexpr int kStep = DctGroup::kBlocks * DctGroup::kBlockStep;
  const Tag16 d16;
  const Tag32 d32;
  const auto rounding = hn::Set(d32, 1 << (kColumnShift - 1));
  const V16 f02 = hn::Load(d16, from), f13 = hn::Load(d16, from + kStep);
  HWY_UNROLL(4)
  for (int j = 0; j < 4; ++j) {
    V32 even = hn::Add(hn::WidenMulPairwiseAdd(d32, f02, ColumnConstants<0>(j)), rounding);
    V32 odd = hn::WidenMulPairwiseAdd(d32, f13, ColumnConstants<1>(j));
    if constexpr (kFull) {
      const V16 f46 = hn::Load(d16, from + 2 * kStep), f57 = hn::Load(d16, from + 3 * kStep);
      even = hn::Add(even, hn::WidenMulPairwiseAdd(d32, f46, ColumnConstants<2>(j)));
      odd = hn::Add(odd, hn::WidenMulPairwiseAdd(d32, f57, ColumnConstants<3>(j)));
    }
    columns[j] = hn::ReorderDemote2To(d16, hn::ShiftRight<kColumnShift>(hn::Add(even, odd)),
                                      hn::ShiftRight<kColumnShift>(hn::Sub(even, odd)));
  }
}

// Repeats number kPair of each block's four pairs.
template <int kPair>
HWY_INLINE V16 RepeatPair(V16 pairs) {
  const auto v = hn::BitCast(Tag32(), pairs);
  return hn::BitCast(Tag16(), hn::Per4LaneBlockShuffle<kPair, kPair, kPair, kPair>(v));
}

// One row of each block: kRow 0 is row j, 1 is row 7 - j. Pixels 0, 1, 2, 3, 7, 6, 5, 4.
template <bool kFull, int kRow>
HWY_INLINE V16 TransformRow(V16 left, V16 right) {
  const Tag16 d16;
  const Tag32 d32;
  // Levels are centred around 0 in the transform.
  const auto rounding = hn::Set(d32, (1 << (kRowShift - 1)) + (128 << kRowShift));
  V32 even = hn::WidenMulPairwiseAdd(d32, RepeatPair<2 * kRow>(left), RowConstants<0>());
  V32 odd = hn::WidenMulPairwiseAdd(d32, RepeatPair<2 * kRow + 1>(left), RowConstants<1>());
  even = hn::Add(even, rounding);
  if constexpr (kFull) {
    const V16 p46 = RepeatPair<2 * kRow>(right), p57 = RepeatPair<2 * kRow + 1>(right);
    even = hn::Add(even, hn::WidenMulPairwiseAdd(d32, p46, RowConstants<2>()));
    odd = hn::Add(odd, hn::WidenMulPairwiseAdd(d32, p57, RowConstants<3>()));
  }
  return hn::ReorderDemote2To(d16, hn::ShiftRight<kRowShift>(hn::Add(even, odd)),
                              hn::ShiftRight<kRowShift>(hn::Sub(even, odd)));
}

// Blocks of one vector.
template <bool kFull>
HWY_INLINE void TransformBlocks(const int16_t* HWY_RESTRICT from,
                                absl::Span<uint8_t* const> targets, int64_t stride) {
  const Tag8 d8;
  const hn::Repartition<uint64_t, Tag8> d64;
  HWY_ALIGN static constexpr uint8_t kOrder[16] = {0, 1, 2,  3,  7,  6,  5,  4,
                                                   8, 9, 10, 11, 15, 14, 13, 12};
  V16 left[4], right[4];
  TransformColumns<kFull>(from, left);
  if constexpr (kFull) {
    TransformColumns<kFull>(from + 4 * DctGroup::kBlocks * DctGroup::kBlockStep, right);
  }
  HWY_ALIGN uint64_t rows[4][hn::MaxLanes(d64)];  // j: rows j and 7 - j of each block
  HWY_UNROLL(4)
  for (int j = 0; j < 4; ++j) {
    const V16 further = kFull ? right[j] : left[j];
    const V16 upper = TransformRow<kFull, 0>(left[j], further);
    const V16 lower = TransformRow<kFull, 1>(left[j], further);
    const auto both = hn::ReorderDemote2To(d8, upper, lower);
    hn::Store(hn::BitCast(d64, hn::TableLookupBytes(both, hn::LoadDup128(d8, kOrder))), d64,
              rows[j]);
  }
  for (size_t block = 0; block < targets.size(); ++block) {
    HWY_UNROLL(4)
    for (int j = 0; j < 4; ++j) {
      std::memcpy(targets[block] + j * stride, &rows[j][2 * block], 8);
      std::memcpy(targets[block] + (7 - j) * stride, &rows[j][2 * block + 1], 8);
    }
  }
}

template <bool kFull>
HWY_INLINE void TransformGroup(const DctGroup& group, absl::Span<uint8_t* const> targets,
                               int64_t stride) {
  const size_t blocks = hn::Lanes(Tag16()) / 8;  // of a vector
  for (size_t block = 0; block < targets.size(); block += blocks) {
    TransformBlocks<kFull>(group.coefficients + block * DctGroup::kBlockStep,
                           targets.subspan(block, blocks), stride);
  }
}

void InverseDctSimd(const DctGroup& group, DctExtent extent, absl::Span<uint8_t* const> targets,
                    int64_t stride) {
  if (extent == DctExtent::kCorner) {
    TransformGroup<false>(group, targets, stride);
  } else {
    TransformGroup<true>(group, targets, stride);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {

HWY_EXPORT(InverseDctSimd);

void InverseDct(const DctGroup& group, DctExtent extent, absl::Span<uint8_t* const> targets,
                int64_t stride) {
  HWY_DYNAMIC_DISPATCH(InverseDctSimd)(group, extent, targets, stride);
}

}  // namespace seiche
#endif  // HWY_ONCE
