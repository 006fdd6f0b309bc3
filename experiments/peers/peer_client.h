// Talks to experiments/peers/peer_reader.py, which has the protocol at its top.
//
//   PeerClient h5py({"venv/bin/python", "peer_reader.py", "h5py"}, "peers.log", /*timeout=*/600);
//   absl::StatusOr<ReadTime> time = h5py.Read({.path = "waves.h5", .method = "dataloader", ...});
//
// The process starts with the first request. One that has crashed, hung or talked nonsense is
// replaced at the next. Thread-compatible.
#ifndef SEICHE_EXPERIMENTS_PEERS_PEER_CLIENT_H_
#define SEICHE_EXPERIMENTS_PEERS_PEER_CLIENT_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "experiments/peers/peer_process.h"
#include "experiments/peers/read_request.h"

namespace seiche {

class PeerClient {
 public:
  // `command`: the script with its arguments. `timeout`: seconds that one answer may take.
  PeerClient(std::vector<std::string> command, std::string log, double timeout);

  // Errors of all: kFailedPrecondition with the peer's own words if it says that it cannot;
  // kDataLoss for an answer that is none; those of PeerProcess.

  // Versions of the packages that the peer needs, by name: an error if one is missing.
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Versions();
  absl::StatusOr<ReadTime> Read(const ReadRequest& request);
  // Writes the HDF5 file `from` to `to` in the form "zarr_blosc_lz4" or alike; returns the number
  // of sequences.
  absl::StatusOr<int64_t> Copy(const std::string& from, const std::string& to,
                               std::string_view form);

 private:
  absl::StatusOr<Json> Ask(const Json& request);
  absl::StatusOr<Json> AskProcess(const Json& request);

  std::vector<std::string> command_;
  std::string log_;
  double timeout_;
  std::unique_ptr<PeerProcess> process_;  // null: none yet, or the last one failed
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_PEER_CLIENT_H_
