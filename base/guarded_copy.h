// Copies out of a mapped file whose pages may be gone by the time they are touched.
//
//   std::atomic<bool> lost = false;                        // of the mapping
//   if (!GuardedCopy(bytes_of_the_mapping, batch, lost)) ...     // pread() knows why
//
// Where a mapped file has been cut short, or its disk fails, touching a page of it raises SIGBUS,
// which ends a process that does not expect it. Here the rest of what was to be copied is replaced
// by zeros, and the mapping is lost: it must not be used any more. The first call installs a
// handler of that signal for the process; all that does not come from a copy of ours goes on to the
// handler that was there before, or ends the process as ever. A program that installs a handler
// of SIGBUS later and does not pass on what it does not know takes the guard away.
#ifndef SEICHE_BASE_GUARDED_COPY_H_
#define SEICHE_BASE_GUARDED_COPY_H_

#include <atomic>
#include <cstddef>

#include "absl/types/span.h"

namespace seiche {

// As StreamingCopy() (base/streaming_copy.h): past the caches, equal sizes, no overlap. `mapped`
// lies in one read-only mapping, and `lost` belongs to that: set when a page could not be had, by
// any thread. False if it is set at the end: `to` holds anything then. Thread-safe.
bool GuardedCopy(absl::Span<const std::byte> mapped, absl::Span<std::byte> to,
                 std::atomic<bool>& lost);

}  // namespace seiche

#endif  // SEICHE_BASE_GUARDED_COPY_H_
