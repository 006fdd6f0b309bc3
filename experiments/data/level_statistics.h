// Exact statistics of gray levels, and how far one set of them is from another.
//
//   LevelStatistics statistics;
//   statistics.Add(jpeg_levels, shaded_levels);
//   statistics.normalisation().mean                    // of jpeg_levels * (1/255.0f)
//
// Counts are integers, so the results do not depend on the order of the calls. Thread-compatible.
#ifndef SEICHE_EXPERIMENTS_DATA_LEVEL_STATISTICS_H_
#define SEICHE_EXPERIMENTS_DATA_LEVEL_STATISTICS_H_

#include <array>
#include <cstdint>

#include "absl/types/span.h"
#include "experiments/comparison/row.h"

namespace seiche {

class LevelStatistics {
 public:
  // `stored` levels that stand for `original` ones; as many of each.
  void Add(absl::Span<const uint8_t> stored, absl::Span<const uint8_t> original);

  // Of the stored values, level * (1/255.0f). All 0 before the first level.
  Normalisation normalisation() const;
  // PSNR: 10 log10(255^2 / mean squared error); 0 dB stands for no error at all.
  Quality quality() const;

 private:
  std::array<int64_t, 256> counts_ = {};  // of each stored level
  std::array<int64_t, 256> errors_ = {};  // of each |stored - original|
};

// The level behind a value level * (1/255.0f).
inline uint8_t LevelOf(float value) { return static_cast<uint8_t>(value * 255.0f + 0.5f); }

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_DATA_LEVEL_STATISTICS_H_
