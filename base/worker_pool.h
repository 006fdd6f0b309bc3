// A few threads for work that splits into numbered pieces.
//
//   WorkerPool pool(4);
//   absl::Status status = pool.ForEach(chunks, [&](int64_t chunk, int worker) {
//     return EncodeChunk(chunk, scratch[worker]);
//   });
//
// Pieces are handed out in order, one at a time, so uneven ones balance. The caller's thread works
// too. Thread-compatible: one ForEach at a time.
#ifndef SEICHE_BASE_WORKER_POOL_H_
#define SEICHE_BASE_WORKER_POOL_H_

#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace seiche {

class WorkerPool {
 public:
  // `workers` threads in all, the caller's included; 0: one a core. Fewer if the system refuses to
  // start that many.
  explicit WorkerPool(int workers = 0);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  int workers() const;

  // Calls work(i, worker) once for each i in [0, count), worker in [0, workers()). After an error
  // no further piece is started; returns the error of the lowest-numbered piece that failed, which
  // is the same for any number of workers. A piece that throws std::bad_alloc has failed with
  // kResourceExhausted. `work` must not call ForEach of the same pool.
  absl::Status ForEach(int64_t count, absl::FunctionRef<absl::Status(int64_t, int)> work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Cores this process may use: those its affinity allows, but no more than the processor time that
// its control groups grant (base/cgroup.h), rounded up. At least 1.
int AvailableCores();

}  // namespace seiche

#endif  // SEICHE_BASE_WORKER_POOL_H_
