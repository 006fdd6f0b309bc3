// Data that is no waves, for codecs to be compared on: made of the project's own random numbers
// and of additions and multiplications alone, so the same bits on every machine.
//
//   std::vector<float> values(100 * 184 * 184);
//   FillTurbulence(seed, sequence, SequenceView<float>(values.data(), 100, 184, 184));
//
// Pure functions of seed, sequence and shape.
#ifndef SEICHE_EXPERIMENTS_CODECS_DATA_GENERATED_H_
#define SEICHE_EXPERIMENTS_CODECS_DATA_GENERATED_H_

#include <cstdint>

#include "base/array_view.h"

namespace seiche {

// Noise in octaves down to the grid, in time and space, whose amplitudes fall as lengths to the
// power 1/3: the increments of Kolmogorov's turbulence. No two values are related exactly.
void FillTurbulence(uint64_t seed, int64_t sequence, SequenceView<float> values);

// Smooth bumps of several sizes that drift, each at its own speed, around a periodic plane.
void FillBlobs(uint64_t seed, int64_t sequence, SequenceView<float> values);

// What a counter sees of clouds of particles that drift over an even background: in each frame
// every particle falls somewhere anew, so counts scatter as Poisson's do. About 3 a cell, far more
// in the clouds.
void FillCounts(uint64_t seed, int64_t sequence, SequenceView<uint16_t> counts);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_CODECS_DATA_GENERATED_H_
