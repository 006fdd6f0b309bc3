// The chunks of one H5 dataset: where they lie, and how their bytes become elements.
//
//   SEICHE_ASSIGN_OR_RETURN(Hdf5Part part, ReadHdf5Part(dataset, "waves.h5", file_size, {}));
//   const ChunkLocation location = part.Locate(chunk);
//   SEICHE_RETURN_IF_ERROR(part.Decode(chunk, location, encoded, box, out, scratch));
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

  // kMissing or kBytes.
  ChunkLocation Locate(int64_t chunk) const;
  // The chunk that is stored at byte `offset`, for messages.
  std::optional<int64_t> ChunkAt(int64_t offset) const;
  // As SequenceStore::DecodeChunk; but messages begin with what is wrong.
  absl::Status Decode(const ChunkLocation& location, absl::Span<const std::byte> encoded,
                      const Box& box, const ArrayView& out, CodecScratch& scratch) const;
  // "waves.h5: H5 dataset 'images': chunk (3, 0, 0, 0)".
  std::string Describe(int64_t chunk) const;

 private:
  // No codec is left for a chunk of this mask.
  bool Unfiltered(uint32_t skip_mask) const;
};

// How an array is cut into chunks; into sequences where it has none. kFailedPrecondition if it
// holds nothing, kDataLoss if it cannot exist; messages begin with `context`.
absl::StatusOr<ChunkGrid> GridOf(const h5::DatasetInfo& info, const std::string& context);

// Empty if `info`, an array of contiguous or chunked layout, can be decoded without libhdf5, and
// `chain` is what its chunks go through; otherwise why not.
std::string MakeChain(const h5::DatasetInfo& info, CodecChain& chain);

// The part of an array for which MakeChain() gave `chain`. `file_size` in bytes: kDataLoss if a
// chunk lies outside.
absl::StatusOr<Hdf5Part> ReadHdf5Part(const h5::Dataset& dataset, const std::string& path,
                                      int64_t file_size, CodecChain chain);

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_HDF5_PART_H_
