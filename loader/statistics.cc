#include "loader/statistics.h"

#include "absl/strings/str_format.h"

namespace seiche {

double LoaderStatistics::read_amplification() const {
  return bytes_delivered == 0
             ? 0.0
             : static_cast<double>(bytes_decoded) / static_cast<double>(bytes_delivered);
}

std::string LoaderStatistics::ToString() const {
  const auto megabytes = [](int64_t bytes) { return static_cast<double>(bytes) * 1e-6; };
  std::string text = absl::StrFormat(
      "%d batches of %d samples, %.1f MB delivered; read %.1f MB in %.3f s, decoded %.1f MB (%d "
      "chunks, %.2f times what was delivered) in %.3f s; workers idle %.3f s, consumer waited %.3f "
      "s",
      batches, samples, megabytes(bytes_delivered), megabytes(bytes_read), read_seconds,
      megabytes(bytes_decoded), chunks_decoded, read_amplification(), decode_seconds, idle_seconds,
      wait_seconds);
  if (bytes_slow > 0) {
    absl::StrAppendFormat(&text, "; %.1f MB through libhdf5", megabytes(bytes_slow));
  }
  return text;
}

}  // namespace seiche
