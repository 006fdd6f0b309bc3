// How lzf appears in the registry.
#include "codecs/entries/codec_entry.h"
#include "codecs/entries/entries.h"
#include "codecs/lzf.h"

namespace seiche {
namespace {

absl::StatusOr<CodecValues> CompleteLzf(const CodecParameters& parameters) {
  return CodecValues{kLzfFilterRevision, kLzfVersion, ChunkBytes(parameters)};
}

}  // namespace

constinit const CodecEntry kLzfEntry = {
    "lzf",   32000,       AlwaysOptional,
    nullptr, CompleteLzf, [](const CodecValues&) -> ByteCodecOr { return MakeLzf(); }};

}  // namespace seiche
