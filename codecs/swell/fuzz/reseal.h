// Streams of swell whose sizes and checksums are right, whatever else is wrong: fuzzers get behind
// the checksums with it.
//
//   if (auto sealed = Reseal(mutated)) Decode(*sealed);
#ifndef SEICHE_CODECS_SWELL_FUZZ_RESEAL_H_
#define SEICHE_CODECS_SWELL_FUZZ_RESEAL_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace seiche {

// `encoded` with a table of groups that fits to what lies behind it, the last group taking all that
// is left, and with new checksums. Nothing if it is too damaged to have a table, or has very many
// groups. A stream that is whole stays as it is.
std::optional<std::vector<std::byte>> Reseal(absl::Span<const std::byte> encoded);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_FUZZ_RESEAL_H_
