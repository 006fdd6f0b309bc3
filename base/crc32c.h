// CRC-32C (Castagnoli), the checksum of stored bytes: iSCSI's, RFC 3720 section 12.1 and appendix
// B.4. Uses the processor's own instruction where there is one.
//
//   uint32_t crc = Crc32c(header);
//   crc = ExtendCrc32c(crc, payload);        // == Crc32c of both, one behind the other
#ifndef SEICHE_BASE_CRC32C_H_
#define SEICHE_BASE_CRC32C_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace seiche {

// The checksum of `bytes`; 0 for none.
uint32_t Crc32c(absl::Span<const std::byte> bytes);

// The checksum of some bytes that have `crc`, followed by `bytes`.
uint32_t ExtendCrc32c(uint32_t crc, absl::Span<const std::byte> bytes);

}  // namespace seiche

#endif  // SEICHE_BASE_CRC32C_H_
