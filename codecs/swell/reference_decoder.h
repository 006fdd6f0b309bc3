// Decodes swell streams as docs/swell_format.md says, one value after the other: what the decoders
// are tested against. Written from the document alone; shares no code with them. The integers of
// the levels small and smallest are left to small/reference.h.
//
//   std::optional<std::vector<std::byte>> values = DecodeByReference(encoded);
//
// Thread-safe.
#ifndef SEICHE_CODECS_SWELL_REFERENCE_DECODER_H_
#define SEICHE_CODECS_SWELL_REFERENCE_DECODER_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace seiche {

// The array's bytes, row-major and without gaps; nothing if the stream is damaged.
std::optional<std::vector<std::byte>> DecodeByReference(absl::Span<const std::byte> encoded);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_REFERENCE_DECODER_H_
