#include "experiments/peers/peer_measurement.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/progress.h"
#include "base/status.h"
#include "experiments/measure/page_cache.h"
#include "experiments/peers/seiche_reader.h"

namespace seiche {
namespace {

constexpr int kCheck = -1;  // as a repeat

class Measurement {
 public:
  Measurement(const PeerPlan& plan, const std::map<std::string, PreparedFile>& prepared,
              PeerClients& clients)
      : plan_(plan), prepared_(prepared), clients_(clients) {}

  absl::StatusOr<ReadTime> Read(const PeerRow& row, int repeat) {
    const ReadRequest request = {.path = prepared_.at(row.file).path,
                                 .method = row.method,
                                 .workers = row.workers,
                                 .window = FindFile(plan_, row.file)->window,
                                 .batches = BatchesOf(plan_, row, repeat),
                                 .seed = plan_.selection.seed,
                                 .epoch = EpochOfRepeat(repeat),
                                 .check = repeat == kCheck,
                                 .chunk_aware = row.chunk_aware,
                                 .memory_budget = row.memory_budget,
                                 .memory_map = row.memory_map};
    if (!row.peer.empty()) return clients_.Get(row.peer).Read(request);
    return ReadWithSeiche(request);
  }

  // Whether `row` delivers what its file holds.
  absl::Status Check(const PeerRow& row) {
    const PreparedFile& file = prepared_.at(row.file);
    if (!file.error.empty()) return absl::FailedPreconditionError(file.error);
    SEICHE_ASSIGN_OR_RETURN(const ReadTime time, Read(row, kCheck));
    SEICHE_ASSIGN_OR_RETURN(
        const uint32_t expected,
        Expected(row.file, row.chunk_aware ? time.checked : BatchesOf(plan_, row, kCheck)[0]));
    if (time.checksum == expected) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat(file.path, ": ", row.reader, " delivers other values than are stored"));
  }

 private:
  absl::StatusOr<uint32_t> Expected(const std::string& file, const std::vector<int64_t>& samples) {
    // Decoding is slow where chunks are bad, and most rows of a file check the same batch.
    const auto key = std::make_pair(file, samples);
    if (const auto known = expected_.find(key); known != expected_.end()) return known->second;
    SEICHE_ASSIGN_OR_RETURN(expected_[key], ChecksumOf(*prepared_.at(file).store,
                                                       FindFile(plan_, file)->window, samples));
    return expected_[key];
  }

  const PeerPlan& plan_;
  const std::map<std::string, PreparedFile>& prepared_;
  PeerClients& clients_;
  std::map<std::pair<std::string, std::vector<int64_t>>, uint32_t> expected_;
};

// What a step of a row came to. Only an error of our own reader stops everything.
absl::Status Note(const absl::Status& status, PeerResult& result) {
  if (status.ok()) return absl::OkStatus();
  if (result.row.peer.empty()) return status;
  result.error = std::string(status.message());
  result.repeats.clear();
  return absl::OkStatus();
}

// Rows of peers that cannot even say which versions they have.
void MarkMissingPeers(absl::Span<PeerResult> results, PeerClients& clients) {
  std::map<std::string, absl::Status> states;
  for (PeerResult& result : results) {
    const std::string& peer = result.row.peer;
    if (peer.empty()) continue;
    if (!states.contains(peer)) states[peer] = clients.Get(peer).Versions().status();
    result.error = std::string(states[peer].message());
  }
}

int RepeatsOf(const PeerRow& row, int repeats) { return std::min(repeats, row.max_repeats); }

absl::Status ReadIntoPageCache(const std::map<std::string, PreparedFile>& prepared) {
  for (const auto& [id, file] : prepared) {
    SEICHE_RETURN_IF_ERROR(PrepareCache(file.paths, CacheState::kWarm).status());
  }
  return absl::OkStatus();
}

absl::Status ReadRepeat(Measurement& measurement, int repeat, PeerResult& result) {
  if (!result.error.empty()) return absl::OkStatus();
  const absl::StatusOr<ReadTime> time = measurement.Read(result.row, repeat);
  if (time.ok()) result.repeats.push_back(*time);
  return Note(time.status(), result);
}

}  // namespace

absl::StatusOr<std::vector<PeerResult>> MeasurePeers(
    const PeerPlan& plan, const std::map<std::string, PreparedFile>& prepared, int repeats,
    PeerClients& clients) {
  std::vector<PeerResult> results;
  auto steps = static_cast<int64_t>(plan.rows.size());
  for (const PeerRow& row : plan.rows) {
    results.push_back({.row = row, .bytes_per_sequence = prepared.at(row.file).bytes_per_sequence});
    steps += RepeatsOf(row, repeats);
  }
  MarkMissingPeers(absl::MakeSpan(results), clients);
  SEICHE_RETURN_IF_ERROR(ReadIntoPageCache(prepared));
  Measurement measurement(plan, prepared, clients);
  Progress progress("reading", steps, "measurements");
  for (PeerResult& result : results) {
    if (result.error.empty()) {
      SEICHE_RETURN_IF_ERROR(Note(measurement.Check(result.row), result));
    }
    progress.Add(1);
  }
  for (int repeat = 0; repeat < repeats; ++repeat) {
    for (PeerResult& result : results) {
      if (repeat >= RepeatsOf(result.row, repeats)) continue;
      SEICHE_RETURN_IF_ERROR(ReadRepeat(measurement, repeat, result));
      progress.Add(1);
    }
  }
  return results;
}

}  // namespace seiche
