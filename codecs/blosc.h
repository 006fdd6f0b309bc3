// Blosc 1 chunks, HDF5's filter 32001: shuffled, cut into blocks, each compressed by one of several
// compressors. c-blosc's README_CHUNK_FORMAT.rst is the format's specification.
//
//   SEICHE_ASSIGN_OR_RETURN(auto codec, MakeBlosc({.element_size = 4}));
//
// A stream says itself how it was made: any of these codecs decodes all streams, whatever its
// parameters. Only this library includes c-blosc's headers; it is called without its global state
// and without threads. Thread-safe.
#ifndef SEICHE_CODECS_BLOSC_H_
#define SEICHE_CODECS_BLOSC_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "codecs/codec.h"

namespace seiche {

// On disk; do not change.
enum class BloscCompressor : uint32_t {
  kBlosclz = 0,
  kLz4 = 1,
  kLz4hc = 2,
  kSnappy = 3,  // not in this build: kUnimplemented
  kZlib = 4,
  kZstd = 5
};
enum class BloscShuffle : uint32_t { kNone = 0, kBytes = 1, kBits = 2 };

// The client values of the filter; do not change.
inline constexpr uint32_t kBloscFilterRevision = 2;
inline constexpr uint32_t kBloscFormatVersion = 2;
inline constexpr uint32_t kMaxBloscElementSize = 255;
inline constexpr uint32_t kMaxBloscLevel = 9;

struct BloscParameters {
  // Bytes of one element, at least 1; more than kMaxBloscElementSize are shuffled as single bytes.
  uint32_t element_size = 1;
  BloscCompressor compressor = BloscCompressor::kLz4;
  uint32_t level = 5;  // 0 (stored) to kMaxBloscLevel
  BloscShuffle shuffle = BloscShuffle::kBytes;
};

// "blosclz", "lz4", ...; "" for none of them.
std::string_view Name(BloscCompressor compressor);
// "noshuffle", "shuffle", "bitshuffle"; "" for none of them.
std::string_view Name(BloscShuffle shuffle);

// kInvalidArgument for parameters out of range. A codec of kSnappy is made, as files that call for
// it may hold streams without: it is its Encode, and Decode of a stream made by Snappy, that are
// kUnimplemented. Encode takes less than 2 GiB, kInvalidArgument otherwise.
absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeBlosc(const BloscParameters& parameters);

}  // namespace seiche

#endif  // SEICHE_CODECS_BLOSC_H_
