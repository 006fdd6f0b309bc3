// A file, or a folder with all that is in it: listed, measured, copied.
//
//   SEICHE_ASSIGN_OR_RETURN(TreeSummary summary, SummariseTree(files, "waves_jpeg"));
//   summary.files == 20000;  summary.crc32c             // of all contents, in order of their paths
//
// Thread-safe.
#ifndef SEICHE_EXPERIMENTS_DATA_FILE_TREE_H_
#define SEICHE_EXPERIMENTS_DATA_FILE_TREE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"

namespace seiche {

struct TreeFile {
  std::string path;  // with the tree's own path in front
  int64_t size = 0;
  int64_t allocated = 0;  // bytes on disk
};

// All files at or below `path`, sorted by path. kFailedPrecondition for anything that is neither
// a file nor a directory.
absl::StatusOr<std::vector<TreeFile>> ListTree(const FileSystem& files, const std::string& path);

struct TreeSummary {
  int64_t files = 0;
  int64_t bytes = 0;
  int64_t allocated = 0;  // bytes on disk
  uint32_t crc32c = 0;    // of all contents, one after the other

  // "crc32c:0123abcd".
  std::string digest() const;
  // Whether number, size and contents are the same; bytes on disk may differ.
  bool SameContents(const TreeSummary& other) const;
};

// Reads every file.
absl::StatusOr<TreeSummary> SummariseTree(const FileSystem& files, const std::string& path);

// Copies a file or a folder, reading and writing every byte, one file after the other. `to` must
// not exist (kAlreadyExists); kResourceExhausted if the disk is full. On an error what was copied
// so far stays.
absl::Status CopyTree(FileSystem& files, const std::string& from, const std::string& to);

// Waits until the device has all that was written to the disk that holds `path`: one flush, where
// flushing each of 20,000 files by itself would measure the flushing.
absl::Status FlushDisk(const std::string& path);

// Removes what killed writers left in `folder` itself: names with ".partial-" in them. Fine if the
// folder does not exist.
absl::Status RemoveLeftovers(FileSystem& files, const std::string& folder);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_DATA_FILE_TREE_H_
