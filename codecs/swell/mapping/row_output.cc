#include "codecs/swell/mapping/row_output.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "codecs/simd_targets.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/swell/mapping/row_output.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Vectors of 32-bit values whose 16-bit halves hold at least four.
using Tag32 = hn::CappedTag<int32_t, 16>;

HWY_INLINE hn::Vec<Tag32> LoadWide(const int16_t* k) {
  const Tag32 d;
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<int16_t, Tag32>(), k));
}
HWY_INLINE hn::Vec<Tag32> LoadWide(const int32_t* k) { return hn::LoadU(Tag32(), k); }

// Bytes between what is written and what the caches are asked for by then. A decoder works long on
// each row, so the first stores to a line would wait for it; rows mostly lie one behind the other.
constexpr uintptr_t kPrefetchBytes = 3072;

// 32 bits a value: `convert` makes them of n. Reads up to a vector more than `count` values.
template <typename K, class Convert>
HWY_INLINE void Write32(const ValueMapping& mapping, const void* from, int64_t count,
                        std::byte* out, Convert convert) {
  const Tag32 d;
  constexpr int64_t kLanes = hn::MaxLanes(d);
  const K* const k = static_cast<const K*>(from);
  int32_t* const to = reinterpret_cast<int32_t*>(out);
  const auto base = hn::Set(d, static_cast<int32_t>(mapping.base));
  int64_t x = 0;
  for (; x + kLanes <= count; x += kLanes) {
    const uintptr_t ahead = reinterpret_cast<uintptr_t>(to + x) + kPrefetchBytes;
    __builtin_prefetch(reinterpret_cast<const void*>(ahead), /*rw=*/1);
    hn::StoreU(convert(hn::Add(LoadWide(k + x), base)), d, to + x);
  }
  if (x < count) hn::StoreN(convert(hn::Add(LoadWide(k + x), base)), d, to + x, count - x);
}

template <typename K>
void WriteMultiples32(const ValueMapping& mapping, const void* k, int64_t count, std::byte* out) {
  const hn::RebindToFloat<Tag32> df;
  const auto step = hn::Set(df, static_cast<float>(mapping.step));
  Write32<K>(mapping, k, count, out, [&](hn::Vec<Tag32> n) HWY_ATTR {
    return hn::BitCast(Tag32(), hn::Mul(hn::ConvertTo(df, n), step));
  });
}

template <typename K>
void WriteQuotients32(const ValueMapping& mapping, const void* k, int64_t count, std::byte* out) {
  const hn::RebindToFloat<Tag32> df;
  const auto step = hn::Set(df, static_cast<float>(mapping.step));
  Write32<K>(mapping, k, count, out, [&](hn::Vec<Tag32> n) HWY_ATTR {
    return hn::BitCast(Tag32(), hn::Div(hn::ConvertTo(df, n), step));
  });
}

template <typename K>
void WriteOrdered32(const ValueMapping& mapping, const void* k, int64_t count, std::byte* out) {
  const auto but_sign = hn::Set(Tag32(), std::numeric_limits<int32_t>::max());
  Write32<K>(mapping, k, count, out, [&](hn::Vec<Tag32> n) HWY_ATTR {
    return hn::Xor(n, hn::And(hn::BroadcastSignBit(n), but_sign));
  });
}

template <typename K>
void WriteIntegers32(const ValueMapping& mapping, const void* k, int64_t count, std::byte* out) {
  Write32<K>(mapping, k, count, out, [](hn::Vec<Tag32> n) HWY_ATTR { return n; });
}

void WriteFloat32Multiples(const ValueMapping& m, const void* k, int64_t count, std::byte* out) {
  m.bits == 16 ? WriteMultiples32<int16_t>(m, k, count, out)
               : WriteMultiples32<int32_t>(m, k, count, out);
}
void WriteFloat32Quotients(const ValueMapping& m, const void* k, int64_t count, std::byte* out) {
  m.bits == 16 ? WriteQuotients32<int16_t>(m, k, count, out)
               : WriteQuotients32<int32_t>(m, k, count, out);
}
void WriteFloat32Ordered(const ValueMapping& m, const void* k, int64_t count, std::byte* out) {
  m.bits == 16 ? WriteOrdered32<int16_t>(m, k, count, out)
               : WriteOrdered32<int32_t>(m, k, count, out);
}
void WriteInt32(const ValueMapping& m, const void* k, int64_t count, std::byte* out) {
  m.bits == 16 ? WriteIntegers32<int16_t>(m, k, count, out)
               : WriteIntegers32<int32_t>(m, k, count, out);
}

// Without SIMD: what `convert` makes of n.
template <typename K, typename To, class Convert>
HWY_INLINE void WriteEach(const ValueMapping& mapping, const void* from, int64_t count,
                          std::byte* out, Convert convert) {
  const K* const k = static_cast<const K*>(from);
  const uint64_t base = static_cast<uint64_t>(mapping.base);
  for (int64_t x = 0; x < count; ++x) {
    const int64_t n = static_cast<int64_t>(base + static_cast<uint64_t>(int64_t{k[x]}));
    const To value = convert(n);
    std::memcpy(out + x * sizeof(To), &value, sizeof(To));
  }
}

template <typename To, class Convert>
HWY_INLINE void WriteAny(const ValueMapping& mapping, const void* k, int64_t count, std::byte* out,
                         Convert convert) {
  switch (mapping.bits) {
    case 16:
      return WriteEach<int16_t, To>(mapping, k, count, out, convert);
    case 32:
      return WriteEach<int32_t, To>(mapping, k, count, out, convert);
    default:
      return WriteEach<int64_t, To>(mapping, k, count, out, convert);
  }
}

void WriteFloat64(const ValueMapping& mapping, const void* k, int64_t count, std::byte* out) {
  const double step = mapping.step;
  switch (mapping.kind) {
    case ValueKind::kMultiple:
      return WriteAny<double>(mapping, k, count, out,
                              [step](int64_t n) { return static_cast<double>(n) * step; });
    case ValueKind::kQuotient:
      return WriteAny<double>(mapping, k, count, out,
                              [step](int64_t n) { return static_cast<double>(n) / step; });
    default:
      return WriteAny<int64_t>(mapping, k, count, out, [](int64_t n) {
        return n < 0 ? n ^ std::numeric_limits<int64_t>::max() : n;
      });
  }
}
void WriteFloat16Ordered(const ValueMapping& m, const void* k, int64_t count, std::byte* out) {
  WriteAny<int16_t>(m, k, count, out, [](int64_t n) {
    const int16_t low = static_cast<int16_t>(n);
    return static_cast<int16_t>(low < 0 ? low ^ 0x7fff : low);
  });
}
template <typename To>
HWY_INLINE void WriteIntegers(const ValueMapping& m, const void* k, int64_t count, std::byte* out) {
  WriteAny<To>(m, k, count, out, [](int64_t n) { return static_cast<To>(n); });
}
void WriteInt8(const ValueMapping& m, const void* k, int64_t count, std::byte* out) {
  WriteIntegers<uint8_t>(m, k, count, out);
}
void WriteInt16(const ValueMapping& m, const void* k, int64_t count, std::byte* out) {
  WriteIntegers<uint16_t>(m, k, count, out);
}
void WriteInt64(const ValueMapping& m, const void* k, int64_t count, std::byte* out) {
  WriteIntegers<uint64_t>(m, k, count, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

HWY_EXPORT(WriteFloat32Multiples);
HWY_EXPORT(WriteFloat32Quotients);
HWY_EXPORT(WriteFloat32Ordered);
HWY_EXPORT(WriteFloat64);
HWY_EXPORT(WriteFloat16Ordered);
HWY_EXPORT(WriteInt8);
HWY_EXPORT(WriteInt16);
HWY_EXPORT(WriteInt32);
HWY_EXPORT(WriteInt64);

bool IsFloat(DType dtype) { return dtype >= DType::kFloat16; }

}  // namespace

bool IsValid(const ValueMapping& mapping) {
  const int element_bits = static_cast<int>(8 * SizeOf(mapping.dtype));
  const bool bits = mapping.bits == 16 || mapping.bits == 32 || mapping.bits == 64;
  if (!bits || mapping.bits > (element_bits < 16 ? 16 : element_bits)) return false;
  switch (mapping.kind) {
    case ValueKind::kInteger:
      return !IsFloat(mapping.dtype);
    case ValueKind::kOrdered:
      return IsFloat(mapping.dtype);
    case ValueKind::kMultiple:
    case ValueKind::kQuotient:
      if (!std::isfinite(mapping.step) || mapping.step <= 0) return false;
      if (mapping.dtype == DType::kFloat64) return true;
      return mapping.dtype == DType::kFloat32 &&
             mapping.step <= std::numeric_limits<float>::max() &&
             static_cast<float>(mapping.step) == mapping.step;
  }
  return false;
}

RowWriter ChooseRowWriter(const ValueMapping& mapping) {
  // Before anything has been dispatched, a pointer would be one to code that asks the processor
  // what it is, row by row, which takes very long on virtual machines.
  hwy::ChosenTarget& chosen = hwy::GetChosenTarget();
  if (!chosen.IsInitialized()) chosen.Update(hwy::SupportedTargets());
  switch (mapping.dtype) {
    case DType::kFloat32:
      if (mapping.kind == ValueKind::kMultiple) return HWY_DYNAMIC_POINTER(WriteFloat32Multiples);
      if (mapping.kind == ValueKind::kQuotient) return HWY_DYNAMIC_POINTER(WriteFloat32Quotients);
      return HWY_DYNAMIC_POINTER(WriteFloat32Ordered);
    case DType::kFloat64:
      return HWY_DYNAMIC_POINTER(WriteFloat64);
    case DType::kFloat16:
    case DType::kBFloat16:
      return HWY_DYNAMIC_POINTER(WriteFloat16Ordered);
    case DType::kInt8:
    case DType::kUInt8:
      return HWY_DYNAMIC_POINTER(WriteInt8);
    case DType::kInt16:
    case DType::kUInt16:
      return HWY_DYNAMIC_POINTER(WriteInt16);
    case DType::kInt32:
    case DType::kUInt32:
      return HWY_DYNAMIC_POINTER(WriteInt32);
    case DType::kInt64:
    case DType::kUInt64:
      return HWY_DYNAMIC_POINTER(WriteInt64);
  }
  return nullptr;
}

}  // namespace seiche
#endif  // HWY_ONCE
