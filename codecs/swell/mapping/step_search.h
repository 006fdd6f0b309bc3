// Whether floats are multiples of a step, and of which.
//
//   std::optional<FoundStep> step = FindStep<float>(sample);   // k * (1/255.0f): kMultiple
//
// Stored measurements and images often are: levels times 1/255, decimals, scaled integers. A step
// is found if every finite value of the sample is exactly what kMultiple or kQuotient makes of an
// integer (row_output.h); the whole array has still to be checked. Thread-safe.
#ifndef SEICHE_CODECS_SWELL_MAPPING_STEP_SEARCH_H_
#define SEICHE_CODECS_SWELL_MAPPING_STEP_SEARCH_H_

#include <optional>
#include <vector>

#include "codecs/swell/mapping/row_output.h"

namespace seiche {

struct FoundStep {
  ValueKind kind = ValueKind::kMultiple;
  double step = 1;
};

// Integers up to this are floats of that type, with all those in between.
template <typename Float>
inline constexpr double kLargestInteger = sizeof(Float) == 4 ? 16777216.0 : 9007199254740992.0;

// Nothing if no step explains all finite values of `sample`, in any order. Float: float or double.
template <typename Float>
std::optional<FoundStep> FindStep(std::vector<Float> sample);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_MAPPING_STEP_SEARCH_H_
