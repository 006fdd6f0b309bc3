#include "codecs/swell/mapping/step_search.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace seiche {
namespace {

// Decimals are looked for down to one in so many.
constexpr double kMostDecimals = 1e9;

// Whether every value of `sample` is what `found` makes of an integer, bit for bit but for zeros.
template <typename Float>
bool Explains(const FoundStep& found, const std::vector<Float>& sample) {
  const Float step = static_cast<Float>(found.step);
  if (!(step > 0) || !std::isfinite(step)) return false;
  const bool multiple = found.kind == ValueKind::kMultiple;
  for (const Float value : sample) {
    const Float n = std::nearbyint(multiple ? value / step : value * step);
    if (!(std::abs(n) <= kLargestInteger<Float>)) return false;
    if ((multiple ? n * step : n / step) != value) return false;
  }
  return true;
}

// The largest power of two of which all values, not all zero, are multiples.
template <typename Float>
double PowerOfTwo(const std::vector<Float>& magnitudes) {
  constexpr int kDigits = std::numeric_limits<Float>::digits;
  int lowest = std::numeric_limits<int>::max();
  for (const Float value : magnitudes) {
    if (value == 0) continue;
    int exponent;
    const Float fraction = std::frexp(value, &exponent);
    const auto integer = static_cast<uint64_t>(std::ldexp(fraction, kDigits));
    lowest = std::min(lowest, exponent - kDigits + std::countr_zero(integer));
  }
  return std::ldexp(1.0, lowest);
}

// The step that ascending magnitudes suggest: their smallest gap, made more precise by larger and
// larger ones. 0 if they are no multiples of anything near.
template <typename Float>
double EstimateStep(const std::vector<Float>& magnitudes) {
  double gap = std::numeric_limits<double>::infinity();
  double previous = 0;
  for (const Float value : magnitudes) {
    if (value > previous) gap = std::min(gap, value - previous);
    previous = value;
  }
  double step = gap;
  for (const Float value : magnitudes) {
    const double n = std::nearbyint(value / step);
    if (n > kLargestInteger<Float> || std::abs(value / step - n) > 0.25) return 0;
    if (n >= 1) step = value / n;
  }
  return step;
}

// What to try for a step known up to rounding, the likeliest first.
template <typename Float>
std::vector<FoundStep> CandidatesNear(double step) {
  std::vector<FoundStep> candidates;
  const double inverse = std::nearbyint(1 / step);
  if (inverse >= 2 && inverse <= kLargestInteger<Float> && std::abs(inverse * step - 1) < 1e-5) {
    candidates.push_back({ValueKind::kQuotient, inverse});
    candidates.push_back({ValueKind::kMultiple, static_cast<Float>(1 / inverse)});
  }
  const Float nearest = static_cast<Float>(step);
  candidates.push_back({ValueKind::kMultiple, nearest});
  Float below = nearest;
  Float above = nearest;
  for (int i = 0; i < 3; ++i) {
    below = std::nextafter(below, Float{0});
    above = std::nextafter(above, std::numeric_limits<Float>::infinity());
    candidates.push_back({ValueKind::kMultiple, below});
    candidates.push_back({ValueKind::kMultiple, above});
  }
  return candidates;
}

}  // namespace

template <typename Float>
std::optional<FoundStep> FindStep(std::vector<Float> sample) {
  std::erase_if(sample, [](Float value) { return !std::isfinite(value); });
  std::vector<Float> magnitudes;
  for (const Float value : sample) magnitudes.push_back(std::abs(value));
  std::sort(magnitudes.begin(), magnitudes.end());
  magnitudes.erase(std::unique(magnitudes.begin(), magnitudes.end()), magnitudes.end());
  if (magnitudes.empty() || magnitudes.back() == 0) return std::nullopt;
  if (const double step = EstimateStep(magnitudes); step > 0) {
    for (const FoundStep& candidate : CandidatesNear<Float>(step)) {
      if (Explains(candidate, sample)) return candidate;
    }
  }
  // Levels far apart have a gap that says nothing.
  const FoundStep power = {ValueKind::kMultiple, PowerOfTwo(magnitudes)};
  const bool binary = Explains(power, sample);
  for (double inverse = 10; inverse <= kMostDecimals && !(binary && power.step * inverse >= 1);
       inverse *= 10) {
    const FoundStep decimal = {ValueKind::kQuotient, inverse};
    if (Explains(decimal, sample)) return decimal;
  }
  return binary ? std::optional(power) : std::nullopt;
}

template std::optional<FoundStep> FindStep(std::vector<float> sample);
template std::optional<FoundStep> FindStep(std::vector<double> sample);

}  // namespace seiche
