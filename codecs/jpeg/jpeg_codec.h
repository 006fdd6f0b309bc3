// JPEG frames as an ArrayCodec: luminance straight to float32 or uint8, encoding from gray.
//
//   auto jpeg = MakeJpegCodec({.quality = 75, .chroma = JpegChroma::k420});
//   SEICHE_RETURN_IF_ERROR(jpeg->Decode(file_bytes, {}, MakeView(frame, DType::kFloat32, {H, W}),
//                                       scratch));     // level * (1/255.0f)
//
// Decoding takes any baseline, progressive or arithmetic-coded JPEG of 8 bits, gray or YCbCr, and
// delivers its luminance (component Y) as pillow's draft("L") does: as uint8 levels 0..255, or as
// float32 level * (1/255.0f) * scale + offset. What libjpeg only warns of (a stream that ends
// early, a bad Huffman code) is kDataLoss here: no made-up pixels. CMYK, 12 bits and lossless JPEG
// are kUnimplemented. The header is checked against the output's shape before anything of the
// image's size is allocated. Encoding takes [H,W] uint8 levels and writes the bytes that pillow
// writes.
//
// The common kind, baseline in one scan, is decoded by baseline/luma_decoder.h; everything else,
// damaged frames included, and encoding are libjpeg-turbo's (libjpeg.h). The levels are the same.
#ifndef SEICHE_CODECS_JPEG_JPEG_CODEC_H_
#define SEICHE_CODECS_JPEG_JPEG_CODEC_H_

#include <memory>

#include "codecs/codec.h"
#include "codecs/jpeg/libjpeg.h"

namespace seiche {

// kInvalidArgument for a quality out of range.
absl::StatusOr<std::unique_ptr<const ArrayCodec>> MakeJpegCodec(const JpegOptions& options = {});

}  // namespace seiche

#endif  // SEICHE_CODECS_JPEG_JPEG_CODEC_H_
