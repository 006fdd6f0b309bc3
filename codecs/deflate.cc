#include "codecs/deflate.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "codecs/codec_errors.h"
#include "codecs/inflate/inflate.h"
#include "libdeflate.h"
#include "zlib.h"

namespace seiche {
namespace {

// Shorter streams are decoded before own code has built its tables.
constexpr size_t kMinOwnSize = 4096;

// Makes libdeflate choose code for this processor. It does so at first calls, and keeps its choice
// where all threads write it without synchronisation: here one does, once.
void ChooseInstructions() {
  static const bool chosen = [] {
    // An empty stream: a last stored block of no bytes.
    constexpr unsigned char kEmpty[] = {0x01, 0x00, 0x00, 0xff, 0xff};
    libdeflate_decompressor* const decompressor = libdeflate_alloc_decompressor();
    if (decompressor == nullptr) return false;
    char out = 0;
    size_t size = 0;
    libdeflate_deflate_decompress(decompressor, kEmpty, sizeof(kEmpty), &out, 0, &size);
    libdeflate_free_decompressor(decompressor);
    return libdeflate_adler32(1, kEmpty, sizeof(kEmpty)) != 0;
  }();
  (void)chosen;
}

class DeflateState final : public CodecState {
 public:
  DeflateState() { ChooseInstructions(); }
  ~DeflateState() override {
    libdeflate_free_decompressor(decompressor_);
    if (level_ >= 0) deflateEnd(&stream_);
  }

  // Null if there is no memory.
  libdeflate_decompressor* decompressor() {
    if (decompressor_ == nullptr) decompressor_ = libdeflate_alloc_decompressor();
    return decompressor_;
  }

  Inflater& inflater() {
    if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>(&libdeflate_adler32);
    return *inflater_;
  }

  // Ready for a new stream. Null if there is no memory.
  z_stream* stream(int level) {
    if (level_ == level) return deflateReset(&stream_) == Z_OK ? &stream_ : nullptr;
    if (level_ >= 0) deflateEnd(&stream_);
    stream_ = {};
    level_ = deflateInit(&stream_, level) == Z_OK ? level : -1;
    return level_ >= 0 ? &stream_ : nullptr;
  }

 private:
  libdeflate_decompressor* decompressor_ = nullptr;
  std::unique_ptr<Inflater> inflater_;
  z_stream stream_ = {};
  int level_ = -1;  // of stream_; -1: none
};

// Gives `stream` the next piece of a span, whose sizes zlib counts in 32 bits.
uInt Take(size_t& left) {
  const size_t piece = std::min<size_t>(left, std::numeric_limits<uInt>::max());
  left -= piece;
  return static_cast<uInt>(piece);
}

class DeflateCodec final : public ByteCodec {
 public:
  explicit DeflateCodec(int level) : level_(level) {}

  std::string name() const override { return absl::StrCat("deflate:", level_); }

  size_t MaxEncodedSize(size_t decoded_size) const override { return compressBound(decoded_size); }

  absl::StatusOr<size_t> Encode(absl::Span<const std::byte> decoded, absl::Span<std::byte> encoded,
                                CodecScratch& scratch) const override {
    SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
    z_stream* stream = scratch.state<DeflateState>().stream(level_);
    if (stream == nullptr) return absl::ResourceExhaustedError("deflate: no memory for zlib");
    stream->next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(decoded.data()));
    stream->next_out = reinterpret_cast<Bytef*>(encoded.data());
    stream->avail_in = stream->avail_out = 0;
    size_t in_left = decoded.size();
    size_t out_left = encoded.size();
    int result = Z_OK;
    while (result == Z_OK) {
      if (stream->avail_in == 0) stream->avail_in = Take(in_left);
      if (stream->avail_out == 0) stream->avail_out = Take(out_left);
      result = ::deflate(stream, in_left > 0 ? Z_NO_FLUSH : Z_FINISH);
    }
    if (result != Z_STREAM_END) {
      return absl::InternalError(absl::StrCat("deflate: zlib failed with code ", result));
    }
    return encoded.size() - out_left - stream->avail_out;
  }

  absl::StatusOr<size_t> Decode(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded,
                                CodecScratch& scratch) const override {
    if (encoded.size() >= kMinOwnSize) {
      Inflater& inflater = scratch.state<DeflateState>().inflater();
      if (const auto size = inflater.Decode(encoded, decoded)) return *size;
    }
    return DecodeByLibdeflate(encoded, decoded, scratch);
  }

 private:
  const int level_;
};

}  // namespace

std::unique_ptr<const ByteCodec> MakeDeflate(int level) {
  return std::make_unique<DeflateCodec>(level);
}

absl::StatusOr<size_t> DecodeByLibdeflate(absl::Span<const std::byte> encoded,
                                          absl::Span<std::byte> decoded, CodecScratch& scratch) {
  libdeflate_decompressor* decompressor = scratch.state<DeflateState>().decompressor();
  if (decompressor == nullptr) {
    return absl::ResourceExhaustedError("deflate: no memory for libdeflate");
  }
  size_t consumed = 0;  // asked for because only then bytes may follow, as with zlib
  size_t produced = 0;
  switch (libdeflate_zlib_decompress_ex(decompressor, encoded.data(), encoded.size(),
                                        decoded.data(), decoded.size(), &consumed, &produced)) {
    case LIBDEFLATE_SUCCESS:
      break;
    case LIBDEFLATE_INSUFFICIENT_SPACE:
      return TooLarge("deflate", decoded.size());
    default:
      return Damaged("deflate", "damaged or truncated zlib stream");
  }
  return produced;
}

absl::StatusOr<size_t> DecodeByOwnInflate(absl::Span<const std::byte> encoded,
                                          absl::Span<std::byte> decoded, CodecScratch& scratch) {
  const auto size = scratch.state<DeflateState>().inflater().Decode(encoded, decoded);
  if (!size) return Damaged("deflate", "refused by own code");
  return *size;
}

}  // namespace seiche
