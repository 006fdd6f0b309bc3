#include "experiments/comparison/variants.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "experiments/comparison/published.h"
#include "storage/hdf5/chunk_guess.h"

namespace seiche {
namespace {

// What differs from row to row; the rest follows from the dataset's shape.
struct Kind {
  const char* id;
  const char* compression;
  Chunking chunking;
  std::vector<std::string> codecs;
  bool small_files = false;
  bool optional_codec = false;
  DType dtype = DType::kFloat32;
  double bound = 0;
};

std::vector<Kind> Kinds() {
  return {
      {"jpeg", "-", Chunking::kNone, {"jpeg"}},
      {"hdf5_auto_lzf", "LZF", Chunking::kAuto, {"lzf"}},
      {"hdf5_manual_lzf", "LZF", Chunking::kManual, {"lzf"}},
      {"hdf5_manual_gzip4", "GZIP 4", Chunking::kManual, {"deflate:4"}},
      {"hdf5_auto_lzf_small_files", "LZF", Chunking::kAutoSmallFile, {"lzf"}, true},
      {"hdf5_manual_lzf_small_files", "LZF", Chunking::kManual, {"lzf"}, true},
      {"hdf5_guess_lzf", "LZF", Chunking::kGuess, {"lzf"}},
      {"hdf5_manual_gzip1", "GZIP 1", Chunking::kManual, {"deflate:1"}},
      {"hdf5_manual_gzip9", "GZIP 9", Chunking::kManual, {"deflate:9"}},
      {"hdf5_manual_shuffle_gzip4",
       "shuffle + GZIP 4",
       Chunking::kManual,
       {"shuffle", "deflate:4"}},
      {"hdf5_manual_szip", "SZIP", Chunking::kManual, {"szip"}},
      {.id = "hdf5_manual_uint8_gzip4",
       .compression = "uint8 + GZIP 4",
       .chunking = Chunking::kManual,
       .codecs = {"deflate:4"},
       .dtype = DType::kUInt8},
      {"hdf5_manual_lz4", "LZ4", Chunking::kManual, {"lz4"}, false, true},
      {"hdf5_manual_zstd", "zstd", Chunking::kManual, {"zstd"}, false, true},
      {"hdf5_manual_swell_fast", "swell fast", Chunking::kManual, {"swell:fast"}},
      {"hdf5_manual_swell_small", "swell small", Chunking::kManual, {"swell:small"}},
      {.id = "hdf5_manual_swell_bounded",
       .compression = "swell small, error <= 0.01",
       .chunking = Chunking::kManual,
       .codecs = {"swell:small,abs=0.01"},
       .bound = 0.01},
      {"hdf5_manual_none", "none", Chunking::kManual, {}},
      {"hdf5_contiguous", "none", Chunking::kContiguous, {}},
  };
}

const char* ChunksLabel(Chunking chunking) {
  switch (chunking) {
    case Chunking::kNone:
      return "-";
    case Chunking::kContiguous:
      return "Contiguous";
    case Chunking::kManual:
      return "Manual";
    case Chunking::kAuto:
    case Chunking::kAutoSmallFile:
      return "Auto";
    case Chunking::kGuess:
      return "Guess";
  }
  return "";
}

Shape ChunkShape(Chunking chunking, const Shape& dataset) {
  switch (chunking) {
    case Chunking::kNone:
    case Chunking::kContiguous:
      return {};
    case Chunking::kManual: {
      Shape chunk = dataset;
      chunk[0] = 1;
      return chunk;
    }
    case Chunking::kAuto:
      return PublishedAutoChunk();
    case Chunking::kAutoSmallFile:
      return PublishedSmallFileAutoChunk();
    case Chunking::kGuess:
      return GuessChunkShape(dataset, SizeOf(DType::kFloat32));
  }
  return {};
}

Shape CutTo(Shape chunk, const Shape& shape) {
  for (size_t axis = 0; axis < chunk.size(); ++axis) {
    chunk[axis] = std::min(chunk[axis], shape[axis]);
  }
  return chunk;
}

int64_t Limit(int64_t sequences, int64_t limit) {
  return limit < 0 ? sequences : std::min(sequences, limit);
}

int64_t SequencesOf(const Kind& kind, const VariantLimits& limits) {
  const int64_t all = limits.shape[0];
  if (FindPublished(kind.id) != nullptr) return all;
  if (kind.codecs.empty()) return Limit(all, limits.uncompressed_sequences);
  return Limit(all, limits.extra_sequences);
}

Variant MakeVariant(const Kind& kind, const VariantLimits& limits) {
  Variant variant;
  variant.id = kind.id;
  variant.container = kind.chunking == Chunking::kNone ? Container::kJpegFolders : Container::kHdf5;
  variant.format = variant.container == Container::kHdf5 ? "HDF5" : "JPEG";
  variant.chunks = ChunksLabel(kind.chunking);
  variant.compression = kind.compression;
  variant.chunking = kind.chunking;
  variant.codecs = kind.codecs;
  variant.dtype = kind.dtype;
  variant.bound = kind.bound;
  variant.optional_codec = kind.optional_codec;
  variant.sequences = SequencesOf(kind, limits);
  variant.sequences_per_file = variant.sequences;
  if (kind.small_files) {
    variant.sequences_per_file = (variant.sequences + limits.small_files - 1) / limits.small_files;
  }
  variant.shape = limits.shape;
  variant.shape[0] = variant.sequences;
  Shape file_shape = variant.shape;
  file_shape[0] = variant.sequences_per_file;
  variant.chunk_shape = CutTo(ChunkShape(kind.chunking, limits.shape), file_shape);
  variant.shared_by_sequences = !variant.chunk_shape.empty() && variant.chunk_shape[0] > 1;
  return variant;
}

}  // namespace

int64_t Variant::num_files() const {
  return (sequences + sequences_per_file - 1) / sequences_per_file;
}

int64_t Variant::sequences_in_file(int64_t file) const {
  return std::min(sequences_per_file, sequences - file * sequences_per_file);
}

Shape Variant::chunk_shape_of_file(int64_t file) const {
  Shape chunk = chunk_shape;
  if (!chunk.empty()) chunk[0] = std::min(chunk[0], sequences_in_file(file));
  return chunk;
}

std::vector<Variant> MakeVariants(const VariantLimits& limits) {
  const bool guess_is_published =
      GuessChunkShape(limits.shape, SizeOf(DType::kFloat32)) == PublishedAutoChunk();
  std::vector<Variant> variants;
  for (const Kind& kind : Kinds()) {
    if (kind.chunking == Chunking::kGuess && guess_is_published) continue;
    variants.push_back(MakeVariant(kind, limits));
  }
  return variants;
}

const Variant* FindVariant(const std::vector<Variant>& variants, std::string_view id) {
  for (const Variant& variant : variants) {
    if (variant.id == id) return &variant;
  }
  return nullptr;
}

Variant WriteSample(const Variant& variant, int64_t at_least) {
  Variant sample = variant;
  const int64_t chunk = variant.chunk_shape.empty() ? 1 : variant.chunk_shape[0];
  sample.sequences = std::min(variant.sequences_per_file, std::max(at_least, chunk));
  sample.sequences_per_file = sample.shape[0] = sample.sequences;
  return sample;
}

double Padding(const Variant& variant) {
  if (variant.chunk_shape.empty()) return 1;
  double stored = 0;
  for (int64_t file = 0; file < variant.num_files(); ++file) {
    Shape shape = variant.shape;
    shape[0] = variant.sequences_in_file(file);
    const Shape chunk = variant.chunk_shape_of_file(file);
    double elements = 1;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      const int64_t chunks = (shape[axis] + chunk[axis] - 1) / chunk[axis];
      elements *= static_cast<double>(chunks * chunk[axis]);
    }
    stored += elements;
  }
  return stored / static_cast<double>(NumElements(variant.shape));
}

bool IsCutBelowPublished(const Variant& variant) {
  if (variant.chunking == Chunking::kAuto) {
    return variant.chunk_shape[0] < PublishedAutoChunk()[0];
  }
  if (variant.chunking == Chunking::kAutoSmallFile) {
    return variant.chunk_shape[0] < PublishedSmallFileAutoChunk()[0];
  }
  return false;
}

int64_t RawBytes(const Variant& variant) {
  return NumElements(variant.shape) * static_cast<int64_t>(sizeof(float));
}

int64_t EstimateBytes(const Variant& variant) {
  double ratio = 4;  // raw / stored
  if (variant.codecs.empty()) {
    ratio = 1;
  } else if (variant.dtype == DType::kUInt8) {
    ratio = 12;
  } else if (variant.container == Container::kJpegFolders) {
    ratio = 30;  // in whole blocks of the file system
  } else if (absl::StartsWith(variant.codecs[0], "deflate") || variant.codecs[0] == "zstd") {
    ratio = 8;
  } else if (absl::StartsWith(variant.codecs[0], "swell")) {
    ratio = 17;
  } else if (variant.codecs[0] == "lzf" || variant.codecs[0] == "lz4") {
    ratio = 4.8;
  }
  return static_cast<int64_t>(static_cast<double>(RawBytes(variant)) / ratio);
}

int64_t EstimatePeakBytes(const std::vector<Variant>& variants) {
  std::vector<int64_t> sizes;
  for (const Variant& variant : variants) sizes.push_back(EstimateBytes(variant));
  std::sort(sizes.rbegin(), sizes.rend());
  int64_t written = 0, peak = 0;
  for (const int64_t size : sizes) {
    written += size;
    peak = std::max(peak, written + size);
  }
  return peak;
}

}  // namespace seiche
