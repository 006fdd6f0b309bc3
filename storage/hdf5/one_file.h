// A file system with one file, in memory, that tests damage at will.
//
//   OneFile files("waves.h5", contents);
//   files.contents()[17] ^= 4;
//   auto store = OpenHdf5Store("waves.h5", {.files = &files});
//
// For reading only. Thread-compatible: no reading while contents() change.
#ifndef SEICHE_STORAGE_HDF5_ONE_FILE_H_
#define SEICHE_STORAGE_HDF5_ONE_FILE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"

namespace seiche {

class OneFile : public FileSystem {
 public:
  OneFile(std::string path, std::string contents)
      : path_(std::move(path)), contents_(std::move(contents)) {}

  const std::string& path() const { return path_; }
  std::string& contents() { return contents_; }
  // Only the first `size` bytes are there.
  void Truncate(size_t size) { size_ = size; }

  absl::StatusOr<std::unique_ptr<ReadableFile>> OpenForReading(
      const std::string& path) const override;
  absl::StatusOr<FileInfo> Info(const std::string& path) const override;

  absl::StatusOr<std::unique_ptr<WritableFile>> CreateForWriting(const std::string&) override {
    return ReadOnly();
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string&) const override {
    return ReadOnly();
  }
  absl::Status MakeDirectories(const std::string&) override { return ReadOnly(); }
  absl::Status SyncPath(const std::string&) override { return ReadOnly(); }
  absl::Status SyncTree(const std::string&) override { return ReadOnly(); }
  absl::Status Rename(const std::string&, const std::string&) override { return ReadOnly(); }
  absl::Status RenameNew(const std::string&, const std::string&) override { return ReadOnly(); }
  absl::Status Exchange(const std::string&, const std::string&) override { return ReadOnly(); }
  absl::Status RemoveAll(const std::string&) override { return ReadOnly(); }
  absl::StatusOr<int64_t> FreeSpace(const std::string&) const override { return ReadOnly(); }

 private:
  friend class OpenOneFile;
  static absl::Status ReadOnly() { return absl::PermissionDeniedError("one file, to be read"); }

  const std::string path_;
  std::string contents_;
  size_t size_ = std::string::npos;
};

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_ONE_FILE_H_
