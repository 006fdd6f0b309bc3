// How far ahead of the workers a loader asks the system to read.
//
//   ReadAhead ahead(/*max_runs=*/64);
//   const auto [first, end] = ahead.Claim(ticket, published);   // hint at these runs
//   ... read ...
//   ahead.Observe(bytes, nanos);
//
// Files in the page cache need no hints, and on a fast disk they gain little. Where reads take
// longer than a disk of 1 GB/s would, the distance doubles with each of them, so that a slow disk
// or a network has many requests at a time, however few workers there are; a long row of fast reads
// halves it again. Thread-safe, without locks.
#ifndef SEICHE_LOADER_READ_AHEAD_H_
#define SEICHE_LOADER_READ_AHEAD_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

namespace seiche {

class ReadAhead {
 public:
  // The part of a budget that is meant for what is read ahead.
  static int64_t MostBytes(int64_t memory_budget) { return memory_budget / 8; }
  // How many runs of `run_bytes` fit into it. No disk has a use for more than 64 requests.
  static int64_t MostRuns(int64_t memory_budget, int64_t run_bytes) {
    return std::min<int64_t>(MostBytes(memory_budget) / run_bytes, 64);
  }

  // No more than `max_runs` ahead, 0 for never.
  explicit ReadAhead(int64_t max_runs) : max_runs_(max_runs) {}

  // Tickets begin at 0 again. Not while others use it.
  void Restart() { claimed_ = 0; }

  // The tickets behind `ticket`, within reach and below `published`, that nobody has claimed yet:
  // first to end - 1.
  std::pair<int64_t, int64_t> Claim(int64_t ticket, int64_t published);

  // That reading `bytes` (> 0) took that long.
  void Observe(int64_t bytes, int64_t nanos);

  int64_t runs() const { return runs_.load(std::memory_order_relaxed); }

 private:
  const int64_t max_runs_;
  std::atomic<int64_t> runs_ = 0;        // the distance
  std::atomic<int64_t> fast_reads_ = 0;  // since the last slow one
  std::atomic<int64_t> claimed_ = 0;     // tickets below are, or are too late
};

}  // namespace seiche

#endif  // SEICHE_LOADER_READ_AHEAD_H_
