// Status helpers: early return, context in front of a message, errno.
//
//   SEICHE_ASSIGN_OR_RETURN(auto file, fs.OpenForReading(path));
//   SEICHE_RETURN_IF_ERROR(file->ReadAt(0, header));
//   return Annotate(std::move(status), "waves.h5: dataset images: chunk (3,0,0,0)");
//
// Which code means what, everywhere in the project:
//   kInvalidArgument    the caller's options or arguments make no sense; nothing was touched
//   kNotFound           a path, H5 dataset or codec of that name does not exist
//   kAlreadyExists      an output is there and overwriting was not asked for
//   kDataLoss           stored bytes are damaged, truncated or fail their checksum
//   kFailedPrecondition the input is of a kind that is not taken here (not HDF5, wrong rank)
//   kUnimplemented      valid, but neither this code nor the library behind it can do it
//   kResourceExhausted  no space left, memory budget too small, too many open files
//   kPermissionDenied   the system forbids it
//   kUnavailable        the device failed (EIO); trying again may help
#ifndef SEICHE_BASE_STATUS_H_
#define SEICHE_BASE_STATUS_H_

#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seiche {

// `status` with "context: " in front of its message; OK stays OK.
[[nodiscard]] absl::Status Annotate(absl::Status status, std::string_view context);

// The status for `error_number` (an errno value) of `operation` on `path`:
// "PATH: OPERATION: No space left on device". ENOSPC, EDQUOT and EFBIG are kResourceExhausted, EIO
// is kUnavailable, EROFS is kPermissionDenied, the rest as absl::ErrnoToStatusCode maps it. Never
// OK: 0 is kUnknown.
[[nodiscard]] absl::Status ErrnoStatus(int error_number, std::string_view path,
                                       std::string_view operation);

}  // namespace seiche

#define SEICHE_STATUS_CONCAT_INNER_(a, b) a##b
#define SEICHE_STATUS_CONCAT_(a, b) SEICHE_STATUS_CONCAT_INNER_(a, b)

#define SEICHE_RETURN_IF_ERROR(expression)                                  \
  do {                                                                      \
    if (absl::Status seiche_status_ = (expression); !seiche_status_.ok()) { \
      return seiche_status_;                                                \
    }                                                                       \
  } while (false)

#define SEICHE_ASSIGN_OR_RETURN(declaration, expression)                                  \
  SEICHE_ASSIGN_OR_RETURN_IMPL_(SEICHE_STATUS_CONCAT_(seiche_or_, __LINE__), declaration, \
                                expression)

#define SEICHE_ASSIGN_OR_RETURN_IMPL_(result, declaration, expression) \
  auto result = (expression);                                          \
  if (!result.ok()) return std::move(result).status();                 \
  declaration = *std::move(result)

#endif  // SEICHE_BASE_STATUS_H_
