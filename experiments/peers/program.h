// The program that measures other people's readers and ours side by side.
//
//   absl::Status status = RunPeers(options, DefaultFileSystem(), output);
//
// Leaves peers.json, peers.md and peers.svg in the output folder.
#ifndef SEICHE_EXPERIMENTS_PEERS_PROGRAM_H_
#define SEICHE_EXPERIMENTS_PEERS_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/file_system.h"
#include "experiments/program/experiment.h"
#include "experiments/program/options.h"

namespace seiche {

struct PeerOptions {
  ExperimentOptions experiment;  // scale, sequences, out, repeats, seed, overwrite
  std::vector<std::string> peers;
  std::vector<std::string> files;
  std::string python;    // an interpreter that has the packages; empty: an environment in `out`
  double timeout = 600;  // seconds that one answer of a peer may take
  std::string wheels;    // the folder that //python:wheel makes
};

// kInvalidArgument for options that make no sense; errors of the data and the machine otherwise.
// Peers that fail are rows that say so.
absl::Status RunPeers(const PeerOptions& options, FileSystem& files,
                      const ExperimentOutput& output);

int PeersMain(int argc, const char* const* argv);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_PROGRAM_H_
