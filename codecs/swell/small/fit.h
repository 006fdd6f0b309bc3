// Fits the coefficients of a stencil to a chunk: least squares over samples of it, re-weighted
// until it is about the least sum of absolute errors, each relative to how large errors are around
// it, for that is what costs bits.
//
//   FitStencil(cube, group_starts, model);            // model.stencil says which one
//
// The same coefficients on every machine and with every instruction set: sums of doubles in an
// order of their own, without fused multiply-add.
#ifndef SEICHE_CODECS_SWELL_SMALL_FIT_H_
#define SEICHE_CODECS_SWELL_SMALL_FIT_H_

#include <cstdint>

#include "absl/types/span.h"
#include "codecs/swell/group_coder.h"
#include "codecs/swell/small/model.h"

namespace seiche {

// Sets model.sets and model.coefficients. `cube` has 16 bits; `group_starts` as GroupEncoder has
// them.
void FitStencil(const Cube& cube, absl::Span<const int64_t> group_starts, SmallModel& model);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_SMALL_FIT_H_
