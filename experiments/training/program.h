// The program that trains a network on the waves, read by h5py with torch's DataLoader and by
// seiche.Loader, and shows that only the time differs.
//
//   absl::Status status = RunTraining(options, DefaultFileSystem(), output);
//
// experiments/training/training.py is what trains. Leaves training.json, training.md and
// training.png in the output folder.
#ifndef SEICHE_EXPERIMENTS_TRAINING_PROGRAM_H_
#define SEICHE_EXPERIMENTS_TRAINING_PROGRAM_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "base/shape.h"
#include "experiments/comparison/environment.h"
#include "experiments/program/experiment.h"
#include "experiments/program/options.h"

namespace seiche {

struct TrainingOptions {
  ExperimentOptions experiment = {.repeats = 2};  // scale, sequences, out, repeats, seed, overwrite
  std::vector<std::string> files;                 // ids as TrainingFiles() has them; empty: all
  int batches = 40;    // of a run; a fifth of it for files that h5py reads slowly
  int batch_size = 8;  // windows
  int past = 10;       // frames that the next one is predicted from
  int workers = 2;     // processes of the DataLoader, threads of ours
  std::string python;  // an interpreter that has the packages; empty: an environment in `out`
  std::string wheels;  // the folder that //python:wheel makes
};

// "manual_lzf", "auto_lzf".
std::vector<std::string> TrainingFiles();

// training.py's JOB.json. `files`: id and path. kInvalidArgument if `shape`, that of the dataset,
// has fewer windows than the batches need, or none.
absl::StatusOr<std::string> TrainingJobJson(
    const TrainingOptions& options, const Shape& shape, const Environment& environment,
    const std::vector<std::pair<std::string, std::string>>& files);

// kInvalidArgument for options that make no sense; kFailedPrecondition naming a log if the training
// fails, which it does where the losses differ; errors of the data and the machine otherwise.
absl::Status RunTraining(const TrainingOptions& options, FileSystem& files,
                         const ExperimentOutput& output);

int TrainingMain(int argc, const char* const* argv);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_TRAINING_PROGRAM_H_
