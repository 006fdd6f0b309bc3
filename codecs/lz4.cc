#include "codecs/lz4.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "codecs/byte_order.h"
#include "codecs/codec_errors.h"
// The C library's own header, through its include path.
#include <lz4.h>

namespace seiche {
namespace {

constexpr size_t kHeaderBytes = 12;
constexpr size_t kBlockHeaderBytes = 4;

const char* Chars(const std::byte* bytes) { return reinterpret_cast<const char*>(bytes); }
char* Chars(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }

// The bytes written; 0 if LZ4 fails, as it never does with enough room.
size_t Compress(absl::Span<const std::byte> decoded, std::byte* encoded) {
  return LZ4_compress_default(Chars(decoded.data()), Chars(encoded), decoded.size(),
                              LZ4_compressBound(decoded.size()));
}

// The bytes written; -1 if the block is damaged or does not fit.
int64_t Decompress(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded) {
  if (encoded.size() > LZ4_MAX_INPUT_SIZE || decoded.size() > LZ4_MAX_INPUT_SIZE) return -1;
  return std::max(-1, LZ4_decompress_safe(Chars(encoded.data()), Chars(decoded.data()),
                                          encoded.size(), decoded.size()));
}

class Lz4Codec final : public ByteCodec {
 public:
  explicit Lz4Codec(uint32_t block_size) : block_size_(std::min(block_size, kMaxLz4Block)) {}

  std::string name() const override {
    return block_size_ == 0 ? "lz4" : absl::StrCat("lz4:", block_size_);
  }

  size_t MaxEncodedSize(size_t decoded_size) const override {
    const size_t block = BlockFor(decoded_size);
    const size_t blocks = block == 0 ? 0 : (decoded_size + block - 1) / block;
    return kHeaderBytes + blocks * (kBlockHeaderBytes + LZ4_compressBound(block));
  }

  absl::StatusOr<size_t> Encode(absl::Span<const std::byte> decoded, absl::Span<std::byte> encoded,
                                CodecScratch&) const override {
    SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
    const size_t block = BlockFor(decoded.size());
    StoreBig64(decoded.size(), encoded.data());
    StoreBig32(static_cast<uint32_t>(block), encoded.data() + 8);
    size_t written = kHeaderBytes;
    for (size_t read = 0; read < decoded.size(); read += block) {
      const auto piece = decoded.subspan(read, block);
      std::byte* to = encoded.data() + written + kBlockHeaderBytes;
      size_t size = Compress(piece, to);
      if (size == 0) return absl::InternalError("lz4: LZ4_compress_default failed");
      if (size >= piece.size()) {
        std::copy(piece.begin(), piece.end(), to);
        size = piece.size();
      }
      StoreBig32(static_cast<uint32_t>(size), encoded.data() + written);
      written += kBlockHeaderBytes + size;
    }
    return written;
  }

  absl::StatusOr<size_t> Decode(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded,
                                CodecScratch&) const override {
    if (encoded.size() < kHeaderBytes) return Damaged("lz4", "the header is truncated");
    const uint64_t total = LoadBig64(encoded.data());
    if (total > decoded.size()) return TooLarge("lz4", decoded.size());
    const size_t block = std::min<uint64_t>(LoadBig32(encoded.data() + 8), total);
    if (block == 0 && total > 0) return Damaged("lz4", "the block size is 0");
    encoded.remove_prefix(kHeaderBytes);
    for (size_t done = 0; done < total; done += block) {
      const auto to = decoded.subspan(done, std::min<size_t>(block, total - done));
      SEICHE_ASSIGN_OR_RETURN(const size_t used, DecodeBlock(encoded, to));
      encoded.remove_prefix(used);
    }
    if (!encoded.empty()) return Damaged("lz4", "bytes follow the last block");
    return total;
  }

 private:
  // Decoded bytes of a block of a stream of `decoded_size` bytes.
  size_t BlockFor(size_t decoded_size) const {
    return std::min<size_t>(decoded_size, block_size_ == 0 ? kMaxLz4Block : block_size_);
  }

  // Fills `to` from the block that `encoded` starts with; returns how long that was.
  static absl::StatusOr<size_t> DecodeBlock(absl::Span<const std::byte> encoded,
                                            absl::Span<std::byte> to) {
    if (encoded.size() < kBlockHeaderBytes) return Damaged("lz4", "a block's size is missing");
    const size_t size = LoadBig32(encoded.data());
    if (size > encoded.size() - kBlockHeaderBytes) return Damaged("lz4", "a block is truncated");
    const auto block = encoded.subspan(kBlockHeaderBytes, size);
    if (size == to.size()) {
      std::copy(block.begin(), block.end(), to.begin());
    } else if (Decompress(block, to) != static_cast<int64_t>(to.size())) {
      return Damaged("lz4", "damaged block");
    }
    return kBlockHeaderBytes + size;
  }

  const uint32_t block_size_;
};

class Lz4BlockCodec final : public ByteCodec {
 public:
  std::string name() const override { return "lz4"; }

  size_t MaxEncodedSize(size_t decoded_size) const override {
    return LZ4_compressBound(std::min<size_t>(decoded_size, kMaxLz4Block));
  }

  absl::StatusOr<size_t> Encode(absl::Span<const std::byte> decoded, absl::Span<std::byte> encoded,
                                CodecScratch&) const override {
    if (decoded.size() > kMaxLz4Block) {
      return absl::InvalidArgumentError(
          absl::StrCat("lz4: a block of ", decoded.size(), " bytes; ", kMaxLz4Block, " at most"));
    }
    SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
    const size_t size = Compress(decoded, encoded.data());
    if (size == 0) return absl::InternalError("lz4: LZ4_compress_default failed");
    return size;
  }

  absl::StatusOr<size_t> Decode(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded,
                                CodecScratch&) const override {
    const int64_t size = Decompress(encoded, decoded);
    if (size < 0) return Damaged("lz4", "damaged block");
    return size;
  }
};

}  // namespace

std::unique_ptr<const ByteCodec> MakeLz4Block() { return std::make_unique<Lz4BlockCodec>(); }

std::unique_ptr<const ByteCodec> MakeLz4(uint32_t block_size) {
  return std::make_unique<Lz4Codec>(block_size);
}

}  // namespace seiche
