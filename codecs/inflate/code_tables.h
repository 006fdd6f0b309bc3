// Decoding tables of a block of deflate (RFC 1951, 3.2), for a decoder that hardly branches.
//
//   InflateTables tables;
//   if (!tables.Build(literal_lengths, distance_lengths)) return Damaged();
//   uint64_t entry = tables.entries[bits & kTableMask];
//
// A step looks up the next kTableBits bits of the stream. Its entry tells a whole match, which is
// length, extra bits and distance code at once, or up to three literals, or, where the bits do not
// hold both codes, a length alone: then the next step looks into the second half of the table, that
// of distances. Only long codes and the end of the block are exceptions. What decoders of one
// symbol a time predict, and often wrongly, is arithmetic here.
//
// Not thread-safe; about 56 KB.
#ifndef SEICHE_CODECS_INFLATE_CODE_TABLES_H_
#define SEICHE_CODECS_INFLATE_CODE_TABLES_H_

#include <cstddef>
#include <cstdint>

#include <array>

#include "absl/types/span.h"

namespace seiche {

inline constexpr int kTableBits = 11;
inline constexpr size_t kTableSize = size_t{1} << kTableBits;
inline constexpr uint64_t kTableMask = kTableSize - 1;

// An entry, from the lowest bit on:
//    0-7   bits that the step takes
//    8-15  how many of them come before the extra bits; kExceptionShift of an exception
//   16-24  bytes that the step writes, to which a length that waits is added; of a link: bits that
//          index the subtable
//   25-28  the flags below
//   32-47  least distance, or length of kLengthOnly; of a link: where in `entries` the subtable is
//   32-55  up to three literals; bit 56 is set then
//   63     kException
inline constexpr int kLengthShift = 16;
inline constexpr uint64_t kLengthMask = 0x1ff;
inline constexpr int kBaseShift = 32;
inline constexpr int kLengthOnlyBit = 26;
inline constexpr uint64_t kLiteral = uint64_t{1} << 25;
inline constexpr uint64_t kLengthOnly = uint64_t{1} << kLengthOnlyBit;
// Exceptions: one of these two, or a link to a subtable.
inline constexpr uint64_t kEndOfBlock = uint64_t{1} << 27;
inline constexpr uint64_t kInvalid = uint64_t{1} << 28;
inline constexpr uint64_t kException = uint64_t{1} << 63;

inline constexpr bool IsException(uint64_t entry) { return static_cast<int64_t>(entry) < 0; }

inline constexpr uint64_t LowBits(uint64_t bits, uint64_t count) {
  return bits & ~(~uint64_t{0} << (count & 63));
}

// The distance, or of kLengthOnly the length, that `bits`, which the step starts with, tell.
inline constexpr uint64_t ValueOf(uint64_t entry, uint64_t bits) {
  return (entry >> kBaseShift) + (LowBits(bits, entry) >> (entry >> 8 & 63));
}

// Where the entry that a link refers to lies; `bits` without those that the link takes.
inline constexpr size_t LinkedIndex(uint64_t link, uint64_t bits) {
  return (link >> kBaseShift & 0xffff) + LowBits(bits, link >> kLengthShift & 15);
}

// How many symbols the codes of a block have at most.
inline constexpr int kMaxLiteralCodes = 288;
inline constexpr int kMaxDistanceCodes = 32;

struct InflateTables {
  // A subtable of 2^k entries, of which k is 4 at most, has at least k + 1 codes, so there are at
  // most 16/5 of its entries for each symbol.
  static constexpr size_t kSubtables = (kMaxLiteralCodes + kMaxDistanceCodes) * 16 / 5 + 32;
  // Entries may be read as if they were 64 bytes long.
  static constexpr size_t kPadding = 8;

  // First those of literals and lengths, then those of distances, then subtables.
  alignas(64) std::array<uint64_t, 2 * kTableSize + kSubtables + kPadding> entries;

  // Whether nine in ten symbols are literals, if the code lengths are the best ones. Then each
  // entry tells one symbol only: joining them would take longer than it saves.
  bool mostly_literals;

  // Takes the length in bits of each symbol's code, 0 to 15, 0 if it has none. False if they are
  // those of no complete code; one distance code of one bit, or none, is complete enough. Writes no
  // entries then that could be looked up, so that nothing may be decoded.
  bool Build(absl::Span<const uint8_t> literal_lengths, absl::Span<const uint8_t> distance_lengths);

  std::array<uint64_t, kTableSize> scratch;
};

// The codes that code lengths are coded in: 7 bits look up an entry whose bits 32 to 36 are the
// symbol. False if `lengths`, 0 to 7 each, are those of no complete code.
bool BuildLengthCodes(absl::Span<const uint8_t> lengths, absl::Span<uint64_t> entries);

}  // namespace seiche

#endif  // SEICHE_CODECS_INFLATE_CODE_TABLES_H_
