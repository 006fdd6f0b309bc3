// An output file or directory that appears whole or not at all.
//
//   SEICHE_ASSIGN_OR_RETURN(AtomicOutput output,
//                           AtomicOutput::Create(files, "waves.h5", OverwritePolicy::kRefuse));
//   ... write to output.temporary_path() ...
//   return output.Commit();                     // sync, rename, sync the folder
//
// The temporary lies beside the target, on the same disk. Without Commit() the destructor removes
// it. After a kill or a power cut there is the old target, or none, never half a new one; a
// leftover temporary, "NAME.partial-PID-N", is never opened by seiche. Thread-compatible.
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
  // exists and `policy` is kRefuse. `files` must outlive the object.
  static absl::StatusOr<AtomicOutput> Create(FileSystem& files, std::string path,
                                             OverwritePolicy policy);
  AtomicOutput(AtomicOutput&& other) noexcept;
  AtomicOutput& operator=(AtomicOutput&&) = delete;
  ~AtomicOutput();

  const std::string& path() const { return path_; }
  // Make a file or a directory of this name and fill it.
  const std::string& temporary_path() const { return temporary_path_; }

  // Flushes the temporary (each file of a directory), renames it and flushes the folder. The old
  // target is replaced only under kReplace; kAlreadyExists if one has appeared meanwhile.
  absl::Status Commit();

 private:
  AtomicOutput(FileSystem& files, std::string path, std::string temporary_path,
               OverwritePolicy policy);

  FileSystem* files_;  // null: moved from, or committed
  std::string path_;
  std::string temporary_path_;
  OverwritePolicy policy_;
};

// Writes a small file in one go, atomically.
absl::Status WriteFileAtomically(FileSystem& files, const std::string& path,
                                 std::string_view contents, OverwritePolicy policy);

}  // namespace seiche

#endif  // SEICHE_BASE_ATOMIC_OUTPUT_H_
