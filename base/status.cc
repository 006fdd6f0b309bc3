#include "base/status.h"

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace seiche {

absl::Status Annotate(absl::Status status, std::string_view context) {
  if (status.ok()) return status;
  absl::Status annotated(status.code(), absl::StrCat(context, ": ", status.message()));
  status.ForEachPayload(
      [&](std::string_view url, const absl::Cord& payload) { annotated.SetPayload(url, payload); });
  return annotated;
}

absl::Status ErrnoStatus(int error_number, std::string_view path, std::string_view operation) {
  absl::Status status = absl::ErrnoToStatus(error_number, absl::StrCat(path, ": ", operation));
  absl::StatusCode code = status.code();
  if (error_number == ENOSPC || error_number == EDQUOT) code = absl::StatusCode::kResourceExhausted;
  if (error_number == EIO) code = absl::StatusCode::kUnavailable;
  return absl::Status(code, status.message());
}

}  // namespace seiche
