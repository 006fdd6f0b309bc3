// How bitshuffle appears in the registry.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "codecs/bitshuffle.h"
#include "codecs/entries/codec_entry.h"
#include "codecs/entries/entries.h"
#include "codecs/zstd.h"

namespace seiche {
namespace {

// The version of bitshuffle's filter whose streams ours are; on disk, do not change.
constexpr uint32_t kBitshuffleMajor = 0;
constexpr uint32_t kBitshuffleMinor = 4;
constexpr std::string_view kBitshuffleForms =
    "none, lz4 or zstd, for zstd a level of 1 to 22, then block=ELEMENTS, are possible: "
    "zstd,3,block=1024";

absl::StatusOr<CodecValues> ParseBitshuffle(std::string_view text) {
  std::vector<std::string_view> parts = absl::StrSplit(text, ',');
  // The element size is not known yet.
  CodecValues values = {kBitshuffleMajor, kBitshuffleMinor, 0, 0};
  std::string_view block = parts.back();
  if (absl::ConsumePrefix(&block, "block=")) {
    if (!absl::SimpleAtoi(block, &values[3]) || values[3] == 0) {
      return BadCodecParameter("bitshuffle", text, kBitshuffleForms);
    }
    parts.pop_back();
  }
  if (parts == std::vector<std::string_view>{"none"}) {
    values.push_back(static_cast<uint32_t>(BitshuffleCompressor::kNone));
  } else if (parts == std::vector<std::string_view>{"lz4"}) {
    values.push_back(static_cast<uint32_t>(BitshuffleCompressor::kLz4));
  } else if (!parts.empty() && parts[0] == "zstd" && parts.size() <= 2) {
    uint32_t level = kDefaultZstdLevel;
    if (parts.size() == 2 &&
        (!absl::SimpleAtoi(parts[1], &level) || level < kMinZstdLevel || level > kMaxZstdLevel)) {
      return BadCodecParameter("bitshuffle", text, kBitshuffleForms);
    }
    values.push_back(static_cast<uint32_t>(BitshuffleCompressor::kZstd));
    values.push_back(level);
  } else {
    return BadCodecParameter("bitshuffle", text, kBitshuffleForms);
  }
  return values;
}

absl::StatusOr<CodecValues> CompleteBitshuffle(const CodecParameters& parameters) {
  CodecValues values = parameters.values;
  if (values.empty()) {
    values = {kBitshuffleMajor, kBitshuffleMinor, 0, 0,
              static_cast<uint32_t>(BitshuffleCompressor::kLz4)};
  }
  if (values.size() < 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("bitshuffle: ", values.size(), " client values; 3 at least are needed"));
  }
  if (values[2] == 0) values[2] = parameters.element_size;
  return values;
}

ByteCodecOr MakeBitshuffleOf(const CodecValues& values) {
  const int level = static_cast<int>(ValueOr(values, 5, kDefaultZstdLevel));
  return MakeBitshuffle({.element_size = values[2],
                         .block_elements = ValueOr(values, 3, 0),
                         .compressor = static_cast<BitshuffleCompressor>(ValueOr(values, 4, 0)),
                         .level = std::clamp(level, kMinZstdLevel, kMaxZstdLevel)});
}

// Alone it only prepares data for the next codec.
bool CompressesBitshuffle(const CodecValues& values) {
  return ValueOr(values, 4, 0) != static_cast<uint32_t>(BitshuffleCompressor::kNone);
}

}  // namespace

constinit const CodecEntry kBitshuffleEntry = {"bitshuffle",         32008,
                                               CompressesBitshuffle, ParseBitshuffle,
                                               CompleteBitshuffle,   MakeBitshuffleOf};

}  // namespace seiche
