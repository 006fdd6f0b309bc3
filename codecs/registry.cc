#include "codecs/registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "codecs/bitshuffle.h"
#include "codecs/blosc.h"
#include "codecs/deflate.h"
#include "codecs/fletcher32.h"
#include "codecs/lz4.h"
#include "codecs/lzf.h"
#include "codecs/shuffle.h"
#include "codecs/swell/swell_filter.h"
#include "codecs/szip.h"
#include "codecs/zstd.h"

namespace seiche {
namespace {

using Values = std::vector<uint32_t>;
using Codec = std::unique_ptr<const ByteCodec>;

// The version of bitshuffle's filter whose streams ours are; on disk, do not change.
constexpr uint32_t kBitshuffleMajor = 0;
constexpr uint32_t kBitshuffleMinor = 4;
constexpr uint32_t kDefaultDeflateLevel = 4;  // h5py's
constexpr uint32_t kMaxDeflateLevel = 9;
constexpr uint32_t kDefaultZstdLevel = 3;
constexpr uint32_t kDefaultSzipBlock = 8;  // h5py's

absl::Status BadParameter(std::string_view codec, std::string_view parameter,
                          std::string_view allowed) {
  return absl::InvalidArgumentError(
      absl::StrCat(codec, ": parameter \"", parameter, "\": ", allowed));
}

// The number that `text` is, between `min` and `max`.
absl::StatusOr<Values> ParseNumber(std::string_view codec, std::string_view text, uint32_t min,
                                   uint32_t max) {
  uint32_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < min || value > max) {
    return BadParameter(codec, text, absl::StrCat(min, " to ", max, " are possible"));
  }
  return Values{value};
}

// Bytes of a chunk; 0, "unknown", unless it has a size that a client value can hold.
uint32_t ChunkBytes(const CodecParameters& parameters) {
  const int64_t elements = parameters.chunk_shape.empty()
                               ? 0
                               : std::max<int64_t>(0, NumElements(parameters.chunk_shape));
  const uint64_t limit = UINT32_MAX / std::max<uint32_t>(1, parameters.element_size);
  return static_cast<uint64_t>(elements) > limit
             ? 0
             : static_cast<uint32_t>(elements * parameters.element_size);
}

// The value at `index` of client data that may end earlier.
uint32_t ValueOr(const Values& values, size_t index, uint32_t otherwise) {
  return index < values.size() ? values[index] : otherwise;
}

// How a codec appears here. `parse` turns the text behind the colon of a spec into client data,
// null if there is never one; `complete` adds what HDF5 files record besides; `make` takes
// complete client data. `optional`: whether what it makes of data may be larger than they are, so
// that HDF5 is to skip it there.
struct Entry {
  std::string_view name;
  uint32_t hdf5_id;  // on disk; do not change
  bool (*optional)(const Values& values);
  absl::StatusOr<Values> (*parse)(std::string_view text);
  absl::StatusOr<Values> (*complete)(const CodecParameters& parameters);
  absl::StatusOr<Codec> (*make)(const Values& values);
};

bool Always(const Values&) { return true; }
bool Never(const Values&) { return false; }

constexpr std::string_view kBitshuffleForms =
    "none, lz4 or zstd, for zstd a level of 1 to 22, then block=ELEMENTS, are possible: "
    "zstd,3,block=1024";

absl::StatusOr<Values> ParseBitshuffle(std::string_view text) {
  std::vector<std::string_view> parts = absl::StrSplit(text, ',');
  // The element size is not known yet.
  Values values = {kBitshuffleMajor, kBitshuffleMinor, 0, 0};
  std::string_view block = parts.back();
  if (absl::ConsumePrefix(&block, "block=")) {
    if (!absl::SimpleAtoi(block, &values[3]) || values[3] == 0) {
      return BadParameter("bitshuffle", text, kBitshuffleForms);
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
      return BadParameter("bitshuffle", text, kBitshuffleForms);
    }
    values.push_back(static_cast<uint32_t>(BitshuffleCompressor::kZstd));
    values.push_back(level);
  } else {
    return BadParameter("bitshuffle", text, kBitshuffleForms);
  }
  return values;
}

absl::StatusOr<Values> CompleteBitshuffle(const CodecParameters& parameters) {
  Values values = parameters.values;
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

absl::StatusOr<Codec> MakeBitshuffleOf(const Values& values) {
  const int level = static_cast<int>(ValueOr(values, 5, kDefaultZstdLevel));
  return MakeBitshuffle({.element_size = values[2],
                         .block_elements = ValueOr(values, 3, 0),
                         .compressor = static_cast<BitshuffleCompressor>(ValueOr(values, 4, 0)),
                         .level = std::clamp(level, kMinZstdLevel, kMaxZstdLevel)});
}

// Alone it only prepares data for the next codec.
bool CompressesBitshuffle(const Values& values) {
  return ValueOr(values, 4, 0) != static_cast<uint32_t>(BitshuffleCompressor::kNone);
}

absl::Status BadBlosc(std::string_view text) {
  return BadParameter("blosc", text,
                      "blosclz, lz4, lz4hc, zlib or zstd, a level of 0 to 9, then noshuffle, "
                      "shuffle or bitshuffle, are possible: lz4,5,shuffle");
}

// The number of the compressor or shuffle of that name; kNotFound if there is none.
template <typename Enum>
absl::StatusOr<uint32_t> NumberOf(std::string_view name, Enum last) {
  for (uint32_t number = 0; number <= static_cast<uint32_t>(last); ++number) {
    if (Name(static_cast<Enum>(number)) == name) return number;
  }
  return absl::NotFoundError(name);
}

absl::StatusOr<Values> ParseBlosc(std::string_view text) {
  const std::vector<std::string_view> parts = absl::StrSplit(text, ',');
  const auto compressor = NumberOf(parts[0], BloscCompressor::kZstd);
  if (!compressor.ok() || parts.size() > 3) return BadBlosc(text);
  if (static_cast<BloscCompressor>(*compressor) == BloscCompressor::kSnappy) {
    return absl::NotFoundError("blosc: the compressor snappy is not part of this build");
  }
  const BloscParameters defaults;
  uint32_t level = defaults.level;
  if (parts.size() > 1 && (!absl::SimpleAtoi(parts[1], &level) || level > kMaxBloscLevel)) {
    return BadBlosc(text);
  }
  absl::StatusOr<uint32_t> shuffle = static_cast<uint32_t>(defaults.shuffle);
  if (parts.size() > 2) shuffle = NumberOf(parts[2], BloscShuffle::kBits);
  if (!shuffle.ok()) return BadBlosc(text);
  return Values{kBloscFilterRevision, kBloscFormatVersion, 0, 0, level, *shuffle, *compressor};
}

absl::StatusOr<Values> CompleteBlosc(const CodecParameters& parameters) {
  if (parameters.values.empty()) {
    CodecParameters defaults = parameters;
    SEICHE_ASSIGN_OR_RETURN(defaults.values, ParseBlosc("lz4"));
    return CompleteBlosc(defaults);
  }
  Values values = parameters.values;
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
absl::StatusOr<Codec> MakeBloscOf(const Values& values) {
  const BloscParameters defaults;
  return MakeBlosc({.element_size = values[2],
                    .compressor = static_cast<BloscCompressor>(
                        ValueOr(values, 6, static_cast<uint32_t>(BloscCompressor::kBlosclz))),
                    .level = ValueOr(values, 4, defaults.level),
                    .shuffle = static_cast<BloscShuffle>(
                        ValueOr(values, 5, static_cast<uint32_t>(defaults.shuffle)))});
}

absl::StatusOr<Values> ParseDeflate(std::string_view text) {
  return ParseNumber("deflate", text, 0, kMaxDeflateLevel);
}

absl::StatusOr<Values> CompleteDeflate(const CodecParameters& parameters) {
  if (parameters.values.empty()) return Values{kDefaultDeflateLevel};
  const uint32_t level = parameters.values[0];
  if (level > kMaxDeflateLevel) {
    return absl::InvalidArgumentError(
        absl::StrCat("deflate: level ", level, "; 0 to ", kMaxDeflateLevel, " are possible"));
  }
  return Values{level};
}

absl::StatusOr<Values> CompleteNothing(const CodecParameters&) { return Values{}; }

absl::StatusOr<Values> ParseLz4(std::string_view text) {
  return ParseNumber("lz4", text, 1, kMaxLz4Block);
}

absl::StatusOr<Values> CompleteLz4(const CodecParameters& parameters) {
  return Values{parameters.values.empty() ? 0 : parameters.values[0]};
}

absl::StatusOr<Values> CompleteLzf(const CodecParameters& parameters) {
  return Values{kLzfFilterRevision, kLzfVersion, ChunkBytes(parameters)};
}

absl::StatusOr<Values> CompleteShuffle(const CodecParameters& parameters) {
  const uint32_t element_size =
      parameters.values.empty() ? parameters.element_size : parameters.values[0];
  if (element_size == 0) return absl::InvalidArgumentError("shuffle: elements of 0 bytes");
  return Values{element_size};
}

absl::StatusOr<Values> ParseSzip(std::string_view text) {
  const std::vector<std::string_view> parts = absl::StrSplit(text, ',');
  Values values = {kSzipNearestNeighbor, kDefaultSzipBlock};
  if (parts[0] == "ec") {
    values[0] = kSzipEntropyCoding;
  } else if (parts[0] != "nn") {
    return BadParameter("szip", text, "nn or ec, then pixels a block, are possible: nn,16");
  }
  if (parts.size() == 1) return values;
  if (parts.size() > 2 || !absl::SimpleAtoi(parts[1], &values[1])) {
    return BadParameter("szip", text, "nn or ec, then pixels a block, are possible: nn,16");
  }
  return values;
}

absl::StatusOr<Values> CompleteSzip(const CodecParameters& parameters) {
  const Values& given = parameters.values;
  if (given.size() >= 4) return given;
  SEICHE_ASSIGN_OR_RETURN(const SzipParameters szip,
                          SzipParametersFor(given.empty() ? kSzipNearestNeighbor : given[0],
                                            given.size() < 2 ? kDefaultSzipBlock : given[1],
                                            parameters.element_size, parameters.chunk_shape));
  return Values{szip.options, szip.pixels_per_block, szip.bits_per_pixel, szip.pixels_per_scanline};
}

absl::StatusOr<Codec> MakeSzipOf(const Values& values) {
  return MakeSzip({.options = values[0],
                   .pixels_per_block = values[1],
                   .bits_per_pixel = values[2],
                   .pixels_per_scanline = values[3]});
}

absl::StatusOr<Values> ParseZstd(std::string_view text) {
  return ParseNumber("zstd", text, kMinZstdLevel, kMaxZstdLevel);
}

absl::StatusOr<Values> CompleteZstd(const CodecParameters& parameters) {
  return Values{parameters.values.empty() ? kDefaultZstdLevel : parameters.values[0]};
}

// As the filter's other implementation does it: out of range is the nearest level in range.
absl::StatusOr<Codec> MakeZstdOf(const Values& values) {
  return MakeZstd(std::clamp(static_cast<int>(values[0]), kMinZstdLevel, kMaxZstdLevel));
}

// Every codec.
constexpr Entry kEntries[] = {
    {"bitshuffle", 32008, CompressesBitshuffle, ParseBitshuffle, CompleteBitshuffle,
     MakeBitshuffleOf},
    {"blosc", 32001, Always, ParseBlosc, CompleteBlosc, MakeBloscOf},
    {"deflate", 1, Always, ParseDeflate, CompleteDeflate,
     [](const Values& values) -> absl::StatusOr<Codec> { return MakeDeflate(values[0]); }},
    {"fletcher32", 3, Never, nullptr, CompleteNothing,
     [](const Values&) -> absl::StatusOr<Codec> { return MakeFletcher32(); }},
    {"lz4", 32004, Always, ParseLz4, CompleteLz4,
     [](const Values& values) -> absl::StatusOr<Codec> { return MakeLz4(values[0]); }},
    {"lzf", 32000, Always, nullptr, CompleteLzf,
     [](const Values&) -> absl::StatusOr<Codec> { return MakeLzf(); }},
    {"shuffle", 2, Never, nullptr, CompleteShuffle,
     [](const Values& values) -> absl::StatusOr<Codec> { return MakeShuffle(values[0]); }},
    {"swell", kSwellFilterId, Always, ParseSwellSpec,
     [](const CodecParameters& p) {
       return CompleteSwell(p.values, p.dtype, p.element_size, p.chunk_shape);
     },
     MakeSwellFilter},
    {"szip", 4, Always, ParseSzip, CompleteSzip, MakeSzipOf},
    {"zstd", 32015, Always, ParseZstd, CompleteZstd, MakeZstdOf},
};

// The entry of a spec and what the spec's parameter adds to `parameters`.
absl::StatusOr<std::pair<const Entry*, CodecParameters>> Resolve(std::string_view spec,
                                                                 CodecParameters parameters) {
  const size_t colon = spec.find(':');
  const std::string_view name = spec.substr(0, colon);
  const Entry* const entry = std::find_if(std::begin(kEntries), std::end(kEntries),
                                          [&](const Entry& e) { return e.name == name; });
  if (entry == std::end(kEntries)) {
    return absl::NotFoundError(
        absl::StrCat("no codec \"", name, "\"; there are ", absl::StrJoin(ByteCodecNames(), ", ")));
  }
  if (colon != std::string_view::npos) {
    const std::string_view text = spec.substr(colon + 1);
    if (entry->parse == nullptr) return BadParameter(name, text, "it takes none");
    if (!parameters.values.empty()) {
      return BadParameter(name, text, "parameters are given twice");
    }
    SEICHE_ASSIGN_OR_RETURN(parameters.values, entry->parse(text));
  }
  return std::pair{entry, std::move(parameters)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeByteCodec(std::string_view spec,
                                                               CodecParameters parameters) {
  SEICHE_ASSIGN_OR_RETURN(const auto resolved, Resolve(spec, std::move(parameters)));
  SEICHE_ASSIGN_OR_RETURN(const Values values, resolved.first->complete(resolved.second));
  return resolved.first->make(values);
}

absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeByteCodec(uint32_t hdf5_id,
                                                               const CodecParameters& parameters) {
  for (const Entry& entry : kEntries) {
    if (entry.hdf5_id != hdf5_id) continue;
    SEICHE_ASSIGN_OR_RETURN(const Values values, entry.complete(parameters));
    return entry.make(values);
  }
  return absl::NotFoundError(absl::StrCat("no codec for HDF5's filter ", hdf5_id));
}

absl::StatusOr<Hdf5FilterRecord> Hdf5Record(std::string_view spec,
                                            const CodecParameters& parameters) {
  SEICHE_ASSIGN_OR_RETURN(const auto resolved, Resolve(spec, parameters));
  const Entry& entry = *resolved.first;
  SEICHE_ASSIGN_OR_RETURN(Values values, entry.complete(resolved.second));
  const bool optional = entry.optional(values);
  return Hdf5FilterRecord{.id = entry.hdf5_id,
                          .name = std::string(entry.name),
                          .values = std::move(values),
                          .optional = optional};
}

std::vector<std::string> ByteCodecNames() {
  std::vector<std::string> names;
  for (const Entry& entry : kEntries) names.emplace_back(entry.name);
  return names;
}

}  // namespace seiche
