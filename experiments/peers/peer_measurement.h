// Measures the rows of a plan, taking turns.
//
//   SEICHE_ASSIGN_OR_RETURN(auto results, MeasurePeers(plan, prepared, /*repeats=*/5, clients));
//
// First every reader delivers a batch whose checksum shows that it delivers what is stored. Then
// each repeat goes through all rows, so that a slow moment of the machine hits all alike. A peer
// that fails has failed for its row only.
#ifndef SEICHE_EXPERIMENTS_PEERS_PEER_MEASUREMENT_H_
#define SEICHE_EXPERIMENTS_PEERS_PEER_MEASUREMENT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "experiments/peers/peer_result.h"
#include "experiments/peers/plan.h"
#include "experiments/peers/prepared_files.h"

namespace seiche {

// One result for each of plan.rows, in their order. An error of our own reader is the caller's.
// Progress on standard error.
absl::StatusOr<std::vector<PeerResult>> MeasurePeers(
    const PeerPlan& plan, const std::map<std::string, PreparedFile>& prepared, int repeats,
    PeerClients& clients);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_PEER_MEASUREMENT_H_
