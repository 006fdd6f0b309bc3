// The files that the chunks of a store lie in: opened once, and watched for changes.
//
//   SourceFiles files(DefaultFileSystem());
//   SEICHE_ASSIGN_OR_RETURN(const int32_t file, files.Open("waves.h5"));
//   SEICHE_RETURN_IF_ERROR(files.Read(file, /*offset=*/2048, bytes));
//
// Chunk positions are only worth something as long as nobody writes to the file: every read ends
// with a look at its size and time of modification. Filled by one thread; then immutable, and
// thread-safe.
#ifndef SEICHE_STORAGE_HDF5_SOURCE_FILES_H_
#define SEICHE_STORAGE_HDF5_SOURCE_FILES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/file_system.h"

namespace seiche {

class SourceFiles {
 public:
  // `files` must outlive the object.
  explicit SourceFiles(const FileSystem& files) : files_(&files) {}

  // The number of the file at `path`, which is opened unless it is open already.
  absl::StatusOr<int32_t> Open(const std::string& path);

  // The number of `bytes` of file `file` that are kept in memory, as if they were a file of their
  // own; it changes when `file` does.
  int32_t Keep(int32_t file, std::vector<std::byte> bytes);

  int32_t count() const { return static_cast<int32_t>(entries_.size()); }
  const FileSystem& file_system() const { return *files_; }
  const std::string& path(int32_t file) const { return entries_[file].readable->path(); }
  const ReadableFile& readable(int32_t file) const { return *entries_[file].readable; }
  int64_t size(int32_t file) const { return entries_[file].opened.size; }  // when it was opened

  // Reads all of `out`. kFailedPrecondition if the file has changed since it was opened; otherwise
  // as ReadableFile::ReadAt().
  absl::Status Read(int32_t file, int64_t offset, absl::Span<std::byte> out) const;
  // The same by ReadableFile::StreamAt().
  absl::Status Stream(int32_t file, int64_t offset, absl::Span<std::byte> out) const;
  // ReadableFile::Map(). kFailedPrecondition if the file has changed since it was opened.
  absl::StatusOr<absl::Span<const std::byte>> Map(int32_t file, int64_t offset, int64_t size) const;
  // kFailedPrecondition if the file has changed since it was opened.
  absl::Status CheckUnchanged(int32_t file) const;

 private:
  // `read` of a file that has not changed meanwhile.
  absl::Status UnlessChanged(int32_t file, absl::Status read) const;

  struct Entry {
    std::shared_ptr<const ReadableFile> readable;
    FileInfo opened;  // as it was then
  };

  const FileSystem* files_;
  std::vector<Entry> entries_;
  std::map<std::string, int32_t> opened_;  // by path
};

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_SOURCE_FILES_H_
