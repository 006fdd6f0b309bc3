#include "codecs/jpeg/baseline/baseline_header.h"

#include <algorithm>
#include <cstring>

namespace seiche {
namespace {

// Table B.1.
constexpr int kStartOfImage = 0xd8, kStartOfFrame = 0xc0, kStartOfScan = 0xda;
constexpr int kHuffmanTables = 0xc4, kQuantisationTables = 0xdb, kRestartInterval = 0xdd;
constexpr int kComment = 0xfe, kApplication0 = 0xe0, kApplication14 = 0xee, kApplication15 = 0xef;

constexpr int kMaxBlocksInMcu = 10;  // B.2.3
constexpr int kMaxPixels = 65500;    // a side; libjpeg's limit

// The bytes of one segment, taken from its front. Past its end they are zeros and `ok` is false.
class Segment {
 public:
  explicit Segment(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  int Byte() {
    if (bytes_.empty()) {
      ok_ = false;
      return 0;
    }
    const int byte = bytes_[0];
    bytes_.remove_prefix(1);
    return byte;
  }
  int Word() {
    const int high = Byte();
    return high << 8 | Byte();
  }
  void Copy(absl::Span<uint8_t> to) {
    if (bytes_.size() < to.size()) {
      ok_ = false;
      return;
    }
    std::copy_n(bytes_.begin(), to.size(), to.begin());
    bytes_.remove_prefix(to.size());
  }

  bool empty() const { return bytes_.empty(); }
  bool ok() const { return ok_; }
  // Everything was taken and nothing was missing.
  bool done() const { return ok_ && bytes_.empty(); }

 private:
  absl::Span<const uint8_t> bytes_;
  bool ok_ = true;
};

class Parser {
 public:
  // Fails on everything but segments that are as they should be.
  bool Parse(absl::Span<const uint8_t> encoded) {
    if (encoded.size() < 2 || encoded[0] != 0xff || encoded[1] != kStartOfImage) return false;
    for (size_t at = 2; encoded.size() - at >= 4;) {
      if (encoded[at] != 0xff) return false;
      const int marker = encoded[at + 1];
      const size_t length = encoded[at + 2] << 8 | encoded[at + 3];  // with its own two bytes
      if (length < 2 || length > encoded.size() - at - 2) return false;
      const absl::Span<const uint8_t> content = encoded.subspan(at + 4, length - 2);
      at += 2 + length;
      if (marker == kStartOfScan) {
        header_.size = at;
        return TakeScan(Segment(content));
      }
      if (!Take(marker, content)) return false;
    }
    return false;
  }

  const BaselineHeader& header() const { return header_; }

 private:
  struct FrameComponent {
    int id, across, down, quantisation_table;
  };

  bool Take(int marker, absl::Span<const uint8_t> content) {
    switch (marker) {
      case kStartOfFrame:
        return TakeFrame(Segment(content));
      case kHuffmanTables:
        return TakeHuffmanTables(Segment(content));
      case kQuantisationTables:
        return TakeQuantisationTables(Segment(content));
      case kRestartInterval: {
        Segment segment(content);
        header_.restart_interval = segment.Word();
        return segment.done();
      }
      default:
        if (marker == kComment) return true;
        if (marker < kApplication0 || marker > kApplication15) return false;
        // The two that say something about colours; their layouts are JFIF's and Adobe's.
        if (marker == kApplication0 && content.size() >= 14) {
          jfif_ = jfif_ || std::memcmp(content.data(), "JFIF", 5) == 0;
        }
        adobe_ = adobe_ || marker == kApplication14;
        return true;
    }
  }

  bool TakeFrame(Segment segment) {
    if (header_.num_components != 0) return false;
    const int bits = segment.Byte();
    header_.height = segment.Word();
    header_.width = segment.Word();
    const int count = segment.Byte();
    if (bits != 8 || (count != 1 && count != 3)) return false;
    if (std::min(header_.height, header_.width) < 1) return false;
    if (std::max(header_.height, header_.width) > kMaxPixels) return false;
    header_.num_components = count;
    for (int i = 0; i < count; ++i) {
      FrameComponent& component = frame_[i];
      component.id = segment.Byte();
      const int factors = segment.Byte();
      component.across = factors >> 4;
      component.down = factors & 15;
      component.quantisation_table = segment.Byte();
      if (std::min(component.across, component.down) < 1) return false;
      if (std::max(component.across, component.down) > 4) return false;
      if (component.quantisation_table > 3) return false;
    }
    return segment.done() && SetLayout();
  }

  // Blocks of an MCU (A.2): a single component's are not interleaved, whatever its factors.
  bool SetLayout() {
    if (header_.num_components == 1) return true;
    int blocks = 0;
    for (int i = 0; i < 3; ++i) {
      header_.components[i].across = frame_[i].across;
      header_.components[i].down = frame_[i].down;
      blocks += frame_[i].across * frame_[i].down;
      // Luminance would have to be enlarged.
      if (frame_[i].across > frame_[0].across || frame_[i].down > frame_[0].down) return false;
    }
    return blocks <= kMaxBlocksInMcu;
  }

  bool TakeHuffmanTables(Segment segment) {
    while (!segment.empty()) {
      const int target = segment.Byte();  // class and number
      if (target >> 4 > 1 || (target & 15) > 3) return false;
      HuffmanSpec spec;
      segment.Copy(absl::MakeSpan(spec.counts));
      size_t symbols = 0;
      for (const uint8_t count : spec.counts) symbols += count;
      if (!segment.ok() || symbols > spec.symbols.size()) return false;
      segment.Copy(absl::MakeSpan(spec.symbols).first(symbols));
      if (!segment.ok()) return false;
      huffman_[target >> 4][target & 15] = spec;
    }
    return true;
  }

  bool TakeQuantisationTables(Segment segment) {
    while (!segment.empty()) {
      const int target = segment.Byte();  // precision and number
      if (target > 3) return false;
      segment.Copy(absl::MakeSpan(quantisation_[target].emplace()));
      if (!segment.ok()) return false;
    }
    return true;
  }

  bool TakeScan(Segment segment) {
    if (header_.num_components == 0 || segment.Byte() != header_.num_components) return false;
    for (int i = 0; i < header_.num_components; ++i) {
      const int id = segment.Byte(), tables = segment.Byte();
      if (id != frame_[i].id || tables >> 4 > 3 || (tables & 15) > 3) return false;
      const auto& dc = huffman_[0][tables >> 4];
      const auto& ac = huffman_[1][tables & 15];
      if (!dc || !ac || !quantisation_[frame_[i].quantisation_table]) return false;
      header_.components[i].dc = *dc;
      header_.components[i].ac = *ac;
    }
    header_.quanta = *quantisation_[frame_[0].quantisation_table];
    // All coefficients at once, at full precision.
    if (segment.Byte() != 0 || segment.Byte() != 63 || segment.Byte() != 0) return false;
    return segment.done() && IsLuminanceFirst();
  }

  // What is known to be YCbCr; other combinations are left to libjpeg's guesses.
  bool IsLuminanceFirst() const {
    if (header_.num_components == 1 || jfif_) return true;
    return !adobe_ && frame_[0].id == 1 && frame_[1].id == 2 && frame_[2].id == 3;
  }

  BaselineHeader header_;
  std::array<FrameComponent, 3> frame_ = {};
  std::optional<HuffmanSpec> huffman_[2][4];  // DC and AC
  std::optional<std::array<uint8_t, 64>> quantisation_[4];
  bool jfif_ = false, adobe_ = false;
};

}  // namespace

std::optional<BaselineHeader> ParseBaselineHeader(absl::Span<const uint8_t> encoded) {
  Parser parser;
  if (!parser.Parse(encoded)) return std::nullopt;
  return parser.header();
}

}  // namespace seiche
