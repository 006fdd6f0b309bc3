// LZF decoding, at about two bytes a cycle.
//
//   SEICHE_ASSIGN_OR_RETURN(size_t n, DecodeLzf(encoded, decoded));
//
// A stream is a row of tokens, each of which starts with a byte whose upper three bits tell:
//
//   000nnnnn, n + 1 bytes        copy these bytes
//   mmmooooo oooooooo            copy m + 2 bytes from o + 1 bytes back (0 < m < 7)
//   111ooooo mmmmmmmm oooooooo   copy m + 9 bytes from o + 1 bytes back
//
// Source and target of a copy may overlap: it goes byte by byte. Thread-safe. What is done
// with a token and all checks of it come from one load of it, and one that is loaded again is
// checked again: decoding stays within its spans even if others write to the input meanwhile.
#ifndef SEICHE_CODECS_LZF_DECODE_H_
#define SEICHE_CODECS_LZF_DECODE_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace seiche {

// Decodes all of `encoded` into `decoded` and returns how many bytes that gave. kDataLoss if a
// token is cut off, points before the start or does not fit. Bytes of `decoded` past the returned
// size may have been overwritten.
absl::StatusOr<size_t> DecodeLzf(absl::Span<const std::byte> encoded,
                                 absl::Span<std::byte> decoded);

// Decodes the first decoded.size() bytes and looks at no token behind them. kDataLoss if a token is
// cut off or points before the start, or if there are fewer bytes than that.
absl::Status DecodeLzfPrefix(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded);

// As DecodeLzf, byte by byte: what that is tested against and does near the ends of the spans.
absl::StatusOr<size_t> DecodeLzfBytewise(absl::Span<const std::byte> encoded,
                                         absl::Span<std::byte> decoded);

}  // namespace seiche

#endif  // SEICHE_CODECS_LZF_DECODE_H_
