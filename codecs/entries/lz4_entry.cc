// How lz4 appears in the registry.
#include "codecs/entries/codec_entry.h"
#include "codecs/entries/entries.h"
#include "codecs/lz4.h"

namespace seiche {
namespace {

absl::StatusOr<CodecValues> ParseLz4(std::string_view text) {
  return ParseCodecNumber("lz4", text, 1, kMaxLz4Block);
}

absl::StatusOr<CodecValues> CompleteLz4(const CodecParameters& parameters) {
  return CodecValues{parameters.values.empty() ? 0 : parameters.values[0]};
}

ByteCodecOr MakeLz4Of(const CodecValues& values) { return MakeLz4(values[0]); }

}  // namespace

constinit const CodecEntry kLz4Entry = {"lz4",    32004,       AlwaysOptional,
                                        ParseLz4, CompleteLz4, MakeLz4Of};

}  // namespace seiche
