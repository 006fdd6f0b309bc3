#include "storage/glob.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {

bool IsGlob(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return Basename(path).find_first_of("*?") != std::string::npos;
}

bool MatchesGlob(std::string_view pattern, std::string_view name) {
  size_t p = 0, n = 0;
  // Where the last star was and how far it reaches: when what follows it does not fit, it takes one
  // character more. Stars before it never have to be looked at again.
  size_t star = std::string_view::npos, star_end = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_end = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_end;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

absl::StatusOr<std::vector<std::string>> ExpandGlob(const FileSystem& files,
                                                    const std::string& pattern) {
  std::string_view bare = pattern;
  while (bare.ends_with('/')) bare.remove_suffix(1);
  const std::string last = Basename(bare);
  const std::string_view folder = bare.substr(0, bare.size() - last.size());
  SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(Dirname(bare)));
  std::vector<std::string> paths;
  for (const std::string& name : names) {
    const bool hidden = name.starts_with('.') && !last.starts_with('.');
    if (hidden || absl::StrContains(name, ".partial-") || !MatchesGlob(last, name)) continue;
    paths.push_back(absl::StrCat(folder, name));
  }
  if (paths.empty()) return absl::NotFoundError(absl::StrCat(pattern, ": nothing matches"));
  return paths;
}

}  // namespace seiche
