#include "base/atomic_output.h"

#include <unistd.h>

#include <atomic>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

absl::Status ExistsError(const std::string& path) {
  return absl::AlreadyExistsError(
      absl::StrCat(path, ": exists already: remove it, choose another name, or ask to overwrite"));
}

absl::Status SyncTree(FileSystem& files, const std::string& path) {
  SEICHE_ASSIGN_OR_RETURN(const FileInfo info, files.Info(path));
  if (info.kind == FileInfo::Kind::kDirectory) {
    SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(path));
    for (const std::string& name : names) {
      SEICHE_RETURN_IF_ERROR(SyncTree(files, JoinPath(path, name)));
    }
  }
  return files.SyncPath(path);
}

}  // namespace

AtomicOutput::AtomicOutput(FileSystem& files, std::string path, std::string temporary_path,
                           OverwritePolicy policy)
    : files_(&files),
      path_(std::move(path)),
      temporary_path_(std::move(temporary_path)),
      policy_(policy) {}

AtomicOutput::AtomicOutput(AtomicOutput&& other) noexcept
    : files_(std::exchange(other.files_, nullptr)),
      path_(std::move(other.path_)),
      temporary_path_(std::move(other.temporary_path_)),
      policy_(other.policy_) {}

AtomicOutput::~AtomicOutput() {
  // Best effort: there is nobody left to tell, and the name says what the leftover is.
  if (files_ != nullptr) (void)files_->RemoveAll(temporary_path_);
}

absl::StatusOr<AtomicOutput> AtomicOutput::Create(FileSystem& files, std::string path,
                                                  OverwritePolicy policy) {
  static std::atomic<int> counter{0};
  if (policy == OverwritePolicy::kRefuse && files.Exists(path)) return ExistsError(path);
  if (const auto folder = files.Info(Dirname(path)); !folder.ok()) {
    return Annotate(folder.status(), absl::StrCat(path, ": the folder to write into"));
  }
  std::string temporary = absl::StrCat(path, ".partial-", ::getpid(), "-", counter.fetch_add(1));
  return AtomicOutput(files, std::move(path), std::move(temporary), policy);
}

absl::Status AtomicOutput::Commit() {
  SEICHE_RETURN_IF_ERROR(SyncTree(*files_, temporary_path_));
  if (files_->Exists(path_)) {
    if (policy_ == OverwritePolicy::kRefuse) return ExistsError(path_);
    SEICHE_ASSIGN_OR_RETURN(const FileInfo info, files_->Info(path_));
    // rename() replaces a file by itself, a directory only when it is empty.
    if (info.kind == FileInfo::Kind::kDirectory) SEICHE_RETURN_IF_ERROR(files_->RemoveAll(path_));
  }
  SEICHE_RETURN_IF_ERROR(files_->Rename(temporary_path_, path_));
  FileSystem& files = *std::exchange(files_, nullptr);
  return files.SyncPath(Dirname(path_));
}

absl::Status WriteFileAtomically(FileSystem& files, const std::string& path,
                                 std::string_view contents, OverwritePolicy policy) {
  SEICHE_ASSIGN_OR_RETURN(AtomicOutput output, AtomicOutput::Create(files, path, policy));
  SEICHE_ASSIGN_OR_RETURN(const auto file, files.CreateForWriting(output.temporary_path()));
  SEICHE_RETURN_IF_ERROR(file->Append(
      absl::MakeSpan(reinterpret_cast<const std::byte*>(contents.data()), contents.size())));
  SEICHE_RETURN_IF_ERROR(file->Close());
  return output.Commit();
}

}  // namespace seiche
