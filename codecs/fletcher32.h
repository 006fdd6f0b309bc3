// HDF5's Fletcher-32 checksum (filter 3): four bytes behind the data, checked when decoding.
//
//   auto fletcher32 = MakeFletcher32();
//
// Thread-safe.
#ifndef SEICHE_CODECS_FLETCHER32_H_
#define SEICHE_CODECS_FLETCHER32_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/types/span.h"
#include "codecs/codec.h"

namespace seiche {

// Decoding takes the checksum as HDF5 has written it since 1.6.3 and, as HDF5 does, the one of
// older versions on little-endian machines, whose 16-bit halves have their bytes swapped. Without
// `verify` decoding takes any.
std::unique_ptr<const ByteCodec> MakeFletcher32(bool verify = true);

// As H5_checksum_fletcher32 of HDF5 defines it: over big-endian 16-bit words, both sums starting
// at 0, a last odd byte being the high byte of a word.
uint32_t Fletcher32(absl::Span<const std::byte> data);

}  // namespace seiche

#endif  // SEICHE_CODECS_FLETCHER32_H_
