// LZF as h5py's filter 32000 stores it: the stream format of Marc Lehmann's liblzf.
//
//   auto lzf = MakeLzf();
//
// A stream is a row of tokens (lzf_decode.h has them); nothing says how long it or its data are.
// Own encoder and decoder. Thread-safe.
#ifndef SEICHE_CODECS_LZF_H_
#define SEICHE_CODECS_LZF_H_

#include <cstdint>
#include <memory>

#include "codecs/codec.h"

namespace seiche {

// h5py's client data: revision of its filter, version of liblzf, bytes of a decoded chunk.
inline constexpr uint32_t kLzfFilterRevision = 4;  // on disk; do not change
inline constexpr uint32_t kLzfVersion = 0x0105;    // on disk; do not change

std::unique_ptr<const ByteCodec> MakeLzf();

}  // namespace seiche

#endif  // SEICHE_CODECS_LZF_H_
