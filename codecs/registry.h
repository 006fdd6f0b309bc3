// Every codec of the project by name and by the number that HDF5 files call it by.
//
//   SEICHE_ASSIGN_OR_RETURN(auto codec, MakeByteCodec("deflate:4"));
//   SEICHE_ASSIGN_OR_RETURN(auto same, MakeByteCodec(/*hdf5_id=*/1, {.values = {4}}));
//
// Specs, with their defaults; [] may be left out:
//   bitshuffle[:lz4]        bitshuffle:zstd[,LEVEL]   bitshuffle:none     each may end in
//                           ,block=ELEMENTS, a multiple of 8: bitshuffle:zstd,3,block=1024
//   blosc[:lz4[,5[,shuffle]]]   compressors blosclz, lz4, lz4hc, zlib, zstd; levels 0 to 9;
//                           noshuffle, shuffle, bitshuffle
//   deflate[:4]             levels 0 to 9
//   fletcher32
//   lz4[:BYTES]             of a block
//   lzf
//   shuffle
//   swell[:small[,abs=BOUND][,frames=100]]   fast, small or smallest; abs= or rel= for the
//                           largest error, lossless without; frames from key frame to key frame
//   szip[:nn[,8]]           nn or ec, pixels a block
//   zstd[:3]                levels 1 to 22
//
// `//codecs:registry` has them all. A program that needs only some depends on `:registry_core` and
// a codec_table() of its own instead (codecs/defs.bzl). No static initialisers; thread-safe.
#ifndef SEICHE_CODECS_REGISTRY_H_
#define SEICHE_CODECS_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "codecs/codec.h"
#include "codecs/entries/codec_entry.h"

namespace seiche {

// By name, optionally with parameters: "lzf", "deflate:9", "shuffle". kNotFound for an unknown
// name (the message lists the known ones) and for a codec left out of this build;
// kInvalidArgument for a parameter out of range.
absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeByteCodec(std::string_view spec,
                                                               CodecParameters parameters = {});

// By HDF5's number. kNotFound for an unknown one; kInvalidArgument as above.
absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeByteCodec(uint32_t hdf5_id,
                                                               const CodecParameters& parameters);

// How an HDF5 file records the codec `spec`: its number and client data.
struct Hdf5FilterRecord {
  uint32_t id = 0;
  std::string name;
  std::vector<uint32_t> values;
  // Optional ones are skipped, chunk by chunk, where they do not make data smaller.
  bool optional = false;
};
absl::StatusOr<Hdf5FilterRecord> Hdf5Record(std::string_view spec,
                                            const CodecParameters& parameters);

// "deflate", "fletcher32", ...: in a fixed order.
std::vector<std::string> ByteCodecNames();

}  // namespace seiche

#endif  // SEICHE_CODECS_REGISTRY_H_
