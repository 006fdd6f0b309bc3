#include "codecs/registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "codecs/deflate.h"
#include "codecs/fletcher32.h"
#include "codecs/lz4.h"
#include "codecs/lzf.h"
#include "codecs/shuffle.h"
#include "codecs/szip.h"
#include "codecs/zstd.h"

namespace seiche {
namespace {

using Values = std::vector<uint32_t>;
using Codec = std::unique_ptr<const ByteCodec>;

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

// How a codec appears here. `parse` turns the text behind the colon of a spec into client data,
// null if there is never one; `complete` adds what HDF5 files record besides; `make` takes
// complete client data.
struct Entry {
  std::string_view name;
  uint32_t hdf5_id;  // on disk; do not change
  bool optional;
  absl::StatusOr<Values> (*parse)(std::string_view text);
  absl::StatusOr<Values> (*complete)(const CodecParameters& parameters);
  absl::StatusOr<Codec> (*make)(const Values& values);
};

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
  // 0, "unknown", unless the chunk has a size that a client value can hold.
  const int64_t elements = parameters.chunk_shape.empty()
                               ? 0
                               : std::max<int64_t>(0, NumElements(parameters.chunk_shape));
  const uint64_t limit = UINT32_MAX / std::max<uint32_t>(1, parameters.element_size);
  const uint64_t bytes =
      static_cast<uint64_t>(elements) > limit ? 0 : elements * parameters.element_size;
  return Values{kLzfFilterRevision, kLzfVersion, static_cast<uint32_t>(bytes)};
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

// Every codec. Those that never fail because data do not shrink are not optional.
constexpr Entry kEntries[] = {
    {"deflate", 1, true, ParseDeflate, CompleteDeflate,
     [](const Values& values) -> absl::StatusOr<Codec> { return MakeDeflate(values[0]); }},
    {"fletcher32", 3, false, nullptr, CompleteNothing,
     [](const Values&) -> absl::StatusOr<Codec> { return MakeFletcher32(); }},
    {"lz4", 32004, true, ParseLz4, CompleteLz4,
     [](const Values& values) -> absl::StatusOr<Codec> { return MakeLz4(values[0]); }},
    {"lzf", 32000, true, nullptr, CompleteLzf,
     [](const Values&) -> absl::StatusOr<Codec> { return MakeLzf(); }},
    {"shuffle", 2, false, nullptr, CompleteShuffle,
     [](const Values& values) -> absl::StatusOr<Codec> { return MakeShuffle(values[0]); }},
    {"szip", 4, true, ParseSzip, CompleteSzip, MakeSzipOf},
    {"zstd", 32015, true, ParseZstd, CompleteZstd, MakeZstdOf},
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
  return Hdf5FilterRecord{.id = entry.hdf5_id,
                          .name = std::string(entry.name),
                          .values = std::move(values),
                          .optional = entry.optional};
}

std::vector<std::string> ByteCodecNames() {
  std::vector<std::string> names;
  for (const Entry& entry : kEntries) names.emplace_back(entry.name);
  return names;
}

}  // namespace seiche
