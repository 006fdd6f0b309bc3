#include "base/worker_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/cgroup.h"

namespace seiche {
namespace {

using Work = absl::FunctionRef<absl::Status(int64_t, int)>;

// One call of ForEach, shared by the threads that work on it.
class Job {
 public:
  Job(int64_t count, Work work) : work_(work), end_(count), first_failed_(count) {}

  // Takes pieces until there are none.
  void Run(int worker) noexcept {
    while (true) {
      // A piece once taken is always run: so every piece before one that failed has been, and the
      // lowest that fails is the same however the threads interleave.
      const uint64_t piece = next_.fetch_add(1, std::memory_order_relaxed);
      if (piece >= end_) return;
      if (absl::Status status = RunPiece(piece, worker); !status.ok()) {
        Fail(piece, std::move(status));
      }
    }
  }

  absl::Status TakeError() { return std::move(error_); }

 private:
  absl::Status RunPiece(uint64_t piece, int worker) const {
    // The one exception that a piece cannot help; leaving the thread it would end the process.
    try {
      return work_(static_cast<int64_t>(piece), worker);
    } catch (const std::bad_alloc&) {
      return absl::ResourceExhaustedError("out of memory");
    }
  }

  void Fail(uint64_t piece, absl::Status status) {
    next_.store(end_, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    if (piece >= first_failed_) return;
    first_failed_ = piece;
    error_ = std::move(status);
  }

  const Work work_;
  const uint64_t end_;
  std::atomic<uint64_t> next_{0};
  std::mutex mutex_;
  uint64_t first_failed_;  // guarded by mutex_, as error_ is
  absl::Status error_;
};

int AffinityCores() {
  // Machines with more processors than cpu_set_t holds answer EINVAL to it.
  for (int processors = CPU_SETSIZE; processors <= 1 << 20; processors *= 2) {
    const size_t bytes = CPU_ALLOC_SIZE(processors);
    cpu_set_t* set = CPU_ALLOC(processors);
    if (set == nullptr) break;
    const int cores = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (cores > 0) return cores;
  }
  return std::max<int>(1, std::thread::hardware_concurrency());
}

}  // namespace

struct WorkerPool::Impl {
  std::mutex mutex;
  std::condition_variable changed;
  // All below is guarded by mutex.
  Job* job = nullptr;
  int64_t jobs = 0;  // so far; tells the threads a new job from the one they have finished
  int busy = 0;      // threads that have not finished `job`
  bool stop = false;
  std::vector<std::thread> threads;  // changed by the owner alone

  void ThreadMain(int worker) {
    int64_t done = 0;
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stop || jobs != done; });
      if (stop) return;
      done = jobs;
      Job* const current = job;
      lock.unlock();
      current->Run(worker);
      lock.lock();
      if (--busy == 0) changed.notify_all();
    }
  }
};

WorkerPool::WorkerPool(int workers) : impl_(std::make_unique<Impl>()) {
  if (workers <= 0) workers = AvailableCores();
  for (int worker = 1; worker < workers; ++worker) {
    // Fewer threads do the same work: a limit on their number is no reason to fail.
    try {
      impl_->threads.emplace_back([impl = impl_.get(), worker] { impl->ThreadMain(worker); });
    } catch (const std::system_error&) {
      break;
    }
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stop = true;
  }
  impl_->changed.notify_all();
  for (std::thread& thread : impl_->threads) thread.join();
}

int WorkerPool::workers() const { return static_cast<int>(impl_->threads.size()) + 1; }

absl::Status WorkerPool::ForEach(int64_t count, Work work) {
  if (count <= 0) return absl::OkStatus();
  Job job(count, work);
  if (count == 1 || impl_->threads.empty()) {
    job.Run(0);
    return job.TakeError();
  }
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->job = &job;
    ++impl_->jobs;
    impl_->busy = static_cast<int>(impl_->threads.size());
  }
  impl_->changed.notify_all();
  job.Run(0);
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait(lock, [&] { return impl_->busy == 0; });
  return job.TakeError();
}

int AvailableCores() {
  const double limit = std::ceil(CgroupCpuLimit());  // half a core's share still needs a thread
  return static_cast<int>(std::clamp<double>(limit, 1, AffinityCores()));
}

}  // namespace seiche
