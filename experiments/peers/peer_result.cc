#include "experiments/peers/peer_result.h"

#include "experiments/comparison/row.h"

namespace seiche {
namespace {

// value(repeat), milliseconds, of every repeat.
template <typename Value>
std::vector<double> Milliseconds(const std::vector<ReadTime>& repeats, Value value) {
  std::vector<double> result;
  for (const ReadTime& time : repeats) result.push_back(1e3 * value(time));
  return result;
}

std::vector<double> PerSample(const std::vector<ReadTime>& repeats) {
  return Milliseconds(repeats, [](const ReadTime& time) {
    return time.seconds / static_cast<double>(time.samples);
  });
}

}  // namespace

double PeerResult::ms() const { return Median(PerSample(repeats)); }

double PeerResult::cpu_ms() const {
  return Median(Milliseconds(repeats, [](const ReadTime& time) {
    return time.cpu_seconds / static_cast<double>(time.samples);
  }));
}

double PeerResult::first_batch_ms() const {
  return Median(
      Milliseconds(repeats, [](const ReadTime& time) { return time.first_batch_seconds; }));
}

double PeerResult::spread() const { return Spread(PerSample(repeats)); }

std::vector<const PeerResult*> BestOf(absl::Span<const PeerResult> results) {
  std::vector<const PeerResult*> best;
  for (const PeerResult& result : results) {
    if (!result.error.empty()) continue;
    bool known = false;
    for (const PeerResult*& other : best) {
      if (other->row.file != result.row.file || other->row.reader != result.row.reader) continue;
      known = true;
      if (result.ms() < other->ms()) other = &result;
    }
    if (!known) best.push_back(&result);
  }
  return best;
}

std::vector<PeerRatio> RatiosOf(absl::Span<const PeerResult> results) {
  const std::vector<const PeerResult*> best = BestOf(results);
  std::vector<PeerRatio> ratios;
  for (const PeerResult& ours : results) {
    if (!ours.error.empty() || !ours.is_ours() || ours.row.workers != kRatioWorkers) continue;
    for (const PeerResult* peer : best) {
      if (!peer->is_ours() && peer->row.file == ours.row.file) ratios.push_back({&ours, peer});
    }
  }
  return ratios;
}

}  // namespace seiche
