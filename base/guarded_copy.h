// Copies out of a mapped file whose pages may be gone by the time they are touched.
//
//   std::atomic<bool> lost = false;                        // of the mapping
//   if (!GuardedCopy(bytes_of_the_mapping, batch, lost)) ...     // pread() knows why
//   if (!GuardedLook(bytes_of_the_mapping, lost, [&] { Decode(bytes_of_the_mapping); })) ...
//
// Where a mapped file has been cut short, or its disk fails, touching a page of it raises SIGBUS,
// which ends a process that does not expect it. Here the rest of what was to be read is replaced
// by zeros, and the mapping is lost: it must not be used any more. The first call installs a
// handler of that signal for the process; all that does not come from a call of ours goes on to the
// handler that was there before, or ends the process as ever. A program that installs a handler
// of SIGBUS later and does not pass on what it does not know takes the guard away.
#ifndef SEICHE_BASE_GUARDED_COPY_H_
#define SEICHE_BASE_GUARDED_COPY_H_

#include <atomic>
#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"

namespace seiche {

// Calls `look`, which may read `mapped`, at least a byte, and what else lies in its pages. They are
// in one read-only mapping, and `lost` belongs to that: set when a page could not be had, by any
// thread. False if it is set at the end: `look` may have seen zeros then; or if there can be no
// guard: then it was not called. Not to be nested. Thread-safe.
bool GuardedLook(absl::Span<const std::byte> mapped, std::atomic<bool>& lost,
                 absl::FunctionRef<void()> look);

// StreamingCopy() (base/streaming_copy.h) under such a guard: past the caches, equal sizes, no
// overlap. If it is false, `to` holds anything.
bool GuardedCopy(absl::Span<const std::byte> mapped, absl::Span<std::byte> to,
                 std::atomic<bool>& lost);

}  // namespace seiche

#endif  // SEICHE_BASE_GUARDED_COPY_H_
