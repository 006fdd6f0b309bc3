#include "loader/read_ahead.h"

#include <algorithm>

namespace seiche {
namespace {

// A read is slow if it takes longer than that: 1 GB/s and what a busy machine may add.
constexpr int64_t kSlowNanos = 100'000;
constexpr int64_t kSlowNanosPerByte = 1;
// So many fast reads in a row halve the distance.
constexpr int64_t kFastReads = 256;

}  // namespace

std::pair<int64_t, int64_t> ReadAhead::Claim(int64_t ticket, int64_t published) {
  const int64_t runs = this->runs();
  if (runs == 0) return {0, 0};
  const int64_t end = std::min(ticket + 1 + runs, published);
  int64_t claimed = claimed_.load(std::memory_order_relaxed);
  while (claimed < end) {
    if (claimed_.compare_exchange_weak(claimed, end, std::memory_order_relaxed)) {
      return {std::min(std::max(claimed, ticket + 1), end), end};
    }
  }
  return {0, 0};
}

void ReadAhead::Observe(int64_t bytes, int64_t nanos) {
  const int64_t runs = this->runs();
  if (nanos > kSlowNanos + bytes * kSlowNanosPerByte) {
    fast_reads_.store(0, std::memory_order_relaxed);
    if (runs < max_runs_) {
      runs_.store(std::min(2 * runs + 1, max_runs_), std::memory_order_relaxed);
    }
  } else if (runs > 0 && fast_reads_.fetch_add(1, std::memory_order_relaxed) + 1 >= kFastReads) {
    fast_reads_.store(0, std::memory_order_relaxed);
    runs_.store(runs / 2, std::memory_order_relaxed);
  }
}

}  // namespace seiche
