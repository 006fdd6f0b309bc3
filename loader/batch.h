// A batch: samples side by side in one aligned buffer that goes back to the loader's ring.
//
//   const BatchView<const float> values = batch.array<float>();   // [B,T,H,W]
//   batch.view(1)                                // the second output: "height", "images/target"
//   batch.samples()[2]                           // which sample lies there
//
// Move-only. The memory stays valid as long as the Batch lives, whatever the loader does
// meanwhile. Thread-compatible.
#ifndef SEICHE_LOADER_BATCH_H_
#define SEICHE_LOADER_BATCH_H_

#include <cassert>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"

namespace seiche {

// One array of a batch: [B, ...].
struct BatchOutput {
  // Of each array's first byte, in bytes.
  static constexpr int64_t kAlignment = 64;

  std::string name;  // "images", "images/target"
  DType dtype = DType::kFloat32;
  std::string axes;    // of one sample: "THW"
  Shape sample_shape;  // elements of one sample
  int64_t offset = 0;  // byte of the buffer where the array begins

  int64_t sample_bytes() const {
    return NumElements(sample_shape) * static_cast<int64_t>(SizeOf(dtype));
  }
};

class Batch {
 public:
  using Outputs = std::vector<BatchOutput>;

  // The memory of one batch and what is in it.
  struct Slot {
    AlignedBuffer memory;
    std::shared_ptr<const Outputs> outputs;
    std::vector<int64_t> samples;  // sample index of each row
    int64_t padding = 0;
    int64_t number = 0;

    int64_t rows() const { return static_cast<int64_t>(samples.size()); }
    // The contiguous array of one row.
    std::byte* Row(int output, int64_t row) const {
      const BatchOutput& o = (*outputs)[output];
      return memory.data() + o.offset + row * o.sample_bytes();
    }
  };

  // Whoever lends slots and gets them back. TakeBack() is called on any thread.
  class Lender {
   public:
    virtual ~Lender() = default;
    virtual void TakeBack(std::unique_ptr<Slot> slot) = 0;
  };

  Batch(std::unique_ptr<Slot> slot, std::shared_ptr<Lender> lender)
      : slot_(slot.release(), Return{std::move(lender)}) {}

  // One for each window of each field.
  absl::Span<const BatchOutput> outputs() const { return *slot_->outputs; }
  // The output of that name, or -1.
  int Find(std::string_view name) const {
    for (size_t i = 0; i < slot_->outputs->size(); ++i) {
      if ((*slot_->outputs)[i].name == name) return static_cast<int>(i);
    }
    return -1;
  }

  // [B, ...], contiguous.
  ConstArrayView view(int output = 0) const {
    const BatchOutput& o = (*slot_->outputs)[output];
    Shape shape = {size()};
    shape.insert(shape.end(), o.sample_shape.begin(), o.sample_shape.end());
    return MakeView(static_cast<const void*>(slot_->memory.data() + o.offset), o.dtype, shape);
  }

  // As [B,T,H,W] of T, which must be the output's dtype and rank.
  template <typename T>
  BatchView<const T> array(int output = 0) const {
    const BatchOutput& o = (*slot_->outputs)[output];
    assert(o.dtype == kDTypeOf<T> && o.sample_shape.size() == 3);
    return {reinterpret_cast<const T*>(slot_->memory.data() + o.offset), size(), o.sample_shape[0],
            o.sample_shape[1], o.sample_shape[2]};
  }

  int64_t size() const { return slot_->rows(); }
  // Sample index of each of the B rows.
  absl::Span<const int64_t> samples() const { return slot_->samples; }
  // Rows at the end that repeat samples of the epoch's beginning (LastBatch::kPad).
  int64_t padding() const { return slot_->padding; }
  // Position in the epoch, counted in batches of this shard.
  int64_t number() const { return slot_->number; }

 private:
  // The lender lives at least as long as what it lent.
  struct Return {
    std::shared_ptr<Lender> lender;
    void operator()(Slot* slot) const { lender->TakeBack(std::unique_ptr<Slot>(slot)); }
  };
  std::unique_ptr<Slot, Return> slot_;
};

// Bytes of a buffer for batches of `rows` samples; sets the outputs' offsets.
int64_t LayOut(Batch::Outputs& outputs, int64_t rows);

}  // namespace seiche

#endif  // SEICHE_LOADER_BATCH_H_
