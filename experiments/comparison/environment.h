// The machine and the build that figures come from. No names of hosts or users.
//
//   const Environment environment = CollectEnvironment();
//   environment.cpu_model                                  // "AMD EPYC"
#ifndef SEICHE_EXPERIMENTS_COMPARISON_ENVIRONMENT_H_
#define SEICHE_EXPERIMENTS_COMPARISON_ENVIRONMENT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"

namespace seiche {

struct Environment {
  std::string cpu_model;
  std::string architecture;  // "x86_64"
  std::string system;        // "Linux 6.1.0"
  int cores = 1;             // that this process may use
  int64_t memory_bytes = 0;  // of the machine
  std::string compiler;      // "gcc 12.2.0"
  std::string build_mode;    // "opt"; "dbg", "asan", ... are no ground for results
  std::vector<std::pair<std::string, std::string>> versions = {};  // of the libraries, by name

  bool is_optimised() const { return build_mode == "opt"; }
};

Environment CollectEnvironment();

// The machine's part of it, for reports.
Json MachineJson(const Environment& environment);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_COMPARISON_ENVIRONMENT_H_
