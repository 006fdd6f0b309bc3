// Runs another program and waits for it.
//
//   SEICHE_RETURN_IF_ERROR(RunProcess({"python3", "-m", "venv", folder}, "venv.log"));
#ifndef SEICHE_EXPERIMENTS_MEASURE_PROCESS_H_
#define SEICHE_EXPERIMENTS_MEASURE_PROCESS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace seiche {

// `arguments`: the program, looked up in $PATH, and what it is called with. Its output, both
// streams, is appended to `log`. kNotFound if there is no such program; kFailedPrecondition
// naming program, exit code and log if it fails.
absl::Status RunProcess(const std::vector<std::string>& arguments, const std::string& log);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_MEASURE_PROCESS_H_
