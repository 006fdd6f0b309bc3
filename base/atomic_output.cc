#include "base/atomic_output.h"

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/base/no_destructor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/status.h"

namespace seiche {
namespace {

absl::Status ExistsError(const std::string& path) {
  return absl::AlreadyExistsError(
      absl::StrCat(path, ": exists already: remove it, choose another name, or ask to overwrite"));
}

// A name that nothing has: process numbers come again, and a killed process leaves its files.
std::string TemporaryPath(const FileSystem& files, const std::string& path) {
  static std::atomic<int64_t> counter{0};
  std::string temporary;
  do {
    temporary = absl::StrCat(path, ".partial-", ::getpid(), "-", counter.fetch_add(1));
  } while (files.Exists(temporary));
  return temporary;
}

// The temporaries of this process that are not in place yet, and replaced outputs that are being
// removed. Its mutex is held while an output is put in place: until then the temporary may be
// removed, from then on it has another meaning.
struct Unfinished {
  absl::Mutex mutex;
  std::map<std::string, FileSystem*> files ABSL_GUARDED_BY(mutex);  // by temporary path

  static Unfinished& Get() {
    static absl::NoDestructor<Unfinished> unfinished;
    return *unfinished;
  }

  void Add(const std::string& temporary, FileSystem& of) {
    absl::MutexLock lock(&mutex);
    files.emplace(temporary, &of);
  }
  void Forget(const std::string& temporary) {
    absl::MutexLock lock(&mutex);
    files.erase(temporary);
  }
};

// A folder that is being filled can get a file between the look into it and its removal.
constexpr int kRemoveTries = 20;

}  // namespace

void RemoveUnfinishedOutputs() {
  Unfinished& unfinished = Unfinished::Get();
  absl::MutexLock lock(&unfinished.mutex);
  for (const auto& [temporary, files] : unfinished.files) {
    for (int i = 0; i < kRemoveTries && files->Exists(temporary); ++i) {
      (void)files->RemoveAll(temporary);
    }
  }
}

AtomicOutput::AtomicOutput(FileSystem& files, std::string path, std::string temporary_path,
                           OverwritePolicy policy)
    : files_(&files),
      path_(std::move(path)),
      temporary_path_(std::move(temporary_path)),
      policy_(policy) {
  Unfinished::Get().Add(temporary_path_, files);
}

AtomicOutput::AtomicOutput(AtomicOutput&& other) noexcept
    : files_(std::exchange(other.files_, nullptr)),
      path_(std::move(other.path_)),
      temporary_path_(std::move(other.temporary_path_)),
      policy_(other.policy_) {}

AtomicOutput::~AtomicOutput() {
  // Best effort: there is nobody left to tell, and the name says what the leftover is.
  if (files_ == nullptr) return;
  (void)files_->RemoveAll(temporary_path_);
  Unfinished::Get().Forget(temporary_path_);
}

absl::StatusOr<AtomicOutput> AtomicOutput::Create(FileSystem& files, std::string path,
                                                  OverwritePolicy policy) {
  if (path.empty()) return absl::InvalidArgumentError("the path to write to is empty");
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (const auto old = files.Info(path); old.ok() && old->kind == FileInfo::Kind::kOther) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is neither a file nor a folder: choose another name"));
  }
  if (policy == OverwritePolicy::kRefuse && files.Exists(path)) return ExistsError(path);
  if (const auto folder = files.Info(Dirname(path)); !folder.ok()) {
    return Annotate(folder.status(), absl::StrCat(path, ": the folder to write into"));
  }
  std::string temporary = TemporaryPath(files, path);
  return AtomicOutput(files, std::move(path), std::move(temporary), policy);
}

absl::Status AtomicOutput::Commit() {
  if (files_ == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(path_, ": was committed already"));
  }
  SEICHE_RETURN_IF_ERROR(files_->SyncTree(temporary_path_));
  SEICHE_ASSIGN_OR_RETURN(const std::string replaced, PutInPlace());
  FileSystem& files = *std::exchange(files_, nullptr);
  // First the new one for sure, then the old one away.
  SEICHE_RETURN_IF_ERROR(Annotate(files.SyncPath(Dirname(path_)), "the new output is in place"));
  if (replaced.empty()) return absl::OkStatus();
  Unfinished::Get().Add(replaced, files);
  absl::Status removed = files.RemoveAll(replaced);
  Unfinished::Get().Forget(replaced);
  return Annotate(std::move(removed),
                  absl::StrCat("the new output is in place, the old one remains as ", replaced));
}

absl::StatusOr<std::string> AtomicOutput::PutInPlace() {
  Unfinished& unfinished = Unfinished::Get();
  absl::MutexLock lock(&unfinished.mutex);
  std::string replaced;
  if (policy_ == OverwritePolicy::kRefuse) {
    SEICHE_RETURN_IF_ERROR(PutInEmptyPlace());
  } else {
    SEICHE_ASSIGN_OR_RETURN(replaced, Replace());
  }
  unfinished.files.erase(temporary_path_);
  return replaced;
}

absl::Status AtomicOutput::PutInEmptyPlace() {
  absl::Status status = files_->RenameNew(temporary_path_, path_);
  return absl::IsAlreadyExists(status) ? ExistsError(path_) : status;
}

absl::StatusOr<std::string> AtomicOutput::Replace() {
  const absl::StatusOr<FileInfo> old = files_->Info(path_);
  if (!old.ok() && !absl::IsNotFound(old.status())) return old.status();
  SEICHE_ASSIGN_OR_RETURN(const FileInfo output, files_->Info(temporary_path_));
  if (old.ok() && old->kind != output.kind) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_,
                     ": one of the old and the new output is a folder and the other is not: "
                     "remove it, or choose another name"));
  }
  if (old.ok() && old->kind == FileInfo::Kind::kDirectory) return ReplaceFolder();
  SEICHE_RETURN_IF_ERROR(files_->Rename(temporary_path_, path_));
  return "";
}

absl::StatusOr<std::string> AtomicOutput::ReplaceFolder() {
  absl::Status exchanged = files_->Exchange(temporary_path_, path_);
  if (exchanged.ok()) return temporary_path_;
  if (!absl::IsUnimplemented(exchanged)) return exchanged;

  std::string replaced = absl::StrCat(temporary_path_, "-replaced");
  SEICHE_RETURN_IF_ERROR(files_->Rename(path_, replaced));
  const absl::Status renamed = files_->Rename(temporary_path_, path_);
  if (renamed.ok()) return replaced;
  const absl::Status back = files_->Rename(replaced, path_);
  return back.ok() ? renamed
                   : Annotate(renamed, absl::StrCat("the old output remains as ", replaced));
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
