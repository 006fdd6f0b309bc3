#include "codecs/lzf_encode.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace seiche {
namespace {

constexpr int kHashBits = 17;
constexpr size_t kMinMatch = 3;
constexpr size_t kMaxMatch = 264;
constexpr size_t kMaxOffset = 8192;
constexpr size_t kMaxLiterals = 32;

uint64_t Load64(const uint8_t* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

uint32_t LoadThree(const uint8_t* at) { return at[0] | at[1] << 8 | at[2] << 16; }

uint32_t Hash(uint32_t three_bytes) { return three_bytes * 2654435761u >> (32 - kHashBits); }

// How many bytes at `a` and `b`, at most `limit`, are alike. Reads no further than that.
size_t CommonLength(const uint8_t* a, const uint8_t* b, size_t limit) {
  size_t length = 0;
  while (length + sizeof(uint64_t) <= limit) {
    const uint64_t difference = Load64(a + length) ^ Load64(b + length);
    if (difference != 0) return length + std::countr_zero(difference) / 8;
    length += sizeof(uint64_t);
  }
  while (length < limit && a[length] == b[length]) ++length;
  return length;
}

// Tokens to a buffer that is large enough.
class TokenWriter {
 public:
  explicit TokenWriter(uint8_t* to) : to_(to) {}

  void Literals(const uint8_t* from, const uint8_t* end) {
    while (from < end) {
      const size_t run = std::min<size_t>(end - from, kMaxLiterals);
      *to_++ = static_cast<uint8_t>(run - 1);
      std::memcpy(to_, from, run);
      to_ += run;
      from += run;
    }
  }

  void Match(size_t offset, size_t length) {
    const size_t distance = offset - 1;
    const size_t code = length - 2;
    *to_++ = static_cast<uint8_t>(std::min<size_t>(code, 7) << 5 | distance >> 8);
    if (code >= 7) *to_++ = static_cast<uint8_t>(code - 7);
    *to_++ = static_cast<uint8_t>(distance);
  }

  uint8_t* position() const { return to_; }

 private:
  uint8_t* to_;
};

}  // namespace

LzfEncoder::LzfEncoder(uint32_t first_position)
    : table_(size_t{1} << kHashBits), base_(first_position) {}

size_t LzfEncoder::Encode(absl::Span<const std::byte> decoded, std::byte* encoded) {
  if (decoded.size() > ~base_) {
    std::fill(table_.begin(), table_.end(), 0);
    base_ = 1;
  }
  const auto* const data = reinterpret_cast<const uint8_t*>(decoded.data());
  const uint8_t* const end = data + decoded.size();
  const uint8_t* const last = decoded.size() < kMinMatch ? data : end - kMinMatch + 1;
  const uint8_t* literals = data;
  TokenWriter tokens(reinterpret_cast<uint8_t*>(encoded));
  for (const uint8_t* at = data; at < last;) {
    const uint32_t bytes = LoadThree(at);
    uint32_t& slot = table_[Hash(bytes)];
    const uint32_t position = base_ + static_cast<uint32_t>(at - data);
    const uint32_t candidate = slot;
    slot = position;
    const uint8_t* match = at - (position - candidate);
    if (candidate < base_ || position - candidate > kMaxOffset || LoadThree(match) != bytes) {
      ++at;
      continue;
    }
    const size_t limit = std::min<size_t>(end - at, kMaxMatch);
    const size_t length =
        kMinMatch + CommonLength(at + kMinMatch, match + kMinMatch, limit - kMinMatch);
    tokens.Literals(literals, at);
    tokens.Match(at - match, length);
    at += length;
    literals = at;
    // Of the bytes matched only the last is remembered, as liblzf does.
    if (at <= last) table_[Hash(LoadThree(at - 1))] = base_ + static_cast<uint32_t>(at - 1 - data);
  }
  tokens.Literals(literals, end);
  base_ += static_cast<uint32_t>(decoded.size());
  return tokens.position() - reinterpret_cast<uint8_t*>(encoded);
}

}  // namespace seiche
