#include "base/cgroup.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace seiche {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

enum class Version { kV1, kV2 };

// One place where the control groups that limit processor time are mounted.
struct Mount {
  Version version;
  std::string root;   // the group that shows at the mount point
  std::string point;  // the mount point
};

bool ListsCpu(std::string_view comma_separated) {
  return absl::c_linear_search(std::vector<std::string_view>(absl::StrSplit(comma_separated, ',')),
                               "cpu");
}

// A line of /proc/self/mountinfo: "36 35 0:30 ROOT POINT OPTIONS [TAGS] - TYPE SOURCE OPTIONS".
std::optional<Mount> ParseMount(const std::string& line) {
  const size_t separator = line.find(" - ");
  if (separator == std::string::npos) return std::nullopt;
  const std::vector<std::string> left = absl::StrSplit(line.substr(0, separator), ' ');
  const std::vector<std::string> right = absl::StrSplit(line.substr(separator + 3), ' ');
  if (left.size() < 5 || right.size() < 3) return std::nullopt;
  if (right[0] == "cgroup2") return Mount{Version::kV2, left[3], left[4]};
  if (right[0] == "cgroup" && ListsCpu(right[2])) return Mount{Version::kV1, left[3], left[4]};
  return std::nullopt;
}

// The group that this process is in: a line "NUMBER:CONTROLLERS:PATH" of /proc/self/cgroup.
std::string OwnGroup(const std::string& system_root, Version version) {
  std::ifstream lines(absl::StrCat(system_root, "/proc/self/cgroup"));
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3) continue;
    if (version == Version::kV2 ? fields[1].empty() : ListsCpu(fields[1])) return fields[2];
  }
  return "/";
}

// "QUOTA PERIOD" in microseconds, or "max PERIOD" (v2) or "-1 PERIOD" (v1) for no limit.
double ParseLimit(std::istream&& text) {
  double quota, period;
  if (!(text >> quota >> period) || quota <= 0 || period <= 0) return kUnlimited;
  return quota / period;
}

double GroupLimit(const std::string& folder, Version version) {
  if (version == Version::kV2) return ParseLimit(std::ifstream(folder + "/cpu.max"));
  std::stringstream both;
  both << std::ifstream(folder + "/cpu.cfs_quota_us").rdbuf() << ' '
       << std::ifstream(folder + "/cpu.cfs_period_us").rdbuf();
  return ParseLimit(std::move(both));
}

// Below the mount point; empty if the process is in the mounted group or outside of it, which is
// how a container without a namespace for control groups sees itself.
std::string PathBelow(const Mount& mount, const std::string& group) {
  if (mount.root == "/") return group == "/" ? "" : group;
  return group.starts_with(mount.root + "/") ? group.substr(mount.root.size()) : "";
}

double MountLimit(const std::string& system_root, const Mount& mount) {
  double limit = kUnlimited;
  std::string below = PathBelow(mount, OwnGroup(system_root, mount.version));
  while (true) {
    limit =
        std::min(limit, GroupLimit(absl::StrCat(system_root, mount.point, below), mount.version));
    if (below.empty()) return limit;
    below.resize(below.rfind('/'));
  }
}

}  // namespace

double CgroupCpuLimit(const std::string& system_root) {
  double limit = kUnlimited;
  std::ifstream lines(absl::StrCat(system_root, "/proc/self/mountinfo"));
  for (std::string line; std::getline(lines, line);) {
    if (const std::optional<Mount> mount = ParseMount(line)) {
      limit = std::min(limit, MountLimit(system_root, *mount));
    }
  }
  return limit;
}

}  // namespace seiche
