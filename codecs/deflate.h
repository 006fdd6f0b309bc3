// Deflate in a zlib stream (RFC 1950, 1951), HDF5's filter 1, which h5py calls gzip.
//
//   auto deflate = MakeDeflate(/*level=*/4);
//
// zlib encodes, so that sizes are the ones HDF5 users get; libdeflate decodes, three times as fast,
// and checks the Adler-32. Bytes that follow the stream are ignored, as libhdf5 does. Only this
// library includes their headers. Thread-safe.
#ifndef SEICHE_CODECS_DEFLATE_H_
#define SEICHE_CODECS_DEFLATE_H_

#include <memory>

#include "codecs/codec.h"

namespace seiche {

// `level`: 0 (stored) to 9 (smallest).
std::unique_ptr<const ByteCodec> MakeDeflate(int level);

}  // namespace seiche

#endif  // SEICHE_CODECS_DEFLATE_H_
