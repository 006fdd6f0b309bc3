// An output file or directory that appears whole or not at all.
//
//   SEICHE_ASSIGN_OR_RETURN(AtomicOutput output,
//                           AtomicOutput::Create(files, "waves.h5", OverwritePolicy::kRefuse));
//   ... write to output.temporary_path() ...
//   return output.Commit();                     // sync, rename, sync the folder
//
// The temporary lies beside the target, on the same disk. Without Commit() the destructor removes
// it. After a kill or a power cut there is the old target or the new one, whole; a leftover
// temporary, "NAME.partial-PID-N", is never opened by seiche and may be removed. Programs whose
// main() calls RemoveOutputsWhenInterrupted() (base/interrupt.h) leave none after Ctrl-C.
//
// One exception: disks that cannot exchange two folders in one step (FileSystem::Exchange). There
// an old folder is called "NAME.partial-PID-N-replaced" for a moment, and that is where a kill at
// the wrong time leaves it, with the new one complete beside it. Thread-compatible.
#ifndef SEICHE_BASE_ATOMIC_OUTPUT_H_
#define SEICHE_BASE_ATOMIC_OUTPUT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"

namespace seiche {

enum class OverwritePolicy { kRefuse, kReplace };

class AtomicOutput {
 public:
  // Nothing is created yet but the parent folder must exist (kNotFound). kAlreadyExists if `path`
  // exists and `policy` is kRefuse; kInvalidArgument if it is empty. `files` must outlive the
  // object.
  static absl::StatusOr<AtomicOutput> Create(FileSystem& files, std::string path,
                                             OverwritePolicy policy);
  AtomicOutput(AtomicOutput&& other) noexcept;
  AtomicOutput& operator=(AtomicOutput&&) = delete;
  ~AtomicOutput();

  // Without slashes at the end.
  const std::string& path() const { return path_; }
  // Make a file or a directory of this name and fill it.
  const std::string& temporary_path() const { return temporary_path_; }

  // Flushes the temporary with all that is in it, renames it and flushes the parent folder. The old
  // target is replaced only under kReplace, a file by a file and a folder by a folder
  // (kFailedPrecondition); under kRefuse kAlreadyExists if one has appeared meanwhile. After an
  // error the old target is in place, unless the message says otherwise. Only once.
  absl::Status Commit();

 private:
  AtomicOutput(FileSystem& files, std::string path, std::string temporary_path,
               OverwritePolicy policy);

  // Renames the temporary; returns where the old target is now, empty if it is gone.
  absl::StatusOr<std::string> PutInPlace();
  absl::Status PutInEmptyPlace();
  // These return where the old target is now; empty if it is gone.
  absl::StatusOr<std::string> Replace();
  absl::StatusOr<std::string> ReplaceFolder();

  FileSystem* files_;  // null: moved from, or committed
  std::string path_;
  std::string temporary_path_;
  OverwritePolicy policy_;
};

// Removes the temporaries of all outputs of this process that were not committed, for a process
// that is about to end: whatever writes to them gets errors. Thread-safe; waits while an output is
// put in place.
void RemoveUnfinishedOutputs();

// Writes a small file in one go, atomically. Errors as above.
absl::Status WriteFileAtomically(FileSystem& files, const std::string& path,
                                 std::string_view contents, OverwritePolicy policy);

}  // namespace seiche

#endif  // SEICHE_BASE_ATOMIC_OUTPUT_H_
