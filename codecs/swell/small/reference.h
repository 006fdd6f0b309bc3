// A decoder of the levels `small` and `smallest` that is plain rather than fast: block by block, as
// docs/swell_small_format.md tells it, without any of the fast decoder's loops. Tests compare.
//
//   SEICHE_ASSIGN_OR_RETURN(std::vector<int16_t> k, DecodeSmallPlainly(model, group, 10, 64, 64));
#ifndef SEICHE_CODECS_SWELL_SMALL_REFERENCE_H_
#define SEICHE_CODECS_SWELL_SMALL_REFERENCE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace seiche {

// The first `frames` frames of a group, [frames, height, width]. kDataLoss if the model or the
// group is damaged.
absl::StatusOr<std::vector<int16_t>> DecodeSmallPlainly(absl::Span<const std::byte> model,
                                                        absl::Span<const std::byte> group,
                                                        int64_t frames, int64_t height,
                                                        int64_t width);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_SMALL_REFERENCE_H_
