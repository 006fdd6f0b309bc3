// LZ4 blocks as HDF5's filter 32004 frames them, and bare ones.
//
//   auto lz4 = MakeLz4();
//   auto block = MakeLz4Block();
//
// The filter's stream: uint64 decoded bytes, uint32 bytes of a block, then for each block uint32
// encoded bytes and those bytes, all integers big-endian. A block whose encoded size is its decoded
// size is stored as it is; the last block is as long as what is left. Only this library includes
// LZ4's headers. Thread-safe.
#ifndef SEICHE_CODECS_LZ4_H_
#define SEICHE_CODECS_LZ4_H_

#include <cstdint>
#include <memory>

#include "codecs/codec.h"

namespace seiche {

// The filter's default and greatest block size, in bytes.
inline constexpr uint32_t kMaxLz4Block = 1u << 30;

// `block_size`: decoded bytes; 0 and what is larger are kMaxLz4Block.
std::unique_ptr<const ByteCodec> MakeLz4(uint32_t block_size = 0);

// A single block without any frame, of at most kMaxLz4Block decoded bytes; a part of other formats.
// It does not tell a block that holds more than fits from a damaged one.
std::unique_ptr<const ByteCodec> MakeLz4Block();

}  // namespace seiche

#endif  // SEICHE_CODECS_LZ4_H_
