#include "codecs/bitshuffle.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "codecs/bit_transpose.h"
#include "codecs/byte_order.h"
#include "codecs/codec_errors.h"
#include "codecs/lz4.h"
#include "codecs/zstd.h"

namespace seiche {
namespace {

using Input = absl::Span<const std::byte>;
using Output = absl::Span<std::byte>;

constexpr size_t kHeaderBytes = 12;
constexpr size_t kBlockHeaderBytes = 4;
constexpr size_t kMaxBlockBytes = kMaxLz4Block;

// The filter's rule; streams without a compressor depend on it. Do not change.
size_t DefaultBlockElements(size_t element_size) {
  return std::max<size_t>(128, 8192 / element_size / 8 * 8);
}

void Copy(Input from, Output to) { std::copy(from.begin(), from.end(), to.begin()); }

class BitshuffleCodec final : public ByteCodec {
 public:
  BitshuffleCodec(const BitshuffleParameters& parameters, size_t block_bytes,
                  std::unique_ptr<const ByteCodec> inner)
      : parameters_(parameters), block_bytes_(block_bytes), inner_(std::move(inner)) {}

  std::string name() const override {
    std::string name = absl::StrCat("bitshuffle:", inner_ == nullptr ? "none" : inner_->name());
    std::replace(name.begin() + sizeof("bitshuffle"), name.end(), ':', ',');  // zstd,3
    if (parameters_.block_elements == 0) return name;
    return absl::StrCat(name, ",block=", parameters_.block_elements);
  }

  size_t MaxEncodedSize(size_t decoded_size) const override {
    if (inner_ == nullptr) return decoded_size;
    const size_t in_blocks = InBlocks(decoded_size);
    const auto bound = [this](size_t block) {
      return block == 0 ? 0 : kBlockHeaderBytes + inner_->MaxEncodedSize(block);
    };
    return kHeaderBytes + in_blocks / block_bytes_ * bound(block_bytes_) +
           bound(in_blocks % block_bytes_) + decoded_size - in_blocks;
  }

  absl::StatusOr<size_t> Encode(Input decoded, Output encoded,
                                CodecScratch& scratch) const override {
    SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
    if (decoded.size() % element_size() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("bitshuffle: ", decoded.size(), " bytes of elements of ", element_size()));
    }
    const size_t in_blocks = InBlocks(decoded.size());
    if (inner_ == nullptr) {
      for (size_t done = 0; done < in_blocks; done += block_bytes_) {
        const size_t size = std::min(block_bytes_, in_blocks - done);
        BitTranspose(decoded.subspan(done, size), element_size(), encoded.subspan(done, size));
      }
      Copy(decoded.subspan(in_blocks), encoded.subspan(in_blocks));
      return decoded.size();
    }
    StoreBig64(decoded.size(), encoded.data());
    StoreBig32(static_cast<uint32_t>(block_bytes_), encoded.data() + 8);
    size_t written = kHeaderBytes;
    for (size_t done = 0; done < in_blocks; done += block_bytes_) {
      const size_t size = std::min(block_bytes_, in_blocks - done);
      SEICHE_ASSIGN_OR_RETURN(const size_t used, EncodeBlock(decoded.subspan(done, size),
                                                             encoded.subspan(written), scratch));
      written += used;
    }
    Copy(decoded.subspan(in_blocks), encoded.subspan(written));
    return written + decoded.size() - in_blocks;
  }

  absl::StatusOr<size_t> Decode(Input encoded, Output decoded,
                                CodecScratch& scratch) const override {
    return inner_ == nullptr ? DecodePlain(encoded, decoded)
                             : DecodeCompressed(encoded, decoded, scratch);
  }

 private:
  size_t element_size() const { return parameters_.element_size; }

  // How many of `bytes` lie in blocks; fewer than eight elements do not.
  size_t InBlocks(size_t bytes) const { return bytes - bytes % (8 * element_size()); }

  // Returns the bytes of the block and its header.
  absl::StatusOr<size_t> EncodeBlock(Input block, Output to, CodecScratch& scratch) const {
    const Output transposed = scratch.buffer(2).Reserve(block.size()).first(block.size());
    BitTranspose(block, element_size(), transposed);
    absl::StatusOr<size_t> size =
        inner_->Encode(transposed, to.subspan(kBlockHeaderBytes), scratch);
    if (!size.ok()) return Annotate(std::move(size).status(), "bitshuffle");
    StoreBig32(static_cast<uint32_t>(*size), to.data());
    return kBlockHeaderBytes + *size;
  }

  absl::StatusOr<size_t> DecodePlain(Input encoded, Output decoded) const {
    if (encoded.size() > decoded.size()) return TooLarge("bitshuffle", decoded.size());
    if (encoded.size() % element_size() != 0) {
      return Damaged("bitshuffle", "the size is not that of whole elements");
    }
    const size_t in_blocks = InBlocks(encoded.size());
    for (size_t done = 0; done < in_blocks; done += block_bytes_) {
      const size_t size = std::min(block_bytes_, in_blocks - done);
      BitUntranspose(encoded.subspan(done, size), element_size(), decoded.subspan(done, size));
    }
    Copy(encoded.subspan(in_blocks), decoded.subspan(in_blocks));
    return encoded.size();
  }

  absl::StatusOr<size_t> DecodeCompressed(Input encoded, Output decoded,
                                          CodecScratch& scratch) const {
    if (encoded.size() < kHeaderBytes) return Damaged("bitshuffle", "the header is truncated");
    const uint64_t total = LoadBig64(encoded.data());
    const size_t block_bytes = LoadBig32(encoded.data() + 8);
    if (total > decoded.size()) return TooLarge("bitshuffle", decoded.size());
    if (total % element_size() != 0) {
      return Damaged("bitshuffle", "the size is not that of whole elements");
    }
    if (block_bytes == 0 || InBlocks(block_bytes) != block_bytes) {
      return Damaged("bitshuffle",
                     absl::StrCat("blocks of ", block_bytes,
                                  " bytes are not of eights of elements of ", element_size()));
    }
    encoded.remove_prefix(kHeaderBytes);
    const size_t in_blocks = InBlocks(total);
    for (size_t done = 0; done < in_blocks; done += block_bytes) {
      const Output to = decoded.subspan(done, std::min(block_bytes, in_blocks - done));
      SEICHE_ASSIGN_OR_RETURN(const size_t used, DecodeBlock(encoded, to, scratch));
      encoded.remove_prefix(used);
    }
    if (encoded.size() < total - in_blocks) {
      return Damaged("bitshuffle", "the last elements are truncated");
    }
    if (encoded.size() > total - in_blocks) {
      return Damaged("bitshuffle", "bytes follow the last element");
    }
    Copy(encoded, decoded.subspan(in_blocks));
    return total;
  }

  // Fills `to` from the block that `encoded` starts with; returns how long that was.
  absl::StatusOr<size_t> DecodeBlock(Input encoded, Output to, CodecScratch& scratch) const {
    if (encoded.size() < kBlockHeaderBytes) {
      return Damaged("bitshuffle", "a block's size is missing");
    }
    const size_t size = LoadBig32(encoded.data());
    if (size > encoded.size() - kBlockHeaderBytes) {
      return Damaged("bitshuffle", "a block is truncated");
    }
    const Output transposed = scratch.buffer(2).Reserve(to.size()).first(to.size());
    absl::StatusOr<size_t> decoded =
        inner_->Decode(encoded.subspan(kBlockHeaderBytes, size), transposed, scratch);
    if (!decoded.ok()) return Annotate(std::move(decoded).status(), "bitshuffle");
    if (*decoded != to.size()) return Damaged("bitshuffle", "a block is too short");
    BitUntranspose(transposed, element_size(), to);
    return kBlockHeaderBytes + size;
  }

  const BitshuffleParameters parameters_;
  const size_t block_bytes_;
  const std::unique_ptr<const ByteCodec> inner_;  // null: none
};

}  // namespace

absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeBitshuffle(
    const BitshuffleParameters& parameters) {
  const size_t element_size = parameters.element_size;
  if (element_size == 0) return absl::InvalidArgumentError("bitshuffle: elements of 0 bytes");
  if (parameters.block_elements % 8 != 0) {
    return absl::InvalidArgumentError(absl::StrCat("bitshuffle: blocks of ",
                                                   parameters.block_elements,
                                                   " elements; multiples of 8 are possible"));
  }
  const size_t block_bytes =
      element_size * (parameters.block_elements == 0 ? DefaultBlockElements(element_size)
                                                     : parameters.block_elements);
  if (block_bytes > kMaxBlockBytes) {
    return absl::InvalidArgumentError(absl::StrCat("bitshuffle: blocks of ", block_bytes,
                                                   " bytes; ", kMaxBlockBytes, " at most"));
  }
  std::unique_ptr<const ByteCodec> inner;
  switch (parameters.compressor) {
    case BitshuffleCompressor::kNone:
      break;
    case BitshuffleCompressor::kLz4:
      inner = MakeLz4Block();
      break;
    case BitshuffleCompressor::kZstd:
      if (parameters.level < kMinZstdLevel || parameters.level > kMaxZstdLevel) {
        return absl::InvalidArgumentError(absl::StrCat("bitshuffle: level ", parameters.level, "; ",
                                                       kMinZstdLevel, " to ", kMaxZstdLevel,
                                                       " are possible"));
      }
      inner = MakeZstd(parameters.level);
      break;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("bitshuffle: compressor ", static_cast<uint32_t>(parameters.compressor),
                       "; 0 (none), 2 (LZ4) and 3 (Zstandard) are possible"));
  }
  return std::make_unique<BitshuffleCodec>(parameters, block_bytes, std::move(inner));
}

}  // namespace seiche
