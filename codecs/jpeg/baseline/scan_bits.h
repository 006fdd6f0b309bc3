// The entropy-coded data of a scan: intervals of bytes between markers, and the bits in them.
//
//   ScanData data(encoded.subspan(header.size));
//   std::optional<absl::Span<const std::byte>> interval = data.Next(buffer);   // up to a marker
//   BitReader reader(*interval);
//   reader.Refill();
//   uint64_t window = reader.window();              // the next bits, 56 at least, from the top
//   reader.Skip(symbol.length);
//
// The zeros that are stuffed behind bytes 0xff (F.1.2.3) are taken out of an interval first, so
// that reading bits needs no look at the bytes. Thread-compatible.
#ifndef SEICHE_CODECS_JPEG_BASELINE_SCAN_BITS_H_
#define SEICHE_CODECS_JPEG_BASELINE_SCAN_BITS_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "base/aligned_buffer.h"
#include "codecs/byte_order.h"

namespace seiche {

class ScanData {
 public:
  // Zeros that stand behind each interval: what a BitReader may load while it reads on for
  // kMaxBitsPastEnd bits more.
  static constexpr size_t kMaxBitsPastEnd = 64 * 32;
  static constexpr size_t kPadding = kMaxBitsPastEnd / 8 + 16;

  // `scan` begins with the first interval; its markers and what is behind them are still there.
  explicit ScanData(absl::Span<const std::byte> scan) : scan_(scan) {}

  // The bytes up to the next marker, kPadding zeros behind them, in `buffer`, where they stay until
  // the next call. Empty if there is no marker, or bytes 0xff fill the space in front of it.
  std::optional<absl::Span<const std::byte>> Next(AlignedBuffer& buffer);

  // The second byte of the marker that ended the last interval.
  int marker() const { return marker_; }

 private:
  absl::Span<const std::byte> scan_;
  int marker_ = 0;
};

// Bits from the first byte's highest on. Reading past the end gives zeros; whoever reads has to ask
// now and then whether it went past the end, after kMaxBitsPastEnd bits at most.
class BitReader {
 public:
  // `interval` has ScanData::kPadding bytes behind it.
  explicit BitReader(absl::Span<const std::byte> interval)
      : begin_(interval.data()), size_(interval.size()), next_(begin_) {}

  // Puts at least 56 bits into the window.
  void Refill() {
    // The bits that go in twice are the same both times.
    window_ |= LoadBig64(next_) >> count_;
    next_ += (63 - count_) >> 3;
    count_ |= 56;
  }
  uint64_t window() const { return window_; }
  // `bits`: at most as many as the window has.
  void Skip(int bits) {
    window_ <<= bits;
    count_ -= bits;
  }

  bool past_end() const { return bytes_begun() > size_; }
  // Nothing is left but bits of the last byte.
  bool at_end() const { return bytes_begun() == size_; }

 private:
  // Bytes that a bit was taken from.
  size_t bytes_begun() const { return next_ - begin_ - (count_ >> 3); }

  const std::byte* begin_;
  size_t size_;
  const std::byte* next_;
  uint64_t window_ = 0;
  uint64_t count_ = 0;  // bits in the window
};

}  // namespace seiche

#endif  // SEICHE_CODECS_JPEG_BASELINE_SCAN_BITS_H_
