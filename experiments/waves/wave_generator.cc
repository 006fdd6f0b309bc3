#include "experiments/waves/wave_generator.h"

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

// Lets threads through one at a time, in the order of their numbers, until one of them fails.
class Turnstile {
 public:
  // Waits until all numbers below `number` have left. False if one of them has failed.
  bool Enter(int64_t number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failed_ || next_ == number; });
    return !failed_;
  }

  void Leave(bool succeeded) {
    const std::lock_guard lock(mutex_);
    ++next_;
    failed_ = failed_ || !succeeded;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t next_ = 0;
  bool failed_ = false;
};

// One number's way through a turnstile. Whatever happens to its thread, it leaves at last: nobody
// behind it waits for ever.
class Turn {
 public:
  Turn(Turnstile& turnstile, int64_t number) : turnstile_(turnstile), number_(number) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (!entered_) turnstile_.Enter(number_);
    turnstile_.Leave(succeeded_);
  }

  absl::Status Take(absl::FunctionRef<absl::Status()> action) {
    entered_ = true;
    if (!turnstile_.Enter(number_)) return absl::CancelledError("an earlier sequence failed");
    absl::Status status = action();
    succeeded_ = status.ok();
    return status;
  }

 private:
  Turnstile& turnstile_;
  const int64_t number_;
  bool entered_ = false;
  bool succeeded_ = false;
};

}  // namespace

absl::Status GenerateWaves(const WaveOptions& options, const ProductSet& products, int64_t first,
                           int64_t last, WorkerPool& pool,
                           absl::FunctionRef<absl::Status(const WaveSequence&)> sink) {
  if (first < 0 || last < first) {
    return absl::InvalidArgumentError(
        absl::StrCat("no range of sequences: first ", first, ", last ", last));
  }
  std::vector<SequenceMaker> makers;
  for (int worker = 0; worker < pool.workers(); ++worker) {
    SEICHE_ASSIGN_OR_RETURN(SequenceMaker maker, SequenceMaker::Create(options, products));
    makers.push_back(std::move(maker));
  }
  // The pool hands out the numbers in order, so the lowest that has not passed is always being
  // worked on: nobody waits for a number that nobody has.
  Turnstile turnstile;
  return pool.ForEach(last - first, [&](int64_t number, int worker) -> absl::Status {
    Turn turn(turnstile, number);
    SEICHE_ASSIGN_OR_RETURN(const WaveSequence sequence, makers[worker].Make(first + number));
    return turn.Take([&] { return sink(sequence); });
  });
}

}  // namespace seiche
