#include "experiments/measure/array_error.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace seiche {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <typename T>
ArrayError CompareValues(const std::byte* original, const std::byte* decoded, int64_t count) {
  ArrayError error{.exact = false};
  const T* const a = reinterpret_cast<const T*>(original);
  const T* const b = reinterpret_cast<const T*>(decoded);
  for (int64_t i = 0; i < count; ++i) {
    double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!std::isfinite(difference)) {
      difference = std::memcmp(&a[i], &b[i], sizeof(T)) == 0 ? 0 : kInfinity;
    }
    error.max_error = std::max(error.max_error, difference);
    error.squared_error += difference * difference;
  }
  return error;
}

template <typename T>
void AddValues(const ConstArrayView& array, ValueRange& range) {
  const T* const values = reinterpret_cast<const T*>(array.data);
  const int64_t count = NumElements(array.shape);
  for (int64_t i = 0; i < count; ++i) {
    const double value = static_cast<double>(values[i]);
    if (!std::isfinite(value)) continue;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
}

}  // namespace

ArrayError CompareArrays(const ConstArrayView& original, const ConstArrayView& decoded) {
  if (std::memcmp(original.data, decoded.data, original.size_bytes()) == 0) return {};
  const int64_t count = NumElements(original.shape);
  switch (original.dtype) {
    case DType::kFloat32:
      return CompareValues<float>(original.data, decoded.data, count);
    case DType::kFloat64:
      return CompareValues<double>(original.data, decoded.data, count);
    case DType::kUInt8:
      return CompareValues<uint8_t>(original.data, decoded.data, count);
    default:
      return {.exact = false, .max_error = kInfinity, .squared_error = kInfinity};
  }
}

absl::Status CheckPromise(std::optional<double> bound, const ArrayError& error) {
  if (!bound.has_value()) return absl::OkStatus();
  if (*bound == 0) {
    return error.exact ? absl::OkStatus()
                       : absl::DataLossError("what it decodes differs from what was encoded");
  }
  if (error.max_error <= *bound) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("an error of ", error.max_error, " exceeds the bound ", *bound));
}

void ValueRange::Add(const ConstArrayView& array) {
  if (array.dtype == DType::kFloat32) AddValues<float>(array, *this);
  if (array.dtype == DType::kFloat64) AddValues<double>(array, *this);
  if (array.dtype == DType::kUInt8) AddValues<uint8_t>(array, *this);
}

std::optional<double> Psnr(double squared_error, int64_t values, double peak) {
  if (!(squared_error > 0) || !(peak > 0) || values == 0) return std::nullopt;
  return 10 * std::log10(peak * peak * static_cast<double>(values) / squared_error);
}

}  // namespace seiche
