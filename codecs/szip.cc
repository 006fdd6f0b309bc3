#include "codecs/szip.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "codecs/byte_order.h"
#include "codecs/codec_errors.h"
#include "codecs/shuffle.h"
#ifdef SEICHE_SZIP
#include <libaec.h>
#endif

namespace seiche {
namespace {

constexpr uint32_t kAllowK13 = 1;
constexpr uint32_t kLittleEndian = 8;
constexpr uint32_t kRaw = 128;
constexpr uint32_t kMaxPixelsPerBlock = 32;
constexpr uint32_t kMaxBlocksPerScanline = 128;

absl::Status CheckPixelsPerBlock(uint32_t pixels_per_block) {
  if (pixels_per_block >= 2 && pixels_per_block <= kMaxPixelsPerBlock &&
      pixels_per_block % 2 == 0) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "szip: ", pixels_per_block, " pixels a block: even numbers from 2 to 32 are possible"));
}

absl::Status Check(const SzipParameters& parameters) {
  SEICHE_RETURN_IF_ERROR(CheckPixelsPerBlock(parameters.pixels_per_block));
  const uint32_t bits = parameters.bits_per_pixel;
  if (bits == 0 || (bits > 24 && bits != 32 && bits != 64)) {
    return absl::InvalidArgumentError(absl::StrCat("szip: ", bits, " bits a pixel"));
  }
  const uint32_t line = parameters.pixels_per_scanline;
  if (line < parameters.pixels_per_block ||
      line > parameters.pixels_per_block * kMaxBlocksPerScanline) {
    return absl::InvalidArgumentError(absl::StrCat(
        "szip: ", line, " pixels a scan line in blocks of ", parameters.pixels_per_block));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SzipParameters> SzipParametersFor(uint32_t options, uint32_t pixels_per_block,
                                                 uint32_t element_size, const Shape& chunk_shape) {
  SEICHE_RETURN_IF_ERROR(CheckPixelsPerBlock(pixels_per_block));
  if (element_size != 1 && element_size != 2 && element_size != 4 && element_size != 8) {
    return absl::InvalidArgumentError(
        absl::StrCat("szip: elements of ", element_size, " bytes; 1, 2, 4 and 8 are possible"));
  }
  const int64_t elements = NumElements(chunk_shape);
  if (chunk_shape.empty() || elements < pixels_per_block) {
    return absl::InvalidArgumentError(absl::StrCat("szip: a chunk of shape ", ToString(chunk_shape),
                                                   " is smaller than a block of ", pixels_per_block,
                                                   " pixels"));
  }
  const int64_t row = chunk_shape.back() < pixels_per_block ? elements : chunk_shape.back();
  return SzipParameters{
      .options = (options & (kSzipEntropyCoding | kSzipNearestNeighbor)) | kAllowK13 |
                 kLittleEndian | kRaw,
      .pixels_per_block = pixels_per_block,
      .bits_per_pixel = element_size * 8,
      .pixels_per_scanline =
          static_cast<uint32_t>(std::min<int64_t>(row, pixels_per_block * kMaxBlocksPerScanline)),
  };
}

#ifndef SEICHE_SZIP

absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeSzip(const SzipParameters& parameters) {
  SEICHE_RETURN_IF_ERROR(Check(parameters));
  return absl::NotFoundError(
      "szip: left out of this build because libaec was not found; install libaec-dev and build "
      "again");
}

#else

namespace {

constexpr size_t kSizeBytes = 4;

class SzipCodec final : public ByteCodec {
 public:
  explicit SzipCodec(const SzipParameters& parameters) : parameters_(parameters) {}

  std::string name() const override {
    return absl::StrCat("szip:", nearest_neighbor() ? "nn," : "ec,", parameters_.pixels_per_block);
  }

  size_t MaxEncodedSize(size_t decoded_size) const override {
    // At worst every block is stored behind an identifier of at most 5 bits.
    const size_t padded = LayoutOf(decoded_size).padded_size();
    return kSizeBytes + padded + padded / 4 + 64;
  }

  absl::StatusOr<size_t> Encode(absl::Span<const std::byte> decoded, absl::Span<std::byte> encoded,
                                CodecScratch& scratch) const override;
  absl::StatusOr<size_t> Decode(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded,
                                CodecScratch& scratch) const override;

 private:
  // How samples lie in the coder's input: in scan lines that are padded to whole blocks.
  struct Layout {
    size_t lines;
    size_t line_size;         // bytes
    size_t padded_line_size;  // bytes
    size_t padded_size() const { return lines * padded_line_size; }
  };

  bool nearest_neighbor() const { return (parameters_.options & kSzipNearestNeighbor) != 0; }

  // Elements of 32 and 64 bits are coded as planes of bytes.
  bool in_planes() const { return parameters_.bits_per_pixel >= 32; }
  size_t element_size() const { return in_planes() ? parameters_.bits_per_pixel / 8 : 1; }

  // Bytes of what the coder takes as one sample.
  size_t sample_size() const {
    if (in_planes() || parameters_.bits_per_pixel <= 8) return 1;
    return parameters_.bits_per_pixel <= 16 ? 2 : 4;
  }

  Layout LayoutOf(size_t size) const {
    const size_t block = parameters_.pixels_per_block;
    const size_t line = parameters_.pixels_per_scanline;
    const size_t line_size = line * sample_size();
    return {.lines = (size + line_size - 1) / line_size,
            .line_size = line_size,
            .padded_line_size = (line + block - 1) / block * block * sample_size()};
  }

  aec_stream Stream() const {
    aec_stream stream = {};
    stream.bits_per_sample = in_planes() ? 8 : parameters_.bits_per_pixel;
    stream.block_size = parameters_.pixels_per_block;
    stream.rsi = (parameters_.pixels_per_scanline + parameters_.pixels_per_block - 1) /
                 parameters_.pixels_per_block;
    stream.flags = AEC_NOT_ENFORCE;
    if (nearest_neighbor()) stream.flags |= AEC_DATA_PREPROCESS;
    if ((parameters_.options & kSzipBigEndian) != 0) stream.flags |= AEC_DATA_MSB;
    return stream;
  }

  void AddPadding(absl::Span<const std::byte> samples, std::byte* padded) const;

  const SzipParameters parameters_;
};

// Lines are padded with their last sample where differences are coded, with zeros otherwise.
void SzipCodec::AddPadding(absl::Span<const std::byte> samples, std::byte* padded) const {
  constexpr std::byte kZeros[4] = {};
  const Layout layout = LayoutOf(samples.size());
  for (size_t line = 0; line < layout.lines; ++line) {
    const auto from = samples.subspan(line * layout.line_size, layout.line_size);
    std::byte* const to = padded + line * layout.padded_line_size;
    std::copy(from.begin(), from.end(), to);
    const std::byte* fill = nearest_neighbor() ? from.end() - sample_size() : kZeros;
    for (size_t i = from.size(); i < layout.padded_line_size; i += sample_size()) {
      std::memcpy(to + i, fill, sample_size());
    }
  }
}

absl::StatusOr<size_t> SzipCodec::Encode(absl::Span<const std::byte> decoded,
                                         absl::Span<std::byte> encoded,
                                         CodecScratch& scratch) const {
  SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
  if (decoded.size() > std::numeric_limits<uint32_t>::max() ||
      decoded.size() % (element_size() * sample_size()) != 0) {
    return absl::InvalidArgumentError(absl::StrCat("szip: ", decoded.size(), " bytes of ",
                                                   parameters_.bits_per_pixel, "-bit pixels"));
  }
  StoreLittle32(static_cast<uint32_t>(decoded.size()), encoded.data());
  if (decoded.empty()) return kSizeBytes;
  absl::Span<const std::byte> samples = decoded;
  if (in_planes()) {
    const absl::Span<std::byte> planes = scratch.buffer(2).Reserve(decoded.size());
    Shuffle(decoded, element_size(), planes);
    samples = planes;
  }
  const absl::Span<std::byte> padded =
      scratch.buffer(3).Reserve(LayoutOf(decoded.size()).padded_size());
  AddPadding(samples, padded.data());
  aec_stream stream = Stream();
  stream.next_in = reinterpret_cast<const unsigned char*>(padded.data());
  stream.avail_in = padded.size();
  stream.next_out = reinterpret_cast<unsigned char*>(encoded.data() + kSizeBytes);
  stream.avail_out = encoded.size() - kSizeBytes;
  if (const int result = aec_buffer_encode(&stream); result != AEC_OK) {
    return absl::InternalError(absl::StrCat("szip: libaec failed with code ", result));
  }
  return kSizeBytes + stream.total_out;
}

absl::StatusOr<size_t> SzipCodec::Decode(absl::Span<const std::byte> encoded,
                                         absl::Span<std::byte> decoded,
                                         CodecScratch& scratch) const {
  if (encoded.size() < kSizeBytes) return Damaged("szip", "the size is truncated");
  const size_t size = LoadLittle32(encoded.data());
  if (size > decoded.size()) return TooLarge("szip", decoded.size());
  if (size % (element_size() * sample_size()) != 0) {
    return Damaged("szip", "the size is not that of whole elements");
  }
  if (size == 0) return 0;
  const Layout layout = LayoutOf(size);
  const bool is_padded = layout.padded_line_size != layout.line_size;
  const bool direct = !is_padded && !in_planes();
  const absl::Span<std::byte> samples =
      direct ? decoded.first(size)
             : scratch.buffer(2).Reserve(is_padded ? layout.padded_size() : size);
  aec_stream stream = Stream();
  stream.next_in = reinterpret_cast<const unsigned char*>(encoded.data() + kSizeBytes);
  stream.avail_in = encoded.size() - kSizeBytes;
  stream.next_out = reinterpret_cast<unsigned char*>(samples.data());
  stream.avail_out = samples.size();
  const int result = aec_buffer_decode(&stream);
  if (result == AEC_MEM_ERROR) return absl::ResourceExhaustedError("szip: no memory");
  if (result != AEC_OK) return Damaged("szip", "damaged stream");
  if (stream.total_out != samples.size()) return Damaged("szip", "truncated stream");
  if (direct) return size;
  if (is_padded) {
    for (size_t line = 1; line < layout.lines; ++line) {
      std::memmove(samples.data() + line * layout.line_size,
                   samples.data() + line * layout.padded_line_size, layout.line_size);
    }
  }
  Unshuffle(samples.first(size), element_size(), decoded.first(size));
  return size;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeSzip(const SzipParameters& parameters) {
  SEICHE_RETURN_IF_ERROR(Check(parameters));
  return std::make_unique<SzipCodec>(parameters);
}

#endif

}  // namespace seiche
