// What all groups of a chunk share at the levels `small` and `smallest`: the stencil that predicts,
// and the tables of probabilities. Its bytes, and all that they mean: docs/swell_small_format.md.
//
//   SmallModel model = ...;                          // fit.h, tables.h
//   AppendModel(model, bytes);
//   SEICHE_ASSIGN_OR_RETURN(SmallModel model, ParseModel(bytes));
//
// Plain data: thread-compatible.
#ifndef SEICHE_CODECS_SWELL_SMALL_MODEL_H_
#define SEICHE_CODECS_SWELL_SMALL_MODEL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace seiche {

// How far a prediction looks. The numbers lie on disk: do not change. Streams with kSquare are from
// before kTriangle, which predicts as well in three quarters of the time: what former frames had in
// the rows above hardly matters beside those rows in the frame itself.
enum class SmallStencil : uint8_t { kDiamond = 0, kSquare = 1, kTriangle = 2 };
inline constexpr SmallStencil kSmallStencils[] = {SmallStencil::kDiamond, SmallStencil::kSquare,
                                                  SmallStencil::kTriangle};

// The taps of a stencil, row by row: dx from -n to n for each row, where n is -1 for none at all.
struct StencilRows {
  std::array<int, 3> above;  // rows y - 1, y - 2, y - 3 of the frame itself
  std::array<int, 7> past;   // rows y - 3 to y + 3 of the frame before and of the one before that
};

inline constexpr StencilRows kStencilRows[] = {
    {.above = {1, -1, -1}, .past = {-1, 0, 1, 2, 1, 0, -1}},
    {.above = {2, 1, -1}, .past = {-1, 2, 2, 2, 2, 2, -1}},
    {.above = {1, 1, -1}, .past = {-1, -1, 1, 3, 2, 1, 0}},
};

// A tap: the difference at (t - dt, y + dy, x + dx).
struct StencilTap {
  int dt;
  int dy;
  int dx;
};

// Room for the taps of any stencil.
inline constexpr int kMaxTaps = 64;

// All taps in the order of the coefficients: the frame itself from y - 1 upwards, then the frame
// before from y - 3 downwards, then the one before that; each row from left to right.
std::vector<StencilTap> StencilTaps(SmallStencil stencil);

// Fixed-point coefficients have this many bits behind the point.
inline constexpr int kCoefficientBits = 12;

// Residuals are coded by blocks of so many columns, flags of blocks eight at a time.
inline constexpr int kBlockWidth = 32;
inline constexpr int kBlocksPerFlags = 8;

// Contexts of a residual: fraction * 64 + activity above * 8 + activity in the former frame.
inline constexpr int kFractions = 4;
inline constexpr int kLevels = 8;
inline constexpr int kContexts = kFractions * kLevels * kLevels;

// An activity is of level i if it is at least i of these.
inline constexpr std::array<uint8_t, kLevels - 1> kAboveThresholds = {1, 2, 3, 5, 8, 15, 32};
inline constexpr std::array<uint8_t, kLevels - 1> kFormerThresholds = {1, 2, 4, 8, 14, 24, 50};
// Activities are sums of magnitudes of residuals, none of which counts for more than this.
inline constexpr int kMaxMagnitude = 63;

// Tokens: magnitudes with their sign, and classes of them with bits of their own behind.
inline constexpr int kDirectTokens = 48;
inline constexpr int kTokens = 72;

// A token and the raw bits behind it, of a zigzag residual (0, -1, 1, -2, ... as 0, 1, 2, 3, ...).
struct SmallToken {
  uint8_t token;
  uint8_t bits;
  uint16_t raw;
};

inline SmallToken TokenOf(uint16_t zigzag) {
  if (zigzag < kDirectTokens) return {static_cast<uint8_t>(zigzag), 0, 0};
  const uint32_t value = zigzag - kDirectTokens + 16;
  const int exponent = 31 - __builtin_clz(value);
  const int bits = exponent - 1;
  return {static_cast<uint8_t>(kDirectTokens + (exponent - 4) * 2 + (value >> bits & 1)),
          static_cast<uint8_t>(bits), static_cast<uint16_t>(value & ((1u << bits) - 1))};
}

// The raw bits behind a token >= kDirectTokens, and back.
inline int RawBits(int token) { return (token - kDirectTokens) / 2 + 3; }
inline uint16_t ZigzagOf(int token, uint32_t raw) {
  const int bits = RawBits(token);
  const uint32_t value = (2u + (token & 1)) << bits | raw;
  return static_cast<uint16_t>(value - 16 + kDirectTokens);
}

// Frequencies that add up to 1 << bits.
struct FrequencyTable {
  int bits = 12;
  std::vector<uint16_t> frequencies;  // of symbol 0 on; symbols past the end have none
};
inline constexpr int kMinTableBits = 8;
inline constexpr int kMaxTableBits = 12;
inline constexpr int kMaxTables = 16;

// Lanes of the rANS coder: one state each; column x belongs to lane x % lanes.
inline constexpr int kMinLanes = 32;
inline constexpr int kMaxLanes = 256;
// States are in [kStateBound, kStateBound << 16).
inline constexpr uint32_t kStateBound = 1u << 16;

struct SmallModel {
  SmallStencil stencil = SmallStencil::kDiamond;
  int lanes = kMinLanes;  // a multiple of 32
  // Sets of coefficients: of a group's first frame, its second and all others. A group of more
  // frames than there are sets uses the last one on. By the order of StencilTaps().
  int sets = 1;
  std::array<std::array<int16_t, kMaxTaps>, 3> coefficients = {};
  // Tables by context: of a group's first frame, of other frames, and of blocks with a flag.
  std::array<uint8_t, kFractions* kLevels> first_contexts = {};
  std::array<uint8_t, kContexts> contexts = {};
  std::array<uint8_t, kFractions> flagged_contexts = {};
  std::vector<FrequencyTable> tables;  // 1 to kMaxTables, of tokens
  // Of flags: where some of eight blocks may be skipped, and where all may.
  std::array<FrequencyTable, 2> flag_tables;
};

void AppendModel(const SmallModel& model, std::vector<std::byte>& bytes);

// kDataLoss if `bytes` are not what AppendModel() writes.
absl::StatusOr<SmallModel> ParseModel(absl::Span<const std::byte> bytes);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_SMALL_MODEL_H_
