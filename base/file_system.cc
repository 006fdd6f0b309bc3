#include "base/file_system.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {

namespace {

// A device that takes nothing and reports no error must not keep the caller for ever.
absl::Status TookNothing(const std::string& path) {
  return absl::UnavailableError(absl::StrCat(path, ": cannot write: the device takes no bytes"));
}

}  // namespace

absl::Status ReadableFile::ReadAt(int64_t offset, absl::Span<std::byte> out) const {
  return ReadAll(&ReadableFile::ReadSome, offset, out);
}

absl::Status ReadableFile::StreamAt(int64_t offset, absl::Span<std::byte> out) const {
  return ReadAll(&ReadableFile::StreamSome, offset, out);
}

absl::Status ReadableFile::ReadAll(Attempt attempt, int64_t offset,
                                   absl::Span<std::byte> out) const {
  size_t done = 0;
  while (done < out.size()) {
    SEICHE_ASSIGN_OR_RETURN(const size_t n, (this->*attempt)(offset + done, out.subspan(done)));
    if (n == 0) return EndsTooEarly(offset, out.size(), offset + done);
    done += n;
  }
  return absl::OkStatus();
}

absl::Status ReadableFile::EndsTooEarly(uint64_t offset, uint64_t size, uint64_t end) const {
  // `end` may lie far behind the end of the file, but not before it.
  if (const auto info = Info(); info.ok()) end = std::min<uint64_t>(end, info->size);
  return absl::DataLossError(absl::StrCat(path(), ": ends at byte ", end, ", but bytes ", offset,
                                          "..", offset + size,
                                          " are needed: the file is truncated"));
}

absl::Status WritableFile::Append(absl::Span<const std::byte> bytes) {
  while (!bytes.empty()) {
    SEICHE_ASSIGN_OR_RETURN(const size_t n, WriteSome(bytes));
    if (n == 0) return TookNothing(path());
    bytes.remove_prefix(n);
  }
  return absl::OkStatus();
}

absl::Status WritableFile::WriteAt(int64_t offset, absl::Span<const std::byte> bytes) {
  while (!bytes.empty()) {
    SEICHE_ASSIGN_OR_RETURN(const size_t n, WriteSomeAt(offset, bytes));
    if (n == 0) return TookNothing(path());
    bytes.remove_prefix(n);
    offset += n;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFile(const FileSystem& files, const std::string& path,
                                     int64_t max_bytes) {
  SEICHE_ASSIGN_OR_RETURN(const auto file, files.OpenForReading(path));
  SEICHE_ASSIGN_OR_RETURN(const FileInfo info, file->Info());
  if (info.size > max_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, ": has ", info.size, " bytes, at most ", max_bytes, " are read"));
  }
  std::string contents(info.size, '\0');
  SEICHE_RETURN_IF_ERROR(file->ReadAt(
      0, absl::MakeSpan(reinterpret_cast<std::byte*>(contents.data()), contents.size())));
  return contents;
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  if (directory.empty() || name.starts_with('/')) return std::string(name);
  return absl::StrCat(directory, directory.ends_with('/') ? "" : "/", name);
}

std::string Dirname(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, std::max<size_t>(slash, 1)));
}

std::string Basename(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

}  // namespace seiche
