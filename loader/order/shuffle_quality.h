// How well an order shuffles, in numbers that a uniform order sets to 1.
//
//   const ShuffleQuality quality = MeasureShuffle(sampler);
//   quality.value() == 0.24                            // the worse of the two
//
// kChunkAware reads less than kUniform because samples that lie side by side in storage come close
// to each other. These numbers say how close. Functions without state; about a millisecond.
#ifndef SEICHE_LOADER_ORDER_SHUFFLE_QUALITY_H_
#define SEICHE_LOADER_ORDER_SHUFFLE_QUALITY_H_

#include <algorithm>

#include "loader/order/sampler.h"

namespace seiche {

struct ShuffleQuality {
  // 1 - |rho|, rho being Spearman's rank correlation of the place in storage and the place in the
  // order: 0 for an order that runs through the storage in one direction.
  double rank = 1;
  // Mean distance in the order of samples that are neighbours in storage, as a part of what a
  // uniform order has, (size + 1) / 3; at most 1. It is about the part of the dataset that is
  // shuffled together.
  double neighbours = 1;

  double value() const { return std::min(rank, neighbours); }
};

// From up to 8192 samples drawn by a fixed key, so exact for smaller sizes and within some percent
// for larger ones.
ShuffleQuality MeasureShuffle(const Sampler& sampler);

}  // namespace seiche

#endif  // SEICHE_LOADER_ORDER_SHUFFLE_QUALITY_H_
