// Every way of storing the data that is compared: one Variant a row. Pure data.
//
//   for (const Variant& variant : MakeVariants({.shape = {200, 100, 184, 184}})) ...
//   FindVariant(variants, "hdf5_manual_lzf")->chunk_shape == Shape{1, 100, 184, 184}
//
// "Manual" chunks hold one sequence each. "Auto" chunks have the published shapes, whatever the
// number of sequences, because h5py's guess depends on it; "Guess" is what h5py guesses for the
// data at hand. A chunk is cut to the file's shape where that is smaller: HDF5 allows no chunk
// larger than an array of fixed shape.
#ifndef SEICHE_EXPERIMENTS_COMPARISON_VARIANTS_H_
#define SEICHE_EXPERIMENTS_COMPARISON_VARIANTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/dtype.h"
#include "base/shape.h"

namespace seiche {

enum class Container { kJpegFolders, kHdf5 };

enum class Chunking {
  kNone,           // JPEG folders
  kContiguous,     // HDF5 without chunks
  kManual,         // one sequence a chunk
  kAuto,           // (94, 7, 12, 12)
  kAutoSmallFile,  // (32, 7, 12, 23)
  kGuess,          // h5py's guess for the dataset's own shape
};

struct Variant {
  std::string id;           // its name in paths, options and reports: do not change
  std::string format;       // "JPEG", "HDF5"
  std::string chunks;       // "-", "Auto", "Manual", "Guess", "Contiguous"
  std::string compression;  // as the report prints it: "LZF", "GZIP 4"
  Container container = Container::kHdf5;
  Chunking chunking = Chunking::kManual;
  std::vector<std::string> codecs;   // as in codecs/registry.h
  DType dtype = DType::kFloat32;     // as stored
  int64_t sequences = 0;             // of the dataset, from the first
  int64_t sequences_per_file = 0;    // == sequences for a single file
  Shape shape;                       // [sequences,T,H,W]
  Shape chunk_shape;                 // of a full file; empty without chunks
  double bound = 0;                  // largest error of a lossy codec; 0: lossless
  bool optional_codec = false;       // leave the row out if the registry lacks the codec
  bool shared_by_sequences = false;  // chunks hold parts of several sequences: slow to read

  int64_t num_files() const;  // 1 for JPEG folders too: one folder
  // Sequences of file `file`; the last one may have fewer.
  int64_t sequences_in_file(int64_t file) const;
  // The chunk shape of file `file`, cut to its number of sequences.
  Shape chunk_shape_of_file(int64_t file) const;
};

struct VariantLimits {
  Shape shape;  // of the dataset, [N,T,H,W]
  // Sequences of rows that the published tables do not have; -1: all.
  int64_t extra_sequences = -1;
  // Sequences of rows without compression; -1: all.
  int64_t uncompressed_sequences = -1;
  // The small files of table 2 hold ceil(N / small_files) sequences each: 500 of 3000.
  int64_t small_files = 6;
};

// In the order of the report. The guess is left out where it is the published shape.
std::vector<Variant> MakeVariants(const VariantLimits& limits);

// Null if there is none of that id.
const Variant* FindVariant(const std::vector<Variant>& variants, std::string_view id);

// What the writing of `variant` is timed with: one file (JPEG: folder) of its first sequences in
// the same chunks: `at_least`, or as many as a chunk holds parts of, or all that a file holds.
Variant WriteSample(const Variant& variant, int64_t at_least);

// Elements in chunks / elements of the array: how much larger the stored grid is, >= 1. Chunks at
// the edges are stored and decoded whole.
double Padding(const Variant& variant);

// Whether the published chunk shape did not fit into a file and was cut along axis 0.
bool IsCutBelowPublished(const Variant& variant);

// Bytes of all values as float32.
int64_t RawBytes(const Variant& variant);

// Upper estimate, bytes, of the variant on disk, from ratios measured on this data with a margin.
// For the check of free disk only.
int64_t EstimateBytes(const Variant& variant);

// The most that is on disk at any time when the variants are written one after the other, the
// largest first, each is copied once, and the copy removed.
int64_t EstimatePeakBytes(const std::vector<Variant>& variants);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_COMPARISON_VARIANTS_H_
