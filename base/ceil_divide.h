// Integer division that rounds up: how many pieces cover a length.
//
//   CeilDivide(100, 7) == 15
#ifndef SEICHE_BASE_CEIL_DIVIDE_H_
#define SEICHE_BASE_CEIL_DIVIDE_H_

#include <cstdint>

namespace seiche {

// numerator >= 0, denominator >= 1; never overflows.
constexpr int64_t CeilDivide(int64_t numerator, int64_t denominator) {
  return numerator / denominator + (numerator % denominator != 0);
}

}  // namespace seiche

#endif  // SEICHE_BASE_CEIL_DIVIDE_H_
