#include "experiments/data/file_tree.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/aligned_buffer.h"
#include "base/crc32c.h"
#include "base/status.h"

namespace seiche {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;

absl::Status AddFiles(const FileSystem& files, const std::string& path,
                      std::vector<TreeFile>& list) {
  SEICHE_ASSIGN_OR_RETURN(const FileInfo info, files.Info(path));
  if (info.kind == FileInfo::Kind::kFile) {
    list.push_back({path, info.size, info.allocated});
    return absl::OkStatus();
  }
  if (info.kind != FileInfo::Kind::kDirectory) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": is neither a file nor a directory"));
  }
  SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(path));
  for (const std::string& name : names) {
    SEICHE_RETURN_IF_ERROR(AddFiles(files, JoinPath(path, name), list));
  }
  return absl::OkStatus();
}

// Calls visit(block) for the blocks of a file.
template <typename Visit>
absl::Status ReadBlocks(const FileSystem& files, const std::string& path, AlignedBuffer& buffer,
                        Visit visit) {
  SEICHE_ASSIGN_OR_RETURN(const auto file, files.OpenForReading(path));
  const absl::Span<std::byte> block = buffer.Reserve(kBlockBytes).first(kBlockBytes);
  for (int64_t offset = 0;;) {
    SEICHE_ASSIGN_OR_RETURN(const size_t count, file->ReadSome(offset, block));
    if (count == 0) return absl::OkStatus();
    SEICHE_RETURN_IF_ERROR(visit(absl::Span<const std::byte>(block.first(count))));
    offset += static_cast<int64_t>(count);
  }
}

absl::Status CopyFile(FileSystem& files, const std::string& from, const std::string& to,
                      AlignedBuffer& buffer) {
  SEICHE_ASSIGN_OR_RETURN(const std::unique_ptr<WritableFile> out, files.CreateForWriting(to));
  SEICHE_RETURN_IF_ERROR(ReadBlocks(
      files, from, buffer, [&](absl::Span<const std::byte> block) { return out->Append(block); }));
  return out->Close();
}

absl::Status CopyInto(FileSystem& files, const std::string& from, const std::string& to,
                      AlignedBuffer& buffer) {
  SEICHE_ASSIGN_OR_RETURN(const FileInfo info, files.Info(from));
  if (info.kind != FileInfo::Kind::kDirectory) return CopyFile(files, from, to, buffer);
  SEICHE_RETURN_IF_ERROR(files.MakeDirectories(to));
  SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(from));
  for (const std::string& name : names) {
    SEICHE_RETURN_IF_ERROR(CopyInto(files, JoinPath(from, name), JoinPath(to, name), buffer));
  }
  return absl::OkStatus();
}

}  // namespace

std::string TreeSummary::digest() const { return absl::StrFormat("crc32c:%08x", crc32c); }

bool TreeSummary::SameContents(const TreeSummary& other) const {
  return files == other.files && bytes == other.bytes && crc32c == other.crc32c;
}

absl::StatusOr<std::vector<TreeFile>> ListTree(const FileSystem& files, const std::string& path) {
  std::vector<TreeFile> list;
  SEICHE_RETURN_IF_ERROR(AddFiles(files, path, list));
  std::sort(list.begin(), list.end(),
            [](const TreeFile& a, const TreeFile& b) { return a.path < b.path; });
  return list;
}

absl::StatusOr<TreeSummary> SummariseTree(const FileSystem& files, const std::string& path) {
  SEICHE_ASSIGN_OR_RETURN(const std::vector<TreeFile> list, ListTree(files, path));
  TreeSummary summary;
  AlignedBuffer buffer;
  for (const TreeFile& file : list) {
    ++summary.files;
    summary.bytes += file.size;
    summary.allocated += file.allocated;
    SEICHE_RETURN_IF_ERROR(
        ReadBlocks(files, file.path, buffer, [&](absl::Span<const std::byte> block) {
          summary.crc32c = ExtendCrc32c(summary.crc32c, block);
          return absl::OkStatus();
        }));
  }
  return summary;
}

absl::Status CopyTree(FileSystem& files, const std::string& from, const std::string& to) {
  if (files.Exists(to)) {
    return absl::AlreadyExistsError(absl::StrCat(to, ": exists already: remove it first"));
  }
  AlignedBuffer buffer;
  return CopyInto(files, from, to, buffer);
}

absl::Status FlushDisk(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(errno, path, "open");
  const int result = ::syncfs(fd);
  const int error = errno;
  ::close(fd);
  return result == 0 ? absl::OkStatus() : ErrnoStatus(error, path, "syncfs");
}

absl::Status RemoveLeftovers(FileSystem& files, const std::string& folder) {
  if (!files.Exists(folder)) return absl::OkStatus();
  SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(folder));
  for (const std::string& name : names) {
    if (!absl::StrContains(name, ".partial-")) continue;
    SEICHE_RETURN_IF_ERROR(files.RemoveAll(JoinPath(folder, name)));
  }
  return absl::OkStatus();
}

}  // namespace seiche
