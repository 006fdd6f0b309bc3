#include "storage/hdf5/source_files.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

class KeptBytes final : public ReadableFile {
 public:
  KeptBytes(std::shared_ptr<const ReadableFile> source, std::vector<std::byte> bytes)
      : source_(std::move(source)), bytes_(std::move(bytes)) {}

  absl::StatusOr<size_t> ReadSome(int64_t offset, absl::Span<std::byte> out) const override {
    if (offset < 0) return absl::InvalidArgumentError(absl::StrCat(path(), ": byte ", offset));
    if (static_cast<uint64_t>(offset) >= bytes_.size()) return 0;
    const size_t count = std::min<size_t>(out.size(), bytes_.size() - offset);
    std::copy_n(bytes_.begin() + offset, count, out.begin());
    return count;
  }
  absl::StatusOr<FileInfo> Info() const override { return source_->Info(); }
  const std::string& path() const override { return source_->path(); }

 private:
  const std::shared_ptr<const ReadableFile> source_;
  const std::vector<std::byte> bytes_;
};

}  // namespace

absl::StatusOr<int32_t> SourceFiles::Open(const std::string& path) {
  if (const auto known = opened_.find(path); known != opened_.end()) return known->second;
  Entry entry;
  SEICHE_ASSIGN_OR_RETURN(entry.readable, files_->OpenForReading(path));
  SEICHE_ASSIGN_OR_RETURN(entry.opened, entry.readable->Info());
  entries_.push_back(std::move(entry));
  return opened_[path] = count() - 1;
}

int32_t SourceFiles::Keep(int32_t file, std::vector<std::byte> bytes) {
  Entry entry = entries_[file];
  entry.readable = std::make_shared<KeptBytes>(std::move(entry.readable), std::move(bytes));
  entries_.push_back(std::move(entry));
  return count() - 1;
}

absl::Status SourceFiles::Read(int32_t file, int64_t offset, absl::Span<std::byte> out) const {
  return UnlessChanged(file, entries_[file].readable->ReadAt(offset, out));
}

absl::Status SourceFiles::Stream(int32_t file, int64_t offset, absl::Span<std::byte> out) const {
  return UnlessChanged(file, entries_[file].readable->StreamAt(offset, out));
}

absl::StatusOr<absl::Span<const std::byte>> SourceFiles::Map(int32_t file, int64_t offset,
                                                             int64_t size) const {
  const absl::Span<const std::byte> mapped = entries_[file].readable->Map(offset, size);
  if (mapped.empty()) return mapped;
  SEICHE_RETURN_IF_ERROR(CheckUnchanged(file));
  return mapped;
}

absl::Status SourceFiles::UnlessChanged(int32_t file, absl::Status read) const {
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
