#include "storage/open.h"

#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/concat_store.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/jpeg/jpeg_folder_store.h"

namespace seiche {

absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenStore(const std::string& path,
                                                               const OpenOptions& options) {
  if (path.empty()) return absl::InvalidArgumentError("the path to open is empty");
  std::string_view name = path;
  while (name.ends_with('/')) name.remove_suffix(1);
  if (absl::StrContains(Basename(name), ".partial-")) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is what a writer left that did not end: remove it and write again"));
  }
  SEICHE_ASSIGN_OR_RETURN(const FileInfo info, options.files->Info(path));
  if (info.kind == FileInfo::Kind::kDirectory) return OpenJpegFolder(path, options);
  return OpenHdf5Store(path, options);
}

absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenStore(
    const std::vector<std::string>& paths, const OpenOptions& options) {
  if (paths.empty()) return absl::InvalidArgumentError("no paths to open");
  std::vector<std::unique_ptr<const SequenceStore>> parts;
  for (const std::string& path : paths) {
    SEICHE_ASSIGN_OR_RETURN(auto part, OpenStore(path, options));
    parts.push_back(std::move(part));
  }
  return ConcatenateStores(std::move(parts));
}

}  // namespace seiche
