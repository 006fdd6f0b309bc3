#include "storage/hdf5/source_files.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {

absl::StatusOr<int32_t> SourceFiles::Open(const std::string& path) {
  for (int32_t file = 0; file < count(); ++file) {
    if (entries_[file].readable->path() == path) return file;
  }
  Entry entry;
  SEICHE_ASSIGN_OR_RETURN(entry.readable, files_->OpenForReading(path));
  SEICHE_ASSIGN_OR_RETURN(entry.opened, entry.readable->Info());
  entries_.push_back(std::move(entry));
  return count() - 1;
}

absl::Status SourceFiles::Read(int32_t file, int64_t offset, absl::Span<std::byte> out) const {
  const absl::Status read = entries_[file].readable->ReadAt(offset, out);
  // Afterwards: what was written while the bytes were on their way is noticed as well.
  SEICHE_RETURN_IF_ERROR(CheckUnchanged(file));
  return read;
}

absl::Status SourceFiles::CheckUnchanged(int32_t file) const {
  const Entry& entry = entries_[file];
  SEICHE_ASSIGN_OR_RETURN(const FileInfo now, entry.readable->Info());
  if (now.size == entry.opened.size && now.mtime_nanos == entry.opened.mtime_nanos) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(path(file), ": changed since it was opened: open it again"));
}

}  // namespace seiche
