// Which paths a command may write to, next to those that it reads.
#ifndef SEICHE_TOOLS_COMMAND_PATHS_H_
#define SEICHE_TOOLS_COMMAND_PATHS_H_

#include <string>

#include "absl/status/status.h"
#include "base/file_system.h"

namespace seiche {

// Whether `to` may be written while `from`, a path or a pattern, is read: it must not be what is
// read, nor lie in it or around it, links followed, nor be a link to an open file (/dev/stdout).
// kInvalidArgument if it may not, or if either is empty.
absl::Status CheckTarget(const std::string& from, const std::string& to, const FileSystem& files);

}  // namespace seiche

#endif  // SEICHE_TOOLS_COMMAND_PATHS_H_
