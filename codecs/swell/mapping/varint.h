// Unsigned integers of up to 64 bits in as few bytes as they need: seven bits a byte, the lowest
// first, and the top bit set in all bytes but the last.
//
//   AppendVarint(300, bytes);                    // 0xac 0x02
//   if (!ReadVarint(bytes, at, value)) return Damaged("swell", "...");
#ifndef SEICHE_CODECS_SWELL_MAPPING_VARINT_H_
#define SEICHE_CODECS_SWELL_MAPPING_VARINT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace seiche {

inline void AppendVarint(uint64_t value, std::vector<std::byte>& bytes) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<std::byte>(value | 0x80));
  bytes.push_back(static_cast<std::byte>(value));
}

// Moves `at` behind the integer that starts there. False if `bytes` ends in it or it has more than
// 64 bits; `at` and `value` may be anything then.
inline bool ReadVarint(absl::Span<const std::byte> bytes, size_t& at, uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (at >= bytes.size()) return false;
    const uint64_t byte = static_cast<uint8_t>(bytes[at++]);
    if (shift == 63 && byte > 1) return false;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_MAPPING_VARINT_H_
