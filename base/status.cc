#include "base/status.h"

#include <cerrno>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace seiche {
namespace {

absl::StatusCode ErrnoCode(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::StatusCode::kResourceExhausted;
    case EIO:
      return absl::StatusCode::kUnavailable;
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    default:
      return absl::ErrnoToStatusCode(error_number);
  }
}

}  // namespace

absl::Status Annotate(absl::Status status, std::string_view context) {
  if (status.ok()) return status;
  absl::Status annotated(status.code(), absl::StrCat(context, ": ", status.message()));
  status.ForEachPayload(
      [&](std::string_view url, const absl::Cord& payload) { annotated.SetPayload(url, payload); });
  return annotated;
}

absl::Status ErrnoStatus(int error_number, std::string_view path, std::string_view operation) {
  const std::string context = absl::StrCat(path, ": ", operation);
  if (error_number == 0) return absl::UnknownError(absl::StrCat(context, ": unknown error"));
  std::string message(absl::ErrnoToStatus(error_number, context).message());
  if (error_number == EMFILE) absl::StrAppend(&message, ": raise their limit (ulimit -n)");
  return absl::Status(ErrnoCode(error_number), message);
}

}  // namespace seiche
