// Bits of one rank together, block by block, then LZ4, Zstandard or nothing: HDF5's filter 32008.
//
//   SEICHE_ASSIGN_OR_RETURN(auto codec, MakeBitshuffle({.element_size = 4}));
//
// The data are cut into blocks of a multiple of eight elements; the last block is as long as whole
// eights of elements are left, and what is left behind it (up to seven elements) is stored as it
// is. Each block is transposed (codecs/bit_transpose.h). Without a compressor that is the stream;
// with one it is: uint64 decoded bytes, uint32 bytes of a block, for each block uint32 encoded
// bytes and those bytes, the elements left; all integers big-endian. Thread-safe.
#ifndef SEICHE_CODECS_BITSHUFFLE_H_
#define SEICHE_CODECS_BITSHUFFLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "codecs/codec.h"

namespace seiche {

// On disk; do not change.
enum class BitshuffleCompressor : uint32_t { kNone = 0, kLz4 = 2, kZstd = 3 };

struct BitshuffleParameters {
  // Bytes of one element, at least 1.
  uint32_t element_size = 1;
  // Elements of a block, a multiple of eight; 0: as many as fill 8192 bytes, at least 128. When
  // decoding, the stream's own is used where there is one.
  uint32_t block_elements = 0;
  BitshuffleCompressor compressor = BitshuffleCompressor::kLz4;
  // Of Zstandard: kMinZstdLevel to kMaxZstdLevel.
  int level = 3;
};

// Takes whole elements only. kInvalidArgument for parameters out of range, and for blocks of more
// than 1 GiB.
absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeBitshuffle(
    const BitshuffleParameters& parameters);

}  // namespace seiche

#endif  // SEICHE_CODECS_BITSHUFFLE_H_
