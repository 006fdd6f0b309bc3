// Which sample stands at which position of an epoch.
//
//   const Sampler sampler({.order = Order::kUniform}, map.size(), /*seed=*/1, /*epoch=*/0);
//   const int64_t sample = sampler(position);                 // positions 0..size-1, any order
//   sampler.PositionOf(sample) == position
//
// A pure function of options, size, seed, epoch and position: no state, so nothing to save for a
// resume, and any position costs the same.
//
// kChunkAware: the samples are cut into blocks of neighbours (those that share chunks). The blocks
// of an epoch come in a keyed order, `window_blocks` of them at a time, and the samples of such a
// shuffle window are shuffled among each other. A chunk is needed within one window only.
//
// Immutable.
#ifndef SEICHE_LOADER_ORDER_SAMPLER_H_
#define SEICHE_LOADER_ORDER_SAMPLER_H_

#include <cstdint>

#include "loader/order/keyed_permutation.h"

namespace seiche {

enum class Order {
  kSequential,  // position p is sample p
  kUniform,     // a keyed permutation of all samples, another one every epoch
  kChunkAware,  // shuffled within windows of blocks that share chunks
  kAuto,        // kUniform where that costs at most 10 % more reading, else kChunkAware
};

struct SamplerOptions {
  Order order = Order::kUniform;  // not kAuto
  int64_t block_samples = 1;      // of kChunkAware, >= 1: neighbours that share chunks
  int64_t window_blocks = 1;      // of kChunkAware, >= 1: blocks shuffled together
};

class Sampler {
 public:
  // size >= 1, epoch >= 0.
  Sampler(const SamplerOptions& options, int64_t size, uint64_t seed, int64_t epoch);

  // 0 <= position < size().
  int64_t operator()(int64_t position) const;
  // The inverse: 0 <= sample < size().
  int64_t PositionOf(int64_t sample) const;

  // The position behind the last one at which a sample of the block of the sample at `position`
  // stands: what was decoded for it may be dropped then.
  int64_t WindowEnd(int64_t position) const;

  int64_t size() const { return size_; }
  Order order() const { return options_.order; }

 private:
  // Some blocks that are shuffled together.
  struct Window {
    int64_t first_slot = 0, slots = 0;  // of the keyed order of blocks
    int64_t first_position = 0, size = 0;
  };
  Window WindowAt(int64_t position) const;
  Window WindowOfSlot(int64_t slot) const;
  // Samples in the slots before `slot`.
  int64_t SamplesBefore(int64_t slot) const;
  int64_t BlockSize(int64_t block) const;
  KeyedPermutation Inner(const Window& window) const;

  SamplerOptions options_;
  int64_t size_;
  uint64_t seed_;
  int64_t epoch_;
  int64_t blocks_;           // kChunkAware
  KeyedPermutation outer_;   // of samples (kUniform) or blocks (kChunkAware)
  int64_t short_slot_ = -1;  // slot of the last block, which may have fewer samples
  int64_t last_block_size_ = 0;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_ORDER_SAMPLER_H_
