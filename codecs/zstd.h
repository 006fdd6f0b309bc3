// Zstandard frames (RFC 8878), HDF5's filter 32015.
//
//   auto zstd = MakeZstd(/*level=*/3);
//
// Only this library includes zstd's headers. Thread-safe.
#ifndef SEICHE_CODECS_ZSTD_H_
#define SEICHE_CODECS_ZSTD_H_

#include <memory>

#include "codecs/codec.h"

namespace seiche {

inline constexpr int kMinZstdLevel = 1;
inline constexpr int kDefaultZstdLevel = 3;
inline constexpr int kMaxZstdLevel = 22;

// `level`: kMinZstdLevel to kMaxZstdLevel.
std::unique_ptr<const ByteCodec> MakeZstd(int level);

}  // namespace seiche

#endif  // SEICHE_CODECS_ZSTD_H_
