#include "codecs/jpeg/jpeg_codec.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "codecs/jpeg/baseline/luma_decoder.h"

namespace seiche {
namespace {

absl::Status CheckOptions(const DecodeOptions& options, const ArrayView& out) {
  if (options.first_frame != 0 || (options.frames != -1 && options.frames != 1)) {
    return absl::InvalidArgumentError(absl::StrCat("a JPEG is one frame: it has no frame ",
                                                   options.first_frame, " and no ", options.frames,
                                                   " frames"));
  }
  if (out.dtype == DType::kUInt8) {
    if (options.scale == 1 && options.offset == 0) return absl::OkStatus();
    return absl::InvalidArgumentError("uint8 levels are not scaled: decode to float32");
  }
  if (out.dtype == DType::kFloat32) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a JPEG is decoded to float32 or uint8, not to ", Name(out.dtype)));
}

class JpegCodec : public ArrayCodec {
 public:
  explicit JpegCodec(const JpegOptions& options) : options_(options) {}

  std::string name() const override { return "jpeg"; }
  ArrayCodecCapabilities capabilities() const override { return {.transform = true}; }

  absl::StatusOr<ArrayInfo> Inspect(absl::Span<const std::byte> encoded) const override {
    SEICHE_ASSIGN_OR_RETURN(Shape shape, ReadJpegShape(encoded));
    return ArrayInfo{.dtype = DType::kUInt8, .shape = std::move(shape)};
  }

  absl::Status Decode(absl::Span<const std::byte> encoded, const DecodeOptions& options,
                      const ArrayView& out, CodecScratch& scratch) const override {
    SEICHE_RETURN_IF_ERROR(CheckOptions(options, out));
    if (out.shape.size() != 2 || out.strides[1] != static_cast<int64_t>(SizeOf(out.dtype))) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a JPEG is decoded into a frame [H,W] of contiguous rows, not ", ToString(out.shape)));
    }
    if (scratch.state<LumaDecoder>().Decode(encoded, options, out)) return absl::OkStatus();
    return DecodeByLibjpeg(encoded, options, out, scratch);
  }

  absl::Status Encode(const ConstArrayView& array, std::vector<std::byte>& encoded,
                      CodecScratch& scratch) const override {
    if (array.dtype != DType::kUInt8 || array.shape.size() != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("a JPEG is encoded from uint8 levels [H,W], not from ", Name(array.dtype),
                       " of shape ", ToString(array.shape)));
    }
    const int64_t height = array.shape[0], width = array.shape[1];
    if (std::min(height, width) < 1 || std::max(height, width) > kMaxJpegSide) {
      return absl::InvalidArgumentError(absl::StrCat("a JPEG has 1..", kMaxJpegSide,
                                                     " pixels a side, not ", height, " x ", width));
    }
    const absl::Span<std::byte> room =
        scratch.buffer(2).Reserve(MaxJpegSize(array.shape, options_.chroma));
    SEICHE_ASSIGN_OR_RETURN(const size_t size, EncodeByLibjpeg(array, options_, scratch, room));
    encoded.assign(room.begin(), room.begin() + size);
    return absl::OkStatus();
  }

 private:
  const JpegOptions options_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const ArrayCodec>> MakeJpegCodec(const JpegOptions& options) {
  if (options.quality < 1 || options.quality > 100) {
    return absl::InvalidArgumentError(
        absl::StrCat("JPEG quality ", options.quality, " is not in 1..100"));
  }
  return std::make_unique<JpegCodec>(options);
}

}  // namespace seiche
