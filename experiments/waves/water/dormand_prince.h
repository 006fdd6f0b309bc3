// The adaptive Dormand-Prince 5(4) method, for tests: an integrator that decides its own steps.
//
//   IntegrationReport report = IntegrateDormandPrince(
//       [](const std::vector<double>& y) { return Derivative(y); }, /*seconds=*/1.0,
//       /*tolerance=*/1e-10, y);
//
// J. R. Dormand, P. J. Prince: A family of embedded Runge-Kutta formulae. J. Comp. Appl. Math. 6
// (1980) 19-26.
#ifndef SEICHE_EXPERIMENTS_WAVES_WATER_DORMAND_PRINCE_H_
#define SEICHE_EXPERIMENTS_WAVES_WATER_DORMAND_PRINCE_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"

namespace seiche {

struct IntegrationReport {
  int64_t accepted = 0;  // steps
  int64_t rejected = 0;
};

// Takes dy/dt = derivative(y) from 0 to `seconds` in place. A step is accepted if the estimate of
// its largest error is at most `tolerance`, in the units of y.
IntegrationReport IntegrateDormandPrince(
    absl::FunctionRef<std::vector<double>(const std::vector<double>&)> derivative, double seconds,
    double tolerance, std::vector<double>& y);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_WATER_DORMAND_PRINCE_H_
