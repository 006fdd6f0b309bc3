#include "storage/hdf5/one_file.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {

class OpenOneFile : public ReadableFile {
 public:
  explicit OpenOneFile(const OneFile& file) : file_(file) {}

  absl::StatusOr<size_t> ReadSome(int64_t offset, absl::Span<std::byte> out) const override {
    const std::string_view contents = std::string_view(file_.contents_).substr(0, file_.size_);
    if (offset < 0) return absl::InvalidArgumentError(absl::StrCat(path(), ": byte ", offset));
    if (static_cast<size_t>(offset) >= contents.size()) return 0;
    const size_t count = std::min(out.size(), contents.size() - static_cast<size_t>(offset));
    std::memcpy(out.data(), contents.data() + offset, count);
    return count;
  }
  absl::StatusOr<FileInfo> Info() const override { return file_.Info(file_.path_); }
  const std::string& path() const override { return file_.path_; }

 private:
  const OneFile& file_;
};

absl::StatusOr<std::unique_ptr<ReadableFile>> OneFile::OpenForReading(
    const std::string& path) const {
  SEICHE_RETURN_IF_ERROR(Info(path).status());
  return std::make_unique<OpenOneFile>(*this);
}

absl::StatusOr<FileInfo> OneFile::Info(const std::string& path) const {
  if (path != path_) return absl::NotFoundError(absl::StrCat(path, ": there is only ", path_));
  FileInfo info;
  info.kind = FileInfo::Kind::kFile;
  info.size = static_cast<int64_t>(std::min(size_, contents_.size()));
  return info;
}

}  // namespace seiche
