// Decoder of the levels `small` and `smallest`: fitted stencils and rANS whose tables the
// neighbourhood chooses. The format: docs/swell_small_format.md; the encoder: encoder.h; a
// decoder for reading rather than for speed: reference.h.
//
//   std::unique_ptr<GroupDecoder> decoder = MakeSmallDecoder();
//   SEICHE_RETURN_IF_ERROR(decoder->Open(model, /*bits=*/16, height, width));
//
// All that a value needs comes from rows above it and from former frames; its left neighbour enters
// by a sum of differences at the very end. So each row is decoded by many lanes at a time.
#ifndef SEICHE_CODECS_SWELL_SMALL_DECODER_H_
#define SEICHE_CODECS_SWELL_SMALL_DECODER_H_

#include <memory>

#include "codecs/swell/group_coder.h"

namespace seiche {

// Takes `bits` == 16 only; Open() with another number is kDataLoss.
std::unique_ptr<GroupDecoder> MakeSmallDecoder();

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_SMALL_DECODER_H_
