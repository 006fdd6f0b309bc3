#include "codecs/lzf.h"

#include <cassert>
#include <string>

#include "base/status.h"
#include "codecs/codec_errors.h"
#include "codecs/lzf_decode.h"
#include "codecs/lzf_encode.h"

namespace seiche {
namespace {

class LzfCodec final : public ByteCodec {
 public:
  std::string name() const override { return "lzf"; }

  size_t MaxEncodedSize(size_t decoded_size) const override { return MaxLzfSize(decoded_size); }

  absl::StatusOr<size_t> Encode(absl::Span<const std::byte> decoded, absl::Span<std::byte> encoded,
                                CodecScratch& scratch) const override {
    SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
    if (decoded.size() > kMaxLzfInput) {
      return absl::InvalidArgumentError("lzf: more than 4 GB in one piece");
    }
    return scratch.state<LzfEncoder>().Encode(decoded, encoded.data());
  }

  absl::StatusOr<size_t> Decode(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded,
                                CodecScratch&) const override {
    return DecodeLzf(encoded, decoded);
  }

  bool input_may_change() const override { return true; }

  // From the beginning only.
  bool decodes_part() const override { return true; }
  absl::Status DecodePart(absl::Span<const std::byte> encoded, size_t, size_t first,
                          absl::Span<std::byte> decoded, CodecScratch&) const override {
    assert(first == 0);
    (void)first;
    return DecodeLzfPrefix(encoded, decoded);
  }
};

}  // namespace

std::unique_ptr<const ByteCodec> MakeLzf() { return std::make_unique<LzfCodec>(); }

}  // namespace seiche
