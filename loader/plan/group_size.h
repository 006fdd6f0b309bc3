// How many batches are filled together next: decided as a loader runs, by what its consumer does.
//
//   GroupSize size(strategy);
//   size.Ask(/*holds=*/false);                        // the consumer comes for a batch
//   const int64_t batches = size.Next(progress);      // of the next group
//   size.Start(progress);                             // that group is being filled
//
// Thread-compatible; no clock of its own.
#ifndef SEICHE_LOADER_PLAN_GROUP_SIZE_H_
#define SEICHE_LOADER_PLAN_GROUP_SIZE_H_

#include <chrono>
#include <cstdint>

#include "loader/plan/strategy.h"

namespace seiche {

class GroupSize {
 public:
  // Where a loader starts with small groups, each has so many times the batches of all before it.
  static constexpr int64_t kGrowth = 8;

  // How far the epoch is.
  struct Progress {
    std::chrono::steady_clock::time_point now;
    int64_t wait_nanos = 0;  // that the consumer has waited, since the loader was made
    int64_t delivered = 0;   // batches, since the epoch began
    int64_t published = 0;   // batches being filled, filled or delivered
  };

  explicit GroupSize(const Strategy& strategy)
      : strategy_(strategy), starts_small_(strategy.starts_small) {}

  // An epoch begins that is not the loader's first.
  void BeginNextEpoch() { starts_small_ = false, start_.delivered = 0; }
  // The consumer asks for a batch; `holds`: it has not given back all that it had.
  void Ask(bool holds) { consumer_holds_ = holds; }
  // A group begins to be filled.
  void Start(const Progress& progress) { start_ = progress; }

  // Batches of the next group, at least 1.
  int64_t Next(const Progress& progress);
  // Whether the consumer waited for more than half of its time, as of the last Next().
  bool consumer_waits() const { return consumer_waits_; }

 private:
  const Strategy& strategy_;
  bool starts_small_;
  bool consumer_holds_ = false;
  bool consumer_waits_ = false;
  Progress start_;  // of the last group
};

}  // namespace seiche

#endif  // SEICHE_LOADER_PLAN_GROUP_SIZE_H_
