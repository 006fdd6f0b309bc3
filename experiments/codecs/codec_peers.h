// Codecs of other people, run by experiments/codecs/codec_peers.py, which has the protocol at its
// top.
//
//   CodecPeers peers({python, "codec_peers.py"}, "peers.log", /*timeout=*/600);
//   PeerMeasurement measurement(field, traits, {.bounds = {1e-3}, .scratch = ...}, peers);
//   SEICHE_RETURN_IF_ERROR(measurement.Add(sequence));
//   measurement.rows()
//
// A process for each package, started when it is first asked, replaced when it has crashed, hung or
// talked nonsense. Peers encode and decode in one thread, get the sequences as files and say
// themselves how far what they decode is from what they were given. Thread-compatible.
#ifndef SEICHE_EXPERIMENTS_CODECS_CODEC_PEERS_H_
#define SEICHE_EXPERIMENTS_CODECS_CODEC_PEERS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/array_view.h"
#include "base/file_system.h"
#include "base/json.h"
#include "experiments/codecs/candidates.h"
#include "experiments/codecs/codec_row.h"
#include "experiments/codecs/data/array_source.h"
#include "experiments/measure/array_error.h"
#include "experiments/peers/peer_process.h"

namespace seiche {

struct PeerSpec {
  std::string peer;   // the script's argument: a package, or a coder of one
  std::string codec;  // in codecs.json: do not change
  std::optional<double> bound = 0;
};

std::vector<std::string> CodecPeerNames();

// kInvalidArgument for a name that is no peer's; {"none"} is fine.
absl::Status CheckPeers(const std::vector<std::string>& names);

// What to measure on such data of the peers `names`; empty: all.
std::vector<PeerSpec> PeersFor(const DataTraits& traits, const std::vector<std::string>& names,
                               const std::vector<double>& bounds);

// What a peer says of one sequence.
struct PeerFigures {
  int64_t bytes = 0;
  std::vector<double> encode_seconds, decode_seconds;  // of each repeat
  ArrayError error;
};

class CodecPeers {
 public:
  // `command`: the script; the peer's name goes behind it. `timeout`: seconds of one answer.
  CodecPeers(std::vector<std::string> command, std::string log, double timeout);

  // The array whose bytes are in the file `path`. kFailedPrecondition with the peer's own words if
  // it says that it cannot; kDataLoss for an answer that is none, and for a promise not kept;
  // errors of PeerProcess.
  absl::StatusOr<PeerFigures> Measure(const PeerSpec& spec, const std::string& path,
                                      const ConstArrayView& array, bool levels, int repeats);

  // Of the packages behind the peers `names` (empty: all) that are there, each once.
  std::vector<std::pair<std::string, std::string>> Versions(const std::vector<std::string>& names);

 private:
  absl::StatusOr<Json> Ask(const std::string& peer, const Json& request);
  absl::StatusOr<Json> AskProcess(const std::string& peer, const Json& request);

  std::vector<std::string> command_;
  std::string log_;
  double timeout_;
  std::map<std::string, std::unique_ptr<PeerProcess>> processes_;
};

struct PeerMeasureOptions {
  std::vector<std::string> names = {};  // empty: all
  std::vector<double> bounds = {};
  int repeats = 5;
  int64_t sequences = 4;  // measured, of as many as come
  std::string scratch;    // a folder for the sequences, which must exist
  FileSystem* files = &DefaultFileSystem();
};

// As FieldMeasurement, of the peers.
class PeerMeasurement {
 public:
  // `peers` must outlive it.
  PeerMeasurement(const ArrayField& field, const DataTraits& traits, PeerMeasureOptions options,
                  CodecPeers& peers);

  // A peer that fails has failed for its row only. Errors of writing the sequence.
  absl::Status Add(const ConstArrayView& sequence);

  std::vector<CodecRow> rows() const;

 private:
  DataTraits traits_;
  PeerMeasureOptions options_;
  CodecPeers& peers_;
  std::vector<std::pair<PeerSpec, CodecRow>> rows_;
  ValueRange range_;
  int64_t sequences_ = 0;
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_CODECS_CODEC_PEERS_H_
