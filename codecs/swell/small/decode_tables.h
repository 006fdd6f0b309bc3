// The model of the levels `small` and `smallest` in the form that decoding loops look things up in.
//
//   SmallDecodeTables tables = MakeSmallDecodeTables(model);
#ifndef SEICHE_CODECS_SWELL_SMALL_DECODE_TABLES_H_
#define SEICHE_CODECS_SWELL_SMALL_DECODE_TABLES_H_

#include <cstdint>
#include <vector>

#include "codecs/swell/small/model.h"
#include "codecs/swell/small/planes.h"

namespace seiche {

struct SmallDecodeTables {
  // A slot of table t is looked up at max(slot, floors[t]) + bases[t] in `entries`: all slots of
  // symbol 0, most of them mostly, share one entry, so that the tables stay near the processor.
  alignas(64) int32_t bits[kMaxTables] = {};
  alignas(64) int32_t floors[kMaxTables] = {};
  alignas(64) int32_t bases[kMaxTables] = {};
  // Where the slots of the tokens 1, 2 and 3 begin, by table.
  alignas(64) int32_t starts[3][kMaxTables] = {};
  // In 7, 13 and 12 bits, code << 25 | frequency << 12 | start. The code is the signed residual
  // that a token means, or kFirstRawCode and more for tokens with raw bits.
  std::vector<int32_t> entries;

  // Tables of the contexts of a group's first frame, of other frames, and of blocks with flags.
  alignas(64) uint8_t first_contexts[kContexts] = {};
  alignas(64) uint8_t contexts[kContexts] = {};
  alignas(16) uint8_t flagged_contexts[16] = {};  // of which kFractions are in use

  struct Flags {
    uint8_t symbols[1 << kMaxTableBits] = {};  // by slot
    uint16_t frequencies[1 << kBlocksPerFlags] = {};
    uint16_t starts[1 << kBlocksPerFlags] = {};
  };
  Flags flags[2];

  PackedCoefficients coefficients[3];
};

// Code of the token kDirectTokens; those of the tokens behind it follow.
inline constexpr int kFirstRawCode = kDirectTokens / 2;

// `model` is one that ParseModel() takes.
SmallDecodeTables MakeSmallDecodeTables(const SmallModel& model);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_SMALL_DECODE_TABLES_H_
