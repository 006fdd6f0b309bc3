#include "base/faulty_file_system.h"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/random.h"
#include "base/status.h"

namespace seiche {

// The plan and what has happened of it, shared with the open files.
class FaultyFileSystem::State {
 public:
  explicit State(const FaultPlan& plan)
      : plan_(plan), random_(plan.short_transfer_seed, /*stream=*/0), space_(plan.space) {}

  const FaultPlan& plan() const { return plan_; }

  // To be asked first by every call.
  absl::Status Call(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const int64_t call = calls_++;
    if (plan_.kill_at < 0 || call < plan_.kill_at) return absl::OkStatus();
    killed_ = true;
    return absl::AbortedError(absl::StrCat(path, ": the process was killed"));
  }

  absl::StatusOr<size_t> Read(const std::string& path, int64_t offset, size_t size) {
    SEICHE_RETURN_IF_ERROR(Call(path));
    const std::lock_guard lock(mutex_);
    if (reads_++ == plan_.fail_read) return ErrnoStatus(EIO, path, "cannot read");
    size = Shorten(size);
    if (plan_.bad_byte < offset || plan_.bad_byte - offset >= static_cast<int64_t>(size))
      return size;
    // Good bytes in front of the bad one come, as they do from a disk.
    if (plan_.bad_byte == offset) return ErrnoStatus(EIO, path, "cannot read");
    return plan_.bad_byte - offset;
  }

  absl::StatusOr<size_t> Write(const std::string& path, size_t size) {
    SEICHE_RETURN_IF_ERROR(Call(path));
    const std::lock_guard lock(mutex_);
    if (writes_++ == plan_.fail_write) return ErrnoStatus(EIO, path, "cannot write");
    size = Shorten(size);
    if (space_ < 0) return size;
    if (size > 0 && space_ == 0) return ErrnoStatus(ENOSPC, path, "cannot write");
    size = std::min<size_t>(size, space_);
    space_ -= size;
    return size;
  }

  absl::Status Sync(const std::string& path) {
    SEICHE_RETURN_IF_ERROR(Call(path));
    const std::lock_guard lock(mutex_);
    if (syncs_++ == plan_.fail_sync) return ErrnoStatus(EIO, path, "cannot sync");
    return absl::OkStatus();
  }

  int64_t calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  bool killed() const {
    const std::lock_guard lock(mutex_);
    return killed_;
  }

 private:
  // How many of `size` bytes a call may transfer. Requires mutex_.
  size_t Shorten(size_t size) {
    if (plan_.max_transfer > 0) size = std::min(size, plan_.max_transfer);
    if (plan_.short_transfer_seed != 0 && size > 1) size = 1 + random_.Below(size);
    return size;
  }

  const FaultPlan plan_;
  mutable std::mutex mutex_;  // of all below
  Random random_;
  int64_t space_;
  int64_t calls_ = 0, reads_ = 0, writes_ = 0, syncs_ = 0;
  bool killed_ = false;
};

namespace {

// `State` is FaultyFileSystem's own, which only it can name.
template <typename State>
class FaultyReadableFile : public ReadableFile {
 public:
  FaultyReadableFile(std::unique_ptr<ReadableFile> file, std::shared_ptr<State> state)
      : file_(std::move(file)), state_(std::move(state)) {}

  absl::StatusOr<size_t> ReadSome(int64_t offset, absl::Span<std::byte> out) const override {
    SEICHE_ASSIGN_OR_RETURN(const size_t n, state_->Read(path(), offset, out.size()));
    return file_->ReadSome(offset, out.first(n));
  }
  absl::StatusOr<FileInfo> Info() const override {
    SEICHE_RETURN_IF_ERROR(state_->Call(path()));
    return file_->Info();
  }
  const std::string& path() const override { return file_->path(); }
  void WillRead(int64_t offset, int64_t size) const override { file_->WillRead(offset, size); }

 private:
  const std::unique_ptr<ReadableFile> file_;
  const std::shared_ptr<State> state_;
};

template <typename State>
class FaultyWritableFile : public WritableFile {
 public:
  FaultyWritableFile(std::unique_ptr<WritableFile> file, std::shared_ptr<State> state)
      : file_(std::move(file)), state_(std::move(state)) {}

  absl::StatusOr<size_t> WriteSome(absl::Span<const std::byte> bytes) override {
    SEICHE_ASSIGN_OR_RETURN(const size_t n, state_->Write(path(), bytes.size()));
    return file_->WriteSome(bytes.first(n));
  }
  absl::StatusOr<size_t> WriteSomeAt(int64_t offset, absl::Span<const std::byte> bytes) override {
    SEICHE_ASSIGN_OR_RETURN(const size_t n, state_->Write(path(), bytes.size()));
    return file_->WriteSomeAt(offset, bytes.first(n));
  }
  absl::Status Truncate(int64_t size) override {
    SEICHE_RETURN_IF_ERROR(state_->Call(path()));
    return file_->Truncate(size);
  }
  absl::Status Sync() override {
    SEICHE_RETURN_IF_ERROR(state_->Sync(path()));
    return file_->Sync();
  }
  absl::Status Close() override {
    SEICHE_RETURN_IF_ERROR(state_->Call(path()));
    return file_->Close();
  }
  const std::string& path() const override { return file_->path(); }

 private:
  const std::unique_ptr<WritableFile> file_;
  const std::shared_ptr<State> state_;
};

}  // namespace

FaultyFileSystem::FaultyFileSystem(FileSystem& files, const FaultPlan& plan)
    : files_(files), state_(std::make_shared<State>(plan)) {}
FaultyFileSystem::~FaultyFileSystem() = default;

int64_t FaultyFileSystem::calls() const { return state_->calls(); }
bool FaultyFileSystem::killed() const { return state_->killed(); }

absl::StatusOr<std::unique_ptr<ReadableFile>> FaultyFileSystem::OpenForReading(
    const std::string& path) const {
  SEICHE_RETURN_IF_ERROR(state_->Call(path));
  SEICHE_ASSIGN_OR_RETURN(auto file, files_.OpenForReading(path));
  return std::make_unique<FaultyReadableFile<State>>(std::move(file), state_);
}

absl::StatusOr<std::unique_ptr<WritableFile>> FaultyFileSystem::CreateForWriting(
    const std::string& path) {
  SEICHE_RETURN_IF_ERROR(state_->Call(path));
  SEICHE_ASSIGN_OR_RETURN(auto file, files_.CreateForWriting(path));
  return std::make_unique<FaultyWritableFile<State>>(std::move(file), state_);
}

absl::StatusOr<FileInfo> FaultyFileSystem::Info(const std::string& path) const {
  SEICHE_RETURN_IF_ERROR(state_->Call(path));
  return files_.Info(path);
}

absl::StatusOr<std::vector<std::string>> FaultyFileSystem::List(const std::string& path) const {
  SEICHE_RETURN_IF_ERROR(state_->Call(path));
  return files_.List(path);
}

absl::Status FaultyFileSystem::MakeDirectories(const std::string& path) {
  SEICHE_RETURN_IF_ERROR(state_->Call(path));
  return files_.MakeDirectories(path);
}

absl::Status FaultyFileSystem::SyncPath(const std::string& path) {
  SEICHE_RETURN_IF_ERROR(state_->Sync(path));
  return files_.SyncPath(path);
}

absl::Status FaultyFileSystem::SyncTree(const std::string& path) {
  SEICHE_RETURN_IF_ERROR(state_->Sync(path));
  return files_.SyncTree(path);
}

absl::Status FaultyFileSystem::Rename(const std::string& from, const std::string& to) {
  SEICHE_RETURN_IF_ERROR(state_->Call(from));
  return files_.Rename(from, to);
}

absl::Status FaultyFileSystem::RenameNew(const std::string& from, const std::string& to) {
  SEICHE_RETURN_IF_ERROR(state_->Call(from));
  return files_.RenameNew(from, to);
}

absl::Status FaultyFileSystem::Exchange(const std::string& a, const std::string& b) {
  SEICHE_RETURN_IF_ERROR(state_->Call(a));
  if (state_->plan().no_exchange) {
    return absl::UnimplementedError(absl::StrCat(a, ": cannot exchange with ", b));
  }
  return files_.Exchange(a, b);
}

absl::Status FaultyFileSystem::RemoveAll(const std::string& path) {
  SEICHE_RETURN_IF_ERROR(state_->Call(path));
  return files_.RemoveAll(path);
}

absl::StatusOr<int64_t> FaultyFileSystem::FreeSpace(const std::string& path) const {
  SEICHE_RETURN_IF_ERROR(state_->Call(path));
  return files_.FreeSpace(path);
}

}  // namespace seiche
