#include "experiments/waves/water/dormand_prince.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

namespace seiche {
namespace {

using Vector = std::vector<double>;

constexpr int kStages = 7;
constexpr double kStage[kStages][kStages - 1] = {
    {},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
};
// The result of order 5, which is the last stage, minus the embedded one of order 4.
constexpr double kError[kStages] = {71.0 / 57600,      0,          -71.0 / 16695, 71.0 / 1920,
                                    -17253.0 / 339200, 22.0 / 525, -1.0 / 40};

// base + seconds * sum(weights[j] * k[j]).
Vector Combine(const Vector& base, double seconds, const double* weights,
               const std::array<Vector, kStages>& k, int terms) {
  Vector result = base;
  for (int j = 0; j < terms; ++j) {
    if (weights[j] == 0) continue;
    for (size_t i = 0; i < result.size(); ++i) result[i] += seconds * weights[j] * k[j][i];
  }
  return result;
}

double LargestMagnitude(const Vector& values) {
  double largest = 0;
  for (double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

}  // namespace

IntegrationReport IntegrateDormandPrince(
    absl::FunctionRef<std::vector<double>(const std::vector<double>&)> derivative, double seconds,
    double tolerance, std::vector<double>& y) {
  IntegrationReport report;
  const Vector zero(y.size(), 0.0);
  std::array<Vector, kStages> k;
  k[0] = derivative(y);
  double step = seconds / 1000;
  for (double time = 0; time < seconds;) {
    const bool last = time + step >= seconds;
    if (last) step = seconds - time;
    Vector stage;
    for (int s = 1; s < kStages; ++s) {
      stage = Combine(y, step, kStage[s], k, s);
      k[s] = derivative(stage);
    }
    const double error = LargestMagnitude(Combine(zero, step, kError, k, kStages)) / tolerance;
    if (error <= 1) {
      ++report.accepted;
      time = last ? seconds : time + step;
      y = std::move(stage);
      k[0] = std::move(k[kStages - 1]);  // first of the next step: the same point
    } else {
      ++report.rejected;
    }
    step *= std::clamp(0.9 * std::pow(error, -0.2), 0.2, 5.0);
  }
  return report;
}

}  // namespace seiche
