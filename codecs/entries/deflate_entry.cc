// How deflate appears in the registry.
#include "absl/strings/str_cat.h"
#include "codecs/deflate.h"
#include "codecs/entries/codec_entry.h"
#include "codecs/entries/entries.h"

namespace seiche {
namespace {

constexpr uint32_t kDefaultDeflateLevel = 4;  // h5py's
constexpr uint32_t kMaxDeflateLevel = 9;

absl::StatusOr<CodecValues> ParseDeflate(std::string_view text) {
  return ParseCodecNumber("deflate", text, 0, kMaxDeflateLevel);
}

absl::StatusOr<CodecValues> CompleteDeflate(const CodecParameters& parameters) {
  if (parameters.values.empty()) return CodecValues{kDefaultDeflateLevel};
  const uint32_t level = parameters.values[0];
  if (level > kMaxDeflateLevel) {
    return absl::InvalidArgumentError(
        absl::StrCat("deflate: level ", level, "; 0 to ", kMaxDeflateLevel, " are possible"));
  }
  return CodecValues{level};
}

ByteCodecOr MakeDeflateOf(const CodecValues& values) { return MakeDeflate(values[0]); }

}  // namespace

constinit const CodecEntry kDeflateEntry = {
    "deflate", 1, AlwaysOptional, ParseDeflate, CompleteDeflate, MakeDeflateOf};

}  // namespace seiche
