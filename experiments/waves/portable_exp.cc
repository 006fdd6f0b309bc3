#include "experiments/waves/portable_exp.h"

#include <cmath>

namespace seiche {
namespace {

constexpr double kInverseLn2 = 0x1.71547652b82fep+0;
// ln 2 in two parts; the first has 21 zero bits at its end, so its products by integers of an
// exponent's size are exact.
constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

// The Taylor series of e^r, good to 2^-57 for |r| <= ln(2) / 2.
constexpr int kTerms = 14;

}  // namespace

double PortableExp(double x) {
  if (x < -708) return 0;
  // x = exponent * ln 2 + r
  const double exponent = std::floor(x * kInverseLn2 + 0.5);
  const double r = (x - exponent * kLn2High) - exponent * kLn2Low;
  double series = 1;
  for (int term = kTerms; term > 1; --term) series = 1 + r * series / term;
  return std::ldexp(1 + r * series, static_cast<int>(exponent));
}

}  // namespace seiche
