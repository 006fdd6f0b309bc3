#include "storage/open.h"

#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/concat_store.h"
#include "storage/glob.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/jpeg/jpeg_folder_store.h"

namespace seiche {

namespace {

using Store = std::unique_ptr<const SequenceStore>;

absl::StatusOr<Store> OpenAll(const std::vector<std::string>& paths, const OpenOptions& options,
                              const std::string& name) {
  std::vector<Store> parts;
  for (const std::string& path : paths) {
    SEICHE_ASSIGN_OR_RETURN(Store part, OpenStore(path, options));
    parts.push_back(std::move(part));
  }
  return ConcatenateStores(std::move(parts), name);
}

}  // namespace

absl::StatusOr<Store> OpenStore(const std::string& path, const OpenOptions& options) {
  if (path.empty()) return absl::InvalidArgumentError("the path to open is empty");
  std::string_view name = path;
  while (name.ends_with('/')) name.remove_suffix(1);
  if (absl::StrContains(Basename(name), ".partial-")) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is what a writer left that did not end: remove it and write again"));
  }
  // Names with such characters in them come first.
  if (IsGlob(path) && !options.files->Exists(path)) {
    SEICHE_ASSIGN_OR_RETURN(const auto paths, ExpandGlob(*options.files, path));
    return OpenAll(paths, options, path);
  }
  SEICHE_ASSIGN_OR_RETURN(const FileInfo info, options.files->Info(path));
  if (info.kind == FileInfo::Kind::kDirectory) return OpenJpegFolder(path, options);
  return OpenHdf5Store(path, options);
}

absl::StatusOr<Store> OpenStore(const std::vector<std::string>& paths, const OpenOptions& options) {
  if (paths.empty()) return absl::InvalidArgumentError("no paths to open");
  return OpenAll(paths, options, "");
}

}  // namespace seiche
