// The machine's own file system behind base/file_system.h.
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file_system.h"
#include "base/guarded_copy.h"
#include "base/status.h"

namespace seiche {
namespace {

// Linux transfers at most this many bytes a call.
constexpr size_t kMaxTransfer = 0x7ffff000;

// How much of `size` bytes one call may ask for at `offset`, without passing the largest offset.
size_t Transfer(int64_t offset, size_t size) {
  const int64_t room = std::numeric_limits<int64_t>::max() - std::max<int64_t>(offset, 0);
  return std::min({size, kMaxTransfer, static_cast<size_t>(room)});
}

// Repeats a system call that a signal interrupted.
template <typename Call>
auto Retry(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

FileInfo ToFileInfo(const struct stat& st) {
  FileInfo info;
  info.kind = S_ISREG(st.st_mode)   ? FileInfo::Kind::kFile
              : S_ISDIR(st.st_mode) ? FileInfo::Kind::kDirectory
                                    : FileInfo::Kind::kOther;
  info.size = st.st_size;
  info.allocated = int64_t{st.st_blocks} * 512;
  info.mtime_nanos = int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + st.st_mtim.tv_nsec;
  return info;
}

// Owns a file descriptor and the path it was opened by.
class Descriptor {
 public:
  Descriptor(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int fd() const { return fd_; }
  const std::string& path() const { return path_; }
  absl::Status Error(std::string_view operation) const {
    return ErrnoStatus(errno, path_, operation);
  }
  absl::Status Close() {
    // Not repeated after EINTR: Linux has closed the descriptor by then.
    const int fd = std::exchange(fd_, -1);
    if (fd >= 0 && ::close(fd) != 0 && errno != EINTR) return Error("cannot close");
    return absl::OkStatus();
  }

 private:
  int fd_;
  std::string path_;
};

// Linux 5.14; older C libraries do not name it.
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

// A mapping of a file as long as it is now, for reading.
class Mapping {
 public:
  // Reads of fewer bytes are not worth it.
  static constexpr size_t kLeastRead = 64 << 10;

  explicit Mapping(int fd) {
    struct stat st;
    if (count_.fetch_add(1) >= kMostMappings || ::fstat(fd, &st) != 0 || st.st_size <= 0) return;
    // Most of a larger one is in no cache, where a mapping gains nothing, but costs page tables.
    if (st.st_size / ::sysconf(_SC_PAGESIZE) > ::sysconf(_SC_PHYS_PAGES)) return;
    size_ = st.st_size;
    void* const data = ::mmap(nullptr, static_cast<size_t>(size_), PROT_READ, MAP_SHARED, fd, 0);
    if (data != MAP_FAILED) data_ = static_cast<std::byte*>(data);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (data_ != nullptr) ::munmap(data_, static_cast<size_t>(size_));
    count_.fetch_sub(1);
  }

  // Empty if the bytes cannot be had this way: read() knows why, or brings them.
  absl::Span<const std::byte> Find(int fd, int64_t offset, int64_t size) const {
    if (data_ == nullptr || lost_ || offset < 0 || offset > size_) return {};
    if (size > size_ - offset) return {};
    static const int64_t kPage = ::sysconf(_SC_PAGESIZE);
    const int64_t first = offset / kPage * kPage;
    const auto bytes = static_cast<size_t>(offset - first + size);
    // The pages come into memory here, where a bad sector or a missing page is an error; touching
    // one that is not there would be a signal.
    if (Retry([&] { return ::madvise(data_ + first, bytes, MADV_POPULATE_READ); }) != 0) return {};
    struct stat st;
    // Past the file's end, the rest of its last page reads as zeros.
    if (::fstat(fd, &st) != 0 || st.st_size < offset + size) return {};
    return {data_ + offset, static_cast<size_t>(size)};
  }

  bool Contains(absl::Span<const std::byte> bytes) const {
    const std::less_equal<const std::byte*> at_most;
    return data_ != nullptr && !bytes.empty() && at_most(data_, bytes.data()) &&
           at_most(bytes.data() + bytes.size(), data_ + size_);
  }

  std::atomic<bool>& lost() { return lost_; }

 private:
  // Of the 65530 that Linux allows a process, allocations need some, too.
  static constexpr int kMostMappings = 4096;
  static inline std::atomic<int> count_ = 0;

  int64_t size_ = 0;
  std::byte* data_ = nullptr;
  std::atomic<bool> lost_ = false;  // a page could not be had: never used again
};

class PosixReadableFile : public ReadableFile {
 public:
  PosixReadableFile(int fd, std::string path, bool maps)
      : descriptor_(fd, std::move(path)), maps_(maps) {}

  absl::StatusOr<size_t> ReadSome(int64_t offset, absl::Span<std::byte> out) const override {
    const ssize_t n = Retry([&] {
      return ::pread(descriptor_.fd(), out.data(), Transfer(offset, out.size()), offset);
    });
    if (n < 0) return descriptor_.Error("cannot read");
    return static_cast<size_t>(n);
  }

  absl::StatusOr<size_t> StreamSome(int64_t offset, absl::Span<std::byte> out) const override {
    const absl::Span<const std::byte> mapped = Map(offset, static_cast<int64_t>(out.size()));
    if (!mapped.empty() && GuardedCopy(mapped, out, mapping_->lost())) return out.size();
    return ReadSome(offset, out);
  }

  absl::Span<const std::byte> Map(int64_t offset, int64_t size) const override {
    if (!maps_ || size < static_cast<int64_t>(Mapping::kLeastRead)) return {};
    std::call_once(map_once_, [this] {
      mapping_.emplace(descriptor_.fd());
      is_mapped_.store(true, std::memory_order_release);
    });
    return mapping_->Find(descriptor_.fd(), offset, size);
  }

  bool IsMapped(absl::Span<const std::byte> bytes) const override {
    return is_mapped_.load(std::memory_order_acquire) && mapping_->Contains(bytes);
  }

  bool Look(absl::Span<const std::byte> mapped, absl::FunctionRef<void()> look) const override {
    return IsMapped(mapped) && GuardedLook(mapped, mapping_->lost(), look);
  }

  absl::StatusOr<FileInfo> Info() const override {
    struct stat st;
    if (::fstat(descriptor_.fd(), &st) != 0) return descriptor_.Error("cannot stat");
    return ToFileInfo(st);
  }

  const std::string& path() const override { return descriptor_.path(); }

  void WillRead(int64_t offset, int64_t size) const override {
    ::posix_fadvise(descriptor_.fd(), offset, size, POSIX_FADV_WILLNEED);
  }

 private:
  Descriptor descriptor_;
  const bool maps_;
  // Made when it is first needed: most files are read a little.
  mutable std::once_flag map_once_;
  mutable std::optional<Mapping> mapping_;
  mutable std::atomic<bool> is_mapped_ = false;
};

class PosixWritableFile : public WritableFile {
 public:
  PosixWritableFile(int fd, std::string path) : descriptor_(fd, std::move(path)) {}

  absl::StatusOr<size_t> WriteSome(absl::Span<const std::byte> bytes) override {
    const ssize_t n = Retry([&] {
      return ::write(descriptor_.fd(), bytes.data(), std::min(bytes.size(), kMaxTransfer));
    });
    if (n < 0) return descriptor_.Error("cannot write");
    return static_cast<size_t>(n);
  }

  absl::StatusOr<size_t> WriteSomeAt(int64_t offset, absl::Span<const std::byte> bytes) override {
    const ssize_t n = Retry([&] {
      return ::pwrite(descriptor_.fd(), bytes.data(), Transfer(offset, bytes.size()), offset);
    });
    if (n < 0) return descriptor_.Error("cannot write");
    return static_cast<size_t>(n);
  }

  absl::Status Truncate(int64_t size) override {
    if (Retry([&] { return ::ftruncate(descriptor_.fd(), size); }) != 0) {
      return descriptor_.Error("cannot set the size");
    }
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    if (Retry([&] { return ::fsync(descriptor_.fd()); }) != 0)
      return descriptor_.Error("cannot sync");
    return absl::OkStatus();
  }

  absl::Status Close() override { return descriptor_.Close(); }
  const std::string& path() const override { return descriptor_.path(); }

 private:
  Descriptor descriptor_;
};

int RenameWith(const std::string& from, const std::string& to, unsigned int flags) {
  return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags);
}

// Whether renameat2() failed because the kernel or the disk's format does not know the flag.
bool IsUnsupported(int error) { return error == EINVAL || error == ENOSYS || error == ENOTSUP; }

class PosixFileSystem : public FileSystem {
 public:
  explicit PosixFileSystem(bool maps) : maps_(maps) {}

  absl::StatusOr<std::unique_ptr<ReadableFile>> OpenForReading(
      const std::string& path) const override {
    // Not blocking: a pipe would wait for its writer before it can be refused.
    const int fd = Retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); });
    if (fd < 0) return ErrnoStatus(errno, path, "cannot open");
    auto file = std::make_unique<PosixReadableFile>(fd, path, maps_);
    SEICHE_ASSIGN_OR_RETURN(const FileInfo info, file->Info());
    if (info.kind != FileInfo::Kind::kFile) {
      return absl::FailedPreconditionError(absl::StrCat(
          path, info.kind == FileInfo::Kind::kDirectory ? ": is a directory" : ": is no plain file",
          ", a file is needed"));
    }
    return file;
  }

  absl::StatusOr<std::unique_ptr<WritableFile>> CreateForWriting(const std::string& path) override {
    const int fd =
        Retry([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); });
    if (fd < 0) return ErrnoStatus(errno, path, "cannot create");
    return std::make_unique<PosixWritableFile>(fd, path);
  }

  absl::StatusOr<FileInfo> Info(const std::string& path) const override {
    struct stat st;
    if (::stat(path.c_str(), &st) != 0) return ErrnoStatus(errno, path, "cannot stat");
    return ToFileInfo(st);
  }

  absl::StatusOr<std::vector<std::string>> List(const std::string& path) const override {
    DIR* directory = ::opendir(path.c_str());
    if (directory == nullptr) return ErrnoStatus(errno, path, "cannot list");
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(directory)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    const int error = errno;
    ::closedir(directory);
    if (error != 0) return ErrnoStatus(error, path, "cannot list");
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::Status MakeDirectories(const std::string& path) override {
    if (::mkdir(path.c_str(), 0777) == 0) return absl::OkStatus();
    if (errno == ENOENT && Dirname(path) != path) {
      SEICHE_RETURN_IF_ERROR(MakeDirectories(Dirname(path)));
      if (::mkdir(path.c_str(), 0777) == 0) return absl::OkStatus();
    }
    const int error = errno;
    if (error == EEXIST) {
      const absl::StatusOr<FileInfo> info = Info(path);
      if (info.ok() && info->kind == FileInfo::Kind::kDirectory) return absl::OkStatus();
    }
    return ErrnoStatus(error, path, "cannot make directory");
  }

  absl::Status SyncPath(const std::string& path) override {
    const int fd = Retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
    if (fd < 0) return ErrnoStatus(errno, path, "cannot open");
    const Descriptor descriptor(fd, path);
    if (Retry([&] { return ::fsync(fd); }) != 0) return descriptor.Error("cannot sync");
    return absl::OkStatus();
  }

  absl::Status SyncTree(const std::string& path) override {
    SEICHE_ASSIGN_OR_RETURN(const FileInfo info, Info(path));
    if (info.kind != FileInfo::Kind::kDirectory) return SyncPath(path);
    const int fd = Retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
    if (fd < 0) return ErrnoStatus(errno, path, "cannot open");
    const Descriptor descriptor(fd, path);
    if (Retry([&] { return ::syncfs(fd); }) != 0) return descriptor.Error("cannot sync");
    return absl::OkStatus();
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) {
      return ErrnoStatus(errno, from, absl::StrCat("cannot rename to ", to));
    }
    return absl::OkStatus();
  }

  absl::Status RenameNew(const std::string& from, const std::string& to) override {
    const std::string operation = absl::StrCat("cannot rename to ", to);
    if (RenameWith(from, to, RENAME_NOREPLACE) == 0) return absl::OkStatus();
    if (errno == EEXIST) return ErrnoStatus(EEXIST, to, "cannot be made");
    if (!IsUnsupported(errno)) return ErrnoStatus(errno, from, operation);
    // Old kernels and some network disks: the best there is.
    struct stat st;
    if (::lstat(to.c_str(), &st) == 0) return ErrnoStatus(EEXIST, to, "cannot be made");
    if (errno != ENOENT) return ErrnoStatus(errno, to, "cannot stat");
    return Rename(from, to);
  }

  absl::Status Exchange(const std::string& a, const std::string& b) override {
    if (RenameWith(a, b, RENAME_EXCHANGE) == 0) return absl::OkStatus();
    if (IsUnsupported(errno)) {
      return absl::UnimplementedError(
          absl::StrCat(a, ": cannot exchange with ", b, ": this disk's format cannot do that"));
    }
    return ErrnoStatus(errno, a, absl::StrCat("cannot exchange with ", b));
  }

  absl::Status RemoveAll(const std::string& path) override {
    struct stat st;
    if (::lstat(path.c_str(), &st) != 0) {
      return errno == ENOENT ? absl::OkStatus() : ErrnoStatus(errno, path, "cannot stat");
    }
    const bool directory = S_ISDIR(st.st_mode);
    if (directory) {
      SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> names, List(path));
      for (const std::string& name : names) {
        SEICHE_RETURN_IF_ERROR(RemoveAll(JoinPath(path, name)));
      }
    }
    const int result = directory ? ::rmdir(path.c_str()) : ::unlink(path.c_str());
    if (result != 0 && errno != ENOENT) return ErrnoStatus(errno, path, "cannot remove");
    return absl::OkStatus();
  }

  absl::StatusOr<int64_t> FreeSpace(const std::string& path) const override {
    struct statvfs st;
    if (::statvfs(path.c_str(), &st) != 0) return ErrnoStatus(errno, path, "cannot stat the disk");
    return static_cast<int64_t>(st.f_bavail) * static_cast<int64_t>(st.f_frsize);
  }

 private:
  const bool maps_;
};

}  // namespace

FileSystem& DefaultFileSystem() {
  static FileSystem& files = *new PosixFileSystem(/*maps=*/true);
  return files;
}

FileSystem& UnmappedFileSystem() {
  static FileSystem& files = *new PosixFileSystem(/*maps=*/false);
  return files;
}

}  // namespace seiche
