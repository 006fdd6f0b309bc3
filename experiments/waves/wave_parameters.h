// What sets one wave sequence apart from another: the size of its tank and where its bump starts.
//
//   WaveParameters parameters = DrawWaveParameters(/*seed=*/1, /*sequence=*/42, kGridPoints);
//
// The constants and distributions of the published generator. Pure functions, bit-identical on
// every machine: sequence 42 is the same however many others are made, and in whatever order.
#ifndef SEICHE_EXPERIMENTS_WAVES_WAVE_PARAMETERS_H_
#define SEICHE_EXPERIMENTS_WAVES_WAVE_PARAMETERS_H_

#include <cstdint>

namespace seiche {

inline constexpr int64_t kFrames = 100;          // T of a published sequence
inline constexpr int64_t kGridPoints = 184;      // H = W, walls included
inline constexpr double kFrameSeconds = 0.01;    // frame k shows t = (k + 1) * kFrameSeconds
inline constexpr double kTankDepth = 10.0;       // metres of water at rest
inline constexpr double kMinTankSide = 10.0;     // metres
inline constexpr double kMaxTankSide = 20.0;     // metres
inline constexpr double kBumpHeight = 1.0;       // metres above the water at rest
inline constexpr double kBumpSigma = 5.0;        // grid points
inline constexpr int64_t kBumpMargin = 10;       // grid points that no bump's centre comes near
inline constexpr int64_t kMinGridPoints = 24;    // leaves the centre some room
inline constexpr int64_t kMaxGridPoints = 4096;  // a frame of 64 MiB

struct WaveParameters {
  double tank_side = 0;  // metres between opposite walls; grid spacing = side / (grid points - 1)
  double bump_row = 0;   // of the bump's centre, in grid points from row 0
  double bump_column = 0;
};

// The parameters of sequence `sequence` >= 0 of the dataset `seed`: tank_side uniform in
// [kMinTankSide, kMaxTankSide), the bump's centre uniform within grid_points / 2 - kBumpMargin of
// the middle, in rows and in columns. `grid_points` in [kMinGridPoints, kMaxGridPoints].
WaveParameters DrawWaveParameters(uint64_t seed, int64_t sequence, int64_t grid_points);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_WAVE_PARAMETERS_H_
