#include "storage/moments.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace seiche {
namespace {

// Independent sums, so that the compiler can use vectors without changing the order of additions.
constexpr size_t kLanes = 8;
using Lanes = std::array<double, kLanes>;

double Sum(const Lanes& lanes) {
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

}  // namespace

Moments Moments::Of(absl::Span<const double> values) {
  Moments moments;
  if (values.empty()) return moments;
  const size_t count = values.size(), whole = count - count % kLanes;
  Lanes sums = {}, low, high;
  low.fill(moments.minimum);
  high.fill(moments.maximum);
  const auto add = [&](size_t lane, double value) {
    sums[lane] += value;
    low[lane] = value < low[lane] ? value : low[lane];
    high[lane] = value > high[lane] ? value : high[lane];
  };
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) add(lane, values[i + lane]);
  }
  for (size_t i = whole; i < count; ++i) add(i - whole, values[i]);
  moments.count = static_cast<int64_t>(count);
  moments.mean = Sum(sums) / static_cast<double>(count);
  moments.minimum = *std::min_element(low.begin(), low.end());
  moments.maximum = *std::max_element(high.begin(), high.end());

  Lanes squares = {}, rests = {};
  const auto add_square = [&](size_t lane, double value) {
    const double difference = value - moments.mean;
    squares[lane] += difference * difference;
    rests[lane] += difference;
  };
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) add_square(lane, values[i + lane]);
  }
  for (size_t i = whole; i < count; ++i) add_square(i - whole, values[i]);
  // What is left of the differences is the rounding of the mean.
  const double rest = Sum(rests);
  moments.squares = std::max(Sum(squares) - rest * rest / static_cast<double>(count), 0.0);
  if (!std::isfinite(moments.mean)) moments.squares = std::nan("");
  return moments;
}

Moments Moments::Of(double value, int64_t count) {
  if (count == 0) return {};
  return {.count = count, .mean = value, .squares = 0, .minimum = value, .maximum = value};
}

void Moments::Merge(const Moments& other) {
  if (other.count == 0) return;
  if (count == 0) {
    *this = other;
    return;
  }
  const double mine = static_cast<double>(count), others = static_cast<double>(other.count);
  const double total = mine + others, difference = other.mean - mean;
  mean += difference * (others / total);
  squares += other.squares + difference * difference * (mine * (others / total));
  count += other.count;
  minimum = std::min(minimum, other.minimum);
  maximum = std::max(maximum, other.maximum);
}

double Moments::StandardDeviation() const {
  return count == 0 ? std::nan("") : std::sqrt(squares / static_cast<double>(count));
}

}  // namespace seiche
