// A batch: samples side by side in one aligned buffer that goes back to the loader's ring.
//
//   const BatchView<const float> values = batch.array<float>();   // [B,T,H,W]
//   batch.samples()[2]                                            // which sample lies there
//
// Move-only. The memory stays valid as long as the Batch lives, whatever the loader does
// meanwhile. Thread-compatible.
#ifndef SEICHE_LOADER_BATCH_H_
#define SEICHE_LOADER_BATCH_H_

#include <cassert>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"

namespace seiche {

class Batch {
 public:
  // The memory of one batch and what is in it.
  struct Slot {
    AlignedBuffer memory;
    std::vector<int64_t> samples;  // sample index of each row
    DType dtype = DType::kFloat32;
    Shape shape;  // [B,T,H,W]
    int64_t number = 0;
  };

  // Whoever lends slots and gets them back. TakeBack() is called on any thread.
  class Lender {
   public:
    virtual ~Lender() = default;
    virtual void TakeBack(std::unique_ptr<Slot> slot) = 0;
  };

  Batch(std::unique_ptr<Slot> slot, std::shared_ptr<Lender> lender)
      : slot_(slot.release(), Return{std::move(lender)}) {}

  // [B, ...]: the field's shape with B in place of N.
  ConstArrayView view() const {
    return MakeView(static_cast<const void*>(slot_->memory.data()), slot_->dtype, slot_->shape);
  }

  // As [B,T,H,W] of T, which must be the field's dtype and rank.
  template <typename T>
  BatchView<const T> array() const {
    assert(slot_->dtype == kDTypeOf<T> && slot_->shape.size() == 4);
    return {reinterpret_cast<const T*>(slot_->memory.data()), slot_->shape[0], slot_->shape[1],
            slot_->shape[2], slot_->shape[3]};
  }

  int64_t size() const { return slot_->shape[0]; }
  // Sample index of each of the B rows.
  absl::Span<const int64_t> samples() const { return slot_->samples; }
  // Position in the epoch, counted in batches.
  int64_t number() const { return slot_->number; }

 private:
  // The lender lives at least as long as what it lent.
  struct Return {
    std::shared_ptr<Lender> lender;
    void operator()(Slot* slot) const { lender->TakeBack(std::unique_ptr<Slot>(slot)); }
  };
  std::unique_ptr<Slot, Return> slot_;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_BATCH_H_
