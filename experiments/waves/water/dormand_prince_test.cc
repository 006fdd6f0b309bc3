#include "experiments/waves/water/dormand_prince.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace seiche {
namespace {

std::vector<double> Oscillate(const std::vector<double>& y) { return {y[1], -y[0]}; }

TEST(DormandPrinceTest, FollowsAnOscillator) {
  std::vector<double> y = {1, 0};
  IntegrateDormandPrince(Oscillate, 10.0, 1e-12, y);
  EXPECT_NEAR(y[0], std::cos(10.0), 1e-10);
  EXPECT_NEAR(y[1], -std::sin(10.0), 1e-10);
}

TEST(DormandPrinceTest, StepsGrowWithTheFifthRootOfTheTolerance) {
  const auto steps = [](double tolerance) {
    std::vector<double> y = {1, 0};
    return static_cast<double>(IntegrateDormandPrince(Oscillate, 100.0, tolerance, y).accepted);
  };
  EXPECT_NEAR(steps(1e-11) / steps(1e-6), 10, 1);
}

TEST(DormandPrinceTest, RejectsStepsThatAreTooLong) {
  // Slow, then suddenly fast: y' = 1000 (cos(t) - y) after t = 1, with t as a second value.
  std::vector<double> y = {0, 0};
  const IntegrationReport report = IntegrateDormandPrince(
      [](const std::vector<double>& v) {
        return std::vector<double>{v[1] < 1 ? 0.0 : 1000 * (std::cos(v[1]) - v[0]), 1.0};
      },
      2.0, 1e-8, y);
  EXPECT_GT(report.rejected, 0);
  EXPECT_NEAR(y[0], std::cos(2.0) + std::sin(2.0) / 1000, 1e-5);
}

}  // namespace
}  // namespace seiche
