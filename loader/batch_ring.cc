#include "loader/batch_ring.h"

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"

namespace seiche {

BatchRing::BatchRing(Options options) : options_(std::move(options)) {
  assert(options_.capacity >= 1 && options_.max_buffers >= options_.capacity);
}

std::unique_ptr<Batch::Slot> BatchRing::MakeSlot() const {
  try {
    auto slot = std::make_unique<Batch::Slot>();
    slot->memory.Reserve(options_.batch_bytes);
    slot->samples.resize(options_.rows);
    slot->outputs = options_.outputs;
    return slot;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

std::unique_ptr<Batch::Slot> BatchRing::TryAcquire() {
  absl::MutexLock lock(&mutex_);
  if (!free_.empty()) {
    std::unique_ptr<Batch::Slot> slot = std::move(free_.back());
    free_.pop_back();
    return slot;
  }
  if (buffers_ == options_.max_buffers) return nullptr;
  std::unique_ptr<Batch::Slot> slot = MakeSlot();
  if (slot != nullptr) peak_buffers_ = std::max(peak_buffers_, ++buffers_);
  return slot;
}

absl::Status BatchRing::ExhaustedError() const {
  absl::MutexLock lock(&mutex_);
  if (buffers_ < options_.max_buffers) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the system has no memory for a batch of ", options_.batch_bytes, " bytes; ",
                     leased_, " batches are held: release some, or lower batch_size"));
  }
  return absl::ResourceExhaustedError(absl::StrCat(
      leased_, " batches of ", options_.batch_bytes, " bytes are held, as many as memory_budget = ",
      options_.memory_budget, " bytes allows: release some, or raise memory_budget"));
}

Batch BatchRing::Lease(std::unique_ptr<Batch::Slot> slot) {
  {
    absl::MutexLock lock(&mutex_);
    ++leased_;
  }
  return Batch(std::move(slot), shared_from_this());
}

void BatchRing::PutBack(std::unique_ptr<Batch::Slot> slot) {
  absl::MutexLock lock(&mutex_);
  free_.push_back(std::move(slot));
}

void BatchRing::TakeBack(std::unique_ptr<Batch::Slot> slot) {
  {
    absl::MutexLock lock(&mutex_);
    --leased_;
    if (!closed_ && buffers_ - leased_ <= options_.capacity) {
      free_.push_back(std::move(slot));
    } else {
      --buffers_;
    }
  }
  slot.reset();
  absl::MutexLock lock(&return_mutex_);
  if (!silent_ && options_.on_return) options_.on_return();
}

void BatchRing::Close() {
  std::vector<std::unique_ptr<Batch::Slot>> unused;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    buffers_ -= static_cast<int64_t>(free_.size());
    unused.swap(free_);
  }
  absl::MutexLock lock(&return_mutex_);
  silent_ = true;
}

BatchRing::Counts BatchRing::counts() const {
  absl::MutexLock lock(&mutex_);
  return {.buffers = buffers_, .free = static_cast<int64_t>(free_.size()), .leased = leased_};
}

int64_t BatchRing::peak_bytes() const {
  absl::MutexLock lock(&mutex_);
  return peak_buffers_ * options_.batch_bytes;
}

}  // namespace seiche
