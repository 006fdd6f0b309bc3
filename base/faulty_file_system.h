// A file system that fails on purpose, for tests.
//
//   FaultyFileSystem files(DefaultFileSystem(), {.space = 1000});     // ENOSPC after 1000 bytes
//   EXPECT_THAT(WriteWaves(files, path), StatusIs(absl::StatusCode::kResourceExhausted, _));
//
//   // Killed at every possible moment: what is left on the disk?
//   for (int64_t kill_at = 0;; ++kill_at) {
//     FaultyFileSystem files(DefaultFileSystem(), {.kill_at = kill_at});
//     WriteWaves(files, path).IgnoreError();
//     CheckWhatIsThere(DefaultFileSystem(), path);
//     if (!files.killed()) break;
//   }
//
// It passes all else on to another file system, which must outlive it and its files. Thread-safe as
// every FileSystem; under several threads the order in which calls are numbered is theirs.
#ifndef SEICHE_BASE_FAULTY_FILE_SYSTEM_H_
#define SEICHE_BASE_FAULTY_FILE_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"

namespace seiche {

// What goes wrong. Numbers of calls count from 0 over all files of the file system; -1: never.
struct FaultPlan {
  // Reads and writes transfer at most this many bytes a call; 0: no limit.
  size_t max_transfer = 0;
  // Not 0: the key of random transfers of 1 byte up to what was asked for.
  uint64_t short_transfer_seed = 0;

  int64_t fail_read = -1;   // EIO from this call of ReadSome
  int64_t fail_write = -1;  // EIO from this call of WriteSome or WriteSomeAt
  int64_t fail_sync = -1;   // EIO from this call of Sync, SyncPath or SyncTree
  // EIO from every read that touches this byte of any file: a bad sector.
  int64_t bad_byte = -1;
  // Bytes that may still be written; what fits is written, then ENOSPC.
  int64_t space = -1;
  // The process is killed before this call, of any function: from it on every call does nothing and
  // fails with kAborted. What is on the disk stays, for another FileSystem to look at.
  int64_t kill_at = -1;
  // Exchange() is kUnimplemented, as on many network disks.
  bool no_exchange = false;
};

class FaultyFileSystem : public FileSystem {
 public:
  FaultyFileSystem(FileSystem& files, const FaultPlan& plan);
  ~FaultyFileSystem() override;

  // Calls so far, those that failed included: kill_at in [0, calls()) all happen.
  int64_t calls() const;
  // Whether kill_at was reached.
  bool killed() const;

  absl::StatusOr<std::unique_ptr<ReadableFile>> OpenForReading(
      const std::string& path) const override;
  absl::StatusOr<std::unique_ptr<WritableFile>> CreateForWriting(const std::string& path) override;
  absl::StatusOr<FileInfo> Info(const std::string& path) const override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& path) const override;
  absl::Status MakeDirectories(const std::string& path) override;
  absl::Status SyncPath(const std::string& path) override;
  absl::Status SyncTree(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status RenameNew(const std::string& from, const std::string& to) override;
  absl::Status Exchange(const std::string& a, const std::string& b) override;
  absl::Status RemoveAll(const std::string& path) override;
  absl::StatusOr<int64_t> FreeSpace(const std::string& path) const override;

 private:
  class State;
  FileSystem& files_;
  const std::shared_ptr<State> state_;
};

}  // namespace seiche

#endif  // SEICHE_BASE_FAULTY_FILE_SYSTEM_H_
