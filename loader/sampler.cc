#include "loader/sampler.h"

#include <cassert>

namespace seiche {

Sampler::Sampler(Order order, int64_t size, uint64_t seed, int64_t epoch)
    : order_(order), permutation_(size, seed, epoch) {
  assert(epoch >= 0);
}

int64_t Sampler::operator()(int64_t position) const {
  assert(position >= 0 && position < size());
  if (order_ == Order::kSequential) return position;
  return static_cast<int64_t>(permutation_(position));
}

}  // namespace seiche
