// The program that measures codecs side by side on the arrays of files, of simulated waves, or of
// made-up data.
//
//   absl::Status status = RunCompare(options, DefaultFileSystem(), output);
//
// Leaves codecs.json and codecs.md in the output folder.
#ifndef SEICHE_EXPERIMENTS_CODECS_PROGRAM_H_
#define SEICHE_EXPERIMENTS_CODECS_PROGRAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/file_system.h"
#include "experiments/codecs/candidates.h"
#include "experiments/codecs/data/array_source.h"
#include "experiments/program/experiment.h"

namespace seiche {

struct CompareOptions {
  std::vector<std::string> paths = {};  // HDF5 files; empty and not generated: simulated waves
  bool generated = false;               // and the made-up data
  SimulatedOptions simulated;           // and of the made-up data
  std::vector<std::string> fields = {};
  std::vector<std::string> bounds = {"1e-3", "1e-4", "1e-5"};
  CandidateSelection candidates;  // its bounds are those above
  std::vector<std::string> peers = {};
  int repeats = 5;
  int64_t timed_sequences = 8;
  std::string out;       // empty: a folder below $TMPDIR, or /tmp
  std::string python;    // an interpreter that has the packages; empty: an environment in `out`
  double timeout = 600;  // seconds that one answer of a peer may take
};

// kInvalidArgument for options that make no sense; kDataLoss, with the report written, if a codec
// of ours has not kept its promise; errors of the data and the machine otherwise. Peers that fail
// are rows that say so.
absl::Status RunCompare(const CompareOptions& options, FileSystem& files,
                        const ExperimentOutput& output);

int CompareMain(int argc, const char* const* argv);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_CODECS_PROGRAM_H_
