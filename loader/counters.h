// Counters that one thread writes and any thread may read, for LoaderStatistics.
//
//   WorkerCounters counters;                        // one per worker, on cache lines of its own
//   counters.bytes_read.Add(n);
//   counters.AddTo(statistics);                     // from any thread
#ifndef SEICHE_LOADER_COUNTERS_H_
#define SEICHE_LOADER_COUNTERS_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "loader/statistics.h"

namespace seiche {

// Two of x86's, which prefetches them in pairs; one of some arm64 machines.
inline constexpr int kCacheLine = 128;  // bytes

// Add() from one thread at a time: a plain load and store, no locked instruction.
class Counter {
 public:
  void Add(int64_t count) { value_.store(value() + count, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }
  double seconds() const { return static_cast<double>(value()) * 1e-9; }

 private:
  std::atomic<int64_t> value_{0};
};

struct alignas(kCacheLine) WorkerCounters {
  Counter reads, bytes_read, bytes_decoded, chunks_decoded, bytes_slow;
  Counter read_nanos, decode_nanos, copy_nanos, slow_nanos, wait_nanos, idle_nanos;
  std::atomic<int64_t> memory_bytes{0};  // of the worker's buffers, now

  void AddTo(LoaderStatistics& statistics) const {
    statistics.reads += reads.value();
    statistics.bytes_read += bytes_read.value();
    statistics.bytes_slow += bytes_slow.value();
    statistics.bytes_decoded += bytes_decoded.value();
    statistics.chunks_decoded += chunks_decoded.value();
    statistics.read_seconds += read_nanos.seconds();
    statistics.decode_seconds += decode_nanos.seconds();
    statistics.copy_seconds += copy_nanos.seconds();
    statistics.slow_seconds += slow_nanos.seconds();
    statistics.chunk_wait_seconds += wait_nanos.seconds();
    statistics.idle_seconds += idle_nanos.seconds();
    statistics.memory_bytes += memory_bytes.load(std::memory_order_relaxed);
  }
};

struct alignas(kCacheLine) ConsumerCounters {
  Counter batches, samples, bytes_delivered, skipped, wait_nanos, busy_nanos;

  void AddTo(LoaderStatistics& statistics) const {
    statistics.batches += batches.value();
    statistics.samples += samples.value();
    statistics.bytes_delivered += bytes_delivered.value();
    statistics.samples_skipped += skipped.value();
    statistics.wait_seconds += wait_nanos.seconds();
    statistics.busy_seconds += busy_nanos.seconds();
  }
};

// Adds the time since it was made, or since the last lap, to one counter after the other.
class Stopwatch {
 public:
  void Lap(Counter& nanos) {
    const auto now = std::chrono::steady_clock::now();
    nanos.Add(std::chrono::nanoseconds(now - last_).count());
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace seiche

#endif  // SEICHE_LOADER_COUNTERS_H_
