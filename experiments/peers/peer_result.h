// What was measured of one row.
#ifndef SEICHE_EXPERIMENTS_PEERS_PEER_RESULT_H_
#define SEICHE_EXPERIMENTS_PEERS_PEER_RESULT_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "experiments/peers/plan.h"
#include "experiments/peers/read_request.h"

namespace seiche {

struct PeerResult {
  PeerRow row;
  double bytes_per_sequence = 0;  // of the files
  std::vector<ReadTime> repeats = {};
  std::string error = {};  // why there are none; empty if there are

  // Medians over the repeats, which there must be: milliseconds a sample.
  double ms() const;
  double cpu_ms() const;
  // Of the first batch as a whole.
  double first_batch_ms() const;
  // (Largest - smallest) / median of the milliseconds a sample.
  double spread() const;
  bool is_ours() const { return IsOurs(row); }
};

// How many times faster one of ours is with kRatioWorkers than another reader with its best number.
struct PeerRatio {
  const PeerResult* ours = nullptr;
  const PeerResult* peer = nullptr;

  double ratio() const { return peer->ms() / ours->ms(); }
};
inline constexpr int kRatioWorkers = 2;

// Each of ours with kRatioWorkers against every other reader of the same file, in the order of
// `results`, which must outlive what comes back.
std::vector<PeerRatio> RatiosOf(absl::Span<const PeerResult> results);

// The fastest of every reader of every file, in the order of `results`.
std::vector<const PeerResult*> BestOf(absl::Span<const PeerResult> results);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_PEER_RESULT_H_
