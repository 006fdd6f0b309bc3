// What stands before the entropy-coded data of the common kind of JPEG: baseline, one scan.
//
//   std::optional<BaselineHeader> header = ParseBaselineHeader(encoded);
//   if (!header) ...                             // another kind, or damaged: libjpeg.h knows which
//
// Section numbers here and in the neighbours are those of ITU-T T.81 (1992). Thread-safe.
#ifndef SEICHE_CODECS_JPEG_BASELINE_BASELINE_HEADER_H_
#define SEICHE_CODECS_JPEG_BASELINE_BASELINE_HEADER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/types/span.h"

namespace seiche {

// A Huffman table as a DHT segment lists it (B.2.4.2): counts[i] codes of i + 1 bits, and what the
// codes stand for, in their order; unused symbols are 0.
struct HuffmanSpec {
  std::array<uint8_t, 16> counts = {};
  std::array<uint8_t, 256> symbols = {};

  friend bool operator==(const HuffmanSpec&, const HuffmanSpec&) = default;
};

struct BaselineHeader {
  struct Component {
    int across = 1, down = 1;  // blocks in an MCU
    HuffmanSpec dc, ac;
  };

  int height = 0, width = 0;  // pixels
  int num_components = 0;     // 1, or 3: luminance first
  std::array<Component, 3> components;
  std::array<uint8_t, 64> quanta = {};  // of luminance, in zigzag order
  int restart_interval = 0;             // MCUs; 0: no restart markers
  size_t size = 0;                      // bytes in front of the entropy-coded data
};

// Empty for whatever is not plainly right and of that kind: 8 bits; gray, or YCbCr with luminance
// at full resolution; all components in one scan; all tables there.
std::optional<BaselineHeader> ParseBaselineHeader(absl::Span<const uint8_t> encoded);

}  // namespace seiche

#endif  // SEICHE_CODECS_JPEG_BASELINE_BASELINE_HEADER_H_
