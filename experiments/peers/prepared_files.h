// Brings the files that are read into the output folder: the variants of the paper's experiment,
// and the copies in other formats that peers make for themselves.
//
//   PeerClients clients(python, script, log, timeout);
//   SEICHE_ASSIGN_OR_RETURN(auto prepared, PrepareFiles(plan, ..., clients, ...));
//
// Finished files are kept from run to run, as in experiments/program/preparation.h.
#ifndef SEICHE_EXPERIMENTS_PEERS_PREPARED_FILES_H_
#define SEICHE_EXPERIMENTS_PEERS_PREPARED_FILES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "experiments/data/dataset.h"
#include "experiments/peers/peer_client.h"
#include "experiments/peers/plan.h"
#include "experiments/program/options.h"
#include "experiments/program/output_folder.h"
#include "experiments/program/preparation.h"
#include "storage/sequence_store.h"

namespace seiche {

// A process for each peer, started when it is first asked. Thread-compatible.
class PeerClients {
 public:
  // The peer "h5py" is `command` with "h5py" behind it.
  PeerClients(std::vector<std::string> command, std::string log, double timeout);
  PeerClient& Get(const std::string& peer);

 private:
  std::vector<std::string> command_;
  std::string log_;
  double timeout_;
  std::map<std::string, std::unique_ptr<PeerClient>> clients_;
};

struct PreparedFile {
  std::string path;                // as readers open it
  std::vector<std::string> paths;  // of all its files
  double bytes_per_sequence = 0;
  // What is stored there: the variant, for a copy what was copied.
  std::shared_ptr<const SequenceStore> store;
  std::string error = {};  // why there is no such copy
};

// `variants`: all that plan.files name. By PeerFile::id.
absl::StatusOr<std::map<std::string, PreparedFile>> PrepareFiles(
    const PeerPlan& plan, const std::vector<Variant>& variants, const Dataset& dataset,
    const std::string& requirements, const OutputFolder& folder, Preparation& preparation,
    PeerClients& clients, FileSystem& files, const LineLog& log);

// The variants that the plan's files are made of, each once.
std::vector<Variant> VariantsOf(const PeerPlan& plan);

// Adler-32 of the values of `samples`, read without the loader.
absl::StatusOr<uint32_t> ChecksumOf(const SequenceStore& store, int64_t window,
                                    const std::vector<int64_t>& samples);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_PREPARED_FILES_H_
