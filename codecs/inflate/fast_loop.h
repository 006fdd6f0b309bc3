// The loop that decodes the bulk of a block, away from the ends of input and output.
//
// Compiled for each instruction set; the best one that the machine has is chosen at run time.
// Thread-safe for different positions.
#ifndef SEICHE_CODECS_INFLATE_FAST_LOOP_H_
#define SEICHE_CODECS_INFLATE_FAST_LOOP_H_

#include <cstddef>
#include <cstdint>

#include "codecs/inflate/code_tables.h"

namespace seiche {

// How far decoding has come.
struct InflatePosition {
  const uint8_t* in;   // the next byte that is not in `bits`
  uint64_t bits;       // what comes next, lowest bit first; those above `bit_count` are right or 0
  uint64_t bit_count;  // how many of them are taken from `in`, 63 at most
  uint8_t* out;        // where the next byte goes
  const uint64_t* next;  // the entry of the next step, whose bits are not taken yet
  uint64_t length;       // of a match whose distance is the next step; 0 otherwise
};

enum class InflateStop {
  kLimit,       // a limit is reached
  kEndOfBlock,  // its code is taken
  kDamaged,     // a distance from before the start, or a code that means nothing
};

// The loop runs as long as this much input and output is left.
inline constexpr size_t kFastInputMargin = 32;
inline constexpr size_t kFastOutputMargin = 640;

// Decodes from `at` until `at.in` reaches `in_limit` or `at.out` reaches `out_limit`, which lie the
// margins above in front of the ends, or the block ends. Bytes up to the output's margin behind
// at.out may be written, too. `out_start` is the first byte of the whole output.
InflateStop InflateFast(const InflateTables& tables, const uint8_t* in_limit, uint8_t* out_limit,
                        const uint8_t* out_start, InflatePosition& at);

}  // namespace seiche

#endif  // SEICHE_CODECS_INFLATE_FAST_LOOP_H_
