#include "codecs/inflate/fast_loop.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "codecs/simd_targets.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/inflate/fast_loop.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#ifndef SEICHE_CODECS_INFLATE_FAST_LOOP_ONCE_
#define SEICHE_CODECS_INFLATE_FAST_LOOP_ONCE_
namespace seiche {
namespace inflate_internal {

constexpr uint64_t kMaxDistance = 32768;
// A match that is no longer is copied at once, as is a step of literals.
constexpr uint64_t kShortCopy = 32;

// Shuffles that repeat the first `period` bytes of 16.
struct Periods {
  alignas(16) std::array<std::array<uint8_t, 16>, 16> index = {};
  // The largest multiple of the period that fits: where the next copy of the vector goes on.
  std::array<uint8_t, 16> step = {};

  constexpr Periods() {
    for (int period = 1; period < 16; ++period) {
      for (int i = 0; i < 16; ++i) index[period][i] = static_cast<uint8_t>(i % period);
      step[period] = static_cast<uint8_t>(16 - 16 % period);
    }
  }
};
inline constexpr Periods kPeriods;

// The position, in registers.
struct State {
  const uint8_t* in;
  uint64_t bits;
  uint64_t count;  // only its lowest 6 bits mean something
  uint8_t* out;
  const uint64_t* next;
  uint64_t entry;  // *next
  uint64_t length;
};

}  // namespace inflate_internal
}  // namespace seiche
#endif  // SEICHE_CODECS_INFLATE_FAST_LOOP_ONCE_

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using namespace inflate_internal;  // NOLINT

using Bytes16 = hn::FixedTag<uint8_t, 16>;

HWY_INLINE void Copy16(const uint8_t* from, uint8_t* to) {
  hn::StoreU(hn::LoadU(Bytes16(), from), Bytes16(), to);
}

// All bytes are read before any is written.
HWY_INLINE void Copy32(const uint8_t* from, uint8_t* to) {
#if HWY_MAX_BYTES >= 32
  const hn::FixedTag<uint8_t, 32> tag;
  hn::StoreU(hn::LoadU(tag, from), tag, to);
#else
  const auto first = hn::LoadU(Bytes16(), from);
  const auto second = hn::LoadU(Bytes16(), from + 16);
  hn::StoreU(first, Bytes16(), to);
  hn::StoreU(second, Bytes16(), to + 16);
#endif
}

// Writes up to 32 bytes more than `length`.
HWY_INLINE void CopyLong(uint64_t distance, uint64_t length, uint8_t* to) {
  const uint8_t* from = to - distance;
  uint8_t* const end = to + length;
  if (distance >= 32) {
    for (; to < end; from += 32, to += 32) Copy32(from, to);
  } else if (distance >= 16) {
    for (; to < end; from += 16, to += 16) Copy16(from, to);
  } else {
    const auto pattern = hn::TableLookupBytes(hn::LoadU(Bytes16(), from),
                                              hn::Load(Bytes16(), kPeriods.index[distance].data()));
    for (const size_t step = kPeriods.step[distance]; to < end; to += 2 * step) {
      hn::StoreU(pattern, Bytes16(), to);
      hn::StoreU(pattern, Bytes16(), to + step);
    }
  }
}

// Makes `s` hold at least 56 bits. All 64 are right then; those above `count` go in twice.
HWY_INLINE void Refill(State& s) {
  uint64_t bytes;
  std::memcpy(&bytes, s.in, sizeof(bytes));
  s.bits |= bytes << (s.count & 63);
  s.in += 7 - (s.count >> 3 & 7);
  s.count |= 56;
}

// Looks the next step up, which the bits must be there for, and takes those of this one.
HWY_INLINE void Advance(const uint64_t* table, State& s) {
  const uint64_t entry = s.entry;
  s.bits >>= entry & 63;
  s.count -= entry;
  constexpr int kShift = kLengthOnlyBit - kTableBits - 3;
  const auto* const half = reinterpret_cast<const uint64_t*>(
      reinterpret_cast<const char*>(table) + (entry >> kShift & kTableSize * sizeof(entry)));
  s.next = half + (s.bits & kTableMask);
  s.entry = *s.next;
}

// Takes the step of a single literal.
HWY_INLINE void WriteLiteral(const uint64_t* table, State& s) {
  *s.out++ = static_cast<uint8_t>(s.entry >> kBaseShift);
  s.bits >>= s.entry & 63;
  s.count -= s.entry;
  s.next = table + (s.bits & kTableMask);
  s.entry = *s.next;
}

// As ValueOf(), in fewer instructions where there are some for it.
HWY_INLINE uint64_t FastValueOf(uint64_t entry, uint64_t bits) {
#if HWY_ARCH_X86_64 && HWY_TARGET <= HWY_AVX2
  return (entry >> kBaseShift) + (_bzhi_u64(bits, entry) >> (entry >> 8 & 63));
#else
  return ValueOf(entry, bits);
#endif
}

// Takes a step that is no exception, without a branch but for long or overlapping copies. Literals
// are copied from their entry. False if kChecked and the distance is damaged.
template <bool kChecked>
HWY_INLINE bool Step(const uint64_t* table, const uint8_t* start, State& s) {
  const uint64_t entry = s.entry;
  const uint64_t bits = s.bits;
  const auto* const own = reinterpret_cast<const uint8_t*>(s.next) + kBaseShift / 8;
  Advance(table, s);
  const uint64_t value = FastValueOf(entry, bits);
  const uint64_t length = (entry >> kLengthShift & kLengthMask) + s.length;
  s.length = entry & kLengthOnly ? value : 0;
  // As a number, since it may lie anywhere if it is not used.
  const auto* from = reinterpret_cast<const uint8_t*>(reinterpret_cast<uintptr_t>(s.out) - value);
  from = entry & kLiteral ? own : from;
  if (kChecked) {
    if (HWY_UNLIKELY(value > static_cast<uint64_t>(s.out - start))) {
      if (!(entry & (kLiteral | kLengthOnly))) return false;
      from = own;  // of a length alone nothing is copied
    }
  }
  uint8_t* const to = s.out;
  s.out += length;
  // One test of both: short, and not longer than the distance.
  if (HWY_LIKELY(static_cast<int64_t>((value - length) | (kShortCopy - length)) >= 0)) {
    Copy32(from, to);
  } else {
    CopyLong(value, length, to);
  }
  return true;
}

// Follows a link to a subtable, or tells why the loop ends.
HWY_INLINE InflateStop TakeException(const uint64_t* table, State& s) {
  const uint64_t entry = s.entry;
  if (HWY_UNLIKELY(entry & kInvalid)) return InflateStop::kDamaged;
  s.bits >>= entry & 63;
  s.count -= entry;
  if (entry & kEndOfBlock) return InflateStop::kEndOfBlock;
  s.next = table + LinkedIndex(entry, s.bits);
  s.entry = *s.next;
  Refill(s);
  return InflateStop::kLimit;
}

// A step takes 24 bits at most, looking up the next one kTableBits: there are enough for two steps.
static_assert(kTableBits + 13 <= 24 && 2 * 24 + kTableBits <= 64);

template <bool kChecked>
HWY_INLINE InflateStop RunMatches(const uint64_t* table, const uint8_t* in_limit,
                                  const uint8_t* out_limit, const uint8_t* start, State& s) {
  while (s.in < in_limit && s.out < out_limit) {
    if (HWY_LIKELY(!IsException(s.entry))) {
      if (!Step<kChecked>(table, start, s)) return InflateStop::kDamaged;
      if (HWY_LIKELY(!IsException(s.entry))) {
        if (!Step<kChecked>(table, start, s)) return InflateStop::kDamaged;
        Refill(s);
        continue;
      }
      Refill(s);
    }
    const InflateStop stop = TakeException(table, s);
    if (stop != InflateStop::kLimit) return stop;
  }
  return InflateStop::kLimit;
}

template <bool kChecked>
HWY_INLINE InflateStop RunLiterals(const uint64_t* table, const uint8_t* in_limit,
                                   const uint8_t* out_limit, const uint8_t* start, State& s) {
  while (s.in < in_limit && s.out < out_limit) {
    if (s.entry & kLiteral) {
      WriteLiteral(table, s);
      if (s.entry & kLiteral) {
        WriteLiteral(table, s);
        if (s.entry & kLiteral) {
          WriteLiteral(table, s);
          if (s.entry & kLiteral) WriteLiteral(table, s);
          Refill(s);
          continue;
        }
      }
    }
    if (HWY_LIKELY(!IsException(s.entry))) {
      if (!Step<kChecked>(table, start, s)) return InflateStop::kDamaged;
      Refill(s);
      continue;
    }
    Refill(s);
    const InflateStop stop = TakeException(table, s);
    if (stop != InflateStop::kLimit) return stop;
  }
  return InflateStop::kLimit;
}

template <bool kChecked>
InflateStop Run(const InflateTables& tables, const uint8_t* in_limit, const uint8_t* out_limit,
                const uint8_t* start, InflatePosition& at) {
  const uint64_t* const table = tables.entries.data();
  State s = {at.in, at.bits, at.bit_count, at.out, at.next, *at.next, at.length};
  Refill(s);
  const InflateStop stop = tables.mostly_literals
                               ? RunLiterals<kChecked>(table, in_limit, out_limit, start, s)
                               : RunMatches<kChecked>(table, in_limit, out_limit, start, s);
  at = {s.in, s.bits, s.count & 63, s.out, s.next, s.length};
  return stop;
}

InflateStop RunAll(const InflateTables& tables, const uint8_t* in_limit, const uint8_t* out_limit,
                   const uint8_t* start, InflatePosition& at) {
  // No distance is larger than this: behind it none need to be checked.
  const uint8_t* const checked_limit =
      static_cast<size_t>(out_limit - start) > kMaxDistance ? start + kMaxDistance : out_limit;
  if (at.in < in_limit && at.out < checked_limit) {
    const InflateStop stop = Run<true>(tables, in_limit, checked_limit, start, at);
    if (stop != InflateStop::kLimit) return stop;
  }
  if (at.in >= in_limit || at.out >= out_limit) return InflateStop::kLimit;
  return Run<false>(tables, in_limit, out_limit, start, at);
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {
HWY_EXPORT(RunAll);
}  // namespace

InflateStop InflateFast(const InflateTables& tables, const uint8_t* in_limit, uint8_t* out_limit,
                        const uint8_t* out_start, InflatePosition& at) {
  return HWY_DYNAMIC_DISPATCH(RunAll)(tables, in_limit, out_limit, out_start, at);
}

}  // namespace seiche
#endif  // HWY_ONCE
