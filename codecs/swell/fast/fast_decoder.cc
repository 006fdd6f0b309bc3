#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "base/aligned_buffer.h"
#include "base/ceil_divide.h"
#include "codecs/byte_order.h"
#include "codecs/codec_errors.h"
#include "codecs/simd_targets.h"
#include "codecs/swell/fast/fast_coder.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/swell/fast/fast_decoder.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

// After foreach_target: once per target.
#include "codecs/swell/fast/bit_moves_inl.h"

#ifndef SEICHE_CODECS_SWELL_FAST_FAST_DECODER_ONCE_
#define SEICHE_CODECS_SWELL_FAST_FAST_DECODER_ONCE_
namespace seiche {
namespace swell_internal {

// What decoding a group works on. Rows have `stride` values, a multiple of kBlockValues that leaves
// kRowPadding behind the last.
struct FastWork {
  int64_t height = 0;
  int64_t width = 0;
  int64_t stride = 0;
  int64_t used = 0;            // width, rounded up to kBlockValues
  std::byte* rows = nullptr;   // kMaxBlockRows + 1 of them: the row above, then a strip
  std::byte* frame = nullptr;  // the frame before: `used` values a row, padding behind the last
  uint8_t* widths = nullptr;   // of a strip's blocks, and eight more
};

constexpr int kMaxBlockRows = 4;

// Where the next strip starts.
struct FastCursor {
  const uint8_t* control;
  const uint8_t* control_end;
  const uint8_t* planes;
  const uint8_t* planes_end;
  const uint8_t* signs;
  uint64_t sign_bit;
  uint64_t sign_bits;
  const uint8_t* end;  // of all that may be read
};

// Planes that are read at once where a block has more than two.
constexpr int kWidePlanes = 8;

// Which of the first kWidePlanes planes, two by two, a block of so many has.
struct PlaneMasks {
  uint64_t of[65][kWidePlanes / 2] = {};

  constexpr PlaneMasks() {
    for (int width = 0; width <= 64; ++width) {
      for (int j = 0; j < kWidePlanes; ++j) {
        if (j < width) of[width][j / 2] |= uint64_t{0xffffffff} << 32 * (j % 2);
      }
    }
  }
};
constexpr PlaneMasks kPlaneMasks;

}  // namespace swell_internal
}  // namespace seiche
#endif  // SEICHE_CODECS_SWELL_FAST_FAST_DECODER_ONCE_

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using namespace swell_internal;  // NOLINT

HWY_INLINE uint64_t LoadWord(const uint8_t* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

// The widths of the next strip's blocks, to work.widths. Returns their sum, or -1 if the control
// bytes are damaged.
HWY_INLINE int64_t ReadWidths(int64_t blocks, int bits, uint8_t* widths, FastCursor& at) {
  if (at.control == at.control_end) return -1;
  const int field = *at.control++;
  if (field == 0) return 0;
  if (field > 7 || (at.control_end - at.control) * 8 < blocks * field) return -1;
  const uint64_t mask = 0x0101010101010101 * ((1 << field) - 1);
  int64_t sum = 0;
  for (int64_t b = 0; b < blocks; b += 8, at.control += field) {
    uint64_t eight = DepositFields(LoadWord(at.control), mask, field);
    if (blocks - b < 8) eight &= (uint64_t{1} << (blocks - b) * 8) - 1;
    std::memcpy(widths + b, &eight, sizeof(eight));
    if (HWY_LIKELY(field <= 4)) {
      sum += eight * 0x0101010101010101 >> 56;
      continue;
    }
    for (int i = 0; i < 8; ++i) {
      const int width = eight >> 8 * i & 0xff;
      if (width > bits) return -1;
      sum += width;
    }
  }
  // The last eight fields may not all be there.
  at.control -= (blocks + 7) / 8 * field - (blocks * field + 7) / 8;
  return sum;
}

// The signs of a block's values that are not zero, as a mask of its 32 values.
HWY_INLINE uint32_t ReadSigns(uint32_t nonzero, FastCursor& at) {
  const uint64_t word = LoadWord(at.signs + (at.sign_bit >> 3)) >> (at.sign_bit & 7);
  at.sign_bit += std::popcount(nonzero);
  return DepositBits(static_cast<uint32_t>(word), nonzero);
}

// Whether what ReadSigns reads next lies inside.
HWY_INLINE bool SignsLeft(const FastCursor& at) { return at.sign_bit <= at.sign_bits; }

// Lanes of a vector that holds at most a block.
template <typename T>
using BlockTag = hn::CappedTag<T, kBlockValues>;

// All lanes of `v` whose bit of the word, from lane `first` on, is set.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V WhereSet(D d, uint32_t word, size_t first, V v) {
  const uint64_t bits = word >> first;
  uint8_t bytes[8];
  std::memcpy(bytes, &bits, sizeof(bits));
  return hn::IfThenElseZero(hn::LoadMaskBits(d, bytes), v);
}

// Block after block: `put(b, part, values)` gets the residuals of block b, part after part.
template <typename T, class Put>
HWY_INLINE bool ForEachBlock(int64_t blocks, const uint8_t* widths, FastCursor& at, Put put) {
  using U = std::make_unsigned_t<T>;
  const BlockTag<U> d;
  constexpr size_t kLanes = hn::MaxLanes(d);
  for (int64_t b = 0; b < blocks; ++b) {
    if (HWY_UNLIKELY(!SignsLeft(at))) return false;
    const int width = widths[b];
    const uint64_t first = LoadWord(at.planes) & kPlaneMasks.of[width][0];
    const uint32_t plane0 = static_cast<uint32_t>(first);
    const uint32_t plane1 = static_cast<uint32_t>(first >> 32);
    uint32_t nonzero = plane0 | plane1;
    hn::Vec<decltype(d)> parts[kBlockValues / kLanes];
    for (size_t i = 0; i < kBlockValues / kLanes; ++i) {
      parts[i] = hn::Or(WhereSet(d, plane0, i * kLanes, hn::Set(d, 1)),
                        WhereSet(d, plane1, i * kLanes, hn::Set(d, 2)));
    }
    const auto add_plane = [&](uint32_t plane, int j) HWY_ATTR {
      nonzero |= plane;
      const auto bit = hn::Set(d, static_cast<U>(U{1} << j));
      for (size_t i = 0; i < kBlockValues / kLanes; ++i) {
        parts[i] = hn::Or(parts[i], WhereSet(d, plane, i * kLanes, bit));
      }
    };
    if (width > 2) {
      const bool roomy = static_cast<size_t>(at.end - at.planes) >= kWidePlanes * sizeof(uint32_t);
      int j = 2;
      if (kBlockValues / kLanes <= 2 && HWY_LIKELY(roomy)) {
        // As many whatever the width: that costs less than guessing it wrong.
        for (; j < kWidePlanes; j += 2) {
          const uint64_t two = LoadWord(at.planes + 4 * j) & kPlaneMasks.of[width][j / 2];
          add_plane(static_cast<uint32_t>(two), j);
          add_plane(static_cast<uint32_t>(two >> 32), j + 1);
        }
      }
      for (; j < width; ++j) add_plane(static_cast<uint32_t>(LoadWord(at.planes + 4 * j)), j);
    }
    at.planes += 4 * width;
    const uint32_t negative = ReadSigns(nonzero, at);
    const auto ones = hn::Set(d, static_cast<U>(~U{0}));
    for (size_t i = 0; i < kBlockValues / kLanes; ++i) {
      const auto minus = WhereSet(d, negative, i * kLanes, ones);
      put(b, i, hn::Sub(hn::Xor(parts[i], minus), minus));
    }
  }
  return SignsLeft(at);
}

// Sums along x in 4 x 8 blocks of 16-bit values: a row of a block fills 128 bits.
template <class V>
HWY_INLINE V PrefixInEights(V v) {
  const hn::DFromV<V> d;
  const hn::Repartition<uint8_t, decltype(d)> bytes;
  const auto shifted = [&](V x, auto n) {
    return hn::BitCast(d, hn::ShiftLeftBytes<decltype(n)::value>(bytes, hn::BitCast(bytes, x)));
  };
  v = hn::Add(v, shifted(v, std::integral_constant<int, 2>()));
  v = hn::Add(v, shifted(v, std::integral_constant<int, 4>()));
  return hn::Add(v, shifted(v, std::integral_constant<int, 8>()));
}

// The residuals of a strip of four rows, summed along x if kX, to `rows`.
template <bool kX>
HWY_INLINE bool UnpackFourRows(int64_t blocks, int64_t stride, const uint8_t* widths,
                               FastCursor& at, uint16_t* rows) {
  const BlockTag<uint16_t> d;
  constexpr size_t kLanes = hn::MaxLanes(d);
  const hn::Repartition<uint8_t, decltype(d)> bytes;
  const auto last = hn::BitCast(bytes, hn::Set(d, 0x0f0e));
  hn::Vec<decltype(d)> carry[kBlockValues / kLanes];
  for (auto& c : carry) c = hn::Zero(d);
  return ForEachBlock<int16_t>(blocks, widths, at, [&](int64_t b, size_t part, auto v) HWY_ATTR {
    if (kX) {
      v = hn::Add(PrefixInEights(v), carry[part]);
      carry[part] = hn::BitCast(d, hn::TableLookupBytes(hn::BitCast(bytes, v), last));
    }
    // One row's eight values after the other.
    uint16_t* const to = rows + part * (kLanes / 8) * stride + 8 * b;
    const hn::FixedTag<uint16_t, 8> eight;
    if constexpr (kLanes == 8) {
      hn::StoreU(v, eight, to);
    } else {
      hn::StoreU(hn::ExtractBlock<0>(v), eight, to);
      hn::StoreU(hn::ExtractBlock<1>(v), eight, to + stride);
      if constexpr (kLanes == 32) {
        hn::StoreU(hn::ExtractBlock<2>(v), eight, to + 2 * stride);
        hn::StoreU(hn::ExtractBlock<3>(v), eight, to + 3 * stride);
      }
    }
  });
}

// The same for every type and shape of block.
template <typename T>
bool UnpackRows(int64_t blocks, int block_rows, bool along_x, const FastWork& work, FastCursor& at,
                std::make_unsigned_t<T>* rows) {
  using U = std::make_unsigned_t<T>;
  const BlockTag<U> d;
  constexpr size_t kLanes = hn::MaxLanes(d);
  const int columns = kBlockValues / block_rows;
  HWY_ALIGN U block[kBlockValues];
  const bool fine =
      ForEachBlock<T>(blocks, work.widths, at, [&](int64_t b, size_t part, auto v) HWY_ATTR {
        hn::Store(v, d, block + part * kLanes);
        if (part + 1 < kBlockValues / kLanes) return;
        for (int r = 0; r < block_rows; ++r) {
          std::memcpy(rows + r * work.stride + b * columns, block + r * columns,
                      columns * sizeof(U));
        }
      });
  if (!fine || !along_x) return fine;
  for (int r = 0; r < block_rows; ++r) {
    U* const row = rows + r * work.stride;
    U sum = 0;
    for (int64_t x = 0; x < work.width; ++x) row[x] = sum += row[x];
  }
  return true;
}

// row += above if kY, before += row if kT; `count` is a multiple of kBlockValues.
template <bool kY, bool kT, typename U>
HWY_INLINE void AddRows(const U* above, int64_t count, U* row, U* before) {
  const BlockTag<U> d;
  for (int64_t x = 0; x < count; x += hn::Lanes(d)) {
    auto sum = hn::Load(d, row + x);
    if (kY) {
      sum = hn::Add(sum, hn::Load(d, above + x));
      hn::Store(sum, d, row + x);
    }
    if (kT) hn::Store(hn::Add(sum, hn::Load(d, before + x)), d, before + x);
  }
}

// The residuals of the next strip to work.rows + 1, summed along x.
template <typename T>
HWY_INLINE bool DecodeStrip(const FastGroup& group, uint8_t predictor, const FastWork& work,
                            FastCursor& at) {
  using U = std::make_unsigned_t<T>;
  U* const rows = reinterpret_cast<U*>(work.rows) + work.stride;
  const int columns = kBlockValues / group.block_rows;
  const int64_t blocks = CeilDivide(work.width, columns);
  const int64_t sum = ReadWidths(blocks, 8 * sizeof(T), work.widths, at);
  if (sum < 0 || (at.planes_end - at.planes) / 4 < sum) return false;
  if (sum == 0) {
    std::memset(rows, 0, group.block_rows * work.stride * sizeof(U));
    return true;
  }
  const bool along_x = predictor & kDifferenceX;
  if constexpr (sizeof(T) == 2) {
    if (group.block_rows == 4 && along_x) {
      return UnpackFourRows<true>(blocks, work.stride, work.widths, at, rows);
    }
    if (group.block_rows == 4) {
      return UnpackFourRows<false>(blocks, work.stride, work.widths, at, rows);
    }
  }
  return UnpackRows<T>(blocks, group.block_rows, along_x, work, at, rows);
}

// The sums along y and t of a strip's rows, which go to the sink. Rows behind the frame's last are
// left out.
template <typename T>
HWY_INLINE void FinishStrip(int64_t frame, int64_t top, int rows_of_block, uint8_t predictor,
                            bool keep, const FastWork& work, RowSink& sink) {
  using U = std::make_unsigned_t<T>;
  U* const above = reinterpret_cast<U*>(work.rows);
  const int rows = static_cast<int>(std::min<int64_t>(rows_of_block, work.height - top));
  for (int r = 1; r <= rows; ++r) {
    U* const row = above + r * work.stride;
    U* const before = keep ? reinterpret_cast<U*>(work.frame) + (top + r - 1) * work.used : nullptr;
    const bool along_t = predictor & kDifferenceT;
    if (predictor & kDifferenceY) {
      along_t ? AddRows<true, true>(row - work.stride, work.used, row, before)
              : AddRows<true, false>(row - work.stride, work.used, row, before);
    } else if (along_t) {
      AddRows<false, true>(row, work.used, row, before);
    }
    if (keep && !along_t) std::memcpy(before, row, work.used * sizeof(U));
    sink.Row(frame, top + r - 1, along_t ? before : row);
  }
  if (predictor & kDifferenceY) {
    std::memcpy(above, above + rows * work.stride, work.used * sizeof(U));
  }
}

template <typename T>
bool DecodeFrames(const FastGroup& group, int64_t frames, const FastWork& work, RowSink& sink) {
  const auto begin = [](absl::Span<const std::byte> part) {
    return reinterpret_cast<const uint8_t*>(part.data());
  };
  const auto end = [&](absl::Span<const std::byte> part) { return begin(part) + part.size(); };
  FastCursor at = {.control = begin(group.control),
                   .control_end = end(group.control),
                   .planes = begin(group.planes),
                   .planes_end = end(group.planes),
                   .signs = begin(group.signs),
                   .sign_bit = 0,
                   .sign_bits = group.signs.size() * 8,
                   .end = end(group.signs) + FastGroup::kSlack};
  const bool keep = group.predictor & kDifferenceT;
  for (int64_t frame = 0; frame < frames; ++frame) {
    const uint8_t predictor = frame == 0 ? group.key_predictor : group.predictor;
    std::memset(work.rows, 0, work.stride * sizeof(T));
    for (int64_t top = 0; top < work.height; top += group.block_rows) {
      if (!DecodeStrip<T>(group, predictor, work, at)) return false;
      FinishStrip<T>(frame, top, group.block_rows, predictor, keep, work, sink);
    }
  }
  return true;
}

bool DecodeFramesOf(int bits, const FastGroup& group, int64_t frames, const FastWork& work,
                    RowSink& sink) {
  switch (bits) {
    case 16:
      return DecodeFrames<int16_t>(group, frames, work, sink);
    case 32:
      return DecodeFrames<int32_t>(group, frames, work, sink);
    default:
      return DecodeFrames<int64_t>(group, frames, work, sink);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

using swell_internal::FastWork;
using swell_internal::kMaxBlockRows;

HWY_EXPORT(DecodeFramesOf);

class FastDecoder final : public GroupDecoder {
 public:
  absl::Status Open(absl::Span<const std::byte> model, int bits, int64_t height,
                    int64_t width) override {
    if (!model.empty()) return Damaged("swell", "a model, which the level fast does not have");
    bits_ = bits;
    work_.height = height;
    work_.width = width;
    work_.used = (width + kBlockValues - 1) / kBlockValues * kBlockValues;
    work_.stride = work_.used + kRowPadding;
    const size_t row_bytes = work_.stride * bits / 8;
    work_.rows = rows_.Reserve((kMaxBlockRows + 1) * row_bytes).data();
    std::memset(work_.rows, 0, (kMaxBlockRows + 1) * row_bytes);
    work_.widths = reinterpret_cast<uint8_t*>(widths_.Reserve(work_.stride + 8).data());
    return absl::OkStatus();
  }

  absl::Status DecodeGroup(absl::Span<const std::byte> encoded, int64_t frames,
                           RowSink& sink) override {
    const std::optional<FastGroup> group = FastGroup::Parse(encoded);
    if (!group.has_value()) return Damaged("swell", "a group that is too short");
    if (group->predictor & kDifferenceT) {
      const int64_t values = work_.height * work_.used + kRowPadding;
      work_.frame = frame_.Reserve(values * bits_ / 8).data();
    }
    if (!HWY_DYNAMIC_DISPATCH(DecodeFramesOf)(bits_, *group, frames, work_, sink)) {
      return Damaged("swell", "a group whose blocks do not fit");
    }
    return absl::OkStatus();
  }

 private:
  int bits_ = 16;
  FastWork work_;
  AlignedBuffer rows_;
  AlignedBuffer frame_;
  AlignedBuffer widths_;
};

}  // namespace

std::optional<FastGroup> FastGroup::Parse(absl::Span<const std::byte> encoded) {
  if (encoded.size() < kHeaderSize + kSlack) return std::nullopt;
  FastGroup group;
  group.key_predictor = static_cast<uint8_t>(encoded[0]);
  group.predictor = static_cast<uint8_t>(encoded[1]);
  group.block_rows = static_cast<uint8_t>(encoded[2]);
  const uint64_t control = LoadLittle32(encoded.data() + 3);
  const uint64_t planes = LoadLittle32(encoded.data() + 7);
  const size_t body = encoded.size() - kHeaderSize - kSlack;
  if (group.key_predictor > (kDifferenceX | kDifferenceY) ||
      group.predictor > (kDifferenceX | kDifferenceY | kDifferenceT) ||
      (group.block_rows != 1 && group.block_rows != 2 && group.block_rows != 4) ||
      control + planes > body) {
    return std::nullopt;
  }
  group.control = encoded.subspan(kHeaderSize, control);
  group.planes = encoded.subspan(kHeaderSize + control, planes);
  group.signs = encoded.subspan(kHeaderSize + control + planes, body - control - planes);
  return group;
}

std::unique_ptr<GroupDecoder> MakeFastDecoder() { return std::make_unique<FastDecoder>(); }

}  // namespace seiche
#endif  // HWY_ONCE
