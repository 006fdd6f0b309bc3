// Deflate in a zlib stream (RFC 1950, 1951), HDF5's filter 1, which h5py calls gzip.
//
//   auto deflate = MakeDeflate(/*level=*/4);
//
// zlib encodes, so that sizes are the ones HDF5 users get. Own code decodes (codecs/inflate/), four
// times as fast as zlib; what that refuses, damaged or unusual, and what is too short to be worth
// its tables, is libdeflate's, and so is every error. Both check the Adler-32. Bytes that follow
// the stream are ignored, as libhdf5 does. Only this library includes their headers. Thread-safe.
#ifndef SEICHE_CODECS_DEFLATE_H_
#define SEICHE_CODECS_DEFLATE_H_

#include <cstddef>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "codecs/codec.h"

namespace seiche {

// `level`: 0 (stored) to 9 (smallest).
std::unique_ptr<const ByteCodec> MakeDeflate(int level);

// What MakeDeflate(...)->Decode() does, by one decoder alone, for tests and benchmarks: libdeflate,
// and own code, which says no more than that it refuses a stream (kDataLoss).
absl::StatusOr<size_t> DecodeByLibdeflate(absl::Span<const std::byte> encoded,
                                          absl::Span<std::byte> decoded, CodecScratch& scratch);
absl::StatusOr<size_t> DecodeByOwnInflate(absl::Span<const std::byte> encoded,
                                          absl::Span<std::byte> decoded, CodecScratch& scratch);

}  // namespace seiche

#endif  // SEICHE_CODECS_DEFLATE_H_
