// Bits of elements as a matrix, one element a row, and its transpose: bit 0 of all elements, then
// bit 1 of all, ... What bitshuffle is made of (K. Masui et al., Astronomy and Computing 12, 2015).
//
//   BitTranspose(block, /*element_size=*/4, shuffled);
//   BitUntranspose(shuffled, /*element_size=*/4, block);
//
// Bit b of an element is bit b % 8 of its byte b / 8; row b of the transpose holds eight elements a
// byte, the first one in the lowest bit. Thread-safe.
#ifndef SEICHE_CODECS_BIT_TRANSPOSE_H_
#define SEICHE_CODECS_BIT_TRANSPOSE_H_

#include <cstddef>

#include "absl/types/span.h"

namespace seiche {

// `from` is a multiple of eight elements of `element_size` >= 1 bytes; `to` is as large and apart
// from it.
void BitTranspose(absl::Span<const std::byte> from, size_t element_size, absl::Span<std::byte> to);
void BitUntranspose(absl::Span<const std::byte> from, size_t element_size,
                    absl::Span<std::byte> to);

}  // namespace seiche

#endif  // SEICHE_CODECS_BIT_TRANSPOSE_H_
