#include "codecs/lzf_decode.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "codecs/codec_errors.h"
#include "codecs/simd_targets.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/lzf_decode.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#ifndef SEICHE_CODECS_LZF_DECODE_ONCE_
#define SEICHE_CODECS_LZF_DECODE_ONCE_
namespace seiche {
namespace lzf_internal {

constexpr uint32_t kMinMatchToken = 32;
constexpr uint32_t kMinLongToken = 224;
constexpr size_t kMaxLiterals = 32;
constexpr size_t kMaxMatch = 264;
constexpr size_t kMaxOffset = 8192;
constexpr size_t kMaxVector = 32;

// The fast loop runs as long as this much input and output is left. An iteration reads at most 32
// literals with their token and four bytes from the token after it, and writes those literals, the
// longest match and what a last copy is too wide.
constexpr size_t kInputMargin = 1 + kMaxLiterals + sizeof(uint32_t);
constexpr size_t kOutputMargin = kMaxLiterals + kMaxMatch + kMaxVector;

// A byte of the input, loaded once: what is made of it and what was checked are the same, even if
// somebody writes to the input meanwhile.
inline uint32_t LoadOnce(const uint8_t* from) { return __atomic_load_n(from, __ATOMIC_RELAXED); }

// How far decoding has come.
struct Position {
  const uint8_t* in;
  uint8_t* out;
};

// Shuffles that repeat the first `period` bytes of a vector all over it.
template <size_t kBytes>
struct Periods {
  alignas(64) std::array<std::array<uint8_t, kBytes>, kBytes> index = {};
  // The largest multiple of the period that fits: where the next copy of the vector goes on.
  std::array<uint8_t, kBytes> step = {};

  constexpr Periods() {
    for (size_t period = 1; period < kBytes; ++period) {
      for (size_t i = 0; i < kBytes; ++i) index[period][i] = static_cast<uint8_t>(i % period);
      step[period] = static_cast<uint8_t>(kBytes - kBytes % period);
    }
  }
};

}  // namespace lzf_internal
}  // namespace seiche
#endif  // SEICHE_CODECS_LZF_DECODE_ONCE_

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using namespace lzf_internal;  // NOLINT

constexpr size_t kVector = HWY_MAX_BYTES >= kMaxVector ? kMaxVector : 16;
using Wide = hn::FixedTag<uint8_t, kVector>;

constexpr Periods<kVector> kPeriods;
constexpr Periods<16> kShortPeriods;

HWY_INLINE uint32_t Load32(const uint8_t* from) {
  uint32_t value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

// LoadOnce() of four bytes at any address.
HWY_INLINE uint32_t Load32Once(const uint8_t* from) {
  uint32_t value = Load32(from);
  asm volatile("" : "+r"(value));
  return value;
}

HWY_INLINE void CopyWide(const uint8_t* from, uint8_t* to) {
  hn::StoreU(hn::LoadU(Wide(), from), Wide(), to);
}

HWY_INLINE void CopyLiterals(const uint8_t* from, uint8_t* to) {
  for (size_t i = 0; i < kMaxLiterals; i += kVector) CopyWide(from + i, to + i);
}

// Copies 8 bytes, of which a match of at most that length is made.
HWY_INLINE void CopyShortMatch(size_t offset, uint8_t* to) {
  const uint8_t* from = to - offset;
  if (HWY_LIKELY(offset >= 4)) {
    // The second load sees what the first store wrote: right for every offset from 4.
    uint32_t bytes = Load32(from);
    std::memcpy(to, &bytes, sizeof(bytes));
    bytes = Load32(from + 4);
    std::memcpy(to + 4, &bytes, sizeof(bytes));
  } else {
    const hn::FixedTag<uint8_t, 16> tag;
    const auto index = hn::Load(tag, kShortPeriods.index[offset].data());
    const hn::Half<decltype(tag)> half;
    hn::StoreU(hn::LowerHalf(half, hn::TableLookupBytes(hn::LoadU(tag, from), index)), half, to);
  }
}

// Writes up to kVector - 1 bytes more than `length`, which is at least 9.
HWY_INLINE void CopyLongMatch(size_t offset, size_t length, uint8_t* to) {
  const uint8_t* from = to - offset;
  uint8_t* const end = to + length;
  if (HWY_LIKELY(offset >= kVector)) {
    for (; to < end; from += kVector, to += kVector) CopyWide(from, to);
    return;
  }
  const auto index = hn::IndicesFromVec(Wide(), hn::Load(Wide(), kPeriods.index[offset].data()));
  const auto pattern = hn::TableLookupLanes(hn::LoadU(Wide(), from), index);
  for (const size_t step = kPeriods.step[offset]; to < end; to += step) {
    hn::StoreU(pattern, Wide(), to);
  }
}

// Decodes from `at` until either limit or, if kChecked, a reference to before `start`.
template <bool kChecked>
HWY_INLINE Position Run(Position at, const uint8_t* in_limit, const uint8_t* out_limit,
                        const uint8_t* start) {
  auto [in, out] = at;
  while (in < in_limit && out < out_limit) {
    uint32_t bytes = Load32Once(in);
    uint32_t token = bytes & 0xff;
    if (token < kMinMatchToken) {
      CopyLiterals(in + 1, out);
      in += token + 2;
      out += token + 1;
      // A match follows nearly always.
      bytes = Load32Once(in);
      token = bytes & 0xff;
      if (HWY_UNLIKELY(token < kMinMatchToken)) continue;
    }
    if (HWY_LIKELY(token < kMinLongToken)) {
      const size_t offset = ((token & 31) << 8 | (bytes >> 8 & 0xff)) + 1;
      if (kChecked && static_cast<size_t>(out - start) < offset) break;
      CopyShortMatch(offset, out);
      in += 2;
      out += (token >> 5) + 2;
    } else {
      const size_t offset = ((token & 31) << 8 | (bytes >> 16 & 0xff)) + 1;
      if (kChecked && static_cast<size_t>(out - start) < offset) break;
      const size_t length = (bytes >> 8 & 0xff) + 9;
      CopyLongMatch(offset, length, out);
      in += 3;
      out += length;
    }
  }
  return {in, out};
}

// Decodes the bulk; stops in front of the ends and of what is damaged.
Position DecodeBulk(const uint8_t* in, size_t in_size, uint8_t* out, size_t out_size) {
  if (in_size <= kInputMargin || out_size <= kOutputMargin) return {in, out};
  const uint8_t* const in_limit = in + (in_size - kInputMargin);
  const uint8_t* const out_limit = out + (out_size - kOutputMargin);
  // No offset is larger than this: behind it references need no check.
  const uint8_t* const checked_limit = out + std::min(out_size - kOutputMargin, kMaxOffset);
  const Position at = Run<true>({in, out}, in_limit, checked_limit, out);
  if (at.out < checked_limit) return at;
  return Run<false>(at, in_limit, out_limit, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

using lzf_internal::kMinLongToken;
using lzf_internal::kMinMatchToken;
using lzf_internal::LoadOnce;
using lzf_internal::Position;

HWY_EXPORT(DecodeBulk);

// Every access checked. Continues at `at`; `start` is the first byte of the output. Output that
// does not fit is an error or, with kPrefix, left out.
template <bool kPrefix = false>
absl::StatusOr<size_t> Finish(Position at, const uint8_t* in_end, const uint8_t* start,
                              const uint8_t* out_end) {
  auto [in, out] = at;
  while (in < in_end && !(kPrefix && out == out_end)) {
    const size_t room = out_end - out;
    const uint32_t token = LoadOnce(in++);
    if (token < kMinMatchToken) {
      size_t count = token + 1;
      if (kPrefix) count = std::min(count, room);
      if (static_cast<size_t>(in_end - in) < count) return Damaged("lzf", "truncated stream");
      if (room < count) return TooLarge("lzf", out_end - start);
      for (size_t i = 0; i < count; ++i) *out++ = *in++;
      continue;
    }
    const bool is_long = token >= kMinLongToken;
    if (in_end - in < (is_long ? 2 : 1)) return Damaged("lzf", "truncated stream");
    size_t count = (is_long ? LoadOnce(in++) + 7 : token >> 5) + 2;
    if (kPrefix) count = std::min(count, room);
    const size_t offset = ((token & 31) << 8 | LoadOnce(in++)) + 1;
    if (static_cast<size_t>(out - start) < offset) {
      return Damaged("lzf", absl::StrCat("a reference at byte ", out - start, " points ", offset,
                                         " bytes back"));
    }
    if (room < count) return TooLarge("lzf", out_end - start);
    for (size_t i = 0; i < count; ++i, ++out) *out = *(out - offset);
  }
  return out - start;
}

}  // namespace

absl::StatusOr<size_t> DecodeLzf(absl::Span<const std::byte> encoded,
                                 absl::Span<std::byte> decoded) {
  const auto* in = reinterpret_cast<const uint8_t*>(encoded.data());
  auto* out = reinterpret_cast<uint8_t*>(decoded.data());
  const Position at = HWY_DYNAMIC_DISPATCH(DecodeBulk)(in, encoded.size(), out, decoded.size());
  return Finish(at, in + encoded.size(), out, out + decoded.size());
}

absl::Status DecodeLzfPrefix(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded) {
  const auto* in = reinterpret_cast<const uint8_t*>(encoded.data());
  auto* out = reinterpret_cast<uint8_t*>(decoded.data());
  const Position at = HWY_DYNAMIC_DISPATCH(DecodeBulk)(in, encoded.size(), out, decoded.size());
  const absl::StatusOr<size_t> size =
      Finish<true>(at, in + encoded.size(), out, out + decoded.size());
  if (!size.ok()) return size.status();
  if (*size == decoded.size()) return absl::OkStatus();
  return Damaged("lzf",
                 absl::StrCat("the stream ends after ", *size, " of ", decoded.size(), " bytes"));
}

absl::StatusOr<size_t> DecodeLzfBytewise(absl::Span<const std::byte> encoded,
                                         absl::Span<std::byte> decoded) {
  const auto* in = reinterpret_cast<const uint8_t*>(encoded.data());
  auto* out = reinterpret_cast<uint8_t*>(decoded.data());
  return Finish({in, out}, in + encoded.size(), out, out + decoded.size());
}

}  // namespace seiche
#endif  // HWY_ONCE
