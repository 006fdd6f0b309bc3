#include "loader/transform/transform_reference.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>
#include <vector>

namespace seiche {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A binary floating-point format: bits of the exponent and of the fraction.
struct Format {
  int exponent, fraction;
  int bias() const { return (1 << (exponent - 1)) - 1; }
};

Format FormatOf(DType dtype) {
  if (dtype == DType::kFloat16) return {5, 10};
  if (dtype == DType::kBFloat16) return {8, 7};
  return dtype == DType::kFloat32 ? Format{8, 23} : Format{11, 52};
}

double FromBits(uint64_t bits, Format format) {
  const uint64_t fraction = bits & ((uint64_t{1} << format.fraction) - 1);
  const int exponent = bits >> format.fraction & ((1 << format.exponent) - 1);
  const double sign = bits >> (format.fraction + format.exponent) & 1 ? -1 : 1;
  if (exponent == (1 << format.exponent) - 1) return fraction != 0 ? kNaN : sign * kInfinity;
  const double whole = exponent == 0 ? 0 : std::ldexp(1.0, format.fraction);
  return sign * std::ldexp(whole + static_cast<double>(fraction),
                           std::max(exponent, 1) - format.bias() - format.fraction);
}

uint64_t ToBits(double value, Format format) {
  const uint64_t sign = uint64_t{std::signbit(value)} << (format.fraction + format.exponent);
  const uint64_t infinity = ((uint64_t{1} << format.exponent) - 1) << format.fraction;
  if (std::isnan(value)) return infinity + 1;
  if (std::isinf(value)) return sign | infinity;
  const int lowest = 1 - format.bias();
  const int exponent = value == 0 ? lowest : std::max(std::ilogb(value), lowest);
  const double places = std::nearbyint(std::ldexp(std::abs(value), format.fraction - exponent));
  // A fraction that was rounded up to the next power of two carries into the exponent.
  const uint64_t bits =
      static_cast<uint64_t>(places) + (static_cast<uint64_t>(exponent - lowest) << format.fraction);
  return sign | std::min(bits, infinity);
}

double NumberOf(const std::vector<double>& numbers, int64_t channel, double otherwise) {
  if (numbers.empty()) return otherwise;
  return numbers.size() == 1 ? numbers[0] : numbers[channel];
}

}  // namespace

bool IsFloat(DType dtype) { return Name(dtype).find("float") != std::string_view::npos; }

long double LoadElement(DType dtype, const std::byte* from) {
  uint64_t bits = 0;
  std::memcpy(&bits, from, SizeOf(dtype));
  if (IsFloat(dtype)) return FromBits(bits, FormatOf(dtype));
  const int shift = 64 - 8 * static_cast<int>(SizeOf(dtype));
  const bool is_signed = Name(dtype)[0] == 'i';
  if (is_signed) return static_cast<int64_t>(bits << shift) >> shift;
  return bits;
}

void StoreElement(DType dtype, double value, std::byte* to) {
  uint64_t bits;
  if (IsFloat(dtype)) {
    bits = ToBits(value, FormatOf(dtype));
  } else {
    const bool is_signed = Name(dtype)[0] == 'i';
    const int digits = 8 * static_cast<int>(SizeOf(dtype)) - is_signed;
    const uint64_t highest = ~uint64_t{0} >> (64 - digits);
    const double rounded = std::nearbyint(value);
    if (std::isnan(value)) {
      bits = 0;
    } else if (rounded >= std::ldexp(1.0, digits)) {
      bits = highest;
    } else if (rounded < (is_signed ? -std::ldexp(1.0, digits) : 0)) {
      bits = is_signed ? highest + 1 : 0;
    } else {
      bits = rounded < 0 ? static_cast<uint64_t>(static_cast<int64_t>(rounded))
                         : static_cast<uint64_t>(rounded);
    }
  }
  std::memcpy(to, &bits, SizeOf(dtype));
}

namespace {

bool IsMissing(DType stored, long double value, double missing) {
  if (!IsFloat(stored)) return value == missing;
  std::byte element[sizeof(double)];
  StoreElement(stored, missing, element);
  const long double rounded = LoadElement(stored, element);
  return value == rounded && std::isinf(rounded) == std::isinf(missing);
}

// A double has more than twice a float's digits, so that rounding its sums and products once more
// gives the float that computing in float would have.
double Transformed(DType stored, long double value, const TransformOptions& options,
                   int64_t channel) {
  const bool in_float = SizeOf(stored) < sizeof(float) || stored == DType::kFloat32;
  const auto rounded = [in_float](double x) {
    return in_float ? static_cast<double>(static_cast<float>(x)) : x;
  };
  if (options.missing.has_value() && IsMissing(stored, value, *options.missing)) value = kNaN;
  const double scale = rounded(NumberOf(options.scale, channel, 1));
  const double offset = rounded(NumberOf(options.offset, channel, 0));
  const double product = rounded(static_cast<double>(value) * scale);
  return offset == 0 ? product : rounded(product + offset);
}

}  // namespace

void ApplyPlainly(DType stored, const TransformOptions& options, const ConstArrayView& from,
                  const ArrayView& to, int64_t first_channel) {
  const bool copy = stored == to.dtype && !options.missing.has_value() &&
                    std::ranges::all_of(options.scale, [](double x) { return x == 1; }) &&
                    std::ranges::all_of(options.offset, [](double x) { return x == 0; });
  for (int64_t n = 0; n < NumElements(from.shape); ++n) {
    const std::byte* source = from.data;
    std::byte* target = to.data;
    int64_t rest = n, channel = first_channel;
    for (size_t axis = from.shape.size(); axis-- > 0; rest /= from.shape[axis]) {
      const int64_t i = rest % from.shape[axis];
      source += i * from.strides[axis];
      target += i * to.strides[axis];
      if (static_cast<int>(axis) == options.channel_axis) channel += i;
    }
    if (copy) {
      std::memcpy(target, source, SizeOf(stored));
    } else {
      StoreElement(to.dtype, Transformed(stored, LoadElement(stored, source), options, channel),
                   target);
    }
  }
}

int64_t FirstDifference(DType dtype, absl::Span<const std::byte> a, absl::Span<const std::byte> b) {
  const size_t size = SizeOf(dtype);
  for (size_t i = 0; i < a.size() / size; ++i) {
    const std::byte* const x = a.data() + i * size;
    const std::byte* const y = b.data() + i * size;
    if (std::memcmp(x, y, size) == 0) continue;
    if (!std::isnan(LoadElement(dtype, x)) || !std::isnan(LoadElement(dtype, y))) return i;
  }
  return -1;
}

}  // namespace seiche
