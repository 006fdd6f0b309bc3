// How shuffle appears in the registry.
#include "codecs/entries/codec_entry.h"
#include "codecs/entries/entries.h"
#include "codecs/shuffle.h"

namespace seiche {
namespace {

absl::StatusOr<CodecValues> CompleteShuffle(const CodecParameters& parameters) {
  const uint32_t element_size =
      parameters.values.empty() ? parameters.element_size : parameters.values[0];
  if (element_size == 0) return absl::InvalidArgumentError("shuffle: elements of 0 bytes");
  return CodecValues{element_size};
}

ByteCodecOr MakeShuffleOf(const CodecValues& values) { return MakeShuffle(values[0]); }

}  // namespace

constinit const CodecEntry kShuffleEntry = {
    "shuffle", 2, NeverOptional, nullptr, CompleteShuffle, MakeShuffleOf};

}  // namespace seiche
