#include "experiments/waves/picture/decode_png.h"

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "base/status.h"
#include "codecs/registry.h"

namespace seiche {
namespace {

constexpr size_t kHeaderData = 16;  // behind the signature and the first chunk's size and name
constexpr size_t kPixels = 33;      // where the second chunk begins

uint32_t ReadBigEndian(std::string_view bytes) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

absl::StatusOr<Picture> DecodePng(std::string_view png) {
  if (png.size() < kPixels + 12) return absl::DataLossError("too short for a PNG");
  Picture picture;
  picture.width = ReadBigEndian(png.substr(kHeaderData));
  picture.height = ReadBigEndian(png.substr(kHeaderData + 4));
  const size_t size = ReadBigEndian(png.substr(kPixels));
  const std::string_view data = png.substr(kPixels + 8);
  if (png.substr(kPixels + 4, 4) != "IDAT" || data.size() < size) {
    return absl::DataLossError("no IDAT chunk behind the header");
  }

  const size_t row_size = picture.width * 3;
  std::vector<uint8_t> filtered(picture.height * (row_size + 1));
  SEICHE_ASSIGN_OR_RETURN(const std::unique_ptr<const ByteCodec> deflate, MakeByteCodec("deflate"));
  CodecScratch scratch;
  SEICHE_ASSIGN_OR_RETURN(
      const size_t decoded,
      deflate->Decode({reinterpret_cast<const std::byte*>(data.data()), size},
                      {reinterpret_cast<std::byte*>(filtered.data()), filtered.size()}, scratch));
  if (decoded != filtered.size()) return absl::DataLossError("rows are missing");
  picture.rgb.reserve(picture.height * row_size);
  for (size_t i = 0; i < filtered.size(); ++i) {
    if (i % (row_size + 1) == 0) {
      if (filtered[i] != 2) return absl::DataLossError("a row's filter is not Up");
      continue;
    }
    const size_t at = picture.rgb.size();
    const int above = at < row_size ? 0 : picture.rgb[at - row_size];
    picture.rgb.push_back(static_cast<uint8_t>(filtered[i] + above));
  }
  return picture;
}

}  // namespace seiche
