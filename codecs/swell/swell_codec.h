// swell: arrays of smooth numbers, [T,H,W], lossless or within a bound, small and fast to decode.
//
//   SEICHE_ASSIGN_OR_RETURN(auto swell, MakeSwellCodec({.level = SwellLevel::kFast}));
//   SEICHE_RETURN_IF_ERROR(swell->Encode(array, encoded, scratch));
//   SEICHE_RETURN_IF_ERROR(swell->Decode(encoded, {.first_frame = 20, .frames = 10}, out,
//   scratch));
//
// Takes every dtype and rank 1 to 4: [W], [H,W], [T,H,W] or [N,T,H,W]. Streams tell how they were
// made, so any SwellCodec decodes those of every other. Lossless is bit for bit; within a bound
// every value has been checked when encoding, and one that would break it is kept exactly. Integers
// and 16-bit floats are always kept exactly. No stream is larger than the array by more than its
// header. Decoding looks only at the groups of frames that it needs, and first at their checksums.
// docs/swell_format.md describes the bytes, which are the same on every machine.
#ifndef SEICHE_CODECS_SWELL_SWELL_CODEC_H_
#define SEICHE_CODECS_SWELL_SWELL_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/dtype.h"
#include "codecs/codec.h"
#include "codecs/swell/stream_header.h"

namespace seiche {

struct SwellOptions {
  // kFast decodes several times faster than the others; kSmall and kSmallest, which take longest to
  // encode, make a half or a third of its size of what is smooth in space and time. An array that
  // they do not make smaller than kFast does gets that: the stream says which it is. kRaw is none
  // to ask for: it is what streams fall back to.
  SwellLevel level = SwellLevel::kSmall;
  SwellMode mode = SwellMode::kLossless;
  // Largest error: of kAbsolute in the array's unit, of kRelative as a part of its range. Positive
  // and finite; 0 for kLossless.
  double bound = 0;
  // Frames from one key frame to the next, at least 1: what a window has to decode at most before
  // its own first frame. Fewer make larger streams.
  int64_t group_frames = 100;
};

// kInvalidArgument for options out of range. The codec delivers frame ranges along the first axis
// (of a frame [H,W] rows, of a row [W] values), and no transform. Its Decode wants out.dtype to be
// the stream's, kInvalidArgument otherwise.
absl::StatusOr<std::unique_ptr<const ArrayCodec>> MakeSwellCodec(const SwellOptions& options = {});

// The largest absolute error that `options` allow an array of `count` elements at `values`; 0:
// none.
double LargestError(const SwellOptions& options, const std::byte* values, DType dtype,
                    int64_t count);

// Elements [first, first + out.size() / element_size) of the stream's array of `elements`, counted
// row-major: whatever axes a window lies in, as long as its elements follow each other. Only groups
// of frames that hold some of them are decoded. kDataLoss if those are damaged, if the stream has
// another number of elements, or if they have another size: memory is that of a frame, and how
// large those are is up to whoever wrote the stream.
absl::Status DecodeSwellElements(absl::Span<const std::byte> encoded, int64_t elements,
                                 int64_t first, int64_t element_size, absl::Span<std::byte> out,
                                 CodecScratch& scratch);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_SWELL_CODEC_H_
