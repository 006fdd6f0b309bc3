// Luminance of the common kind of JPEG (baseline_header.h), decoded by this library's own code.
//
//   LumaDecoder& decoder = scratch.state<LumaDecoder>();
//   if (decoder.Decode(encoded, options, frame)) return absl::OkStatus();
//   return DecodeByLibjpeg(encoded, options, frame, scratch);       // all else, and all errors
//
// The same levels as libjpeg's, bit for bit. Chrominance is skipped code by code, blocks without
// detail are filled, the others transformed four at a time; what a header sets up is kept as long
// as frames begin with the same bytes. Whatever is irregular, be it harmless, is refused: what it
// means, or how it is reported, is libjpeg's to say. Thread-compatible: one decoder a thread.
#ifndef SEICHE_CODECS_JPEG_BASELINE_LUMA_DECODER_H_
#define SEICHE_CODECS_JPEG_BASELINE_LUMA_DECODER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "codecs/codec.h"
#include "codecs/jpeg/baseline/baseline_header.h"
#include "codecs/jpeg/baseline/huffman_lookup.h"
#include "codecs/jpeg/baseline/inverse_dct.h"
#include "codecs/jpeg/baseline/scan_bits.h"

namespace seiche {

class LumaDecoder : public CodecState {
 public:
  // `out`: [H,W] of uint8 levels, or of float32 level * (1/255.0f) * scale + offset; contiguous
  // rows. False if `encoded` is of another kind, of another size, or damaged; some of `out` may
  // have been written then.
  bool Decode(absl::Span<const std::byte> encoded, const DecodeOptions& options,
              const ArrayView& out);

 private:
  // Where a coefficient goes, and what it is multiplied by.
  struct Coefficient {
    int16_t position = 0;
    int16_t quantum = 0;
  };

  // Blocks that wait until there are enough of them to be transformed.
  struct Waiting {
    DctGroup group;
    std::array<uint8_t*, DctGroup::kBlocks> targets;  // in the strip
    size_t size = 0;
  };

  // What the rest works by, from the header. False if it is not of the kind.
  bool SetUp(absl::Span<const std::byte> encoded);
  bool ReadHeader(absl::Span<const std::byte> encoded);
  bool AssignTables();
  // MCUs first..first + count - 1 of a row of MCUs, all of them in the present interval.
  bool DecodeMcus(int64_t first, int64_t count);
  // The next block, of luminance, to `target`.
  bool DecodeBlock(BitReader& reader, uint8_t* target);
  // Takes the block in the next slot of `waiting`.
  void Await(Waiting& waiting, DctExtent extent, uint8_t* target);
  void Transform(Waiting& waiting, DctExtent extent);
  // Row `row` of MCUs, from the strip.
  void Deliver(int64_t row, const DecodeOptions& options, const ArrayView& out);

  std::vector<std::byte> header_bytes_;  // of header_; empty if there is none
  BaselineHeader header_;
  BlockTables luma_;
  std::array<BlockTables, 2> chroma_;
  bool prepared_ = false;                     // all tables know their runs
  std::array<Coefficient, 64> coefficients_;  // in zigzag order

  BitReader reader_{{}};
  int dc_ = 0;  // of the block before, quantised
  Waiting corner_, full_;
  int64_t stride_ = 0;  // of the strip: a row of MCUs
  uint8_t* strip_ = nullptr;
  AlignedBuffer strip_buffer_, interval_buffer_;
};

}  // namespace seiche

#endif  // SEICHE_CODECS_JPEG_BASELINE_LUMA_DECODER_H_
