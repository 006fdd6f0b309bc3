// What the registry knows of one codec.
//
//   constinit const CodecEntry kLzfEntry = {"lzf", 32000, AlwaysOptional, ...};
//
// Each codec has its entry in a file and a library of its own, and a program links those that its
// codec_table() lists (codecs/defs.bzl): a codec that a program does not link cannot change it.
#ifndef SEICHE_CODECS_ENTRIES_CODEC_ENTRY_H_
#define SEICHE_CODECS_ENTRIES_CODEC_ENTRY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/dtype.h"
#include "base/shape.h"
#include "codecs/codec.h"

namespace seiche {

// What a codec is made for: its own parameters and the array it will see.
struct CodecParameters {
  // As an HDF5 file stores them ("client data"); empty: the codec's defaults.
  std::vector<uint32_t> values;
  // Bytes of one element; both shuffles, Blosc and SZIP need it.
  uint32_t element_size = 1;
  // Elements per axis of a chunk; SZIP needs the last, LZF and Blosc record their size. Empty if
  // unknown.
  Shape chunk_shape = {};
  // Type of the elements; only swell's encoder looks at it. Nothing if unknown.
  std::optional<DType> dtype = std::nullopt;
};

using CodecValues = std::vector<uint32_t>;
using ByteCodecOr = absl::StatusOr<std::unique_ptr<const ByteCodec>>;

struct CodecEntry {
  // As in specs, and as HDF5 files note it beside the number; a literal, so that it ends in a NUL.
  std::string_view name;
  uint32_t hdf5_id;  // on disk; do not change
  // Whether what it makes of data may be larger than they are, so that HDF5 is to skip it there.
  bool (*optional)(const CodecValues& values);
  // Turns the text behind the colon of a spec into client data; null if there is never one.
  absl::StatusOr<CodecValues> (*parse)(std::string_view text);
  // Adds what HDF5 files record besides.
  absl::StatusOr<CodecValues> (*complete)(const CodecParameters& parameters);
  // Takes complete client data.
  ByteCodecOr (*make)(const CodecValues& values);
};

// The codecs of this program, by name in alphabetical order. Defined by the one codec_table() that
// it links; "undefined reference" means that none is: `//codecs:registry` has them all.
absl::Span<const CodecEntry* const> LinkedCodecs();

// For the entries themselves.

inline bool AlwaysOptional(const CodecValues&) { return true; }
inline bool NeverOptional(const CodecValues&) { return false; }

absl::Status BadCodecParameter(std::string_view codec, std::string_view parameter,
                               std::string_view allowed);

// The number that `text` is, between `min` and `max`.
absl::StatusOr<CodecValues> ParseCodecNumber(std::string_view codec, std::string_view text,
                                             uint32_t min, uint32_t max);

// The value at `index` of client data that may end earlier.
uint32_t ValueOr(const CodecValues& values, size_t index, uint32_t otherwise);

// Bytes of a chunk; 0, "unknown", unless it has a size that a client value can hold.
uint32_t ChunkBytes(const CodecParameters& parameters);

}  // namespace seiche

#endif  // SEICHE_CODECS_ENTRIES_CODEC_ENTRY_H_
