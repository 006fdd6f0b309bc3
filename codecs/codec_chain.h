// Several byte codecs in a row, as an HDF5 chunk goes through them.
//
//   CodecChain chain;  chain.Add(shuffle);  chain.Add(deflate);
//   SEICHE_RETURN_IF_ERROR(chain.Decode(encoded, /*skip_mask=*/0, chunk, scratch));
//
// Encoding runs first to last, decoding last to first; the last decoding stage writes straight
// into the output. Immutable once built, shared by threads.
#ifndef SEICHE_CODECS_CODEC_CHAIN_H_
#define SEICHE_CODECS_CODEC_CHAIN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "codecs/codec.h"

namespace seiche {

class CodecChain {
 public:
  // `optional`: Encode skips the codec where its output is not smaller than its input.
  void Add(std::unique_ptr<const ByteCodec> codec, bool optional = false);

  bool empty() const { return stages_.empty(); }
  int size() const { return static_cast<int>(stages_.size()); }
  // "shuffle+deflate:4"; "none" for an empty chain.
  std::string name() const;
  size_t MaxEncodedSize(size_t decoded_size) const;

  struct Encoded {
    size_t size = 0;
    uint32_t skip_mask = 0;  // bit i: stage i was skipped
  };
  // `encoded` needs MaxEncodedSize(decoded.size()) bytes.
  absl::StatusOr<Encoded> Encode(absl::Span<const std::byte> decoded, absl::Span<std::byte> encoded,
                                 CodecScratch& scratch) const;

  // Fills `decoded` exactly. kDataLoss if a stage fails or the sizes do not agree; the message
  // names the stage.
  absl::Status Decode(absl::Span<const std::byte> encoded, uint32_t skip_mask,
                      absl::Span<std::byte> decoded, CodecScratch& scratch) const;

  // Whether decoding what is encoded with this mask stays within its spans even if others change
  // `encoded` meanwhile.
  bool input_may_change(uint32_t skip_mask) const;

  // Whether a part of what is encoded with this mask can be had without the rest.
  bool decodes_part(uint32_t skip_mask) const;
  // As ByteCodec has them. Only if decodes_part(skip_mask). Errors as of Decode.
  size_t PartStart(uint32_t skip_mask, size_t first) const;
  absl::Status DecodePart(absl::Span<const std::byte> encoded, uint32_t skip_mask, size_t size,
                          size_t first, absl::Span<std::byte> decoded, CodecScratch& scratch) const;

 private:
  struct Stage {
    std::unique_ptr<const ByteCodec> codec;
    bool optional;
  };
  // The only stage that was not skipped, or -1.
  int OnlyStage(uint32_t skip_mask) const;

  std::vector<Stage> stages_;
};

}  // namespace seiche

#endif  // SEICHE_CODECS_CODEC_CHAIN_H_
