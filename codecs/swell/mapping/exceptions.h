// Values that are stored exactly because integers do not give them back, in front of each group's
// integers: how many runs of equal ones there are, then for each how far behind the last run it
// starts, how long it is and the value's bits.
//
//   ExceptionWriter writer(mapped.exceptions, /*element_size=*/4);
//   writer.Append(/*begin=*/0, /*end=*/33856, bytes);          // group by group, ascending
//   SEICHE_ASSIGN_OR_RETURN(const auto runs, ReadExceptions(bytes, 4, 33856));
#ifndef SEICHE_CODECS_SWELL_MAPPING_EXCEPTIONS_H_
#define SEICHE_CODECS_SWELL_MAPPING_EXCEPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "codecs/swell/mapping/value_mapping.h"

namespace seiche {

class ExceptionWriter {
 public:
  // `runs` of the whole array must outlive the writer. `element_size` in bytes.
  ExceptionWriter(const std::vector<ExceptionRun>& runs, size_t element_size)
      : runs_(runs), element_size_(element_size) {}

  // Appends the runs' parts in the elements [begin, end), which start where the last call's ended.
  void Append(int64_t begin, int64_t end, std::vector<std::byte>& bytes);

 private:
  const std::vector<ExceptionRun>& runs_;
  const size_t element_size_;
  size_t next_ = 0;  // the first run that does not end before `begin`
};

// The runs of a group of `elements` elements, counted from its first. Moves `bytes` behind them.
// kDataLoss if they are damaged.
absl::StatusOr<std::vector<ExceptionRun>> ReadExceptions(absl::Span<const std::byte>& bytes,
                                                         size_t element_size, int64_t elements);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_MAPPING_EXCEPTIONS_H_
