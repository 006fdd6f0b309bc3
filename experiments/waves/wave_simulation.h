// The published experiment's waves: a bump of water let go in a tank at rest.
//
//   std::vector<float> memory(kFrames * kGridPoints * kGridPoints);
//   SimulateWaves(DrawWaveParameters(seed, 42, kGridPoints),
//                 SequenceView<float>(memory.data(), kFrames, kGridPoints, kGridPoints));
//
// Pure functions, bit-identical on every machine.
#ifndef SEICHE_EXPERIMENTS_WAVES_WAVE_SIMULATION_H_
#define SEICHE_EXPERIMENTS_WAVES_WAVE_SIMULATION_H_

#include <cstdint>

#include "base/array_view.h"
#include "experiments/waves/water/shallow_water.h"
#include "experiments/waves/wave_parameters.h"

namespace seiche {

// The tank of a sequence whose frames have grid_points x grid_points, walls on the outermost.
ShallowWaterOptions TankOf(const WaveParameters& parameters, int64_t grid_points);

// The water's height at the start, [H,W] in metres above rest: a Gaussian of kBumpHeight and
// kBumpSigma around the bump's centre.
void FillBump(const WaveParameters& parameters, FrameView<float> height);

// Simulates one sequence: frame k of `height`, [T,H,W] with H = W, becomes the water's height in
// metres above rest (k + 1) * kFrameSeconds after the start.
void SimulateWaves(const WaveParameters& parameters, SequenceView<float> height);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_WAVE_SIMULATION_H_
