// The loops behind loader/transform/transform.h: convert, scale and convert again, one instruction
// set each.
//
//   PlaneKernel kernel = ChooseKernel(DType::kInt16, DType::kFloat32, /*pattern=*/false);
//   kernel(from, to, plane, coefficients);
//
// Functions without state, so thread-safe.
#ifndef SEICHE_LOADER_TRANSFORM_TRANSFORM_KERNELS_H_
#define SEICHE_LOADER_TRANSFORM_TRANSFORM_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/dtype.h"
#include "base/plane_walk.h"

namespace seiche {

// Whether stored elements of `dtype` are scaled in float64; in float32 otherwise.
bool ComputedInDouble(DType dtype);

// What a kernel scales with. The numbers are floats, or doubles where it computes in float64.
struct Coefficients {
  // Elements that a kernel with a pattern reads behind the last one it uses.
  static constexpr size_t kPadding = 4;

  const void* scale = nullptr;
  const void* offset = nullptr;
  // Without a pattern: row y takes the numbers [y * row_step]. With one: element x of every row
  // takes the numbers [x], and row_step is 0.
  int64_t row_step = 0;
  // The stored value that becomes NaN; NaN: none. 64-bit integers have to equal both.
  double missing = std::numeric_limits<double>::quiet_NaN();
  uint64_t missing_integer = 0;
};

// Transforms a plane whose elements lie without gaps in every row: its steps are not looked at.
using PlaneKernel = void (*)(const std::byte* from, std::byte* to, const Plane& plane,
                             const Coefficients& coefficients);

// The kernel for the best instruction set of this machine. `output` is a floating-point type of at
// most 32 bits, uint8 or `stored` itself.
PlaneKernel ChooseKernel(DType stored, DType output, bool pattern);

}  // namespace seiche

#endif  // SEICHE_LOADER_TRANSFORM_TRANSFORM_KERNELS_H_
