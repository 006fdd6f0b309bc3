// File names by pattern, as a shell expands them.
//
//   SEICHE_ASSIGN_OR_RETURN(auto paths, ExpandGlob(DefaultFileSystem(), "run_?/wave_[0-3]*.h5"));
//
// Functions without state.
#ifndef SEICHE_STORAGE_GLOB_H_
#define SEICHE_STORAGE_GLOB_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file_system.h"

namespace seiche {

// Whether `path` has a wildcard.
bool IsGlob(std::string_view path);

// Whether all of `name` is what `pattern` stands for: "*" any characters, also none, "?" one (a
// byte), "[a-cx]" one of those, "[!a-cx]" one of the others. A "[" that no "]" follows is itself.
bool MatchesGlob(std::string_view pattern, std::string_view name);

// Paths of what matches `pattern`, sorted, folder by folder. Wildcards stand neither for a "/", nor
// for a leading ".", nor for what a writer left that did not end (".partial-"). kNotFound if
// nothing matches; errors as FileSystem::List() has them.
absl::StatusOr<std::vector<std::string>> ExpandGlob(const FileSystem& files,
                                                    const std::string& pattern);

}  // namespace seiche

#endif  // SEICHE_STORAGE_GLOB_H_
