// How szip appears in the registry.
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "codecs/entries/codec_entry.h"
#include "codecs/entries/entries.h"
#include "codecs/szip.h"

namespace seiche {
namespace {

constexpr uint32_t kDefaultSzipBlock = 8;  // h5py's

absl::StatusOr<CodecValues> ParseSzip(std::string_view text) {
  const std::vector<std::string_view> parts = absl::StrSplit(text, ',');
  CodecValues values = {kSzipNearestNeighbor, kDefaultSzipBlock};
  if (parts[0] == "ec") {
    values[0] = kSzipEntropyCoding;
  } else if (parts[0] != "nn") {
    return BadCodecParameter("szip", text, "nn or ec, then pixels a block, are possible: nn,16");
  }
  if (parts.size() == 1) return values;
  if (parts.size() > 2 || !absl::SimpleAtoi(parts[1], &values[1])) {
    return BadCodecParameter("szip", text, "nn or ec, then pixels a block, are possible: nn,16");
  }
  return values;
}

absl::StatusOr<CodecValues> CompleteSzip(const CodecParameters& parameters) {
  const CodecValues& given = parameters.values;
  if (given.size() >= 4) return given;
  SEICHE_ASSIGN_OR_RETURN(const SzipParameters szip,
                          SzipParametersFor(given.empty() ? kSzipNearestNeighbor : given[0],
                                            given.size() < 2 ? kDefaultSzipBlock : given[1],
                                            parameters.element_size, parameters.chunk_shape));
  return CodecValues{szip.options, szip.pixels_per_block, szip.bits_per_pixel,
                     szip.pixels_per_scanline};
}

ByteCodecOr MakeSzipOf(const CodecValues& values) {
  return MakeSzip({.options = values[0],
                   .pixels_per_block = values[1],
                   .bits_per_pixel = values[2],
                   .pixels_per_scanline = values[3]});
}

}  // namespace

constinit const CodecEntry kSzipEntry = {"szip",       4,         AlwaysOptional, ParseSzip,
                                         CompleteSzip, MakeSzipOf};

}  // namespace seiche
