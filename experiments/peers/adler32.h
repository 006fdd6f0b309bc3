// Adler-32 (RFC 1950): the checksum that every Python has.
//
//   uint32_t checksum = Adler32(first);  checksum = Adler32(second, checksum);
#ifndef SEICHE_EXPERIMENTS_PEERS_ADLER32_H_
#define SEICHE_EXPERIMENTS_PEERS_ADLER32_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace seiche {

inline constexpr uint32_t kAdler32Start = 1;

// Of what `checksum` stands for with `bytes` behind it.
uint32_t Adler32(absl::Span<const std::byte> bytes, uint32_t checksum = kAdler32Start);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_ADLER32_H_
