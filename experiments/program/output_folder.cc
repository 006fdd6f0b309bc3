#include "experiments/program/output_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_output.h"
#include "base/json.h"
#include "base/status.h"
#include "experiments/data/file_tree.h"

namespace seiche {
namespace {

constexpr char kMarkerName[] = "seiche_paper.json";
constexpr char kLockName[] = ".lock";
constexpr char kFormat[] = "seiche.paper_folder";  // on disk; do not change

std::string MarkerText() { return DumpJson({{"format", kFormat}, {"version", 1}}); }

bool IsMarked(const std::string& path, const FileSystem& files) {
  const auto text = ReadFile(files, JoinPath(path, kMarkerName));
  return text.ok() && *text == MarkerText();
}

constexpr std::string_view kOwnNames[] = {"dataset", "variants", "scratch", "venv", "python"};
constexpr std::string_view kReports[] = {"paper", "generate", "write",  "speed",
                                         "files", "peers",    "codecs", "training"};
constexpr std::string_view kReportExtensions[] = {".md", ".csv", ".json", ".svg", ".png"};

bool IsReport(std::string_view name) {
  const size_t dot = std::min(name.rfind('.'), name.size());
  return absl::c_linear_search(kReports, name.substr(0, dot)) &&
         absl::c_linear_search(kReportExtensions, name.substr(dot));
}

// What a run leaves that is killed before the mark is there.
bool IsFirstTrace(const std::string& name) {
  return name == kLockName || absl::StartsWith(name, absl::StrCat(kMarkerName, ".partial-"));
}

// kAlreadyExists unless `path` is free for us. Nothing of a folder without our mark is removed, so
// not even `overwrite` helps where our names are taken.
absl::Status CheckOwner(const std::string& path, bool overwrite, const FileSystem& files) {
  const auto info = files.Info(path);
  if (absl::IsNotFound(info.status())) return absl::OkStatus();
  if (!info.ok()) return info.status();
  if (info->kind != FileInfo::Kind::kDirectory) {
    return absl::AlreadyExistsError(absl::StrCat(path, ": is not a folder: choose another --out"));
  }
  SEICHE_ASSIGN_OR_RETURN(std::vector<std::string> names, files.List(path));
  std::erase_if(names, IsFirstTrace);
  if (names.empty() || IsMarked(path, files)) return absl::OkStatus();
  for (const std::string& name : names) {
    if (!absl::c_linear_search(kOwnNames, name) && !IsReport(name)) continue;
    return absl::AlreadyExistsError(absl::StrCat(
        path, ": holds ", name, ", which this program did not make: choose another --out"));
  }
  if (overwrite) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(path, ": holds ", names[0],
                   " and was not made by this program: choose another --out, or "
                   "--overwrite to write into it"));
}

// Partial marks; the lock is taken.
absl::Status RemoveFirstTraces(const std::string& path, FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(path));
  for (const std::string& name : names) {
    if (name == kLockName || !IsFirstTrace(name)) continue;
    SEICHE_RETURN_IF_ERROR(files.RemoveAll(JoinPath(path, name)));
  }
  return absl::OkStatus();
}

}  // namespace

// Released by the system when the process ends, however it ends.
class OutputFolder::Lock {
 public:
  static absl::StatusOr<std::shared_ptr<Lock>> Take(const std::string& folder) {
    const std::string path = JoinPath(folder, kLockName);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return ErrnoStatus(errno, path, "open");
    auto lock = std::make_shared<Lock>(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK) return ErrnoStatus(errno, path, "flock");
    return absl::UnavailableError(
        absl::StrCat(folder, ": another run is at work here: wait for it or choose another --out"));
  }
  explicit Lock(int fd) : fd_(fd) {}
  ~Lock() { ::close(fd_); }

 private:
  int fd_;
};

OutputFolder::OutputFolder(std::string path, bool is_new, std::shared_ptr<Lock> lock)
    : path_(std::move(path)), is_new_(is_new), lock_(std::move(lock)) {}

absl::StatusOr<OutputFolder> OutputFolder::Open(const std::string& path, bool overwrite,
                                                FileSystem& files) {
  SEICHE_RETURN_IF_ERROR(CheckOwner(path, overwrite, files));
  const bool is_new = !files.Exists(path);
  SEICHE_RETURN_IF_ERROR(files.MakeDirectories(path));
  SEICHE_ASSIGN_OR_RETURN(std::shared_ptr<Lock> lock, Lock::Take(path));
  const OutputFolder folder(path, is_new, std::move(lock));
  if (IsMarked(path, files)) {
    SEICHE_RETURN_IF_ERROR(folder.CleanUp(overwrite, files));
  } else {
    SEICHE_RETURN_IF_ERROR(RemoveFirstTraces(path, files));
    SEICHE_RETURN_IF_ERROR(WriteFileAtomically(files, JoinPath(path, kMarkerName), MarkerText(),
                                               OverwritePolicy::kReplace));
  }
  SEICHE_RETURN_IF_ERROR(files.MakeDirectories(folder.variants()));
  return folder;
}

absl::Status OutputFolder::CleanUp(bool overwrite, FileSystem& files) const {
  if (overwrite) {
    SEICHE_RETURN_IF_ERROR(RemoveReports(files));  // first: they are of data that go next
    SEICHE_RETURN_IF_ERROR(files.RemoveAll(variants()));
    SEICHE_RETURN_IF_ERROR(files.RemoveAll(dataset()));
  }
  SEICHE_RETURN_IF_ERROR(files.RemoveAll(scratch()));
  for (const std::string& place : {path(), dataset(), variants()}) {
    SEICHE_RETURN_IF_ERROR(RemoveLeftovers(files, place));
  }
  return absl::OkStatus();
}

absl::Status OutputFolder::RemoveIfNew(FileSystem& files) const {
  return is_new_ ? files.RemoveAll(path_) : absl::OkStatus();
}

absl::Status OutputFolder::RemoveReports(FileSystem& files) const {
  SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(path_));
  for (const std::string& name : names) {
    if (IsReport(name)) SEICHE_RETURN_IF_ERROR(files.RemoveAll(JoinPath(path_, name)));
  }
  return absl::OkStatus();
}

std::string OutputFolder::dataset() const { return JoinPath(path_, "dataset"); }
std::string OutputFolder::variants() const { return JoinPath(path_, "variants"); }
std::string OutputFolder::variant(std::string_view id) const { return JoinPath(variants(), id); }
std::string OutputFolder::manifest(std::string_view id) const {
  return JoinPath(variants(), absl::StrCat(id, ".json"));
}
std::string OutputFolder::scratch() const { return JoinPath(path_, "scratch"); }
std::string OutputFolder::venv() const { return JoinPath(path_, "venv"); }
std::string OutputFolder::python() const { return JoinPath(path_, "python"); }
std::string OutputFolder::report(std::string_view name) const { return JoinPath(path_, name); }

}  // namespace seiche
