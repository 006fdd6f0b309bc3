// From counts of tokens by context to at most kMaxTables tables of frequencies.
//
//   SmallCounts counts;                              // counted by the encoder
//   FillTables(counts, model);
//
// Merges contexts, the pair that costs least first, as long as there are too many or it saves bits.
// The same result on every machine: arithmetic of doubles in a fixed order, logarithms of our own.
#ifndef SEICHE_CODECS_SWELL_SMALL_TABLES_H_
#define SEICHE_CODECS_SWELL_SMALL_TABLES_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "codecs/swell/small/model.h"

namespace seiche {

// Contexts in one row: those of frames that are not a group's first, of first frames (by fraction
// and level above), of blocks with flags (by fraction).
inline constexpr int kFirstContexts = kContexts;
inline constexpr int kFlaggedContexts = kFirstContexts + kFractions * kLevels;
inline constexpr int kAllContexts = kFlaggedContexts + kFractions;

// Where the model says which table the context has.
uint8_t& TableOf(int context, SmallModel& model);

struct SmallCounts {
  std::vector<std::array<uint32_t, kTokens>> tokens{kAllContexts};
  std::array<std::array<uint32_t, 1 << kBlocksPerFlags>, 2> flags = {};
};

// Sets the model's tables and which context uses which one.
void FillTables(const SmallCounts& counts, SmallModel& model);

// Frequencies that add up to 1 << bits, at least 1 for each count that is not 0, of which there are
// at most so many; as little above the entropy as that allows. All to symbol 0 if no count is.
FrequencyTable MakeFrequencyTable(absl::Span<const uint64_t> counts, int bits);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_SMALL_TABLES_H_
