#include "codecs/lzf_decode.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "codecs/codec_errors.h"

namespace seiche {
namespace {

constexpr unsigned kMinMatchToken = 32;
constexpr unsigned kLongLength = 7;

// How far decoding has come.
struct Position {
  const uint8_t* in;
  uint8_t* out;
};

// Every access checked. Continues at `at`; `start` is the first byte of the output.
absl::StatusOr<size_t> Finish(Position at, const uint8_t* in_end, const uint8_t* start,
                              const uint8_t* out_end) {
  auto [in, out] = at;
  while (in < in_end) {
    const unsigned token = *in++;
    if (token < kMinMatchToken) {
      const size_t count = token + 1;
      if (static_cast<size_t>(in_end - in) < count) return Damaged("lzf", "truncated stream");
      if (static_cast<size_t>(out_end - out) < count) return TooLarge("lzf", out_end - start);
      for (size_t i = 0; i < count; ++i) *out++ = *in++;
      continue;
    }
    size_t count = token >> 5;
    if (static_cast<size_t>(in_end - in) < (count == kLongLength ? 2 : 1)) {
      return Damaged("lzf", "truncated stream");
    }
    if (count == kLongLength) count += *in++;
    count += 2;
    const size_t offset = ((token & 31) << 8 | *in++) + 1;
    if (static_cast<size_t>(out - start) < offset) {
      return Damaged("lzf", absl::StrCat("a reference at byte ", out - start, " points ", offset,
                                         " bytes back"));
    }
    if (static_cast<size_t>(out_end - out) < count) return TooLarge("lzf", out_end - start);
    for (size_t i = 0; i < count; ++i, ++out) *out = *(out - offset);
  }
  return out - start;
}

}  // namespace

absl::StatusOr<size_t> DecodeLzf(absl::Span<const std::byte> encoded,
                                 absl::Span<std::byte> decoded) {
  return DecodeLzfBytewise(encoded, decoded);
}

absl::StatusOr<size_t> DecodeLzfBytewise(absl::Span<const std::byte> encoded,
                                         absl::Span<std::byte> decoded) {
  const auto* in = reinterpret_cast<const uint8_t*>(encoded.data());
  auto* out = reinterpret_cast<uint8_t*>(decoded.data());
  return Finish({in, out}, in + encoded.size(), out, out + decoded.size());
}

}  // namespace seiche
