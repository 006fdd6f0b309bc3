// libjpeg-turbo, wrapped: whole frames of any kind of JPEG, its errors and warnings as statuses.
//
//   SEICHE_RETURN_IF_ERROR(DecodeByLibjpeg(file_bytes, {}, frame, scratch));
//
// The only library that includes libjpeg-turbo's headers. What libjpeg only warns of (a stream that
// ends early, a bad Huffman code) is kDataLoss here: no made-up pixels. Thread-safe, scratch apart.
#ifndef SEICHE_CODECS_JPEG_LIBJPEG_H_
#define SEICHE_CODECS_JPEG_LIBJPEG_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/array_view.h"
#include "base/shape.h"
#include "codecs/codec.h"

namespace seiche {

enum class JpegChroma {
  kGray,  // one component
  k420,   // RGB with equal channels, stored as YCbCr, colour at half resolution (pillow's default)
};

struct JpegOptions {
  int quality = 75;  // 1..100
  JpegChroma chroma = JpegChroma::k420;
};

// Pixels a side that an image can have.
inline constexpr int kMaxJpegSide = 65500;

// [H,W], from the header alone. kDataLoss, kUnimplemented as in jpeg_codec.h.
absl::StatusOr<Shape> ReadJpegShape(absl::Span<const std::byte> encoded);

// Luminance to `out`: [H,W] of uint8 levels, or of float32 level * (1/255.0f) * scale + offset,
// contiguous rows. kDataLoss, kUnimplemented as in jpeg_codec.h; kFailedPrecondition if the image
// has another size, before anything of that size is allocated.
absl::Status DecodeByLibjpeg(absl::Span<const std::byte> encoded, const DecodeOptions& options,
                             const ArrayView& out, CodecScratch& scratch);

// Bytes that no stream of [H,W] pixels exceeds: libjpeg-turbo's own bound.
size_t MaxJpegSize(const Shape& shape, JpegChroma chroma);

// Encodes `levels`, uint8 [H,W] of 1..kMaxJpegSide pixels a side, into `room` of MaxJpegSize()
// bytes and returns the size of the stream.
absl::StatusOr<size_t> EncodeByLibjpeg(const ConstArrayView& levels, const JpegOptions& options,
                                       CodecScratch& scratch, absl::Span<std::byte> room);

}  // namespace seiche

#endif  // SEICHE_CODECS_JPEG_LIBJPEG_H_
