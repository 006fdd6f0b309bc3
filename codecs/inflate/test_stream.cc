#include "codecs/inflate/test_stream.h"

#include <algorithm>

namespace seiche {
namespace {

DeflateSymbol Find(int value, int first_symbol, absl::Span<const int> bases,
                   absl::Span<const int> extra_bits) {
  size_t i = bases.size() - 1;
  while (bases[i] > value) --i;
  return {first_symbol + static_cast<int>(i), extra_bits[i],
          static_cast<uint32_t>(value - bases[i])};
}

}  // namespace

uint32_t PlainAdler32(uint32_t sum, const void* bytes, size_t size) {
  uint32_t a = sum & 0xffff;
  uint32_t b = sum >> 16;
  for (size_t i = 0; i < size; ++i) {
    a = (a + static_cast<const uint8_t*>(bytes)[i]) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

// The tables of RFC 1951, 3.2.5, as they stand there.
DeflateSymbol LengthSymbol(int length) {
  constexpr int kBases[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                            31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
  constexpr int kExtra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                            2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
  return Find(length, 257, kBases, kExtra);
}

DeflateSymbol DistanceSymbol(int distance) {
  constexpr int kBases[] = {1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
                            33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
                            1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
  constexpr int kExtra[] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                            6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
  return Find(distance, 0, kBases, kExtra);
}

std::vector<uint8_t> RandomCodeLengths(int symbols, std::mt19937& random) {
  // Leaves of a tree, split at random; deep ones rather, so that long codes are frequent.
  std::vector<uint8_t> lengths = {0};
  const uint32_t taste = random() % 3;
  while (lengths.size() < static_cast<size_t>(symbols)) {
    size_t leaf = random() % lengths.size();
    if (taste > 0 && random() % 2)
      leaf = lengths.size() - 1 - random() % std::min<size_t>(taste, lengths.size());
    if (lengths[leaf] >= 15) continue;
    lengths.push_back(++lengths[leaf]);
  }
  if (symbols == 1) lengths[0] = 1;
  std::shuffle(lengths.begin(), lengths.end(), random);
  return lengths;
}

std::vector<uint32_t> CanonicalCodes(absl::Span<const uint8_t> lengths) {
  std::vector<uint32_t> codes(lengths.size());
  uint32_t code = 0;
  for (int length = 1; length <= 15; ++length, code <<= 1) {
    for (size_t i = 0; i < lengths.size(); ++i) {
      if (lengths[i] != length) continue;
      for (int bit = 0; bit < length; ++bit) codes[i] |= (code >> bit & 1) << (length - 1 - bit);
      ++code;
    }
  }
  return codes;
}

BlockCodes BlockCodes::Random(std::mt19937& random) {
  return {RandomCodeLengths(286, random), RandomCodeLengths(30, random)};
}

BlockCodes BlockCodes::Fixed() {
  BlockCodes codes;
  codes.literals.assign(288, 8);
  std::fill(codes.literals.begin() + 144, codes.literals.begin() + 256, 9);
  std::fill(codes.literals.begin() + 256, codes.literals.begin() + 280, 7);
  codes.distances.assign(32, 5);
  return codes;
}

void StreamWriter::Bits(uint32_t bits, int count) {
  for (int i = 0; i < count; ++i) {
    if (free_bits_ == 0) {
      encoded_.push_back(std::byte{0});
      free_bits_ = 8;
    }
    encoded_.back() |= static_cast<std::byte>((bits >> i & 1) << (8 - free_bits_));
    --free_bits_;
  }
}

void StreamWriter::Stored(absl::Span<const std::byte> bytes, bool last) {
  Bits(last, 1);
  Bits(0, 2);
  free_bits_ = 0;
  const auto size = static_cast<uint32_t>(bytes.size());
  Bits(size, 16);
  Bits(~size, 16);
  encoded_.insert(encoded_.end(), bytes.begin(), bytes.end());
  decoded_.insert(decoded_.end(), bytes.begin(), bytes.end());
}

void StreamWriter::DynamicHeader(const BlockCodes& codes, bool last) {
  Bits(last, 1);
  Bits(2, 2);
  Bits(static_cast<uint32_t>(codes.literals.size() - 257), 5);
  Bits(static_cast<uint32_t>(codes.distances.size() - 1), 5);
  Bits(15, 4);
  // Codes of four bits for the lengths 0 to 15, none for runs, which come first.
  for (int i = 0; i < 19; ++i) Bits(i < 3 ? 0 : 4, 3);
  const std::vector<uint8_t> fours(16, 4);
  const std::vector<uint32_t> length_codes = CanonicalCodes(fours);
  for (const uint8_t length : codes.literals) Code(fours, length_codes, length);
  for (const uint8_t length : codes.distances) Code(fours, length_codes, length);
}

void StreamWriter::Tokens(absl::Span<const DeflateToken> tokens, const BlockCodes& codes) {
  const std::vector<uint32_t> literal_codes = CanonicalCodes(codes.literals);
  const std::vector<uint32_t> distance_codes = CanonicalCodes(codes.distances);
  for (const DeflateToken& token : tokens) {
    if (token.distance == 0) {
      Code(codes.literals, literal_codes, token.value);
      decoded_.push_back(static_cast<std::byte>(token.value));
      continue;
    }
    const DeflateSymbol length = LengthSymbol(token.value);
    Code(codes.literals, literal_codes, length.symbol);
    Bits(length.extra, length.extra_bits);
    const DeflateSymbol distance = DistanceSymbol(token.distance);
    Code(codes.distances, distance_codes, distance.symbol);
    Bits(distance.extra, distance.extra_bits);
    // Of a distance from before the start zeros are made.
    for (int i = 0; i < token.value; ++i) {
      const auto size = static_cast<int64_t>(decoded_.size());
      decoded_.push_back(size < token.distance ? std::byte{0} : decoded_[size - token.distance]);
    }
  }
  Code(codes.literals, literal_codes, 256);
}

void StreamWriter::Coded(absl::Span<const DeflateToken> tokens, const BlockCodes& codes, bool last,
                         bool fixed) {
  if (fixed) {
    Bits(last, 1);
    Bits(1, 2);
  } else {
    DynamicHeader(codes, last);
  }
  Tokens(tokens, codes);
}

std::vector<std::byte> StreamWriter::Finish() {
  free_bits_ = 0;
  const uint32_t sum = PlainAdler32(1, decoded_.data(), decoded_.size());
  for (int shift = 24; shift >= 0; shift -= 8) Bits(sum >> shift & 0xff, 8);
  return encoded_;
}

}  // namespace seiche
