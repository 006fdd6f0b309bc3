// `seiche verify`: decodes every chunk and lists all that cannot be.
//
//   SEICHE_ASSIGN_OR_RETURN(VerifyReport report, VerifyPath("waves.h5", {.files = &files}));
//   std::string text = VerificationText(report);
//
// Checksums that the file has are compared on the way: our writers' CRC-32C, Fletcher-32, deflate's
// Adler-32. Without one, damage shows only where decoding fails.
#ifndef SEICHE_TOOLS_COMMAND_VERIFY_H_
#define SEICHE_TOOLS_COMMAND_VERIFY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "base/progress.h"

namespace seiche {

struct VerifyOptions {
  int workers = 0;  // 0: one a core
  FileSystem* files = &DefaultFileSystem();
  ProgressOptions progress = ProgressOptions::StandardError();
};

struct VerifiedField {
  std::string name;
  int64_t chunks = 0;                      // that are stored, so were decoded
  std::vector<absl::Status> damaged = {};  // one a chunk, in order; or why nothing could be opened
  std::string not_numbers = {};            // why there is nothing to check: no damage
  std::string not_checked = {};            // why it could not be: a filter is missing
};

struct VerifyReport {
  std::string path;
  std::vector<VerifiedField> fields;
};

// Errors as of OpenStore if `path` as a whole cannot be opened; all else is in the report.
absl::StatusOr<VerifyReport> VerifyPath(const std::string& path, const VerifyOptions& options);

// kDataLoss if a chunk is damaged, kUnimplemented if a field could not be checked.
absl::Status VerificationStatus(const VerifyReport& report);

std::string VerificationText(const VerifyReport& report);

}  // namespace seiche

#endif  // SEICHE_TOOLS_COMMAND_VERIFY_H_
