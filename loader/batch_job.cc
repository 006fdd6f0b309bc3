#include "loader/batch_job.h"

#include <algorithm>

namespace seiche {

void BatchJob::AddError(int64_t row, int64_t ticket, const absl::Status& status) {
  const auto [at, added] = errors.try_emplace(row, RowError{ticket, status});
  if (!added && ticket < at->second.ticket) at->second = {ticket, status};
}

int64_t BatchJob::DropFailedRows() {
  const int64_t rows = slot->rows(), real = rows - slot->padding;
  int64_t kept = 0, padding = 0;
  auto failed = errors.begin();
  for (int64_t row = 0; row < rows; ++row) {
    if (failed != errors.end() && failed->first == row) {
      ++failed;
      continue;
    }
    if (kept != row) {
      for (int output = 0; output < static_cast<int>(slot->outputs->size()); ++output) {
        const auto bytes = static_cast<size_t>((*slot->outputs)[output].sample_bytes());
        std::copy_n(slot->Row(output, row), bytes, slot->Row(output, kept));
      }
    }
    slot->samples[kept++] = slot->samples[row];
    padding += row >= real;
  }
  slot->samples.resize(kept);
  slot->padding = padding;
  return rows - kept;
}

}  // namespace seiche
