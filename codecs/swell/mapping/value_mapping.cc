#include "codecs/swell/mapping/value_mapping.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

#include "codecs/simd_targets.h"
#include "codecs/swell/mapping/step_search.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/swell/mapping/value_mapping.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#ifndef SEICHE_CODECS_SWELL_MAPPING_VALUE_MAPPING_ONCE_
#define SEICHE_CODECS_SWELL_MAPPING_VALUE_MAPPING_ONCE_
namespace seiche {
namespace swell_internal {

// How floats become integers: n = round(x / step), or x * step for quotients.
template <typename Float>
struct Quantiser {
  ValueKind kind = ValueKind::kMultiple;
  Float step = 1;
  // Largest error; negative: none, and the bits have to be the same.
  Float bound = -1;
};

// Collects the elements that are stored exactly; `full` once there are more runs than is worth it.
struct ExceptionList {
  std::vector<ExceptionRun>& runs;
  size_t limit;

  bool full() const { return runs.size() > limit; }
  void Add(int64_t index, uint64_t bits) {
    if (!runs.empty() && runs.back().start + runs.back().length == index &&
        runs.back().bits == bits) {
      ++runs.back().length;
    } else {
      runs.push_back({index, 1, bits});
    }
  }
};

// The smallest and largest of the integers.
template <typename Integer>
struct Extremes {
  Integer min = std::numeric_limits<Integer>::max();
  Integer max = std::numeric_limits<Integer>::min();
};

// n of one value; whether it is as promised.
template <typename Float, typename Integer>
bool QuantiseOne(const Quantiser<Float>& q, Float value, Integer& n) {
  const bool multiple = q.kind == ValueKind::kMultiple;
  const Float exact = multiple ? value / q.step : value * q.step;
  if (!(std::abs(exact) <= static_cast<Float>(kLargestInteger<Float>))) return false;
  const Integer integer = static_cast<Integer>(std::nearbyint(exact));
  const Float rounded = static_cast<Float>(integer);  // of -0.0, too, 0
  const Float back = multiple ? rounded * q.step : rounded / q.step;
  const bool fine = q.bound < 0 ? std::memcmp(&back, &value, sizeof(value)) == 0
                                : std::abs(back - value) <= q.bound;
  if (fine) n = integer;
  return fine;
}

// Elements [begin, end), one by one. An exception repeats the integer before, which costs least.
template <typename Float, typename Integer>
void QuantiseEach(const Quantiser<Float>& q, const Float* values, int64_t begin, int64_t end,
                  Integer* n, Extremes<Integer>& extremes, ExceptionList& exceptions) {
  for (int64_t i = begin; i < end && !exceptions.full(); ++i) {
    n[i] = i > 0 ? n[i - 1] : 0;
    if (QuantiseOne(q, values[i], n[i])) {
      extremes.min = std::min(extremes.min, n[i]);
      extremes.max = std::max(extremes.max, n[i]);
    } else {
      uint64_t bits = 0;
      std::memcpy(&bits, values + i, sizeof(Float));
      exceptions.Add(i, bits);
    }
  }
}

}  // namespace swell_internal
}  // namespace seiche
#endif  // SEICHE_CODECS_SWELL_MAPPING_VALUE_MAPPING_ONCE_

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using namespace swell_internal;  // NOLINT

using Float32 = hn::CappedTag<float, 16>;
using Int32 = hn::RebindToSigned<Float32>;

// As QuantiseEach, for all `count` values.
void QuantiseFloat32(const Quantiser<float>& q, const float* values, int64_t count, int32_t* n,
                     Extremes<int32_t>& extremes, ExceptionList& exceptions) {
  const Float32 df;
  const Int32 di;
  constexpr int64_t kLanes = hn::MaxLanes(df);
  const auto step = hn::Set(df, q.step);
  const auto bound = hn::Set(df, q.bound);
  const auto limit = hn::Set(df, static_cast<float>(kLargestInteger<float>));
  const bool multiple = q.kind == ValueKind::kMultiple;
  auto least = hn::Set(di, extremes.min);
  auto most = hn::Set(di, extremes.max);
  int64_t i = 0;
  for (; i + kLanes <= count && !exceptions.full(); i += kLanes) {
    const auto value = hn::LoadU(df, values + i);
    const auto exact = multiple ? hn::Div(value, step) : hn::Mul(value, step);
    const auto in_range = hn::Le(hn::Abs(exact), limit);
    const auto integer = hn::NearestInt(hn::IfThenElseZero(in_range, exact));
    const auto rounded = hn::ConvertTo(df, integer);
    const auto back = multiple ? hn::Mul(rounded, step) : hn::Div(rounded, step);
    const auto fine =
        q.bound < 0 ? hn::RebindMask(df, hn::Eq(hn::BitCast(di, back), hn::BitCast(di, value)))
                    : hn::Le(hn::Abs(hn::Sub(back, value)), bound);
    if (HWY_UNLIKELY(!hn::AllTrue(df, hn::And(fine, in_range)))) {
      QuantiseEach(q, values, i, i + kLanes, n, extremes, exceptions);
      continue;
    }
    hn::StoreU(integer, di, n + i);
    least = hn::Min(least, integer);
    most = hn::Max(most, integer);
  }
  extremes.min = std::min(extremes.min, hn::ReduceMin(di, least));
  extremes.max = std::max(extremes.max, hn::ReduceMax(di, most));
  QuantiseEach(q, values, i, count, n, extremes, exceptions);
}

// The largest finite magnitude.
float LargestFloat32(const float* values, int64_t count) {
  const Int32 d;
  constexpr int64_t kLanes = hn::MaxLanes(d);
  const auto but_sign = hn::Set(d, std::numeric_limits<int32_t>::max());
  const auto infinity = hn::Set(d, 0x7f800000);
  auto most = hn::Zero(d);
  const int32_t* const bits = reinterpret_cast<const int32_t*>(values);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const auto magnitude = hn::And(hn::LoadU(d, bits + i), but_sign);
    most = hn::Max(most, hn::IfThenElseZero(hn::Lt(magnitude, infinity), magnitude));
  }
  int32_t largest = hn::ReduceMax(d, most);
  for (; i < count; ++i) {
    int32_t magnitude;
    std::memcpy(&magnitude, bits + i, sizeof(magnitude));
    magnitude &= std::numeric_limits<int32_t>::max();
    if (magnitude < 0x7f800000) largest = std::max(largest, magnitude);
  }
  return std::bit_cast<float>(largest);
}

// k = n - base, all of which fit.
void Narrow32To16(const int32_t* n, int64_t count, int32_t base, int16_t* k) {
  const Int32 d;
  const hn::Rebind<int16_t, Int32> narrow;
  constexpr int64_t kLanes = hn::MaxLanes(d);
  const auto offset = hn::Set(d, base);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    hn::StoreU(hn::DemoteTo(narrow, hn::Sub(hn::LoadU(d, n + i), offset)), narrow, k + i);
  }
  for (; i < count; ++i) {
    k[i] = static_cast<int16_t>(static_cast<uint32_t>(n[i]) - static_cast<uint32_t>(base));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

using swell_internal::ExceptionList;
using swell_internal::Extremes;
using swell_internal::QuantiseEach;
using swell_internal::Quantiser;

HWY_EXPORT(QuantiseFloat32);
HWY_EXPORT(LargestFloat32);
HWY_EXPORT(Narrow32To16);

// Elements that the search for a step looks at.
constexpr int64_t kSample = 4096;
// One run of exceptions for so many elements is not worth it any more.
constexpr int64_t kElementsPerRun = 16;

template <typename Float>
std::vector<Float> Sample(const Float* values, int64_t count) {
  std::vector<Float> sample;
  const int64_t step = std::max<int64_t>(1, count / kSample);
  for (int64_t i = 0; i < count / step; ++i) {
    // One of every `step` elements, but not always the same one of a row.
    sample.push_back(values[i * step + static_cast<uint32_t>(i * 2654435761u) % step]);
  }
  return sample;
}

float Largest(const float* values, int64_t count) {
  return HWY_DYNAMIC_DISPATCH(LargestFloat32)(values, count);
}
double Largest(const double* values, int64_t count) {
  double largest = 0;
  for (int64_t i = 0; i < count; ++i) {
    const double magnitude = std::abs(values[i]);
    if (magnitude <= std::numeric_limits<double>::max()) largest = std::max(largest, magnitude);
  }
  return largest;
}

void Quantise(const Quantiser<float>& q, const float* values, int64_t count, int32_t* n,
              Extremes<int32_t>& extremes, ExceptionList& exceptions) {
  HWY_DYNAMIC_DISPATCH(QuantiseFloat32)(q, values, count, n, extremes, exceptions);
}
void Quantise(const Quantiser<double>& q, const double* values, int64_t count, int64_t* n,
              Extremes<int64_t>& extremes, ExceptionList& exceptions) {
  QuantiseEach(q, values, 0, count, n, extremes, exceptions);
}

// The quantiser that keeps `bound` where floats are rounded, too; nothing if no step can.
template <typename Float>
std::optional<Quantiser<Float>> QuantiserWithin(double bound, const Float* values, int64_t count) {
  const Float largest = Largest(values, count);
  const double ulp =
      std::nextafter(largest, std::numeric_limits<Float>::infinity()) - double{largest};
  // The product is off by up to half an ulp, and a quotient that is off by one finds the neighbour.
  const double wanted = 2 * (bound - 2 * ulp);
  if (!(bound > 4 * ulp) || !(largest / wanted < kLargestInteger<Float>)) return std::nullopt;
  Quantiser<Float> q;
  // A bound beyond all floats is as good as the largest of them.
  const double most = std::numeric_limits<Float>::max();
  q.step = static_cast<Float>(std::min(wanted, most / 4));
  if (q.step > wanted) q.step = std::nextafter(q.step, Float{0});
  // One less than the bound, as differences are rounded.
  q.bound = std::nextafter(static_cast<Float>(std::min(bound, most)), Float{0});
  if (q.bound > bound) q.bound = std::nextafter(q.bound, Float{0});
  if (!(q.step > 0)) return std::nullopt;
  return q;
}

// k = n - base, modulo 2^64.
template <typename K>
void SubtractEach(const int64_t* n, int64_t count, int64_t base, K* k) {
  for (int64_t i = 0; i < count; ++i) {
    k[i] = static_cast<K>(static_cast<uint64_t>(n[i]) - static_cast<uint64_t>(base));
  }
}

// The wide integers n, with these extremes, to the narrowest k.
template <typename Wide>
void Narrow(const Wide* n, int64_t count, Extremes<Wide> extremes, MappedArray& mapped) {
  if (extremes.min > extremes.max) extremes = {0, 0};  // exceptions only
  using Unsigned = std::make_unsigned_t<Wide>;
  const Unsigned range = static_cast<Unsigned>(extremes.max) - static_cast<Unsigned>(extremes.min);
  const int bits = range <= 0xffff ? 16 : range <= 0xffffffff ? 32 : 64;
  const Wide half = static_cast<Wide>(Unsigned{1} << (bits - 1));
  Wide base = 0;
  if (bits < 8 * static_cast<int>(sizeof(Wide)) && (extremes.min < -half || extremes.max >= half)) {
    base = static_cast<Wide>(static_cast<Unsigned>(extremes.min) + static_cast<Unsigned>(half));
  }
  mapped.mapping.bits = bits;
  mapped.mapping.base = base;
  std::byte* const k = mapped.k.Reserve(count * bits / 8).data();
  if (bits == 8 * static_cast<int>(sizeof(Wide))) {
    std::memcpy(k, n, count * sizeof(Wide));
  } else if constexpr (sizeof(Wide) == 4) {
    HWY_DYNAMIC_DISPATCH(Narrow32To16)(n, count, base, reinterpret_cast<int16_t*>(k));
  } else if (bits == 16) {
    SubtractEach(n, count, base, reinterpret_cast<int16_t*>(k));
  } else {
    SubtractEach(n, count, base, reinterpret_cast<int32_t*>(k));
  }
}

// The bits of elements of 32 or 64 bits, ordered as floats are if they are floats, to k.
template <typename Wide>
void MapBits(const std::byte* values, int64_t count, bool ordered, MappedArray& mapped) {
  Wide* const n = reinterpret_cast<Wide*>(mapped.wide.Reserve(count * sizeof(Wide)).data());
  std::memcpy(n, values, count * sizeof(Wide));
  Extremes<Wide> extremes;
  for (int64_t i = 0; i < count; ++i) {
    if (ordered && n[i] < 0) n[i] ^= std::numeric_limits<Wide>::max();
    extremes.min = std::min(extremes.min, n[i]);
    extremes.max = std::max(extremes.max, n[i]);
  }
  Narrow(n, count, extremes, mapped);
}

// Elements of 8 or 16 bits.
template <typename Element>
void MapSmall(const std::byte* values, int64_t count, bool ordered, MappedArray& mapped) {
  mapped.mapping.bits = 16;
  int16_t* const k = reinterpret_cast<int16_t*>(mapped.k.Reserve(count * sizeof(*k)).data());
  for (int64_t i = 0; i < count; ++i) {
    Element element;
    std::memcpy(&element, values + i * sizeof(element), sizeof(element));
    k[i] = static_cast<int16_t>(element);
    if (ordered && k[i] < 0) k[i] ^= std::numeric_limits<int16_t>::max();
  }
}

template <typename Float>
struct Quantisers {
  std::vector<Quantiser<Float>> best_first;
  double own_step = 0;  // that the values seem to be multiples of; 0: none
};

// The quantisers worth trying.
template <typename Float>
Quantisers<Float> QuantisersFor(double bound, const Float* values, int64_t count) {
  Quantisers<Float> all;
  std::vector<Quantiser<Float>>& quantisers = all.best_first;
  const std::optional<FoundStep> found = FindStep(Sample(values, count));
  if (found.has_value()) {
    quantisers.push_back({found->kind, static_cast<Float>(found->step), Float{-1}});
    all.own_step = found->kind == ValueKind::kMultiple ? found->step : 1 / found->step;
  }
  if (bound > 0) {
    const std::optional<Quantiser<Float>> within = QuantiserWithin(bound, values, count);
    // Multiples of what is coarser anyway are better kept exactly.
    const bool coarser = all.own_step >= 2 * bound;
    if (within.has_value()) {
      quantisers.insert(coarser ? quantisers.end() : quantisers.begin(), *within);
    }
  }
  return all;
}

// Exceptions in front of all other elements repeat the first of those: theirs may be out of range.
template <typename Wide>
void FillStart(const std::vector<ExceptionRun>& exceptions, int64_t count, Wide* n) {
  int64_t start = 0;
  for (const ExceptionRun& run : exceptions) {
    if (run.start != start) break;
    start += run.length;
  }
  if (start < count) std::fill_n(n, start, n[start]);
}

// Whether floats could be mapped to multiples of a step.
template <typename Float, typename Wide>
bool MapSteps(const Float* values, int64_t count, double bound, MappedArray& mapped) {
  const Quantisers<Float> all = QuantisersFor(bound, values, count);
  for (const Quantiser<Float>& q : all.best_first) {
    Wide* const n = reinterpret_cast<Wide*>(mapped.wide.Reserve(count * sizeof(Wide)).data());
    Extremes<Wide> extremes;
    mapped.exceptions.clear();
    ExceptionList exceptions = {mapped.exceptions,
                                static_cast<size_t>(count / kElementsPerRun + 1)};
    Quantise(q, values, count, n, extremes, exceptions);
    if (exceptions.full()) continue;
    FillStart(mapped.exceptions, count, n);
    mapped.mapping.kind = q.kind;
    mapped.mapping.step = q.step;
    mapped.nearly_exact = q.bound >= 0 && all.own_step > bound;
    Narrow(n, count, extremes, mapped);
    return true;
  }
  return false;
}

template <typename Float, typename Wide>
void MapFloats(const std::byte* values, int64_t count, double bound, MappedArray& mapped) {
  if (MapSteps<Float, Wide>(reinterpret_cast<const Float*>(values), count, bound, mapped)) return;
  mapped.exceptions.clear();
  mapped.mapping.kind = ValueKind::kOrdered;
  MapBits<Wide>(values, count, /*ordered=*/true, mapped);
}

template <typename T>
FiniteRange RangeOf(const std::byte* values, int64_t count) {
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (int64_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, values + i * sizeof(T), sizeof(T));
    const double number = static_cast<double>(value);
    if (!std::isfinite(number)) continue;
    least = std::min(least, number);
    most = std::max(most, number);
  }
  return most >= least ? FiniteRange{least, most} : FiniteRange{};
}

}  // namespace

void MapValues(const std::byte* values, DType dtype, int64_t count, double bound,
               MappedArray& mapped) {
  mapped.exceptions.clear();
  mapped.nearly_exact = false;
  mapped.mapping = {.dtype = dtype, .kind = ValueKind::kInteger, .bits = 16, .base = 0, .step = 1};
  switch (dtype) {
    case DType::kFloat32:
      return MapFloats<float, int32_t>(values, count, bound, mapped);
    case DType::kFloat64:
      return MapFloats<double, int64_t>(values, count, bound, mapped);
    case DType::kFloat16:
    case DType::kBFloat16:
      mapped.mapping.kind = ValueKind::kOrdered;
      return MapSmall<int16_t>(values, count, /*ordered=*/true, mapped);
    case DType::kInt8:
      return MapSmall<int8_t>(values, count, /*ordered=*/false, mapped);
    case DType::kUInt8:
      return MapSmall<uint8_t>(values, count, /*ordered=*/false, mapped);
    case DType::kInt16:
    case DType::kUInt16:
      return MapSmall<int16_t>(values, count, /*ordered=*/false, mapped);
    case DType::kInt32:
    case DType::kUInt32:
      return MapBits<int32_t>(values, count, /*ordered=*/false, mapped);
    case DType::kInt64:
    case DType::kUInt64:
      return MapBits<int64_t>(values, count, /*ordered=*/false, mapped);
  }
}

FiniteRange FiniteRangeOf(const std::byte* values, DType dtype, int64_t count) {
  if (dtype == DType::kFloat32) return RangeOf<float>(values, count);
  if (dtype == DType::kFloat64) return RangeOf<double>(values, count);
  return {};
}

}  // namespace seiche
#endif  // HWY_ONCE
