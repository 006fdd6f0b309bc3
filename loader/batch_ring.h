// The ring of batch buffers: few, aligned, warm, used again and again.
//
//   auto ring = std::make_shared<BatchRing>(BatchRing::Options{...});
//   std::unique_ptr<Batch::Slot> slot = ring->TryAcquire();   // null: every buffer is in use
//   ... fill it ...
//   Batch batch = ring->Lease(std::move(slot));               // ~Batch brings the buffer back
//
// A buffer is free, acquired (being filled, or full and waiting), or leased to the consumer. Leased
// ones leave the ring: new ones are made in their place up to `max_buffers` in all, and one that
// comes back to a ring of `capacity` buffers is freed. Thread-safe.
#ifndef SEICHE_LOADER_BATCH_RING_H_
#define SEICHE_LOADER_BATCH_RING_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "loader/batch.h"

namespace seiche {

class BatchRing : public Batch::Lender, public std::enable_shared_from_this<BatchRing> {
 public:
  struct Options {
    std::shared_ptr<const Batch::Outputs> outputs = {};
    int64_t rows = 0;           // of a full batch
    int64_t batch_bytes = 0;    // of its buffer
    int64_t capacity = 0;       // buffers kept when nobody leases one
    int64_t max_buffers = 0;    // in all, leased ones included; >= capacity
    int64_t memory_budget = 0;  // bytes; only for messages
    // Called after a buffer came back, on the thread that released it and without a lock of the
    // ring. It may call the ring, but not release batches.
    std::function<void()> on_return = {};
  };
  struct Counts {
    int64_t buffers = 0;  // that exist
    int64_t free = 0;
    int64_t leased = 0;
  };

  explicit BatchRing(Options options);

  // A buffer for a full batch, its contents unspecified; null if none is free and no more may be
  // made (by max_buffers or by the system).
  std::unique_ptr<Batch::Slot> TryAcquire();
  // Why TryAcquire() gives nothing: kResourceExhausted says how many buffers are held, and what to
  // do.
  absl::Status ExhaustedError() const;

  // Hands an acquired buffer to the consumer.
  Batch Lease(std::unique_ptr<Batch::Slot> slot);
  // Brings an acquired buffer back unused.
  void PutBack(std::unique_ptr<Batch::Slot> slot);
  // Brings a leased buffer back; for Batch.
  void TakeBack(std::unique_ptr<Batch::Slot> slot) override;

  // Frees what is free, and from now on what comes back. When it returns, on_return has been
  // called for the last time.
  void Close();

  Counts counts() const;
  // Bytes of all buffers that exist.
  int64_t memory_bytes() const { return counts().buffers * options_.batch_bytes; }
  // The most they have been.
  int64_t peak_bytes() const;

 private:
  // The ring's memory for one more buffer, or null. Never throws.
  std::unique_ptr<Batch::Slot> MakeSlot() const;

  const Options options_;
  mutable absl::Mutex mutex_;
  std::vector<std::unique_ptr<Batch::Slot>> free_ ABSL_GUARDED_BY(mutex_);
  int64_t buffers_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t peak_buffers_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t leased_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  // Held while on_return runs, so that Close() can wait for it.
  absl::Mutex return_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  bool silent_ ABSL_GUARDED_BY(return_mutex_) = false;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_BATCH_RING_H_
