// Copies memory past the caches: for results so large that they are not read again soon.
//
//   StreamingCopy(bytes_of_the_file, batch);   // equal sizes, no overlap
//
// Stores go to memory without reading the lines first that they overwrite, which an ordinary copy
// of more than the caches hold does: about two thirds of its time where memory is the limit.
#ifndef SEICHE_BASE_STREAMING_COPY_H_
#define SEICHE_BASE_STREAMING_COPY_H_

#include <cstddef>

#include "absl/types/span.h"

namespace seiche {

// Visible to other threads like ordinary stores: once the caller has synchronised with them.
void StreamingCopy(absl::Span<const std::byte> from, absl::Span<std::byte> to);

}  // namespace seiche

#endif  // SEICHE_BASE_STREAMING_COPY_H_
