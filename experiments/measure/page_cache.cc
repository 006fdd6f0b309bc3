#include "experiments/measure/page_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/status.h"

namespace seiche {
namespace {

constexpr double kTolerance = 0.001;

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// Calls visit(fd, path) for each file.
template <typename Visit>
absl::Status ForEachFile(absl::Span<const std::string> paths, Visit visit) {
  for (const std::string& path : paths) {
    const Descriptor file(path);
    if (file.get() < 0) return ErrnoStatus(errno, path, "open");
    SEICHE_RETURN_IF_ERROR(visit(file.get(), path));
  }
  return absl::OkStatus();
}

struct Pages {
  size_t resident = 0;
  size_t all = 0;
};

absl::Status CountPages(int fd, const std::string& path, std::vector<unsigned char>& flags,
                        Pages& pages) {
  struct stat info;
  if (::fstat(fd, &info) != 0) return ErrnoStatus(errno, path, "fstat");
  if (info.st_size == 0) return absl::OkStatus();
  const size_t size = static_cast<size_t>(info.st_size);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return ErrnoStatus(errno, path, "mmap");
  const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  flags.resize((size + page - 1) / page);
  const int result = ::mincore(memory, size, flags.data());
  const int error = errno;
  ::munmap(memory, size);
  if (result != 0) return ErrnoStatus(error, path, "mincore");
  pages.all += flags.size();
  // Only the lowest bit has a meaning.
  pages.resident +=
      std::count_if(flags.begin(), flags.end(), [](unsigned char flag) { return flag & 1; });
  return absl::OkStatus();
}

}  // namespace

absl::Status DropFromPageCache(absl::Span<const std::string> paths) {
  return ForEachFile(paths, [](int fd, const std::string& path) {
    const int error = ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    return error == 0 ? absl::OkStatus() : ErrnoStatus(error, path, "posix_fadvise");
  });
}

absl::Status ReadIntoPageCache(absl::Span<const std::string> paths) {
  std::vector<char> buffer(size_t{1} << 20);
  return ForEachFile(paths, [&](int fd, const std::string& path) {
    while (true) {
      const ssize_t count = ::read(fd, buffer.data(), buffer.size());
      if (count == 0) return absl::OkStatus();
      if (count < 0 && errno != EINTR) return ErrnoStatus(errno, path, "read");
    }
  });
}

absl::StatusOr<double> ResidentFraction(absl::Span<const std::string> paths) {
  Pages pages;
  std::vector<unsigned char> flags;
  SEICHE_RETURN_IF_ERROR(ForEachFile(
      paths, [&](int fd, const std::string& path) { return CountPages(fd, path, flags, pages); }));
  if (pages.all == 0) return 1;
  return static_cast<double>(pages.resident) / static_cast<double>(pages.all);
}

absl::StatusOr<bool> PrepareCache(absl::Span<const std::string> paths, CacheState state) {
  if (state == CacheState::kCold) {
    SEICHE_RETURN_IF_ERROR(DropFromPageCache(paths));
    SEICHE_ASSIGN_OR_RETURN(const double resident, ResidentFraction(paths));
    return resident <= kTolerance;
  }
  SEICHE_ASSIGN_OR_RETURN(double resident, ResidentFraction(paths));
  if (resident >= 1 - kTolerance) return true;
  SEICHE_RETURN_IF_ERROR(ReadIntoPageCache(paths));
  SEICHE_ASSIGN_OR_RETURN(resident, ResidentFraction(paths));
  return resident >= 1 - kTolerance;
}

}  // namespace seiche
