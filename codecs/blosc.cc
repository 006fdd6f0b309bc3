#include "codecs/blosc.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "codecs/byte_order.h"
#include "codecs/codec_errors.h"
// The C library's own header, through its include path.
#include <blosc.h>

namespace seiche {
namespace {

using Input = absl::Span<const std::byte>;
using Output = absl::Span<std::byte>;

static_assert(kMaxBloscElementSize == BLOSC_MAX_TYPESIZE);
static_assert(kBloscFormatVersion == BLOSC_VERSION_FORMAT);

// blosclz counts the length of a match in 32 bits and adds up to 255 for each byte read: more
// input than this overflows it, and then c-blosc 1.21.5 fills memory out of bounds. Its own encoder
// has no blocks beyond 1 MiB unless told to.
constexpr size_t kMaxBlosclzSplit = 8 << 20;
// Blocks are split, one split a byte of an element, only within these limits of the format.
constexpr size_t kMaxSplits = 16;
constexpr size_t kMinSplitBytes = 128;

constexpr size_t kSizeBytes = 4;

// How a stream is stored, the upper bits of its flags.
enum class Format { kBlosclz = 0, kLz4 = 1, kSnappy = 2, kZlib = 3, kZstd = 4 };

struct Header {
  uint8_t version;
  bool copied;
  bool reserved;
  bool never_split;
  Format format;
  size_t element_size;
  size_t decoded_size;
  size_t block_size;
};

// `encoded` has BLOSC_MIN_HEADER_LENGTH bytes at least.
Header ReadHeader(Input encoded) {
  const auto flags = static_cast<uint8_t>(encoded[2]);
  return {.version = static_cast<uint8_t>(encoded[0]),
          .copied = (flags & BLOSC_MEMCPYED) != 0,
          .reserved = (flags & 0x08) != 0,
          .never_split = (flags & 0x10) != 0,
          .format = static_cast<Format>(flags >> 5),
          .element_size = static_cast<uint8_t>(encoded[3]),
          .decoded_size = LoadLittle32(encoded.data() + 4),
          .block_size = LoadLittle32(encoded.data() + 8)};
}

absl::Status BloscDamaged(std::string_view reason) { return Damaged("blosc", reason); }

absl::Status NoSnappy() {
  return absl::UnimplementedError(
      "blosc: the compressor snappy is not part of this build; write the data with another one, "
      "such as lz4");
}

absl::Status CheckFormat(const Header& header) {
  switch (header.format) {
    case Format::kBlosclz:
    case Format::kLz4:
    case Format::kZlib:
    case Format::kZstd:
      return absl::OkStatus();
    case Format::kSnappy:
      return NoSnappy();
  }
  return BloscDamaged(absl::StrCat("unknown compressor ", static_cast<int>(header.format)));
}

// That every block lies within the stream, and that blosclz is safe to call.
absl::Status CheckBlocks(Input encoded, const Header& header) {
  const size_t blocks = (header.decoded_size + header.block_size - 1) / header.block_size;
  if (blocks > (encoded.size() - BLOSC_MIN_HEADER_LENGTH) / kSizeBytes) {
    return BloscDamaged("the positions of blocks are truncated");
  }
  for (size_t i = 0; i < blocks; ++i) {
    const bool whole = (i + 1) * header.block_size <= header.decoded_size;
    const bool split = whole && !header.never_split && header.element_size <= kMaxSplits &&
                       header.block_size / header.element_size >= kMinSplitBytes;
    size_t at = LoadLittle32(encoded.data() + BLOSC_MIN_HEADER_LENGTH + i * kSizeBytes);
    for (size_t left = split ? header.element_size : 1; left > 0; --left) {
      if (at > encoded.size() - kSizeBytes) return BloscDamaged("a block lies outside");
      const size_t size = LoadLittle32(encoded.data() + at);
      at += kSizeBytes;
      if (size > encoded.size() - at) return BloscDamaged("a block is truncated");
      if (header.format == Format::kBlosclz && size > kMaxBlosclzSplit) {
        return BloscDamaged(absl::StrCat("a block of ", size, " bytes; of blosclz's, ",
                                         kMaxBlosclzSplit, " at most are decoded"));
      }
      at += size;
    }
  }
  return absl::OkStatus();
}

// All that c-blosc relies on; it checks most of it itself.
absl::Status CheckStream(Input encoded, const Header& header, size_t room) {
  if (header.version != BLOSC_VERSION_FORMAT) {
    return BloscDamaged(
        absl::StrCat("format version ", header.version, ", not ", BLOSC_VERSION_FORMAT));
  }
  size_t decoded_size = 0;
  if (blosc_cbuffer_validate(encoded.data(), encoded.size(), &decoded_size) != 0) {
    return BloscDamaged("the header's sizes are not those of the data");
  }
  if (header.decoded_size > room) return TooLarge("blosc", room);
  if (header.decoded_size == 0) return absl::OkStatus();
  if (header.reserved || header.element_size == 0) return BloscDamaged("damaged header");
  if (header.block_size == 0 || header.block_size > header.decoded_size ||
      header.block_size > BLOSC_MAX_BLOCKSIZE) {
    return BloscDamaged(absl::StrCat("blocks of ", header.block_size, " bytes"));
  }
  if (header.copied) {
    return header.decoded_size + BLOSC_MIN_HEADER_LENGTH == encoded.size()
               ? absl::OkStatus()
               : BloscDamaged("the stored bytes are truncated");
  }
  SEICHE_RETURN_IF_ERROR(CheckFormat(header));
  return CheckBlocks(encoded, header);
}

class BloscCodec final : public ByteCodec {
 public:
  explicit BloscCodec(const BloscParameters& parameters) : parameters_(parameters) {}

  std::string name() const override {
    return absl::StrCat("blosc:", Name(parameters_.compressor), ",", parameters_.level, ",",
                        Name(parameters_.shuffle));
  }

  size_t MaxEncodedSize(size_t decoded_size) const override {
    return decoded_size + BLOSC_MAX_OVERHEAD;
  }

  absl::StatusOr<size_t> Encode(Input decoded, Output encoded, CodecScratch&) const override {
    if (decoded.size() > BLOSC_MAX_BUFFERSIZE) {
      return absl::InvalidArgumentError(absl::StrCat("blosc: ", decoded.size(), " bytes; ",
                                                     BLOSC_MAX_BUFFERSIZE,
                                                     " at most: make chunks smaller"));
    }
    SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
    if (parameters_.compressor == BloscCompressor::kSnappy) return NoSnappy();
    const size_t room = MaxEncodedSize(decoded.size());
    const int size = blosc_compress_ctx(
        static_cast<int>(parameters_.level), static_cast<int>(parameters_.shuffle),
        parameters_.element_size, decoded.size(), decoded.data(), encoded.data(), room,
        std::string(Name(parameters_.compressor)).c_str(), /*blocksize=*/0,
        /*numinternalthreads=*/1);
    if (size <= 0) return absl::InternalError(absl::StrCat("blosc: failed with code ", size));
    return size;
  }

  absl::StatusOr<size_t> Decode(Input encoded, Output decoded, CodecScratch&) const override {
    if (encoded.size() < BLOSC_MIN_HEADER_LENGTH) return BloscDamaged("the header is truncated");
    const Header header = ReadHeader(encoded);
    SEICHE_RETURN_IF_ERROR(CheckStream(encoded, header, decoded.size()));
    if (header.decoded_size == 0) return 0;
    const int size = blosc_decompress_ctx(encoded.data(), decoded.data(), header.decoded_size,
                                          /*numinternalthreads=*/1);
    if (size != static_cast<int>(header.decoded_size)) return BloscDamaged("damaged block");
    return header.decoded_size;
  }

 private:
  const BloscParameters parameters_;
};

}  // namespace

std::string_view Name(BloscCompressor compressor) {
  switch (compressor) {
    case BloscCompressor::kBlosclz:
      return BLOSC_BLOSCLZ_COMPNAME;
    case BloscCompressor::kLz4:
      return BLOSC_LZ4_COMPNAME;
    case BloscCompressor::kLz4hc:
      return BLOSC_LZ4HC_COMPNAME;
    case BloscCompressor::kSnappy:
      return BLOSC_SNAPPY_COMPNAME;
    case BloscCompressor::kZlib:
      return BLOSC_ZLIB_COMPNAME;
    case BloscCompressor::kZstd:
      return BLOSC_ZSTD_COMPNAME;
  }
  return "";
}

std::string_view Name(BloscShuffle shuffle) {
  switch (shuffle) {
    case BloscShuffle::kNone:
      return "noshuffle";
    case BloscShuffle::kBytes:
      return "shuffle";
    case BloscShuffle::kBits:
      return "bitshuffle";
  }
  return "";
}

absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeBlosc(const BloscParameters& parameters) {
  if (parameters.element_size == 0) return absl::InvalidArgumentError("blosc: elements of 0 bytes");
  if (Name(parameters.compressor).empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "blosc: compressor ", static_cast<uint32_t>(parameters.compressor), "; there are 0 to 5"));
  }
  if (parameters.level > kMaxBloscLevel) {
    return absl::InvalidArgumentError(absl::StrCat("blosc: level ", parameters.level, "; 0 to ",
                                                   kMaxBloscLevel, " are possible"));
  }
  if (Name(parameters.shuffle).empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "blosc: shuffle ", static_cast<uint32_t>(parameters.shuffle), "; 0 to 2 are possible"));
  }
  return std::make_unique<BloscCodec>(parameters);
}

}  // namespace seiche
