// SZIP as HDF5's filter 4 stores it: CCSDS 121.0 extended Rice coding behind a uint32 (little-
// endian) with the decoded size.
//
//   SEICHE_ASSIGN_OR_RETURN(SzipParameters parameters,
//                           SzipParametersFor(kSzipNearestNeighbor, 8, 4, chunk_shape));
//   SEICHE_ASSIGN_OR_RETURN(auto szip, MakeSzip(parameters));
//
// libaec does the coding where it is installed; otherwise this codec is left out of the build. Only
// this library includes its header. Thread-safe.
#ifndef SEICHE_CODECS_SZIP_H_
#define SEICHE_CODECS_SZIP_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "base/shape.h"
#include "codecs/codec.h"

namespace seiche {

// Bits of SzipParameters::options, as the files have them; do not change. The others that HDF5
// sets (1, 2, 8, 128) say nothing to a decoder.
inline constexpr uint32_t kSzipEntropyCoding = 4;
inline constexpr uint32_t kSzipBigEndian = 16;
inline constexpr uint32_t kSzipNearestNeighbor = 32;

// The filter's client data, in its order.
struct SzipParameters {
  uint32_t options = 0;
  uint32_t pixels_per_block = 0;     // even, 2 to 32
  uint32_t bits_per_pixel = 0;       // 1 to 24, 32 or 64
  uint32_t pixels_per_scanline = 0;  // pixels_per_block to 128 blocks
};

// What HDF5 makes of `options` (kSzipEntropyCoding or kSzipNearestNeighbor) and `pixels_per_block`
// for little-endian elements of `element_size` bytes in chunks of `chunk_shape`.
// kInvalidArgument where HDF5 refuses, too.
absl::StatusOr<SzipParameters> SzipParametersFor(uint32_t options, uint32_t pixels_per_block,
                                                 uint32_t element_size, const Shape& chunk_shape);

// kInvalidArgument for parameters out of range; kNotFound if this build has no libaec.
absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeSzip(const SzipParameters& parameters);

}  // namespace seiche

#endif  // SEICHE_CODECS_SZIP_H_
