// `seiche stats`: statistics of the fields at a path, as JSON (docs/command.md).
//
//   SEICHE_ASSIGN_OR_RETURN(std::string text, StatsJson("waves.h5", {.fields = {"images"}}));
#ifndef SEICHE_TOOLS_COMMAND_STATS_H_
#define SEICHE_TOOLS_COMMAND_STATS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "base/progress.h"

namespace seiche {

struct StatsOptions {
  std::vector<std::string> fields = {};  // empty: all that hold numbers
  int workers = 0;                       // 0: one a core
  FileSystem* files = &DefaultFileSystem();
  ProgressOptions progress = ProgressOptions::StandardError();
};

// kFailedPrecondition if no field holds numbers; other errors as of OpenStore and of
// ComputeStatistics.
absl::StatusOr<std::string> StatsJson(const std::string& path, const StatsOptions& options);

}  // namespace seiche

#endif  // SEICHE_TOOLS_COMMAND_STATS_H_
