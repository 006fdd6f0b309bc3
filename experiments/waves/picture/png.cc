#include "experiments/waves/picture/png.h"

#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "codecs/deflate.h"

namespace seiche {
namespace {

constexpr int64_t kChannels = 3;
constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
constexpr char kFilterUp = 2;

// CRC-32 of ISO 3309 (annex D of the PNG specification); not base/crc32c.h's polynomial.
uint32_t Crc32(std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = [] {
    std::array<uint32_t, 256> table = {};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = (crc & 1 ? 0xedb88320u : 0u) ^ (crc >> 1);
      table[i] = crc;
    }
    return table;
  }();
  uint32_t crc = 0xffffffff;
  for (char byte : bytes) crc = kTable[(crc ^ static_cast<uint8_t>(byte)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

void AppendBigEndian(uint32_t value, std::string& out) {
  for (int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>(value >> shift));
}

void AppendChunk(std::string_view type, std::string_view data, std::string& out) {
  AppendBigEndian(static_cast<uint32_t>(data.size()), out);
  const std::string checked = absl::StrCat(type, data);
  out += checked;
  AppendBigEndian(Crc32(checked), out);
}

std::string Header(int64_t width, int64_t height) {
  std::string header;
  AppendBigEndian(static_cast<uint32_t>(width), header);
  AppendBigEndian(static_cast<uint32_t>(height), header);
  header += {8, 2, 0, 0, 0};  // bits a channel, RGB, deflate, the five filters, not interlaced
  return header;
}

// Each row as its difference from the row above, the filter's number in front.
std::string FilterRows(absl::Span<const uint8_t> rgb, int64_t row_size) {
  std::string filtered;
  filtered.reserve(rgb.size() + rgb.size() / row_size);
  for (size_t i = 0; i < rgb.size(); ++i) {
    if (i % row_size == 0) filtered.push_back(kFilterUp);
    const uint8_t above = i < static_cast<size_t>(row_size) ? 0 : rgb[i - row_size];
    filtered.push_back(static_cast<char>(rgb[i] - above));
  }
  return filtered;
}

absl::StatusOr<std::string> Compress(std::string_view bytes) {
  const std::unique_ptr<const ByteCodec> deflate = MakeDeflate(/*level=*/6);
  std::string encoded(deflate->MaxEncodedSize(bytes.size()), '\0');
  CodecScratch scratch;
  SEICHE_ASSIGN_OR_RETURN(
      const size_t size,
      deflate->Encode({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()},
                      {reinterpret_cast<std::byte*>(encoded.data()), encoded.size()}, scratch));
  encoded.resize(size);
  return encoded;
}

}  // namespace

absl::StatusOr<std::string> EncodePng(absl::Span<const uint8_t> rgb, int64_t width,
                                      int64_t height) {
  // PNG counts in 31 bits, and one chunk holds the whole picture.
  constexpr int64_t kMaxBytes = std::numeric_limits<int32_t>::max() / 2;
  if (width < 1 || height < 1 || width > kMaxBytes / kChannels / height ||
      static_cast<int64_t>(rgb.size()) != width * height * kChannels) {
    return absl::InvalidArgumentError(
        absl::StrCat("no PNG of ", width, " x ", height, " pixels from ", rgb.size(), " bytes"));
  }
  SEICHE_ASSIGN_OR_RETURN(const std::string data, Compress(FilterRows(rgb, width * kChannels)));
  std::string png(kSignature);
  AppendChunk("IHDR", Header(width, height), png);
  AppendChunk("IDAT", data, png);
  AppendChunk("IEND", "", png);
  return png;
}

}  // namespace seiche
