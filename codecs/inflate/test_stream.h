// Zlib streams of any blocks, codes and tokens, also such as no encoder writes, for tests.
//
//   StreamWriter writer;
//   writer.Coded(tokens, BlockCodes::Random(random), /*last=*/true);
//   std::vector<std::byte> encoded = writer.Finish();      // writer.decoded() is what it holds
#ifndef SEICHE_CODECS_INFLATE_TEST_STREAM_H_
#define SEICHE_CODECS_INFLATE_TEST_STREAM_H_

#include <cstddef>
#include <cstdint>

#include <random>
#include <vector>

#include "absl/types/span.h"

namespace seiche {

// The plain sum of RFC 1950, chapter 8, with the signature that Inflater asks for.
uint32_t PlainAdler32(uint32_t sum, const void* bytes, size_t size);

// A literal, if `distance` is 0, or a match.
struct DeflateToken {
  int value = 0;  // the literal, or the length, 3 to 258
  int distance = 0;
};

// The symbol of a value, and the extra bits that follow its code.
struct DeflateSymbol {
  int symbol;
  int extra_bits;
  uint32_t extra;
};
DeflateSymbol LengthSymbol(int length);
DeflateSymbol DistanceSymbol(int distance);

// Lengths of a complete code for all of `symbols` symbols, 0 to 15 bits each.
std::vector<uint8_t> RandomCodeLengths(int symbols, std::mt19937& random);

// The canonical codes, first bit lowest (RFC 1951, 3.2.2).
std::vector<uint32_t> CanonicalCodes(absl::Span<const uint8_t> lengths);

// Code lengths of a dynamic block: 257 to 288 literals and lengths, 1 to 32 distances.
struct BlockCodes {
  std::vector<uint8_t> literals;
  std::vector<uint8_t> distances;

  static BlockCodes Random(std::mt19937& random);
  static BlockCodes Fixed();
};

class StreamWriter {
 public:
  StreamWriter() : encoded_{std::byte{0x78}, std::byte{0x9c}} {}

  void Bits(uint32_t bits, int count);
  // 65535 bytes at most.
  void Stored(absl::Span<const std::byte> bytes, bool last);
  // A block with codes of its own, or, if `fixed`, those of RFC 1951, which `codes` then have to
  // be.
  void Coded(absl::Span<const DeflateToken> tokens, const BlockCodes& codes, bool last,
             bool fixed = false);

  // The start of a dynamic block and the codes of its tokens.
  void DynamicHeader(const BlockCodes& codes, bool last);
  void Tokens(absl::Span<const DeflateToken> tokens, const BlockCodes& codes);

  const std::vector<std::byte>& decoded() const { return decoded_; }

  // Fills the last byte up and adds the checksum of decoded().
  std::vector<std::byte> Finish();

 private:
  void Code(absl::Span<const uint8_t> lengths, absl::Span<const uint32_t> codes, int symbol) {
    Bits(codes[symbol], lengths[symbol]);
  }

  std::vector<std::byte> encoded_;
  std::vector<std::byte> decoded_;
  int free_bits_ = 0;  // of the last byte
};

}  // namespace seiche

#endif  // SEICHE_CODECS_INFLATE_TEST_STREAM_H_
