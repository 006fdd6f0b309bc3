#include "storage/glob.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

constexpr std::string_view kWildcards = "*?[";

// Whether `c` is what the token that begins `pattern`, no "*", stands for; `length`: of the token.
bool MatchesOne(std::string_view pattern, char c, size_t& length) {
  length = 1;
  if (pattern[0] == '?') return true;
  if (pattern[0] != '[') return pattern[0] == c;
  const bool others = pattern.size() > 1 && pattern[1] == '!';
  const size_t first = others ? 2 : 1;
  // A "]" that comes first is one of the characters.
  const size_t end = pattern.find(']', first + 1);
  if (end == std::string_view::npos) return c == '[';
  length = end + 1;
  bool found = false;
  for (size_t i = first; i < end; ++i) {
    const bool range = i + 2 < end && pattern[i + 1] == '-';
    found |= range ? pattern[i] <= c && c <= pattern[i + 2] : pattern[i] == c;
    if (range) i += 2;
  }
  return found != others;
}

// Adds what `rest` stands for behind `before`, which has no wildcards.
absl::Status Expand(const FileSystem& files, std::string_view before, std::string_view rest,
                    std::vector<std::string>& paths) {
  const size_t wildcard = rest.find_first_of(kWildcards);
  if (wildcard == std::string_view::npos) {
    std::string path = absl::StrCat(before, rest);
    if (files.Exists(path)) paths.push_back(std::move(path));
    return absl::OkStatus();
  }
  const size_t first = rest.rfind('/', wildcard) + 1;  // 0 without a "/"
  const size_t end = std::min(rest.find('/', wildcard), rest.size());
  const std::string folder = absl::StrCat(before, rest.substr(0, first));
  const std::string_view pattern = rest.substr(first, end - first), behind = rest.substr(end);
  SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                          files.List(Dirname(absl::StrCat(folder, pattern))));
  for (const std::string& name : names) {
    const bool hidden = name.starts_with('.') && !pattern.starts_with('.');
    if (hidden || absl::StrContains(name, ".partial-") || !MatchesGlob(pattern, name)) continue;
    std::string path = absl::StrCat(folder, name);
    if (behind.empty()) {
      paths.push_back(std::move(path));
      continue;
    }
    const absl::StatusOr<FileInfo> info = files.Info(path);
    if (!info.ok() || info->kind != FileInfo::Kind::kDirectory) continue;
    SEICHE_RETURN_IF_ERROR(Expand(files, path, behind, paths));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsGlob(std::string_view path) {
  return path.find_first_of(kWildcards) != std::string_view::npos;
}

bool MatchesGlob(std::string_view pattern, std::string_view name) {
  size_t p = 0, n = 0, length = 0;
  // Where the last star was and how far it reaches: when what follows it does not fit, it takes one
  // character more. Stars before it never have to be looked at again.
  size_t star = std::string_view::npos, star_end = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_end = n;
    } else if (p < pattern.size() && MatchesOne(pattern.substr(p), name[n], length)) {
      p += length;
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
  std::vector<std::string> paths;
  SEICHE_RETURN_IF_ERROR(Expand(files, "", bare, paths));
  if (paths.empty()) return absl::NotFoundError(absl::StrCat(pattern, ": nothing matches"));
  return paths;
}

}  // namespace seiche
