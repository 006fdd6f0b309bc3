// JPEG frames through libjpeg-turbo: luminance straight to float32 or uint8, encoding from gray.
//
//   auto jpeg = MakeJpegCodec({.quality = 75, .chroma = JpegChroma::k420});
//   SEICHE_RETURN_IF_ERROR(jpeg->Decode(file_bytes, {}, MakeView(frame, DType::kFloat32, {H, W}),
//                                       scratch));     // level * (1/255.0f)
//
// Decoding takes any baseline or progressive JPEG, gray or colour, and delivers its luminance
// (component Y): as uint8 levels 0..255, or as float32 level * (1/255.0f) * scale + offset.
// Encoding takes [H,W] uint8 levels. The only library that includes libjpeg-turbo's headers.
#ifndef SEICHE_CODECS_JPEG_JPEG_CODEC_H_
#define SEICHE_CODECS_JPEG_JPEG_CODEC_H_

#include <memory>

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

// kInvalidArgument for a quality out of range.
absl::StatusOr<std::unique_ptr<const ArrayCodec>> MakeJpegCodec(const JpegOptions& options = {});

}  // namespace seiche

#endif  // SEICHE_CODECS_JPEG_JPEG_CODEC_H_
