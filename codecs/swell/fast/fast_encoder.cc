#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "absl/types/span.h"
#include "base/aligned_buffer.h"
#include "base/ceil_divide.h"
#include "codecs/byte_order.h"
#include "codecs/simd_targets.h"
#include "codecs/swell/fast/fast_coder.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/swell/fast/fast_encoder.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

// After foreach_target: once per target.
#include "codecs/swell/fast/bit_moves_inl.h"

#ifndef SEICHE_CODECS_SWELL_FAST_FAST_ENCODER_ONCE_
#define SEICHE_CODECS_SWELL_FAST_FAST_ENCODER_ONCE_
namespace seiche {
namespace swell_internal {

// The strip that EncodeStripOf codes: `block_rows` rows, from `top` on, of a frame.
struct StripPlace {
  int64_t frame = 0;
  int64_t top = 0;
  bool first = false;  // of a group: there is no frame before
  int block_rows = 4;
  uint8_t predictor = 0;
};

// Where a strip's bytes go. Each part has room for the largest strip.
struct StripOutput {
  uint8_t* control;
  uint8_t* planes;
  uint8_t* signs;
  uint64_t sign_bit;  // bits of the last byte that are taken
};

// Rows of residuals to work in, with room for `stride` values each.
struct StripWork {
  std::byte* rows = nullptr;  // kMaxEncodedRows, and one for differences
  int64_t stride = 0;
};
constexpr int kMaxEncodedRows = 4;

}  // namespace swell_internal
}  // namespace seiche
#endif  // SEICHE_CODECS_SWELL_FAST_FAST_ENCODER_ONCE_

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using namespace swell_internal;  // NOLINT

// Lanes of a vector that holds at most a block.
template <typename T>
using BlockTag = hn::CappedTag<T, kBlockValues>;

// to[x] = a[x] - b[x]; `to` may be `a`.
template <typename U>
HWY_INLINE void Subtract(const U* a, const U* b, int64_t count, U* to) {
  const BlockTag<U> d;
  int64_t x = 0;
  for (; x + static_cast<int64_t>(hn::Lanes(d)) <= count; x += hn::Lanes(d)) {
    hn::StoreU(hn::Sub(hn::LoadU(d, a + x), hn::LoadU(d, b + x)), d, to + x);
  }
  for (; x < count; ++x) to[x] = a[x] - b[x];
}

// The residuals of row y. `work` has room for a row and starts with a zero that stays.
template <typename U>
HWY_INLINE void ResidualRow(const Cube& cube, const StripPlace& place, int64_t y, U* work, U* to) {
  const int64_t width = cube.width;
  const U* const frame = static_cast<const U*>(cube.data) + place.frame * cube.height * cube.width;
  const U* const row = frame + y * width;
  U* const sums = place.predictor & kDifferenceX ? work + 1 : to;
  const bool along_y = (place.predictor & kDifferenceY) && y > 0;
  const bool along_t = (place.predictor & kDifferenceT) && !place.first;
  if (along_y) {
    Subtract(row, row - width, width, sums);
  } else {
    std::memcpy(sums, row, width * sizeof(U));
  }
  if (along_t) {
    const U* const before = row - cube.height * width;
    Subtract(sums, before, width, sums);
    if (along_y) {
      // sums += the row above of the frame before: as a difference of differences.
      const BlockTag<U> d;
      int64_t x = 0;
      for (; x + static_cast<int64_t>(hn::Lanes(d)) <= width; x += hn::Lanes(d)) {
        const auto above = hn::LoadU(d, before - width + x);
        hn::StoreU(hn::Add(hn::LoadU(d, sums + x), above), d, sums + x);
      }
      for (; x < width; ++x) sums[x] += before[x - width];
    }
  }
  if (place.predictor & kDifferenceX) Subtract(work + 1, work, width, to);
}

// Bits that the largest of 32 magnitudes has.
template <typename U>
HWY_INLINE int WidthOf(const U* magnitudes) {
  const BlockTag<U> d;
  auto any = hn::Load(d, magnitudes);
  for (size_t i = hn::Lanes(d); i < kBlockValues; i += hn::Lanes(d)) {
    any = hn::Or(any, hn::Load(d, magnitudes + i));
  }
  HWY_ALIGN U lanes[hn::MaxLanes(d)];
  hn::Store(any, d, lanes);
  U all = 0;
  for (size_t i = 0; i < hn::Lanes(d); ++i) all |= lanes[i];
  return std::bit_width(all);
}

// A mask of 32 values: those of which bit `bit` is set.
template <typename U>
HWY_INLINE uint32_t PlaneOf(const U* values, int bit) {
  const BlockTag<U> d;
  const auto test = hn::Set(d, static_cast<U>(U{1} << bit));
  uint32_t plane = 0;
  for (size_t i = 0; i < kBlockValues; i += hn::Lanes(d)) {
    uint8_t bytes[8] = {};
    hn::StoreMaskBits(d, hn::TestBit(hn::Load(d, values + i), test), bytes);
    uint32_t bits;
    std::memcpy(&bits, bytes, sizeof(bits));
    plane |= bits << i;
  }
  return plane;
}

// Appends the planes and signs of a block and returns how many planes it needed.
template <typename U>
HWY_INLINE int EncodeBlock(const U* block, StripOutput& out) {
  using T = std::make_signed_t<U>;
  const BlockTag<T> d;
  const BlockTag<U> du;
  HWY_ALIGN U magnitudes[kBlockValues];
  for (size_t i = 0; i < kBlockValues; i += hn::Lanes(d)) {
    const auto value = hn::BitCast(d, hn::Load(du, block + i));
    hn::Store(hn::BitCast(du, hn::Abs(value)), du, magnitudes + i);
  }
  const int width = WidthOf(magnitudes);
  uint32_t nonzero = 0;
  for (int j = 0; j < width; ++j, out.planes += 4) {
    const uint32_t plane = PlaneOf(magnitudes, j);
    nonzero |= plane;
    std::memcpy(out.planes, &plane, sizeof(plane));
  }
  if (width == 0) return 0;
  const uint64_t signs = ExtractBits(PlaneOf(block, 8 * sizeof(U) - 1), nonzero);
  const uint64_t word = signs << out.sign_bit | *out.signs;
  std::memcpy(out.signs, &word, sizeof(word));
  out.sign_bit += std::popcount(nonzero);
  out.signs += out.sign_bit / 8;
  out.sign_bit %= 8;
  return width;
}

// Appends a strip's widths: how many bits one takes, then all of them.
HWY_INLINE void EncodeWidths(const uint8_t* widths, int64_t blocks, StripOutput& out) {
  uint8_t largest = 0;
  for (int64_t b = 0; b < blocks; ++b) largest = std::max(largest, widths[b]);
  const int field = std::bit_width(largest);
  *out.control++ = static_cast<uint8_t>(field);
  uint32_t pending = 0;
  int bits = 0;
  for (int64_t b = 0; field != 0 && b < blocks; ++b) {
    pending |= uint32_t{widths[b]} << bits;
    for (bits += field; bits >= 8; bits -= 8, pending >>= 8) {
      *out.control++ = static_cast<uint8_t>(pending);
    }
  }
  if (bits > 0) *out.control++ = static_cast<uint8_t>(pending);
}

template <typename U>
void EncodeStrip(const Cube& cube, const StripPlace& place, const StripWork& work, uint8_t* widths,
                 StripOutput& out) {
  U* const rows = reinterpret_cast<U*>(work.rows);
  U* const differences = rows + kMaxEncodedRows * work.stride;
  differences[0] = 0;
  const int64_t height = std::min<int64_t>(place.block_rows, cube.height - place.top);
  for (int r = 0; r < place.block_rows; ++r) {
    U* const row = rows + r * work.stride;
    if (r < height) {
      ResidualRow<U>(cube, place, place.top + r, differences, row);
    } else {
      std::memset(row, 0, cube.width * sizeof(U));
    }
  }
  const int columns = kBlockValues / place.block_rows;
  const int64_t blocks = CeilDivide(cube.width, columns);
  HWY_ALIGN U block[kBlockValues];
  for (int64_t b = 0; b < blocks; ++b) {
    for (int r = 0; r < place.block_rows; ++r) {
      std::memcpy(block + r * columns, rows + r * work.stride + b * columns, columns * sizeof(U));
    }
    widths[b] = static_cast<uint8_t>(EncodeBlock(block, out));
  }
  EncodeWidths(widths, blocks, out);
}

void EncodeStripOf(const Cube& cube, const StripPlace& place, const StripWork& work,
                   uint8_t* widths, StripOutput& out) {
  switch (cube.bits) {
    case 16:
      return EncodeStrip<uint16_t>(cube, place, work, widths, out);
    case 32:
      return EncodeStrip<uint32_t>(cube, place, work, widths, out);
    default:
      return EncodeStrip<uint64_t>(cube, place, work, widths, out);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

using swell_internal::kMaxEncodedRows;
using swell_internal::StripOutput;
using swell_internal::StripPlace;
using swell_internal::StripWork;

HWY_EXPORT(EncodeStripOf);

// A predictor is chosen by what one in so many strips of a group would take, but by no fewer and no
// more than these.
constexpr int64_t kSampledPart = 24;
constexpr int64_t kMinSampled = 16;
constexpr int64_t kMaxSampled = 192;

// Rows of a block: those with the least left over at the bottom, the most if there are several.
int BlockRows(int64_t height) {
  int best = 4;
  const auto padded = [&](int rows) { return (height + rows - 1) / rows * rows; };
  // A few rows of padding in many cost less than what flatter blocks do.
  for (int rows : {2, 1}) {
    if (padded(rows) * 8 < padded(best) * 7) best = rows;
  }
  return best;
}

// The three parts of a group while they grow.
class Parts {
 public:
  // Makes room for the largest strip of so many blocks.
  void Prepare(int64_t blocks, int bits) {
    Grow(control_, control_size_, blocks + 16);
    Grow(planes_, planes_size_, blocks * bits * 4 + 16);
    Grow(signs_, signs_size_, blocks * 4 + 16);
  }
  StripOutput output() {
    return {control_.data() + control_size_, planes_.data() + planes_size_,
            signs_.data() + signs_size_, sign_bit_};
  }
  void Take(const StripOutput& out) {
    control_size_ = out.control - control_.data();
    planes_size_ = out.planes - planes_.data();
    signs_size_ = out.signs - signs_.data();
    sign_bit_ = out.sign_bit;
  }
  void Clear() {
    control_size_ = planes_size_ = signs_size_ = sign_bit_ = 0;
    if (!signs_.empty()) signs_[0] = 0;
  }
  uint64_t size() const { return control_size_ + planes_size_ + signs_size_; }

  void AppendTo(uint8_t key_predictor, uint8_t predictor, int block_rows,
                std::vector<std::byte>& bytes) const {
    const size_t signs = signs_size_ + (sign_bit_ > 0);
    size_t at = bytes.size();
    bytes.resize(at + FastGroup::kHeaderSize + control_size_ + planes_size_ + signs +
                 FastGroup::kSlack);
    bytes[at] = std::byte{key_predictor};
    bytes[at + 1] = std::byte{predictor};
    bytes[at + 2] = static_cast<std::byte>(block_rows);
    StoreLittle32(static_cast<uint32_t>(control_size_), bytes.data() + at + 3);
    StoreLittle32(static_cast<uint32_t>(planes_size_), bytes.data() + at + 7);
    at += FastGroup::kHeaderSize;
    std::memcpy(bytes.data() + at, control_.data(), control_size_);
    std::memcpy(bytes.data() + at + control_size_, planes_.data(), planes_size_);
    std::memcpy(bytes.data() + at + control_size_ + planes_size_, signs_.data(), signs);
  }

 private:
  static void Grow(std::vector<uint8_t>& part, size_t used, size_t room) {
    if (part.size() < used + room) part.resize(std::max(used + room, 2 * part.size()));
  }
  std::vector<uint8_t> control_, planes_, signs_;
  size_t control_size_ = 0, planes_size_ = 0, signs_size_ = 0;
  uint64_t sign_bit_ = 0;
};

class FastEncoder final : public GroupEncoder {
 public:
  absl::Status Analyse(const Cube& cube, absl::Span<const int64_t> group_starts,
                       std::vector<std::byte>& model) override {
    model.clear();
    cube_ = cube;
    starts_.assign(group_starts.begin(), group_starts.end());
    starts_.push_back(cube.frames);
    block_rows_ = BlockRows(cube.height);
    const int columns = kBlockValues / block_rows_;
    blocks_ = CeilDivide(cube.width, columns);
    // A row's difference starts one value late; blocks may reach over its end.
    work_.stride = (cube.width + 2 * kBlockValues) / kBlockValues * kBlockValues;
    const size_t bytes = (kMaxEncodedRows + 1) * work_.stride * cube.bits / 8;
    work_.rows = rows_.Reserve(bytes).data();
    std::memset(work_.rows, 0, bytes);
    widths_.resize(blocks_);
    return absl::OkStatus();
  }

  void EncodeGroup(size_t group, std::vector<std::byte>& bytes) override {
    const int64_t begin = starts_[group];
    const int64_t end = starts_[group + 1];
    const uint8_t key = Best(begin, begin + 1, {0, 1, 2, 3});
    const uint8_t others =
        end - begin > 1 ? Best(begin + 1, end, {0, 1, 2, 3, 4, 5, 6, 7}) : uint8_t{0};
    parts_.Clear();
    for (int64_t frame = begin; frame < end; ++frame) {
      const bool first = frame == begin;
      for (int64_t top = 0; top < cube_.height; top += block_rows_) {
        Encode({frame, top, first, block_rows_, first ? key : others});
      }
    }
    parts_.AppendTo(key, others, block_rows_, bytes);
  }

 private:
  void Encode(const StripPlace& place) {
    parts_.Prepare(blocks_, cube_.bits);
    StripOutput out = parts_.output();
    HWY_DYNAMIC_DISPATCH(EncodeStripOf)(cube_, place, work_, widths_.data(), out);
    parts_.Take(out);
  }

  // The predictor of those given that makes the frames [begin, end) smallest, by a sample.
  uint8_t Best(int64_t begin, int64_t end, std::initializer_list<uint8_t> predictors) {
    const int64_t strips = CeilDivide(cube_.height, block_rows_);
    const int64_t all = (end - begin) * strips;
    const int64_t sampled = std::clamp(all / kSampledPart, kMinSampled, kMaxSampled);
    const int64_t step = std::max<int64_t>(1, all / sampled);
    uint8_t best = 0;
    uint64_t least = UINT64_MAX;
    for (uint8_t predictor : predictors) {
      parts_.Clear();
      for (int64_t i = 0; i < all / step; ++i) {
        // One of every `step` strips, but not always the same one of a frame.
        const int64_t strip = i * step + static_cast<uint32_t>(i * 2654435761u) % step;
        Encode({begin + strip / strips, strip % strips * block_rows_, /*first=*/false, block_rows_,
                predictor});
      }
      if (parts_.size() >= least) continue;
      least = parts_.size();
      best = predictor;
    }
    return best;
  }

  Cube cube_;
  std::vector<int64_t> starts_;
  int block_rows_ = 4;
  int64_t blocks_ = 0;
  StripWork work_;
  AlignedBuffer rows_;
  std::vector<uint8_t> widths_;
  Parts parts_;
};

}  // namespace

std::unique_ptr<GroupEncoder> MakeFastEncoder() { return std::make_unique<FastEncoder>(); }

}  // namespace seiche
#endif  // HWY_ONCE
