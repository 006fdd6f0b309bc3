#include "experiments/comparison/variant_spec.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "experiments/comparison/published.h"
#include "storage/hdf5/chunk_guess.h"

namespace seiche {
namespace {

struct Chunks {
  const char* label;
  Chunking chunking;
  Shape shape;
};

absl::StatusOr<Shape> ParseExtents(const std::string& text, size_t rank) {
  Shape shape;
  bool all_positive = true;
  for (const std::string_view part : absl::StrSplit(text, ',')) {
    int64_t extent = 0;
    all_positive &= absl::SimpleAtoi(part, &extent) && extent > 0;
    shape.push_back(extent);
  }
  if (shape.size() == rank && all_positive) return shape;
  return absl::InvalidArgumentError(
      absl::StrCat("chunks \"", text, "\": manual, auto, auto500, guess, contiguous or ", rank,
                   " positive extents such as 1,100,184,184 are possible"));
}

absl::StatusOr<Chunks> ParseChunks(const VariantSpec& spec, const Shape& dataset) {
  if (spec.chunks == "contiguous") return Chunks{"Contiguous", Chunking::kContiguous, {}};
  if (spec.chunks == "auto") return Chunks{"Auto", Chunking::kAuto, PublishedAutoChunk()};
  if (spec.chunks == "auto500") {
    return Chunks{"Auto", Chunking::kAutoSmallFile, PublishedSmallFileAutoChunk()};
  }
  if (spec.chunks == "guess") {
    return Chunks{"Guess", Chunking::kGuess,
                  GuessChunkShape(dataset, spec.dtype == "uint8" ? 1 : 4)};
  }
  Chunks chunks{"Manual", Chunking::kManual, dataset};
  chunks.shape[0] = 1;
  if (spec.chunks == "manual") return chunks;
  SEICHE_ASSIGN_OR_RETURN(chunks.shape, ParseExtents(spec.chunks, dataset.size()));
  return chunks;
}

std::vector<std::string> ParseCodecs(const std::string& compression) {
  std::vector<std::string> codecs;
  if (compression == "none" || compression.empty()) return codecs;
  for (const std::string_view part : absl::StrSplit(compression, '+')) {
    codecs.push_back(absl::StartsWith(part, "gzip") ? absl::StrCat("deflate", part.substr(4))
                                                    : std::string(part));
  }
  return codecs;
}

// "shuffle+gzip:4" as the report prints it: "shuffle + GZIP 4".
std::string CompressionLabel(const VariantSpec& spec) {
  std::vector<std::string> parts;
  if (spec.dtype == "uint8") parts.push_back("uint8");
  for (const std::string_view part : absl::StrSplit(spec.compression, '+', absl::SkipEmpty())) {
    std::string label(part);
    std::replace(label.begin(), label.end(), ':', ' ');
    const bool is_name = part != "shuffle" && part != "none" && part != "zstd";
    parts.push_back(is_name ? absl::AsciiStrToUpper(label) : label);
  }
  return absl::StrJoin(parts, " + ");
}

absl::Status CheckSpec(const VariantSpec& spec, const Shape& dataset) {
  if (spec.format != "hdf5" && spec.format != "jpeg") {
    return absl::InvalidArgumentError(
        absl::StrCat("format \"", spec.format, "\": hdf5 or jpeg are possible"));
  }
  if (spec.dtype != "float32" && spec.dtype != "uint8") {
    return absl::InvalidArgumentError(
        absl::StrCat("dtype \"", spec.dtype, "\": float32 or uint8 are possible"));
  }
  if (spec.sequences_per_file < 0 || spec.sequences_per_file > dataset[0]) {
    return absl::InvalidArgumentError(absl::StrCat("sequences_per_file ", spec.sequences_per_file,
                                                   ": 0 (all) to ", dataset[0], " are possible"));
  }
  if (spec.chunks == "contiguous" && spec.compression != "none") {
    return absl::InvalidArgumentError(
        absl::StrCat("compression \"", spec.compression, "\" needs chunks"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Variant> ParseVariant(const VariantSpec& spec, const Shape& dataset) {
  SEICHE_RETURN_IF_ERROR(CheckSpec(spec, dataset));
  Variant variant;
  variant.id = spec.id;
  variant.sequences = variant.sequences_per_file = dataset[0];
  variant.shape = dataset;
  if (spec.format == "jpeg") {
    variant.format = "JPEG";
    variant.chunks = variant.compression = "-";
    variant.container = Container::kJpegFolders;
    variant.chunking = Chunking::kNone;
    variant.codecs = {"jpeg"};
    return variant;
  }
  SEICHE_ASSIGN_OR_RETURN(const Chunks chunks, ParseChunks(spec, dataset));
  variant.format = "HDF5";
  variant.chunks = chunks.label;
  variant.chunking = chunks.chunking;
  variant.compression = CompressionLabel(spec);
  variant.codecs = ParseCodecs(spec.compression);
  SEICHE_ASSIGN_OR_RETURN(variant.dtype, ParseDType(spec.dtype));
  if (spec.sequences_per_file > 0) variant.sequences_per_file = spec.sequences_per_file;
  variant.chunk_shape = chunks.shape;
  for (size_t axis = 0; axis < variant.chunk_shape.size(); ++axis) {
    const int64_t extent = axis == 0 ? variant.sequences_per_file : dataset[axis];
    variant.chunk_shape[axis] = std::min(variant.chunk_shape[axis], extent);
  }
  variant.shared_by_sequences = !variant.chunk_shape.empty() && variant.chunk_shape[0] > 1;
  return variant;
}

}  // namespace seiche
