// Whether files lie in the system's page cache, and how to get them in or out.
//
//   SEICHE_RETURN_IF_ERROR(DropFromPageCache(paths));
//   SEICHE_ASSIGN_OR_RETURN(double resident, ResidentFraction(paths));     // 0 if that worked
//
// Linux. Pages that were written but not flushed cannot be dropped. Thread-safe.
#ifndef SEICHE_EXPERIMENTS_MEASURE_PAGE_CACHE_H_
#define SEICHE_EXPERIMENTS_MEASURE_PAGE_CACHE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace seiche {

// Asks the system to forget the contents of the files (posix_fadvise, POSIX_FADV_DONTNEED). It may
// decline without an error: ask ResidentFraction().
absl::Status DropFromPageCache(absl::Span<const std::string> paths);

// Reads every file once.
absl::Status ReadIntoPageCache(absl::Span<const std::string> paths);

// Pages of the files that are in memory / pages that they have (mincore); 1 if they are empty.
absl::StatusOr<double> ResidentFraction(absl::Span<const std::string> paths);

enum class CacheState { kWarm, kCold };

// Brings the files into that state. Whether they were then found in it: at least 99.9 % resident,
// or at most 0.1 %.
absl::StatusOr<bool> PrepareCache(absl::Span<const std::string> paths, CacheState state);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_MEASURE_PAGE_CACHE_H_
