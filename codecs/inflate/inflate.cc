#include "codecs/inflate/inflate.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "codecs/inflate/fast_loop.h"

namespace seiche {
namespace {

constexpr size_t kHeaderSize = 2;
constexpr size_t kChecksumSize = 4;
// Output is added to the checksum in pieces of this size, while it is in the cache.
constexpr size_t kChecksumPiece = size_t{1} << 16;

enum BlockType { kStored, kFixed, kDynamic };

// Whether the two bytes start a zlib stream of deflate without a preset dictionary.
bool IsZlibHeader(unsigned first, unsigned second) {
  return (first << 8 | second) % 31 == 0 && (first & 15) == 8 && first >> 4 <= 7 &&
         (second >> 5 & 1) == 0;
}

// One stream. Each method returns false if it is damaged.
class Stream {
 public:
  // `in` lies between the header and the checksum, which follows it.
  Stream(absl::Span<const std::byte> in, absl::Span<std::byte> out, Inflater::Adler32 adler32,
         InflateTables& tables)
      : in_end_(reinterpret_cast<const uint8_t*>(in.data()) + in.size()),
        out_start_(reinterpret_cast<uint8_t*>(out.data())),
        out_end_(out_start_ + out.size()),
        adler32_(adler32),
        tables_(tables),
        at_{.in = in_end_ - in.size(), .out = out_start_},
        summed_(out_start_) {}

  bool Decode() {
    bool last = false;
    while (!last) {
      if (!Refill()) return false;
      last = Take(1) != 0;
      if (!Block(static_cast<BlockType>(Take(2)))) return false;
    }
    if (!DropBufferedBits()) return false;
    uint32_t expected = 0;
    for (size_t i = 0; i < kChecksumSize; ++i) expected = expected << 8 | at_.in[i];
    AddToChecksum();
    return sum_ == expected;
  }

  size_t size() const { return at_.out - out_start_; }

 private:
  // Makes at_ hold at least 56 bits, zeros behind the end. False if so many of those were made up
  // that some must have been taken.
  bool Refill() {
    if (static_cast<size_t>(in_end_ - at_.in) >= sizeof(uint64_t)) {
      uint64_t bytes;
      std::memcpy(&bytes, at_.in, sizeof(bytes));
      at_.bits |= bytes << at_.bit_count;
      at_.in += (63 - at_.bit_count) >> 3;
      at_.bit_count |= 56;
      return true;
    }
    for (; at_.bit_count < 56; at_.bit_count += 8) {
      if (at_.in < in_end_) {
        at_.bits |= static_cast<uint64_t>(*at_.in++) << at_.bit_count;
      } else {
        ++made_up_;
      }
    }
    return made_up_ <= sizeof(uint64_t);
  }

  uint64_t Take(uint64_t count) {
    const uint64_t bits = LowBits(at_.bits, count);
    at_.bits >>= count;
    at_.bit_count -= count;
    return bits;
  }

  // Goes back to the byte behind the last one that bits were taken of.
  bool DropBufferedBits() {
    const size_t left = at_.bit_count >> 3;
    if (made_up_ > left) return false;
    at_.in -= left - made_up_;
    made_up_ = 0;
    at_.bits = at_.bit_count = 0;
    return true;
  }

  void AddToChecksum() {
    sum_ = adler32_(sum_, summed_, at_.out - summed_);
    summed_ = at_.out;
  }

  bool Block(BlockType type) {
    switch (type) {
      case kStored:
        return CopyStored();
      case kFixed:
        return BuildFixed() && DecodeBlock();
      case kDynamic:
        return ReadCodes() && DecodeBlock();
    }
    return false;
  }

  bool CopyStored() {
    if (!DropBufferedBits() || in_end_ - at_.in < 4) return false;
    const size_t size = at_.in[0] | at_.in[1] << 8;
    const size_t inverse = at_.in[2] | at_.in[3] << 8;
    at_.in += 4;
    if ((size ^ inverse) != 0xffff || size > static_cast<size_t>(in_end_ - at_.in) ||
        size > static_cast<size_t>(out_end_ - at_.out)) {
      return false;
    }
    if (size > 0) std::memcpy(at_.out, at_.in, size);
    at_.in += size;
    at_.out += size;
    if (static_cast<size_t>(at_.out - summed_) >= kChecksumPiece) AddToChecksum();
    return true;
  }

  bool BuildFixed() {
    std::array<uint8_t, kMaxLiteralCodes> literals;
    for (int i = 0; i < kMaxLiteralCodes; ++i) {
      literals[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    }
    std::array<uint8_t, kMaxDistanceCodes> distances;
    distances.fill(5);
    return tables_.Build(literals, distances);
  }

  // The code lengths of a dynamic block (RFC 1951, 3.2.7).
  bool ReadCodes() {
    const size_t literals = Take(5) + 257;
    const size_t distances = Take(5) + 1;
    const size_t length_codes = Take(4) + 4;
    constexpr std::array<uint8_t, 19> kOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                11, 4,  12, 3, 13, 2, 14, 1, 15};
    std::array<uint8_t, kOrder.size()> code_lengths = {};
    for (size_t i = 0; i < length_codes; ++i) {
      if (at_.bit_count < 3 && !Refill()) return false;
      code_lengths[kOrder[i]] = static_cast<uint8_t>(Take(3));
    }
    std::array<uint64_t, 128> codes;
    if (!BuildLengthCodes(code_lengths, absl::MakeSpan(codes))) return false;
    std::array<uint8_t, kMaxLiteralCodes + kMaxDistanceCodes> lengths;
    if (!ReadLengths(codes, absl::MakeSpan(lengths).first(literals + distances))) return false;
    const auto all = absl::MakeConstSpan(lengths);
    return tables_.Build(all.first(literals), all.subspan(literals, distances));
  }

  // Run lengths undone.
  bool ReadLengths(const std::array<uint64_t, 128>& codes, absl::Span<uint8_t> lengths) {
    for (size_t i = 0; i < lengths.size();) {
      if (at_.bit_count < 14 && !Refill()) return false;
      const uint64_t entry = codes[at_.bits & (codes.size() - 1)];
      Take(entry & 0xff);
      const auto symbol = static_cast<uint8_t>(entry >> kBaseShift);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol == 16 && i == 0) return false;
      const uint8_t value = symbol == 16 ? lengths[i - 1] : 0;
      const size_t count = symbol == 16 ? 3 + Take(2) : symbol == 17 ? 3 + Take(3) : 11 + Take(7);
      if (count > lengths.size() - i) return false;
      std::fill_n(lengths.begin() + i, count, value);
      i += count;
    }
    return true;
  }

  bool DecodeBlock() {
    if (!Refill()) return false;
    at_.next = &tables_.entries[at_.bits & kTableMask];
    at_.length = 0;
    switch (DecodeFast()) {
      case InflateStop::kLimit:
        return DecodeRest();
      case InflateStop::kEndOfBlock:
        return true;
      case InflateStop::kDamaged:
        return false;
    }
    return false;
  }

  // As far as the margins allow.
  InflateStop DecodeFast() {
    if (static_cast<size_t>(in_end_ - at_.in) <= kFastInputMargin ||
        static_cast<size_t>(out_end_ - at_.out) <= kFastOutputMargin) {
      return InflateStop::kLimit;
    }
    const uint8_t* const in_limit = in_end_ - kFastInputMargin;
    uint8_t* const out_limit = out_end_ - kFastOutputMargin;
    while (at_.in < in_limit && at_.out < out_limit) {
      const size_t piece = std::min<size_t>(out_limit - at_.out, kChecksumPiece);
      const InflateStop stop = InflateFast(tables_, in_limit, at_.out + piece, out_start_, at_);
      if (stop != InflateStop::kLimit) return stop;
      AddToChecksum();
    }
    return InflateStop::kLimit;
  }

  // The rest of a block, every access checked.
  bool DecodeRest() {
    while (true) {
      const uint64_t entry = *at_.next;
      if (IsException(entry)) {
        if (entry & kInvalid) return false;
        Take(entry & 63);
        if (entry & kEndOfBlock) return true;
        if (!Refill()) return false;
        at_.next = &tables_.entries[LinkedIndex(entry, at_.bits)];
        continue;
      }
      const uint64_t value = ValueOf(entry, at_.bits);
      Take(entry & 63);
      if (entry & kLiteral) {
        if (!WriteLiterals(entry)) return false;
      } else if (entry & kLengthOnly) {
        at_.length = value;
      } else if (!CopyMatch(value, at_.length + (entry >> kLengthShift & kLengthMask))) {
        return false;
      }
      if (!Refill()) return false;
      at_.next = &tables_.entries[(entry & kLengthOnly ? kTableSize : 0) + (at_.bits & kTableMask)];
    }
  }

  bool WriteLiterals(uint64_t entry) {
    const size_t count = entry >> kLengthShift & kLengthMask;
    if (count > static_cast<size_t>(out_end_ - at_.out)) return false;
    for (size_t i = 0; i < count; ++i) {
      *at_.out++ = static_cast<uint8_t>(entry >> (kBaseShift + 8 * i));
    }
    return true;
  }

  bool CopyMatch(size_t distance, size_t length) {
    if (distance > static_cast<size_t>(at_.out - out_start_) ||
        length > static_cast<size_t>(out_end_ - at_.out)) {
      return false;
    }
    for (size_t i = 0; i < length; ++i, ++at_.out) *at_.out = *(at_.out - distance);
    at_.length = 0;
    return true;
  }

  const uint8_t* const in_end_;
  uint8_t* const out_start_;
  uint8_t* const out_end_;
  const Inflater::Adler32 adler32_;
  InflateTables& tables_;
  InflatePosition at_;
  size_t made_up_ = 0;  // bytes behind the end that were put into at_.bits
  const uint8_t* summed_;
  uint32_t sum_ = 1;  // the Adler-32 up to summed_
};

}  // namespace

std::optional<size_t> Inflater::Decode(absl::Span<const std::byte> encoded,
                                       absl::Span<std::byte> decoded) {
  if (encoded.size() < kHeaderSize + kChecksumSize ||
      !IsZlibHeader(static_cast<uint8_t>(encoded[0]), static_cast<uint8_t>(encoded[1]))) {
    return std::nullopt;
  }
  Stream stream(encoded.subspan(kHeaderSize, encoded.size() - kHeaderSize - kChecksumSize), decoded,
                adler32_, tables_);
  if (!stream.Decode()) return std::nullopt;
  return stream.size();
}

}  // namespace seiche
