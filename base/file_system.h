// Files as seiche reads and writes them, behind one small interface that tests replace.
//
//   SEICHE_ASSIGN_OR_RETURN(auto file, DefaultFileSystem().OpenForReading("waves.h5"));
//   SEICHE_RETURN_IF_ERROR(file->ReadAt(/*offset=*/512, bytes));     // all of them, or an error
//
// Implementations provide single attempts (ReadSome, WriteSome, ...) that may be short;
// the loops that finish them are written once, here. Interrupted calls (EINTR) are repeated. Every
// error names the path. ReadableFile and FileSystem are thread-safe; WritableFile is
// thread-compatible. FaultyFileSystem (base/faulty_file_system.h) injects short reads, EIO, ENOSPC
// and kill points.
#ifndef SEICHE_BASE_FILE_SYSTEM_H_
#define SEICHE_BASE_FILE_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace seiche {

struct FileInfo {
  enum class Kind { kFile, kDirectory, kOther };
  Kind kind = Kind::kOther;
  int64_t size = 0;         // bytes
  int64_t allocated = 0;    // bytes on disk: blocks in use
  int64_t mtime_nanos = 0;  // last modification, nanoseconds since 1970
};

class ReadableFile {
 public:
  virtual ~ReadableFile() = default;

  // One attempt to read out.size() bytes at `offset`: returns how many came, 0 at the end of the
  // file. kUnavailable for EIO.
  virtual absl::StatusOr<size_t> ReadSome(int64_t offset, absl::Span<std::byte> out) const = 0;
  // The same for bytes that are not looked at soon: they may go past the caches.
  virtual absl::StatusOr<size_t> StreamSome(int64_t offset, absl::Span<std::byte> out) const {
    return ReadSome(offset, out);
  }
  // Size (and mtime) of the open file, now.
  virtual absl::StatusOr<FileInfo> Info() const = 0;
  virtual const std::string& path() const = 0;
  // Bytes [offset, offset + size) in a mapping of the file, which lasts as long as this object;
  // they have been brought into memory. Empty if they cannot be had that way: then they are to be
  // read. Nothing but Look() may touch them, and whoever does must expect that they change
  // meanwhile.
  virtual absl::Span<const std::byte> Map(int64_t offset, int64_t size) const {
    (void)offset, (void)size;
    return {};
  }
  // Whether these bytes are from Map().
  virtual bool IsMapped(absl::Span<const std::byte> bytes) const {
    (void)bytes;
    return false;
  }
  // Calls `look`, which may read of `mapped`, what Map() gave. False if some of it could not be
  // had: it saw zeros instead, or was not called; reading says why.
  virtual bool Look(absl::Span<const std::byte> mapped, absl::FunctionRef<void()> look) const {
    (void)mapped, (void)look;
    return false;
  }
  // These bytes will be read soon. A hint: reading them may begin, nothing waits or fails.
  virtual void WillRead(int64_t offset, int64_t size) const { (void)offset, (void)size; }

  // Reads exactly out.size() bytes. kDataLoss "PATH: ends at byte N, but bytes A..B are needed: the
  // file is truncated" if the file is shorter; B is one past the last.
  absl::Status ReadAt(int64_t offset, absl::Span<std::byte> out) const;
  // The same by StreamSome().
  absl::Status StreamAt(int64_t offset, absl::Span<std::byte> out) const;

 private:
  using Attempt = absl::StatusOr<size_t> (ReadableFile::*)(int64_t, absl::Span<std::byte>) const;
  absl::Status ReadAll(Attempt attempt, int64_t offset, absl::Span<std::byte> out) const;
  absl::Status EndsTooEarly(uint64_t offset, uint64_t size, uint64_t end) const;
};

class WritableFile {
 public:
  virtual ~WritableFile() = default;  // closes; call Close() to learn of errors

  // One attempt to append: returns how many bytes were taken, at least 1.
  virtual absl::StatusOr<size_t> WriteSome(absl::Span<const std::byte> bytes) = 0;
  // One attempt to write at `offset`, which may lie past the end: the gap reads as zeros. For
  // files that are not appended to.
  virtual absl::StatusOr<size_t> WriteSomeAt(int64_t offset, absl::Span<const std::byte> bytes) = 0;
  // Cuts the file or fills it with zeros to `size` bytes.
  virtual absl::Status Truncate(int64_t size) = 0;
  // Flushes to the device.
  virtual absl::Status Sync() = 0;
  virtual absl::Status Close() = 0;
  virtual const std::string& path() const = 0;

  // Appends all of `bytes`. kResourceExhausted if the disk is full.
  absl::Status Append(absl::Span<const std::byte> bytes);
  // Writes all of `bytes` at `offset`. kResourceExhausted if the disk is full.
  absl::Status WriteAt(int64_t offset, absl::Span<const std::byte> bytes);
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // kNotFound, kPermissionDenied; kFailedPrecondition for a directory, a pipe or a device.
  virtual absl::StatusOr<std::unique_ptr<ReadableFile>> OpenForReading(
      const std::string& path) const = 0;
  // A new, empty file; kAlreadyExists if there is one.
  virtual absl::StatusOr<std::unique_ptr<WritableFile>> CreateForWriting(
      const std::string& path) = 0;

  virtual absl::StatusOr<FileInfo> Info(const std::string& path) const = 0;
  // Names (not paths) in a directory, sorted, without "." and "..".
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& path) const = 0;
  // Makes a directory and its parents; fine if it exists already.
  virtual absl::Status MakeDirectories(const std::string& path) = 0;
  // Flushes a file's contents, or a directory's entries, to the device.
  virtual absl::Status SyncPath(const std::string& path) = 0;
  // Flushes a file, or a directory with all that is in it. Other files on the same disk may be
  // flushed as well: one call for thousands of small files costs far less than one for each.
  virtual absl::Status SyncTree(const std::string& path) = 0;
  // Replaces `to` if it is a file or an empty directory.
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  // kAlreadyExists if there is anything at `to`; atomic where the disk's format can do that.
  virtual absl::Status RenameNew(const std::string& from, const std::string& to) = 0;
  // Swaps two paths of any kind in one step. kUnimplemented if the disk's format cannot.
  virtual absl::Status Exchange(const std::string& a, const std::string& b) = 0;
  // A file, a link (not what it points to) or a directory with all that is in it; fine if it does
  // not exist.
  virtual absl::Status RemoveAll(const std::string& path) = 0;
  // Bytes that an ordinary user may still write to the disk that holds `path`.
  virtual absl::StatusOr<int64_t> FreeSpace(const std::string& path) const = 0;

  bool Exists(const std::string& path) const { return Info(path).ok(); }
};

// The machine's own file system (POSIX). Never destroyed. StreamSome() of 64 KiB and more copies
// from a mapping of the file, past the caches: 1.4 times as fast as pread() from the page cache.
// Map() gives them in place, and none of fewer bytes.
// Pages are asked for before they are touched, and touched under guard (base/guarded_copy.h), so
// that a failing disk and a file that is cut short are errors as ever. What was read stays mapped,
// and counts as the process's shared memory (RssFile) until the kernel needs it. Linux 5.14 or
// newer; elsewhere, for files larger than the machine's memory, and where there are thousands of
// mapped files, it is a pread().
FileSystem& DefaultFileSystem();
// The same without mappings and without a handler of SIGBUS: every read is a pread().
FileSystem& UnmappedFileSystem();

// The whole file. kResourceExhausted if it is larger than `max_bytes`.
absl::StatusOr<std::string> ReadFile(const FileSystem& files, const std::string& path,
                                     int64_t max_bytes = int64_t{1} << 30);

// "a/b" + "c" -> "a/b/c"; an absolute `name` stays.
std::string JoinPath(std::string_view directory, std::string_view name);
// "a/b/c.h5" -> "a/b" and "c.h5"; "c.h5" -> "." and "c.h5".
std::string Dirname(std::string_view path);
std::string Basename(std::string_view path);

}  // namespace seiche

#endif  // SEICHE_BASE_FILE_SYSTEM_H_
