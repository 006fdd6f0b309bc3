#include "codecs/inflate/code_tables.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace seiche {
namespace {

constexpr int kMaxCodeBits = 15;
constexpr int kLengthCodeBits = 7;
constexpr int kFirstLength = 257;
constexpr int kLengths = 29;
constexpr int kDistances = 30;
constexpr uint64_t kExceptionShift = 40;  // more than any number of bits before extra bits

// RFC 1951, 3.2.5.
constexpr int ExtraLengthBits(int code) { return code < 8 || code == 28 ? 0 : code / 4 - 1; }
constexpr int BaseLength(int code) {
  if (code == 28) return 258;
  return code < 8 ? code + 3 : ((4 + code % 4) << ExtraLengthBits(code)) + 3;
}
constexpr int ExtraDistanceBits(int code) { return code < 4 ? 0 : code / 2 - 1; }
constexpr int BaseDistance(int code) {
  return code < 4 ? code + 1 : ((2 + code % 2) << ExtraDistanceBits(code)) + 1;
}

constexpr uint64_t LiteralEntry(uint64_t literals, uint64_t count) {
  return kLiteral | count << kLengthShift | literals << kBaseShift | uint64_t{1} << 56;
}

// Entries of the symbols but for their codes' lengths.
struct Symbols {
  std::array<uint64_t, kMaxLiteralCodes> literals = {};
  std::array<uint64_t, kMaxDistanceCodes> distances = {};
  std::array<uint64_t, 19> lengths = {};

  constexpr Symbols() {
    constexpr uint64_t kNone = kException | kInvalid | kExceptionShift << 8;
    for (uint64_t i = 0; i < 256; ++i) literals[i] = LiteralEntry(i, 1);
    literals[256] = kException | kEndOfBlock | kExceptionShift << 8;
    for (int i = kFirstLength; i < kMaxLiteralCodes; ++i) {
      const int code = i - kFirstLength;
      literals[i] = code >= kLengths ? kNone
                                     : kLengthOnly | uint64_t(ExtraLengthBits(code)) |
                                           uint64_t(BaseLength(code)) << kBaseShift;
    }
    for (int i = 0; i < kMaxDistanceCodes; ++i) {
      distances[i] = i >= kDistances
                         ? kNone
                         : uint64_t(ExtraDistanceBits(i)) | uint64_t(BaseDistance(i)) << kBaseShift;
    }
    for (uint64_t i = 0; i < lengths.size(); ++i) lengths[i] = i << kBaseShift;
  }
};
constexpr Symbols kSymbols;

// `entry` of a symbol whose code has `bits` bits.
constexpr uint64_t WithCode(uint64_t entry, uint64_t bits) { return entry + bits * 0x101; }

// Symbols in the order of their codes, which is that of lengths, then of numbers.
struct SortedCode {
  std::array<int, kMaxCodeBits + 1> counts = {};  // of codes of each length
  std::array<uint16_t, kMaxLiteralCodes> symbols;
  int size = 0;
  bool complete = false;

  explicit SortedCode(absl::Span<const uint8_t> lengths) {
    for (const uint8_t length : lengths) ++counts[length];
    counts[0] = 0;
    std::array<int, kMaxCodeBits + 1> starts;
    uint32_t used = 0;
    for (int length = 0; length <= kMaxCodeBits; ++length) {
      starts[length] = size;
      size += counts[length];
      used = 2 * used + counts[length];
    }
    complete = used == uint32_t{1} << kMaxCodeBits;
    for (size_t i = 0; i < lengths.size(); ++i) {
      if (lengths[i] > 0) symbols[starts[lengths[i]]++] = static_cast<uint16_t>(i);
    }
  }
};

// All codes of a length in turn, bit-reversed: the stream's first bit is the lowest.
class CodeCounter {
 public:
  uint32_t code() const { return code_; }
  bool IsLast(int length) const { return code_ == (uint32_t{1} << length) - 1; }

  // To be called unless it is the last one.
  void Advance(int length) {
    const uint32_t bit = std::bit_floor(code_ ^ ((uint32_t{1} << length) - 1));
    code_ = (code_ & (bit - 1)) | bit;
  }

 private:
  uint32_t code_ = 0;
};

class TableBuilder {
 public:
  // Subtables go to `all` from `next` on.
  TableBuilder(const SortedCode& code, const uint64_t* symbols, int bits, uint64_t* all,
               size_t& next)
      : code_(code), symbols_(symbols), bits_(bits), all_(all), next_(next) {}

  // `code` is complete. The table of the length so far is doubled for each more bit.
  void Fill(uint64_t* table) {
    int length = 1;
    size_t filled = 2;
    const auto grow = [&] {
      if (++length > bits_) return;
      std::memcpy(table + filled, table, filled * sizeof(table[0]));
      filled *= 2;
    };
    while (length <= bits_) {
      for (int left = code_.counts[length]; left > 0; --left) {
        table[counter_.code()] = NextEntry(length);
        if (counter_.IsLast(length)) {
          while (length < bits_) grow();
          return;
        }
        counter_.Advance(length);
      }
      grow();
    }
    FillSubtables(table, length);
  }

 private:
  uint64_t NextEntry(int bits) { return WithCode(symbols_[code_.symbols[symbol_++]], bits); }

  // The least number of bits that a subtable for `left` codes of `length` bits and for longer ones
  // has to have.
  int SubtableBits(int length, int left) const {
    int bits = length - bits_;
    for (int used = left; used < 1 << bits;) used = 2 * used + code_.counts[bits_ + ++bits];
    return bits;
  }

  void FillSubtables(uint64_t* table, int length) {
    uint32_t prefix = ~uint32_t{0};
    size_t start = 0;
    for (int left = code_.counts[length];; --left) {
      while (left == 0) left = code_.counts[++length];
      const uint32_t code = counter_.code();
      if ((code & ((uint32_t{1} << bits_) - 1)) != prefix) {
        prefix = code & ((uint32_t{1} << bits_) - 1);
        start = next_;
        const int bits = SubtableBits(length, left);
        next_ += size_t{1} << bits;
        table[prefix] = WithCode(kException | kExceptionShift << 8 |
                                     uint64_t(bits) << kLengthShift | start << kBaseShift,
                                 bits_);
      }
      const uint64_t entry = NextEntry(length - bits_);
      for (size_t i = start + (code >> bits_); i < next_; i += size_t{1} << (length - bits_)) {
        all_[i] = entry;
      }
      if (counter_.IsLast(length)) return;
      counter_.Advance(length);
    }
  }

  const SortedCode& code_;
  const uint64_t* const symbols_;
  const int bits_;
  uint64_t* const all_;
  size_t& next_;
  CodeCounter counter_;
  int symbol_ = 0;
};

// Makes matches of lengths whose distance codes fit into the table's bits, too.
void AddDistances(uint64_t* table, uint32_t code, int code_bits, int length_code) {
  const uint64_t* const distances = table + kTableSize;
  const int extra = ExtraLengthBits(length_code);
  const int bits = code_bits + extra;
  if (bits >= kTableBits) return;
  const uint64_t room = kTableBits - bits;
  for (uint32_t i = 0; i < uint32_t{1} << extra; ++i) {
    uint64_t* const to = table + (code | i << code_bits);
    const uint64_t length_only = *to;
    const uint64_t length = WithCode(uint64_t(BaseLength(length_code) + i) << kLengthShift, bits);
    for (size_t j = 0; j < size_t{1} << room; ++j) {
      to[j << bits] = (distances[j] >> 8 & 0xff) <= room ? distances[j] + length : length_only;
    }
  }
}

// Joins literals with those that follow. `single` is the table of single ones.
void AddLiterals(const uint64_t* single, uint64_t* table, uint32_t code, int code_bits,
                 uint64_t literal) {
  const uint64_t room = kTableBits - code_bits;
  for (size_t i = 0; i < size_t{1} << room; ++i) {
    const uint64_t second = single[i];
    const uint64_t second_bits = second & 0xff;
    if (!(second & kLiteral) || second_bits > room) continue;
    uint64_t literals = literal | (second >> kBaseShift & 0xff) << 8;
    uint64_t bits = code_bits + second_bits;
    uint64_t count = 2;
    const uint64_t third = single[i >> second_bits];
    if ((third & kLiteral) && bits + (third & 0xff) <= kTableBits) {
      literals |= (third >> kBaseShift & 0xff) << 16;
      bits += third & 0xff;
      count = 3;
    }
    table[code | i << code_bits] = WithCode(LiteralEntry(literals, count), bits);
  }
}

// The length of the shortest code of a literal; more than kMaxCodeBits if there is none.
int ShortestLiteral(absl::Span<const uint8_t> lengths) {
  int shortest = kMaxCodeBits + 1;
  for (int i = 0; i < 256; ++i) {
    if (lengths[i] > 0) shortest = std::min<int>(shortest, lengths[i]);
  }
  return shortest;
}

// Lets single symbols of `tables` tell as much as the table's bits do.
void JoinSymbols(const SortedCode& code, int shortest_literal, InflateTables& tables) {
  uint64_t* const table = tables.entries.data();
  if (2 * shortest_literal <= kTableBits) {
    std::memcpy(tables.scratch.data(), table, sizeof(tables.scratch));
  }
  CodeCounter counter;
  int next = 0;
  for (int length = 1; length < kTableBits; ++length) {
    for (int left = code.counts[length]; left > 0; --left) {
      const int symbol = code.symbols[next++];
      if (symbol >= kFirstLength && symbol < kFirstLength + kLengths) {
        AddDistances(table, counter.code(), length, symbol - kFirstLength);
      } else if (symbol < 256 && length + shortest_literal <= kTableBits) {
        AddLiterals(tables.scratch.data(), table, counter.code(), length, symbol);
      }
      if (counter.IsLast(length)) return;
      counter.Advance(length);
    }
  }
}

bool MostlyLiterals(absl::Span<const uint8_t> lengths) {
  uint32_t sum = 0;
  for (int i = 0; i < 256; ++i) {
    if (lengths[i] > 0) sum += uint32_t{1} << (kMaxCodeBits - lengths[i]);
  }
  return sum > (uint32_t{9} << kMaxCodeBits) / 10;
}

}  // namespace

bool InflateTables::Build(absl::Span<const uint8_t> literal_lengths,
                          absl::Span<const uint8_t> distance_lengths) {
  uint64_t* const table = entries.data();
  uint64_t* const distances = table + kTableSize;
  size_t next = 2 * kTableSize;
  const SortedCode distance_code(distance_lengths);
  if (distance_code.complete) {
    TableBuilder(distance_code, kSymbols.distances.data(), kTableBits, table, next).Fill(distances);
  } else {
    // A code of one symbol: both bits mean it, as libdeflate has it. Without any: all are invalid.
    const bool one = distance_code.size == 1 && distance_code.counts[1] == 1;
    if (!one && distance_code.size > 0) return false;
    const int symbol = one ? distance_code.symbols[0] : kMaxDistanceCodes - 1;
    std::fill_n(distances, kTableSize, WithCode(kSymbols.distances[symbol], 1));
  }
  const SortedCode literal_code(literal_lengths);
  if (!literal_code.complete) return false;
  TableBuilder(literal_code, kSymbols.literals.data(), kTableBits, table, next).Fill(table);
  mostly_literals = MostlyLiterals(literal_lengths);
  if (!mostly_literals) JoinSymbols(literal_code, ShortestLiteral(literal_lengths), *this);
  return true;
}

bool BuildLengthCodes(absl::Span<const uint8_t> lengths, absl::Span<uint64_t> entries) {
  const SortedCode code(lengths);
  if (!code.complete) return false;
  size_t next = 0;  // no subtables
  TableBuilder(code, kSymbols.lengths.data(), kLengthCodeBits, entries.data(), next)
      .Fill(entries.data());
  return true;
}

}  // namespace seiche
