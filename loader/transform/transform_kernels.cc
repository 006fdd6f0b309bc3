#include "loader/transform/transform_kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "codecs/simd_targets.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "loader/transform/transform_kernels.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using hwy::bfloat16_t;
using hwy::float16_t;

// Where the processor itself converts from and to float16, and so rounds as IEEE 754 says. What
// Highway does elsewhere takes no care of infinity and NaN.
#if (HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2 && !defined(HWY_DISABLE_F16C)) || HWY_ARCH_ARM_A64
constexpr bool kNativeFloat16 = true;
#else
constexpr bool kNativeFloat16 = false;
#endif

template <typename Stored>
using ComputeType =
    std::conditional_t<std::is_same_v<Stored, double> ||
                           (std::is_integral_v<Stored> && sizeof(Stored) >= sizeof(int32_t)),
                       double, float>;

template <typename T>
inline constexpr bool kIsFloat = !std::is_integral_v<T>;

template <class D>
HWY_INLINE hn::Vec<D> FromFloat16(D d, hn::Vec<hn::Rebind<float16_t, D>> v) {
  const hn::Vec<D> finite = hn::PromoteTo(d, v);
  if constexpr (kNativeFloat16) return finite;
  const hn::RebindToUnsigned<D> du;
  const hn::Rebind<uint16_t, D> du16;
  const auto magnitude =
      hn::And(hn::PromoteTo(du, hn::BitCast(du16, v)), hn::Set(du, uint32_t{0x7fff}));
  const auto infinity = hn::IfThenElseZero(hn::Ge(magnitude, hn::Set(du, uint32_t{0x7c00})),
                                           hn::Set(du, uint32_t{0x7f800000}));
  const auto quiet = hn::IfThenElseZero(hn::Gt(magnitude, hn::Set(du, uint32_t{0x7c00})),
                                        hn::Set(du, uint32_t{0x00400000}));
  return hn::BitCast(d, hn::Or(hn::BitCast(du, finite), hn::Or(infinity, quiet)));
}

template <class D>
HWY_INLINE auto ToFloat16(D d, hn::Vec<D> v) {
  const hn::Rebind<float16_t, D> d16;
  if constexpr (kNativeFloat16) return hn::DemoteTo(d16, v);
  const hn::RebindToUnsigned<D> du;
  const hn::Rebind<uint16_t, D> du16;
  const auto set = [du](uint32_t bits) HWY_ATTR { return hn::Set(du, bits); };
  const auto bits = hn::BitCast(du, v);
  const auto magnitude = hn::And(bits, set(0x7fffffff));
  // Half of the last place that stays, less one if that place is even: ties go to even.
  const auto odd = hn::And(hn::ShiftRight<13>(magnitude), set(1));
  const auto normal = hn::ShiftRight<13>(
      hn::Sub(hn::Add(hn::Add(magnitude, set(0xfff)), odd), set((127 - 15) << 23)));
  // The last place of 0.5 is that of float16's smallest numbers, so the addition rounds to them.
  const auto small = hn::Sub(hn::BitCast(du, hn::Add(hn::BitCast(d, magnitude), hn::Set(d, 0.5f))),
                             set(0x3f000000));
  const auto nan = hn::Or(set(0x7e00), hn::And(hn::ShiftRight<13>(magnitude), set(0x3ff)));
  auto half = hn::IfThenElse(hn::Lt(magnitude, set(0x38800000)), small, normal);
  half = hn::IfThenElse(hn::Ge(magnitude, set(0x47800000)), set(0x7c00), half);
  half = hn::IfThenElse(hn::Gt(magnitude, set(0x7f800000)), nan, half);
  half = hn::Or(half, hn::ShiftLeft<15>(hn::ShiftRight<31>(bits)));
  return hn::BitCast(d16, hn::TruncateTo(du16, half));
}

template <class D>
HWY_INLINE auto ToBFloat16(D, hn::Vec<D> v) {
  const hn::RebindToUnsigned<D> du;
  const hn::Rebind<uint16_t, D> du16;
  const hn::Rebind<bfloat16_t, D> d16;
  const auto bits = hn::BitCast(du, v);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, uint32_t{1}));
  const auto rounded = hn::Add(hn::Add(bits, hn::Set(du, uint32_t{0x7fff})), odd);
  const auto nan = hn::Or(bits, hn::Set(du, uint32_t{0x00400000}));
  const auto is_nan = hn::RebindMask(du, hn::IsNaN(v));
  return hn::BitCast(
      d16, hn::TruncateTo(du16, hn::ShiftRight<16>(hn::IfThenElse(is_nan, nan, rounded))));
}

// float64 to float32, towards zero but with the last bit set if anything was lost. Rounding that
// once more to a type with two bits less gives what rounding once would have given: S. Boldo,
// G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to
// odd", IEEE Transactions on Computers 57(4), 2008.
template <class D, class DF = hn::Rebind<float, D>>
HWY_INLINE hn::Vec<DF> ToOddFloat32(D d, hn::Vec<D> v) {
  const DF df;
  const hn::RebindToUnsigned<D> du64;
  const hn::RebindToUnsigned<DF> du32;
  const hn::Vec<DF> nearest = hn::DemoteTo(df, v);
  const hn::Vec<D> back = hn::PromoteTo(d, nearest);
  const auto one_if = [&](hn::Mask<D> mask) HWY_ATTR {
    return hn::TruncateTo(du32, hn::ShiftRight<63>(hn::BitCast(du64, hn::VecFromMask(d, mask))));
  };
  const auto too_far = one_if(hn::Gt(hn::Abs(back), hn::Abs(v)));
  const auto inexact = one_if(hn::Ne(back, v));
  return hn::BitCast(df, hn::Or(hn::Sub(hn::BitCast(du32, nearest), too_far), inexact));
}

// The nearest integers in the range of `Output`; NaN is 0.
template <typename Output, class D>
HWY_INLINE auto ToInteger(D d, hn::Vec<D> v) {
  using C = hn::TFromD<D>;
  v = hn::IfThenElseZero(hn::Eq(v, v), v);
  v = hn::Max(v, hn::Set(d, static_cast<C>(std::numeric_limits<Output>::min())));
  v = hn::Min(v, hn::Set(d, static_cast<C>(std::numeric_limits<Output>::max())));
  if constexpr (std::is_same_v<C, float>) {
    return hn::DemoteTo(hn::Rebind<Output, D>(), hn::NearestInt(v));
  } else {
    // The last place of numbers around 2^52 is 1, so the addition rounds, and leaves the integer
    // in the low bits.
    const hn::RebindToUnsigned<D> du;
    const hn::Rebind<Output, D> to;
    const hn::RebindToUnsigned<decltype(to)> to_unsigned;
    const auto sum = hn::Add(v, hn::Set(d, 0x1.8p52));
    return hn::BitCast(to, hn::TruncateTo(to_unsigned, hn::BitCast(du, sum)));
  }
}

// The largest 64-bit integers are no float64 that could be clamped to, so one at a time.
template <typename Output, class D>
HWY_INLINE auto ToInteger64(D d, hn::Vec<D> v) {
  constexpr double kEnd = std::is_signed_v<Output> ? 0x1p63 : 0x1p64;
  constexpr double kBegin = std::is_signed_v<Output> ? -0x1p63 : 0.0;
  HWY_ALIGN double values[hn::MaxLanes(d)];
  HWY_ALIGN Output integers[hn::MaxLanes(d)];
  hn::Store(v, d, values);
  for (size_t i = 0; i < hn::Lanes(d); ++i) {
    const double value = std::nearbyint(values[i]);
    if (value >= kEnd) {
      integers[i] = std::numeric_limits<Output>::max();
    } else if (value >= kBegin) {
      integers[i] = static_cast<Output>(value);
    } else {
      integers[i] = std::isnan(value) ? 0 : std::numeric_limits<Output>::min();
    }
  }
  return hn::Load(hn::Rebind<Output, D>(), integers);
}

// Stored elements as numbers to compute with. All are represented exactly, but for 64-bit integers.
template <typename Stored, class D>
HWY_INLINE hn::Vec<D> Computable(D d, hn::Vec<hn::Rebind<Stored, D>> v) {
  if constexpr (std::is_same_v<Stored, hn::TFromD<D>>) {
    return v;
  } else if constexpr (std::is_same_v<Stored, float16_t>) {
    return FromFloat16(d, v);
  } else if constexpr (std::is_same_v<Stored, bfloat16_t> || sizeof(Stored) == 4) {
    return hn::PromoteTo(d, v);
  } else if constexpr (sizeof(Stored) == 8) {
    return hn::ConvertTo(d, v);
  } else {
    return hn::ConvertTo(d, hn::PromoteTo(hn::RebindToSigned<D>(), v));
  }
}

template <typename Output, class D>
HWY_INLINE auto Delivered(D d, hn::Vec<D> v) {
  constexpr bool kDouble = std::is_same_v<hn::TFromD<D>, double>;
  if constexpr (std::is_same_v<Output, hn::TFromD<D>>) {
    return v;
  } else if constexpr (std::is_same_v<Output, float>) {
    return hn::DemoteTo(hn::Rebind<float, D>(), v);
  } else if constexpr (kIsFloat<Output> && kDouble) {
    return Delivered<Output>(hn::Rebind<float, D>(), ToOddFloat32(d, v));
  } else if constexpr (std::is_same_v<Output, float16_t>) {
    return ToFloat16(d, v);
  } else if constexpr (std::is_same_v<Output, bfloat16_t>) {
    return ToBFloat16(d, v);
  } else if constexpr (sizeof(Output) == 8) {
    return ToInteger64<Output>(d, v);
  } else {
    return ToInteger<Output>(d, v);
  }
}

// The numbers for one row: one pair for all elements, or a pair for each.
template <typename C, bool kPattern>
class RowCoefficients;

template <typename C>
class RowCoefficients<C, false> {
 public:
  RowCoefficients(const Coefficients& c, int64_t row)
      : scale_(static_cast<const C*>(c.scale)[row * c.row_step]),
        offset_(static_cast<const C*>(c.offset)[row * c.row_step]) {}
  template <class D>
  HWY_INLINE hn::Vec<D> Scale(D d, int64_t) const {
    return hn::Set(d, scale_);
  }
  template <class D>
  HWY_INLINE hn::Vec<D> Offset(D d, int64_t) const {
    return hn::Set(d, offset_);
  }

 private:
  const C scale_, offset_;
};

template <typename C>
class RowCoefficients<C, true> {
 public:
  RowCoefficients(const Coefficients& c, int64_t)
      : scale_(static_cast<const C*>(c.scale)), offset_(static_cast<const C*>(c.offset)) {}
  template <class D>
  HWY_INLINE hn::Vec<D> Scale(D d, int64_t x) const {
    return hn::LoadU(d, scale_ + x);
  }
  template <class D>
  HWY_INLINE hn::Vec<D> Offset(D d, int64_t x) const {
    return hn::LoadU(d, offset_ + x);
  }

 private:
  const C* const scale_;
  const C* const offset_;
};

template <typename Stored, typename Output, bool kPattern>
class Transformation {
 public:
  static void Run(const std::byte* from, std::byte* to, const Plane& plane,
                  const Coefficients& coefficients) {
    const Transformation transformation(coefficients);
    for (int64_t y = 0; y < plane.rows; ++y, from += plane.from_row, to += plane.to_row) {
      transformation.Row(reinterpret_cast<const Stored*>(from), reinterpret_cast<Output*>(to),
                         plane.count, RowCoefficients<C, kPattern>(coefficients, y));
    }
  }

 private:
  using C = ComputeType<Stored>;
  using Line = RowCoefficients<C, kPattern>;
  static constexpr size_t kFewestLanes = 16 / sizeof(C);
  static_assert(kFewestLanes <= Coefficients::kPadding);

  explicit Transformation(const Coefficients& c)
      : missing_(static_cast<C>(c.missing)), missing_integer_(c.missing_integer) {}

  template <class D>
  HWY_INLINE void Block(D d, const Stored* HWY_RESTRICT from, Output* HWY_RESTRICT to,
                        const Line& line, int64_t x) const {
    const hn::Rebind<Stored, D> ds;
    const auto stored = hn::LoadU(ds, from + x);
    hn::Vec<D> v = Computable<Stored>(d, stored);
    if constexpr (kIsFloat<Output>) {
      auto is_missing = hn::Eq(v, hn::Set(d, missing_));
      if constexpr (std::is_integral_v<Stored> && sizeof(Stored) == 8) {
        const auto same = hn::Eq(stored, hn::Set(ds, static_cast<Stored>(missing_integer_)));
        is_missing = hn::And(is_missing, hn::RebindMask(d, same));
      }
      v = hn::IfThenElse(is_missing, hn::Set(d, std::numeric_limits<C>::quiet_NaN()), v);
    }
    v = hn::Add(hn::Mul(v, line.Scale(d, x)), line.Offset(d, x));
    hn::StoreU(Delivered<Output>(d, v), hn::Rebind<Output, D>(), to + x);
  }

  HWY_INLINE void Row(const Stored* HWY_RESTRICT from, Output* HWY_RESTRICT to, int64_t count,
                      const Line& line) const {
    const hn::ScalableTag<C> d;
    constexpr int64_t kLanes = hn::MaxLanes(d);
    if (count < kLanes) {
      ShortRow<kLanes / 2>(from, to, count, line);
    } else {
      Blocks(d, from, to, count, line);
    }
  }

  // At least one vector. The last one may overlap the one before: one body of the loop for both
  // halves what there is to compile.
  template <class D>
  HWY_INLINE void Blocks(D d, const Stored* HWY_RESTRICT from, Output* HWY_RESTRICT to,
                         int64_t count, const Line& line) const {
    constexpr int64_t kLanes = hn::MaxLanes(d);
    const int64_t last = count - kLanes;
    for (int64_t x = 0;; x = std::min(x + kLanes, last)) {
      Block(d, from, to, line, x);
      if (x == last) return;
    }
  }

  // Fewer than 2 * kLanes elements.
  template <size_t kLanes>
  HWY_INLINE void ShortRow(const Stored* HWY_RESTRICT from, Output* HWY_RESTRICT to, int64_t count,
                           const Line& line) const {
    if constexpr (kLanes < kFewestLanes) {
      Rest(from, to, count, line);
    } else {
      const hn::FixedTag<C, kLanes> d;
      if (count < static_cast<int64_t>(kLanes)) {
        ShortRow<kLanes / 2>(from, to, count, line);
        return;
      }
      Blocks(d, from, to, count, line);
    }
  }

  HWY_INLINE void Rest(const Stored* HWY_RESTRICT from, Output* HWY_RESTRICT to, int64_t count,
                       const Line& line) const {
    Stored in[kFewestLanes] = {};
    Output out[kFewestLanes];
    for (int64_t i = 0; i < count; ++i) in[i] = from[i];
    Block(hn::FixedTag<C, kFewestLanes>(), in, out, line, 0);
    for (int64_t i = 0; i < count; ++i) to[i] = out[i];
  }

  const C missing_;
  const uint64_t missing_integer_;
};

template <typename Stored, bool kPattern>
PlaneKernel KernelTo(DType output) {
  switch (output) {
    case DType::kFloat32:
      return Transformation<Stored, float, kPattern>::Run;
    case DType::kFloat16:
      return Transformation<Stored, float16_t, kPattern>::Run;
    case DType::kBFloat16:
      return Transformation<Stored, bfloat16_t, kPattern>::Run;
    case DType::kUInt8:
      return Transformation<Stored, uint8_t, kPattern>::Run;
    default:
      return Transformation<Stored, Stored, kPattern>::Run;
  }
}

template <bool kPattern>
PlaneKernel Kernel(DType stored, DType output) {
  switch (stored) {
    case DType::kInt8:
      return KernelTo<int8_t, kPattern>(output);
    case DType::kInt16:
      return KernelTo<int16_t, kPattern>(output);
    case DType::kInt32:
      return KernelTo<int32_t, kPattern>(output);
    case DType::kInt64:
      return KernelTo<int64_t, kPattern>(output);
    case DType::kUInt8:
      return KernelTo<uint8_t, kPattern>(output);
    case DType::kUInt16:
      return KernelTo<uint16_t, kPattern>(output);
    case DType::kUInt32:
      return KernelTo<uint32_t, kPattern>(output);
    case DType::kUInt64:
      return KernelTo<uint64_t, kPattern>(output);
    case DType::kFloat16:
      return KernelTo<float16_t, kPattern>(output);
    case DType::kFloat32:
      return KernelTo<float, kPattern>(output);
    case DType::kFloat64:
      return KernelTo<double, kPattern>(output);
    case DType::kBFloat16:
      return KernelTo<bfloat16_t, kPattern>(output);
  }
  return nullptr;
}

}  // namespace

PlaneKernel KernelOfTarget(DType stored, DType output, bool pattern) {
  return pattern ? Kernel<true>(stored, output) : Kernel<false>(stored, output);
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
HWY_EXPORT(KernelOfTarget);

bool ComputedInDouble(DType dtype) {
  switch (dtype) {
    case DType::kInt32:
    case DType::kInt64:
    case DType::kUInt32:
    case DType::kUInt64:
    case DType::kFloat64:
      return true;
    default:
      return false;
  }
}

PlaneKernel ChooseKernel(DType stored, DType output, bool pattern) {
  return HWY_DYNAMIC_DISPATCH(KernelOfTarget)(stored, output, pattern);
}

}  // namespace seiche
#endif  // HWY_ONCE
