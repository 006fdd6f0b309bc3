// The chunks of one H5 dataset: where they lie, and how their bytes become elements.
//
//   SEICHE_ASSIGN_OR_RETURN(Hdf5PartOrReason read, ReadHdf5Part(dataset, {file, 0, files}));
//   const ChunkLocation location = read.part->Locate(chunk);
//   SEICHE_RETURN_IF_ERROR(read.part->Decode(chunk, location, encoded, box, out, scratch));
//
// A field of a store is one of these, or several (hdf5_layout.h). Immutable once read, thread-safe.
#ifndef SEICHE_STORAGE_HDF5_HDF5_PART_H_
#define SEICHE_STORAGE_HDF5_HDF5_PART_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/array_view.h"
#include "base/dtype.h"
#include "base/shape.h"
#include "codecs/codec.h"
#include "codecs/codec_chain.h"
#include "storage/chunk_grid.h"
#include "storage/hdf5/chunk_index.h"
#include "storage/hdf5/h5.h"
#include "storage/hdf5/source_files.h"
#include "storage/sequence_store.h"

namespace seiche {

struct Hdf5Part {
  std::string path;  // of its file
  std::string name;  // of the H5 dataset
  int32_t file = 0;  // of its chunks' locations
  DType dtype = DType::kFloat32;
  ChunkGrid grid;
  bool swapped = false;               // elements are in the other byte order
  std::vector<std::byte> fill_value;  // one element, in the machine's order
  CodecChain chain;
  int64_t chunk_bytes = 0;  // of a decoded chunk
  bool chunked = false;
  int64_t data_offset = -1;  // of an array that is not chunked; -1: nothing is stored
  ChunkIndex index;          // of one that is
  // CRC-32C of each chunk's encoded bytes, which Decode() checks; empty: nobody knows them.
  std::vector<uint32_t> checksums = {};

  // kMissing or kBytes.
  ChunkLocation Locate(int64_t chunk) const;
  // The chunk that is stored at byte `offset`, for messages.
  std::optional<int64_t> ChunkAt(int64_t offset) const;
  // As SequenceStore::DecodeChunk for a chunk that is not missing; but messages begin with what is
  // wrong.
  absl::Status Decode(int64_t chunk, const ChunkLocation& location,
                      absl::Span<const std::byte> encoded, const Box& box, const ArrayView& out,
                      CodecScratch& scratch) const;
  // Whether Decode() bears that others write to `encoded` meanwhile, which may lie in a mapped
  // file.
  bool DecodesInPlace(const ChunkLocation& location) const;
  // As Field::decodes_parts, of chunks that went through all filters.
  bool DecodesParts() const;
  // "waves.h5: H5 dataset 'images': chunk (3, 0, 0, 0)".
  std::string Describe(int64_t chunk) const;

 private:
  // No codec is left for a chunk of this mask.
  bool Unfiltered(uint32_t skip_mask) const;
  absl::Status CheckChecksum(int64_t chunk, absl::Span<const std::byte> encoded) const;
};

// How an array is cut into chunks; into sequences where it has none. kFailedPrecondition if it
// holds nothing, kDataLoss if it cannot exist; messages begin with `context`.
absl::StatusOr<ChunkGrid> GridOf(const h5::DatasetInfo& info, const std::string& context);

// An open file and what becomes of it.
struct Hdf5Source {
  const h5::File& file;
  int32_t number;  // in `files`
  SourceFiles& files;
  bool verify = true;  // checksums are read, and checked

  const std::string& path() const { return files.path(number); }
};

// Exactly one of them.
struct Hdf5PartOrReason {
  std::optional<Hdf5Part> part;
  std::string slow_reason;  // why only libhdf5 can decode it
};

// Of an H5 dataset that was opened in source.file and has elements. kDataLoss if a chunk lies
// outside of the file.
absl::StatusOr<Hdf5PartOrReason> ReadHdf5Part(const h5::Dataset& dataset, const Hdf5Source& source);

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_HDF5_PART_H_
