// How zstd appears in the registry.
#include <algorithm>

#include "codecs/entries/codec_entry.h"
#include "codecs/entries/entries.h"
#include "codecs/zstd.h"

namespace seiche {
namespace {

absl::StatusOr<CodecValues> ParseZstd(std::string_view text) {
  return ParseCodecNumber("zstd", text, kMinZstdLevel, kMaxZstdLevel);
}

absl::StatusOr<CodecValues> CompleteZstd(const CodecParameters& parameters) {
  return CodecValues{parameters.values.empty() ? kDefaultZstdLevel : parameters.values[0]};
}

// As the filter's other implementation does it: out of range is the nearest level in range.
ByteCodecOr MakeZstdOf(const CodecValues& values) {
  return MakeZstd(std::clamp(static_cast<int>(values[0]), kMinZstdLevel, kMaxZstdLevel));
}

}  // namespace

constinit const CodecEntry kZstdEntry = {"zstd",    32015,        AlwaysOptional,
                                         ParseZstd, CompleteZstd, MakeZstdOf};

}  // namespace seiche
