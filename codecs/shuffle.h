// HDF5's byte shuffle (filter 2): the first bytes of all elements, then all second bytes, ...
//
//   auto shuffle = MakeShuffle(/*element_size=*/4);
//
// Compresses nothing itself, but puts together what is alike: sign and exponent bytes of floats
// above all. What does not fill an element at the end stays where it is. Thread-safe.
#ifndef SEICHE_CODECS_SHUFFLE_H_
#define SEICHE_CODECS_SHUFFLE_H_

#include <cstddef>
#include <memory>

#include "absl/types/span.h"
#include "codecs/codec.h"

namespace seiche {

// `element_size`, in bytes, is at least 1.
std::unique_ptr<const ByteCodec> MakeShuffle(size_t element_size);

// The transformation itself, and back. `to` is as large as `from` and apart from it.
void Shuffle(absl::Span<const std::byte> from, size_t element_size, absl::Span<std::byte> to);
void Unshuffle(absl::Span<const std::byte> from, size_t element_size, absl::Span<std::byte> to);

}  // namespace seiche

#endif  // SEICHE_CODECS_SHUFFLE_H_
