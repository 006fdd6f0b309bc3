#include "experiments/comparison/environment.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/worker_pool.h"
#include "experiments/comparison/library_versions.h"

namespace seiche {
namespace {

// Files in /proc have no size, so they are read as streams. arm64 kernels print no model name.
std::string CpuModel() {
  std::ifstream cpus("/proc/cpuinfo");
  for (std::string line; std::getline(cpus, line);) {
    if (!absl::StartsWith(line, "model name")) continue;
    return std::string(absl::StripAsciiWhitespace(line.substr(line.find(':') + 1)));
  }
  return "unknown";
}

std::string Compiler() {
#if defined(__clang__)
  return absl::StrCat("clang ", __clang_major__, ".", __clang_minor__, ".", __clang_patchlevel__);
#else
  return absl::StrCat("gcc ", __GNUC__, ".", __GNUC_MINOR__, ".", __GNUC_PATCHLEVEL__);
#endif
}

std::string BuildMode() {
#if defined(__SANITIZE_ADDRESS__)
  return "asan";
#elif defined(__SANITIZE_THREAD__)
  return "tsan";
#elif defined(NDEBUG) && defined(__OPTIMIZE__)
  return "opt";
#elif defined(__OPTIMIZE__)
  return "opt with assertions";
#else
  return "dbg";
#endif
}

}  // namespace

Environment CollectEnvironment() {
  Environment environment;
  environment.cpu_model = CpuModel();
  utsname system;
  if (uname(&system) == 0) {
    environment.architecture = system.machine;
    environment.system = absl::StrCat(system.sysname, " ", system.release);
  }
  environment.cores = AvailableCores();
  environment.memory_bytes =
      static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<int64_t>(sysconf(_SC_PAGESIZE));
  environment.compiler = Compiler();
  environment.build_mode = BuildMode();
  for (const LibraryVersion& library : kLibraryVersions) {
    environment.versions.emplace_back(library.name, library.version);
  }
  return environment;
}

Json MachineJson(const Environment& environment) {
  return {{"cpu_model", environment.cpu_model},
          {"architecture", environment.architecture},
          {"cores", environment.cores},
          {"memory_bytes", environment.memory_bytes},
          {"system", environment.system}};
}

}  // namespace seiche
