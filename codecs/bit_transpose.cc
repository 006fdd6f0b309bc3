#include "codecs/bit_transpose.h"

#include <cstdint>

#include "codecs/simd_targets.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/bit_transpose.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
// After Highway.
#include "codecs/riffle_inl.h"

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kBlockBytes = 16;
using BlockTag = hn::FixedTag<uint8_t, kBlockBytes>;
using WideTag = hn::CappedTag<uint8_t, 64>;

// Swaps the bits of each lane that `mask` selects with those kShift above.
template <int kShift, class V>
HWY_INLINE V SwapBits(V v, V mask) {
  const V differ = hn::And(hn::Xor(v, hn::ShiftRight<kShift>(v)), mask);
  return hn::Xor3(v, differ, hn::ShiftLeft<kShift>(differ));
}

// Transposes 8 x 8 bits in each eight bytes, by halves of halves, as in H. S. Warren, Hacker's
// Delight, section 7-3.
template <class D>
HWY_INLINE hn::Vec<D> TransposeEights(D tag, hn::Vec<D> bytes) {
  const hn::Repartition<uint64_t, D> lanes;
  auto v = hn::BitCast(lanes, bytes);
  v = SwapBits<7>(v, hn::Set(lanes, uint64_t{0x00AA00AA00AA00AA}));
  v = SwapBits<14>(v, hn::Set(lanes, uint64_t{0x0000CCCC0000CCCC}));
  v = SwapBits<28>(v, hn::Set(lanes, uint64_t{0x00000000F0F0F0F0}));
  return hn::BitCast(tag, v);
}

// Blocks `stride` bytes apart, to and from the blocks of a vector.
template <class D>
HWY_INLINE hn::Vec<D> GatherBlocks(D tag, const uint8_t* HWY_RESTRICT from, size_t stride) {
  if constexpr (HWY_MAX_LANES_D(D) == kBlockBytes) {
    return hn::LoadU(tag, from);
  } else {
    const hn::Half<D> half;
    const size_t blocks = hn::Lanes(half) / kBlockBytes;
    return hn::Combine(tag, GatherBlocks(half, from + blocks * stride, stride),
                       GatherBlocks(half, from, stride));
  }
}

template <class D>
HWY_INLINE void ScatterBlocks(D tag, hn::Vec<D> v, uint8_t* HWY_RESTRICT to, size_t stride) {
  if constexpr (HWY_MAX_LANES_D(D) == kBlockBytes) {
    hn::StoreU(v, tag, to);
  } else {
    const hn::Half<D> half;
    const size_t blocks = hn::Lanes(half) / kBlockBytes;
    ScatterBlocks(half, hn::LowerHalf(half, v), to, stride);
    ScatterBlocks(half, hn::UpperHalf(half, v), to + blocks * stride, stride);
  }
}

// A step is as many elements as one vector of each row holds: eight vectors for each byte of an
// element, its "plane". Block j of vector k of a plane has the bytes of the 16 elements from
// 128 j + 16 k on: so nothing ever crosses from block to block, which would be slow.

// Elements to planes, eight vectors each.
template <int kElementSize, class D>
HWY_INLINE void SplitPlanes(D tag, const uint8_t* HWY_RESTRICT from, uint8_t* HWY_RESTRICT planes) {
  const size_t lanes = hn::Lanes(tag);
  for (size_t k = 0; k < 8; ++k) {
    hn::Vec<D> v[kElementSize];
    HWY_UNROLL(16)
    for (size_t i = 0; i < kElementSize; ++i) {
      v[i] = GatherBlocks(tag, from + (k * kElementSize + i) * kBlockBytes,
                          8 * kBlockBytes * kElementSize);
    }
    if constexpr (kElementSize > 1) Riffle<Log2(kBlockBytes)>(tag, v);
    HWY_UNROLL(16)
    for (size_t i = 0; i < kElementSize; ++i) hn::Store(v[i], tag, planes + (i * 8 + k) * lanes);
  }
}

template <int kElementSize, class D>
HWY_INLINE void JoinPlanes(D tag, const uint8_t* HWY_RESTRICT planes, uint8_t* HWY_RESTRICT to) {
  const size_t lanes = hn::Lanes(tag);
  for (size_t k = 0; k < 8; ++k) {
    hn::Vec<D> v[kElementSize];
    HWY_UNROLL(16)
    for (size_t i = 0; i < kElementSize; ++i) v[i] = hn::Load(tag, planes + (i * 8 + k) * lanes);
    if constexpr (kElementSize > 1) Riffle<Log2(kElementSize)>(tag, v);
    HWY_UNROLL(16)
    for (size_t i = 0; i < kElementSize; ++i) {
      ScatterBlocks(tag, v[i], to + (k * kElementSize + i) * kBlockBytes,
                    8 * kBlockBytes * kElementSize);
    }
  }
}

// One plane to one vector of each of its eight rows, and back.
template <class D>
HWY_INLINE void PlaneToRows(D tag, const uint8_t* HWY_RESTRICT plane, uint8_t* HWY_RESTRICT rows,
                            size_t row_bytes) {
  hn::Vec<D> v[8];
  HWY_UNROLL(8)
  for (size_t k = 0; k < 8; ++k) {
    v[k] = TransposeEights(tag, hn::Load(tag, plane + k * hn::Lanes(tag)));
  }
  Riffle<Log2(kBlockBytes)>(tag, v);
  HWY_UNROLL(8)
  for (size_t k = 0; k < 8; ++k) hn::StoreU(v[k], tag, rows + k * row_bytes);
}

template <class D>
HWY_INLINE void RowsToPlane(D tag, const uint8_t* HWY_RESTRICT rows, size_t row_bytes,
                            uint8_t* HWY_RESTRICT plane) {
  hn::Vec<D> v[8];
  HWY_UNROLL(8)
  for (size_t k = 0; k < 8; ++k) v[k] = hn::LoadU(tag, rows + k * row_bytes);
  Riffle<Log2(8)>(tag, v);
  HWY_UNROLL(8)
  for (size_t k = 0; k < 8; ++k) {
    hn::Store(TransposeEights(tag, v[k]), tag, plane + k * hn::Lanes(tag));
  }
}

// Whole steps of what `done` elements leave; returns the elements done.
template <int kElementSize, class D>
size_t TransposeSteps(D tag, const uint8_t* HWY_RESTRICT from, size_t elements, size_t done,
                      uint8_t* HWY_RESTRICT to) {
  HWY_ALIGN uint8_t planes[kElementSize * 8 * HWY_MAX_LANES_D(D)];
  const size_t step = 8 * hn::Lanes(tag);
  const size_t row_bytes = elements / 8;
  for (; done + step <= elements; done += step) {
    SplitPlanes<kElementSize>(tag, from + done * kElementSize, planes);
    for (size_t i = 0; i < kElementSize; ++i) {
      PlaneToRows(tag, planes + i * step, to + i * 8 * row_bytes + done / 8, row_bytes);
    }
  }
  return done;
}

template <int kElementSize, class D>
size_t UntransposeSteps(D tag, const uint8_t* HWY_RESTRICT from, size_t elements, size_t done,
                        uint8_t* HWY_RESTRICT to) {
  HWY_ALIGN uint8_t planes[kElementSize * 8 * HWY_MAX_LANES_D(D)];
  const size_t step = 8 * hn::Lanes(tag);
  const size_t row_bytes = elements / 8;
  for (; done + step <= elements; done += step) {
    for (size_t i = 0; i < kElementSize; ++i) {
      RowsToPlane(tag, from + i * 8 * row_bytes + done / 8, row_bytes, planes + i * step);
    }
    JoinPlanes<kElementSize>(tag, planes, to + done * kElementSize);
  }
  return done;
}

template <int kElementSize>
size_t TransposeAll(const uint8_t* from, size_t elements, uint8_t* to) {
  const size_t done = TransposeSteps<kElementSize>(WideTag(), from, elements, 0, to);
  return TransposeSteps<kElementSize>(BlockTag(), from, elements, done, to);
}

template <int kElementSize>
size_t UntransposeAll(const uint8_t* from, size_t elements, uint8_t* to) {
  const size_t done = UntransposeSteps<kElementSize>(WideTag(), from, elements, 0, to);
  return UntransposeSteps<kElementSize>(BlockTag(), from, elements, done, to);
}

size_t TransposeSimd(const uint8_t* from, size_t elements, size_t element_size, uint8_t* to) {
  switch (element_size) {
    case 1:
      return TransposeAll<1>(from, elements, to);
    case 2:
      return TransposeAll<2>(from, elements, to);
    case 4:
      return TransposeAll<4>(from, elements, to);
    case 8:
      return TransposeAll<8>(from, elements, to);
    default:
      return 0;
  }
}

size_t UntransposeSimd(const uint8_t* from, size_t elements, size_t element_size, uint8_t* to) {
  switch (element_size) {
    case 1:
      return UntransposeAll<1>(from, elements, to);
    case 2:
      return UntransposeAll<2>(from, elements, to);
    case 4:
      return UntransposeAll<4>(from, elements, to);
    case 8:
      return UntransposeAll<8>(from, elements, to);
    default:
      return 0;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

HWY_EXPORT(TransposeSimd);
HWY_EXPORT(UntransposeSimd);

// The same for one number.
uint64_t Transposed(uint64_t x) {
  uint64_t differ = (x ^ x >> 7) & 0x00AA00AA00AA00AA;
  x ^= differ ^ differ << 7;
  differ = (x ^ x >> 14) & 0x0000CCCC0000CCCC;
  x ^= differ ^ differ << 14;
  differ = (x ^ x >> 28) & 0x00000000F0F0F0F0;
  return x ^ differ ^ differ << 28;
}

}  // namespace

void BitTranspose(absl::Span<const std::byte> from, size_t element_size, absl::Span<std::byte> to) {
  const size_t elements = from.size() / element_size;
  const size_t row_bytes = elements / 8;
  const auto* source = reinterpret_cast<const uint8_t*>(from.data());
  auto* target = reinterpret_cast<uint8_t*>(to.data());
  size_t done = HWY_DYNAMIC_DISPATCH(TransposeSimd)(source, elements, element_size, target);
  for (; done < elements; done += 8) {
    for (size_t byte = 0; byte < element_size; ++byte) {
      uint64_t bits = 0;
      for (size_t i = 0; i < 8; ++i) {
        bits |= uint64_t{source[(done + i) * element_size + byte]} << 8 * i;
      }
      bits = Transposed(bits);
      for (size_t i = 0; i < 8; ++i) {
        target[(byte * 8 + i) * row_bytes + done / 8] = static_cast<uint8_t>(bits >> 8 * i);
      }
    }
  }
}

void BitUntranspose(absl::Span<const std::byte> from, size_t element_size,
                    absl::Span<std::byte> to) {
  const size_t elements = from.size() / element_size;
  const size_t row_bytes = elements / 8;
  const auto* source = reinterpret_cast<const uint8_t*>(from.data());
  auto* target = reinterpret_cast<uint8_t*>(to.data());
  size_t done = HWY_DYNAMIC_DISPATCH(UntransposeSimd)(source, elements, element_size, target);
  for (; done < elements; done += 8) {
    for (size_t byte = 0; byte < element_size; ++byte) {
      uint64_t bits = 0;
      for (size_t i = 0; i < 8; ++i) {
        bits |= uint64_t{source[(byte * 8 + i) * row_bytes + done / 8]} << 8 * i;
      }
      bits = Transposed(bits);
      for (size_t i = 0; i < 8; ++i) {
        target[(done + i) * element_size + byte] = static_cast<uint8_t>(bits >> 8 * i);
      }
    }
  }
}

}  // namespace seiche
#endif  // HWY_ONCE
