#include "experiments/peers/adler32.h"

#include <algorithm>

namespace seiche {
namespace {

constexpr uint32_t kModulus = 65521;
// Bytes that both sums take before they could overflow 32 bits.
constexpr size_t kBlock = 5552;

}  // namespace

uint32_t Adler32(absl::Span<const std::byte> bytes, uint32_t checksum) {
  uint32_t low = checksum & 0xffff, high = checksum >> 16;
  while (!bytes.empty()) {
    const size_t size = std::min(bytes.size(), kBlock);
    for (const std::byte value : bytes.subspan(0, size)) {
      low += static_cast<uint32_t>(value);
      high += low;
    }
    low %= kModulus;
    high %= kModulus;
    bytes.remove_prefix(size);
  }
  return high << 16 | low;
}

}  // namespace seiche
