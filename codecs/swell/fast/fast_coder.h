// The level `fast` of swell: differences of neighbours, as bit planes of small blocks.
//
//   std::unique_ptr<GroupEncoder> encoder = MakeFastEncoder();      // see group_coder.h
//   std::unique_ptr<GroupDecoder> decoder = MakeFastDecoder();
//
// The residual of a value is a difference along some of x, y and t: Lorenzo's predictor (L. Ibarria
// et al., Computer Graphics Forum 22, 2003), along whichever axes suit the group best. Residuals
// are cut into blocks of 32, four rows by eight columns where the frame has enough rows: a block's
// magnitudes are stored in as many bit planes as its largest one needs, and a sign for each value
// that is not zero. There is no entropy coder: the blocks adapt. docs/swell_format.md has the
// bytes; reference_decoder.h reads the same without SIMD. Takes every cube, and needs no model.
#ifndef SEICHE_CODECS_SWELL_FAST_FAST_CODER_H_
#define SEICHE_CODECS_SWELL_FAST_FAST_CODER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/types/span.h"
#include "codecs/swell/group_coder.h"

namespace seiche {

std::unique_ptr<GroupEncoder> MakeFastEncoder();
std::unique_ptr<GroupDecoder> MakeFastDecoder();

// Axes along which residuals are differences, in predictor bytes; on disk, do not change.
inline constexpr uint8_t kDifferenceX = 1;
inline constexpr uint8_t kDifferenceY = 2;
inline constexpr uint8_t kDifferenceT = 4;

// Values of a block, whatever its shape.
inline constexpr int kBlockValues = 32;

// The parts of a group's bytes.
struct FastGroup {
  static constexpr size_t kHeaderSize = 11;
  // Bytes behind the signs, so that wide loads need no check.
  static constexpr size_t kSlack = 8;

  uint8_t key_predictor = 0;  // of the first frame: no kDifferenceT
  uint8_t predictor = 0;      // of all others
  uint8_t block_rows = 4;     // 1, 2 or 4; a block has 32 / block_rows columns
  absl::Span<const std::byte> control;
  absl::Span<const std::byte> planes;
  absl::Span<const std::byte> signs;  // followed by kSlack bytes

  // Nothing if `encoded` cannot be a group.
  static std::optional<FastGroup> Parse(absl::Span<const std::byte> encoded);
};

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_FAST_FAST_CODER_H_
