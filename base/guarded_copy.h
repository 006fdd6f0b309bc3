// Copies out of a mapped file whose pages may be gone by the time they are touched.
//
//   if (!GuardedCopy(bytes_of_the_mapping, batch)) ...     // pread() knows why
//
// Where a mapped file has been cut short, or its disk fails, touching a page of it raises SIGBUS,
// which ends a process that does not expect it. Here it ends the copy. The first call installs a
// handler of that signal for the process; all that does not come from a copy of ours goes on to the
// handler that was there before, or ends the process as ever. A program that installs a handler
// of SIGBUS later and does not pass on what it does not know takes the guard away.
#ifndef SEICHE_BASE_GUARDED_COPY_H_
#define SEICHE_BASE_GUARDED_COPY_H_

#include <cstddef>

#include "absl/types/span.h"

namespace seiche {

// As StreamingCopy() (base/streaming_copy.h): past the caches, equal sizes, no overlap. False if
// reading `mapped` raised SIGBUS: `to` holds anything then. Thread-safe.
bool GuardedCopy(absl::Span<const std::byte> mapped, absl::Span<std::byte> to);

}  // namespace seiche

#endif  // SEICHE_BASE_GUARDED_COPY_H_
