// LZF encoding: greedy, with one candidate for each three bytes.
//
//   LzfEncoder& encoder = scratch.state<LzfEncoder>();
//   size_t n = encoder.Encode(decoded, encoded);   // room for MaxLzfSize(decoded.size()) bytes
//
// Sizes are liblzf's within a percent or two, because the same positions are remembered in a table
// of the same size; the streams are a function of the data alone. Thread-compatible.
#ifndef SEICHE_CODECS_LZF_ENCODE_H_
#define SEICHE_CODECS_LZF_ENCODE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "codecs/codec.h"

namespace seiche {

// In bytes; positions have 32 bits.
inline constexpr size_t kMaxLzfInput = 0xffff0000;

// Every byte literal, 32 at most behind one byte.
constexpr size_t MaxLzfSize(size_t decoded_size) { return decoded_size + (decoded_size + 31) / 32; }

class LzfEncoder : public CodecState {
 public:
  // `first_position`: tests begin near the end of the range.
  explicit LzfEncoder(uint32_t first_position = 1);

  // Writes the stream of `decoded` (at most kMaxLzfInput bytes) and returns its size.
  size_t Encode(absl::Span<const std::byte> decoded, std::byte* encoded);

 private:
  // Where three bytes of a hash were seen last, as position + base_. What is below base_ is left
  // from calls before and not there: so the table need not be cleared for each small chunk.
  std::vector<uint32_t> table_;
  uint32_t base_;
};

}  // namespace seiche

#endif  // SEICHE_CODECS_LZF_ENCODE_H_
