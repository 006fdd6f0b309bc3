// Which sample stands at which position of an epoch.
//
//   const Sampler sampler(Order::kRandom, store->size(), /*seed=*/1, /*epoch=*/0);
//   const int64_t sample = sampler(position);                 // positions 0..size-1, any order
//
// A pure function of order, size, seed, epoch and position: no state, so nothing to save for a
// resume. Immutable.
#ifndef SEICHE_LOADER_SAMPLER_H_
#define SEICHE_LOADER_SAMPLER_H_

#include <cstdint>

#include "loader/keyed_permutation.h"

namespace seiche {

enum class Order {
  kSequential,  // position p is sample p
  kRandom,      // a keyed permutation of all samples, another one every epoch
};

class Sampler {
 public:
  // size >= 1, epoch >= 0.
  Sampler(Order order, int64_t size, uint64_t seed, int64_t epoch);

  // 0 <= position < size().
  int64_t operator()(int64_t position) const;

  int64_t size() const { return static_cast<int64_t>(permutation_.size()); }

 private:
  Order order_;
  KeyedPermutation permutation_;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_SAMPLER_H_
