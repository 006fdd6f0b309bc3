#include "codecs/zstd.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "codecs/codec_errors.h"
// The C library's own header, through its include path.
#include <zstd.h>
#include <zstd_errors.h>

namespace seiche {
namespace {

class ZstdState final : public CodecState {
 public:
  ~ZstdState() override {
    ZSTD_freeCCtx(compressor_);
    ZSTD_freeDCtx(decompressor_);
  }

  // Null if there is no memory.
  ZSTD_CCtx* compressor() {
    if (compressor_ == nullptr) compressor_ = ZSTD_createCCtx();
    return compressor_;
  }
  ZSTD_DCtx* decompressor() {
    if (decompressor_ == nullptr) decompressor_ = ZSTD_createDCtx();
    return decompressor_;
  }

 private:
  ZSTD_CCtx* compressor_ = nullptr;
  ZSTD_DCtx* decompressor_ = nullptr;
};

absl::Status NoMemory() { return absl::ResourceExhaustedError("zstd: no memory"); }

class ZstdCodec final : public ByteCodec {
 public:
  explicit ZstdCodec(int level) : level_(level) {}

  std::string name() const override { return absl::StrCat("zstd:", level_); }

  size_t MaxEncodedSize(size_t decoded_size) const override {
    return ZSTD_compressBound(decoded_size);
  }

  absl::StatusOr<size_t> Encode(absl::Span<const std::byte> decoded, absl::Span<std::byte> encoded,
                                CodecScratch& scratch) const override {
    SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
    ZSTD_CCtx* compressor = scratch.state<ZstdState>().compressor();
    if (compressor == nullptr) return NoMemory();
    const size_t size = ZSTD_compressCCtx(compressor, encoded.data(), encoded.size(),
                                          decoded.data(), decoded.size(), level_);
    if (ZSTD_isError(size)) {
      return absl::InternalError(absl::StrCat("zstd: ", ZSTD_getErrorName(size)));
    }
    return size;
  }

  absl::StatusOr<size_t> Decode(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded,
                                CodecScratch& scratch) const override {
    // To the library no frame at all is a valid sequence of frames.
    if (encoded.empty()) return Damaged("zstd", "no frame");
    ZSTD_DCtx* decompressor = scratch.state<ZstdState>().decompressor();
    if (decompressor == nullptr) return NoMemory();
    const size_t size = ZSTD_decompressDCtx(decompressor, decoded.data(), decoded.size(),
                                            encoded.data(), encoded.size());
    if (!ZSTD_isError(size)) return size;
    switch (ZSTD_getErrorCode(size)) {
      case ZSTD_error_dstSize_tooSmall:
        return TooLarge("zstd", decoded.size());
      case ZSTD_error_memory_allocation:
        return NoMemory();
      default:
        return Damaged("zstd", ZSTD_getErrorName(size));
    }
  }

 private:
  const int level_;
};

}  // namespace

std::unique_ptr<const ByteCodec> MakeZstd(int level) { return std::make_unique<ZstdCodec>(level); }

}  // namespace seiche
