#include "codecs/fletcher32.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/status.h"
#include "codecs/byte_order.h"
#include "codecs/codec_errors.h"

namespace seiche {
namespace {

constexpr size_t kChecksumBytes = 4;

// Ones'-complement sums are folded, not divided: 65535 stays 65535 and only zeros give 0.
uint32_t Fold(uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint32_t>(sum);
}

uint32_t BigWord(const std::byte* at) {
  return std::to_integer<uint32_t>(at[0]) << 8 | std::to_integer<uint32_t>(at[1]);
}

// What HDF5 before 1.6.3 wrote on little-endian machines.
uint32_t SwapBytesOfHalves(uint32_t checksum) {
  return (checksum & 0x00ff00ff) << 8 | (checksum >> 8 & 0x00ff00ff);
}

class Fletcher32Codec final : public ByteCodec {
 public:
  std::string name() const override { return "fletcher32"; }

  size_t MaxEncodedSize(size_t decoded_size) const override {
    return decoded_size + kChecksumBytes;
  }

  absl::StatusOr<size_t> Encode(absl::Span<const std::byte> decoded, absl::Span<std::byte> encoded,
                                CodecScratch&) const override {
    SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
    std::copy(decoded.begin(), decoded.end(), encoded.begin());
    StoreLittle32(Fletcher32(decoded), encoded.data() + decoded.size());
    return decoded.size() + kChecksumBytes;
  }

  absl::StatusOr<size_t> Decode(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded,
                                CodecScratch&) const override {
    if (encoded.size() < kChecksumBytes) return Damaged("fletcher32", "the checksum is missing");
    const size_t size = encoded.size() - kChecksumBytes;
    if (size > decoded.size()) return TooLarge("fletcher32", decoded.size());
    const uint32_t computed = Fletcher32(encoded.first(size));
    const uint32_t stored = LoadLittle32(encoded.data() + size);
    if (stored != computed && stored != SwapBytesOfHalves(computed)) {
      return Damaged("fletcher32", "the checksum does not match the data");
    }
    std::copy_n(encoded.begin(), size, decoded.begin());
    return size;
  }
};

}  // namespace

uint32_t Fletcher32(absl::Span<const std::byte> data) {
  // So many words that neither sum overflows 64 bits between two folds.
  constexpr size_t kWordsPerFold = size_t{1} << 20;
  uint64_t sum1 = 0;
  uint64_t sum2 = 0;
  const std::byte* at = data.data();
  for (size_t words = data.size() / 2; words > 0;) {
    const size_t run = std::min(words, kWordsPerFold);
    for (size_t i = 0; i < run; ++i, at += 2) {
      sum1 += BigWord(at);
      sum2 += sum1;
    }
    sum1 = Fold(sum1);
    sum2 = Fold(sum2);
    words -= run;
  }
  if (data.size() % 2 != 0) {
    sum1 += std::to_integer<uint32_t>(data.back()) << 8;
    sum2 += sum1;
  }
  return Fold(sum2) << 16 | Fold(sum1);
}

std::unique_ptr<const ByteCodec> MakeFletcher32() { return std::make_unique<Fletcher32Codec>(); }

}  // namespace seiche
