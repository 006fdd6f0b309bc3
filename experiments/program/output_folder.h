// The folder that an experiment works in: one run at a time, and never somebody else's.
//
//   SEICHE_ASSIGN_OR_RETURN(OutputFolder folder, OutputFolder::Open(path, overwrite, files));
//   folder.dataset();                              // ".../dataset"
//
// A file of its own marks the folder. Only the names below are ever written or removed.
#ifndef SEICHE_EXPERIMENTS_PROGRAM_OUTPUT_FOLDER_H_
#define SEICHE_EXPERIMENTS_PROGRAM_OUTPUT_FOLDER_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/file_system.h"

namespace seiche {

class OutputFolder {
 public:
  // Makes the folder, marks and locks it, and removes what killed runs left unfinished. With
  // `overwrite` the data and the reports of earlier runs go, too. kAlreadyExists for a file, for a
  // folder with other things in it unless `overwrite`, and for an unmarked one that has one of our
  // names; kUnavailable while another run has the lock.
  static absl::StatusOr<OutputFolder> Open(const std::string& path, bool overwrite,
                                           FileSystem& files);

  const std::string& path() const { return path_; }
  std::string dataset() const;
  std::string variants() const;
  std::string variant(std::string_view id) const;   // folder of its files
  std::string manifest(std::string_view id) const;  // JSON
  std::string scratch() const;                      // may be removed at any time
  std::string venv() const;
  std::string python() const;  // scripts, and the package that they import; made anew by each run
  std::string report(std::string_view name) const;  // "paper.md"

  // Removes a folder that Open() has made, with all that is in it: for a run that is refused before
  // it did anything.
  absl::Status RemoveIfNew(FileSystem& files) const;
  // Removes all reports: those of data that are no more.
  absl::Status RemoveReports(FileSystem& files) const;

 private:
  class Lock;
  OutputFolder(std::string path, bool is_new, std::shared_ptr<Lock> lock);
  absl::Status CleanUp(bool overwrite, FileSystem& files) const;

  std::string path_;
  bool is_new_;
  std::shared_ptr<Lock> lock_;
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PROGRAM_OUTPUT_FOLDER_H_
