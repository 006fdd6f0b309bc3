#include "tools/command/paths.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/glob.h"

namespace seiche {
namespace {

// As the system sees it, links followed; as it is written if the system cannot say.
std::filesystem::path Canonical(const std::string& path) {
  std::error_code error;
  std::filesystem::path canonical = std::filesystem::weakly_canonical(path, error);
  if (error) canonical = std::filesystem::path(path).lexically_normal();
  return canonical.has_filename() ? canonical : canonical.parent_path();
}

bool Inside(const std::filesystem::path& path, const std::filesystem::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

// What replaced it would not reach whoever has the file open, and the link would be gone.
bool LeadsToOpenFile(const std::string& path) {
  std::error_code error;
  return std::filesystem::read_symlink(path, error).string().starts_with("/proc/");
}

absl::Status CheckOne(const std::string& from, const std::string& to) {
  const std::filesystem::path source = Canonical(from), target = Canonical(to);
  if (source == target) {
    return absl::InvalidArgumentError(
        absl::StrCat(to, ": is the source: give the target another name"));
  }
  if (Inside(source, target) || Inside(target, source)) {
    return absl::InvalidArgumentError(absl::StrCat(
        from, " and ", to, ": one lies inside the other: give the target another place"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTarget(const std::string& from, const std::string& to, const FileSystem& files) {
  if (from.empty() || to.empty()) {
    return absl::InvalidArgumentError("the source and the target need a path each");
  }
  if (LeadsToOpenFile(to)) {
    return absl::InvalidArgumentError(
        absl::StrCat(to, ": is a link to an open file: name a file of its own"));
  }
  if (!IsGlob(from) || files.Exists(from)) return CheckOne(from, to);
  SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ExpandGlob(files, from));
  for (const std::string& path : paths) SEICHE_RETURN_IF_ERROR(CheckOne(path, to));
  return absl::OkStatus();
}

}  // namespace seiche
