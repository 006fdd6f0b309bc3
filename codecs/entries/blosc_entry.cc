// How blosc appears in the registry.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "codecs/blosc.h"
#include "codecs/entries/codec_entry.h"
#include "codecs/entries/entries.h"

namespace seiche {
namespace {

absl::Status BadBlosc(std::string_view text) {
  return BadCodecParameter("blosc", text,
                           "blosclz, lz4, lz4hc, zlib or zstd, a level of 0 to 9, then noshuffle, "
                           "shuffle or bitshuffle, are possible: lz4,5,shuffle");
}

constexpr char kNoSnappy[] = "blosc: the compressor snappy is not part of this build";

// The number of the compressor or shuffle of that name; kNotFound if there is none.
template <typename Enum>
absl::StatusOr<uint32_t> NumberOf(std::string_view name, Enum last) {
  for (uint32_t number = 0; number <= static_cast<uint32_t>(last); ++number) {
    if (Name(static_cast<Enum>(number)) == name) return number;
  }
  return absl::NotFoundError(name);
}

absl::StatusOr<CodecValues> ParseBlosc(std::string_view text) {
  const std::vector<std::string_view> parts = absl::StrSplit(text, ',');
  const auto compressor = NumberOf(parts[0], BloscCompressor::kZstd);
  if (!compressor.ok() || parts.size() > 3) return BadBlosc(text);
  if (static_cast<BloscCompressor>(*compressor) == BloscCompressor::kSnappy) {
    return absl::NotFoundError(kNoSnappy);
  }
  const BloscParameters defaults;
  uint32_t level = defaults.level;
  if (parts.size() > 1 && (!absl::SimpleAtoi(parts[1], &level) || level > kMaxBloscLevel)) {
    return BadBlosc(text);
  }
  absl::StatusOr<uint32_t> shuffle = static_cast<uint32_t>(defaults.shuffle);
  if (parts.size() > 2) shuffle = NumberOf(parts[2], BloscShuffle::kBits);
  if (!shuffle.ok()) return BadBlosc(text);
  return CodecValues{kBloscFilterRevision, kBloscFormatVersion, 0, 0, level, *shuffle, *compressor};
}

absl::StatusOr<CodecValues> CompleteBlosc(const CodecParameters& parameters) {
  if (parameters.values.empty()) {
    CodecParameters defaults = parameters;
    SEICHE_ASSIGN_OR_RETURN(defaults.values, ParseBlosc("lz4"));
    return CompleteBlosc(defaults);
  }
  CodecValues values = parameters.values;
  if (values.size() < 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("blosc: ", values.size(), " client values; 4 at least are needed"));
  }
  if (values[2] == 0) {
    values[2] = parameters.element_size > kMaxBloscElementSize ? 1 : parameters.element_size;
  }
  if (values[3] == 0) values[3] = ChunkBytes(parameters);
  return values;
}

// Values that are missing are the filter's defaults.
ByteCodecOr MakeBloscOf(const CodecValues& values) {
  const BloscParameters defaults;
  const auto compressor = static_cast<BloscCompressor>(
      ValueOr(values, 6, static_cast<uint32_t>(BloscCompressor::kBlosclz)));
  if (compressor == BloscCompressor::kSnappy) {
    return absl::UnimplementedError(kNoSnappy);
  }
  return MakeBlosc({.element_size = values[2],
                    .compressor = compressor,
                    .level = ValueOr(values, 4, defaults.level),
                    .shuffle = static_cast<BloscShuffle>(
                        ValueOr(values, 5, static_cast<uint32_t>(defaults.shuffle)))});
}

}  // namespace

constinit const CodecEntry kBloscEntry = {"blosc",    32001,         AlwaysOptional,
                                          ParseBlosc, CompleteBlosc, MakeBloscOf};

}  // namespace seiche
