#include "python/native/fork_guard.h"

#include <pthread.h>

#include <atomic>

namespace seiche {
namespace {

std::atomic<int64_t> generation = 0;

}  // namespace

int64_t ForkGeneration() {
  [[maybe_unused]] static const int registered =
      pthread_atfork(nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); });
  return generation.load(std::memory_order_relaxed);
}

}  // namespace seiche
