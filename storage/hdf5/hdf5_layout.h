// What a store has to know of an H5 dataset to serve its chunks without libhdf5.
//
//   SEICHE_ASSIGN_OR_RETURN(Hdf5Layout layout, ReadHdf5Layout(dataset, "waves.h5", file_size));
//   const ChunkLocation location = layout.Locate(chunk);
//
// Immutable once read, thread-safe.
#ifndef SEICHE_STORAGE_HDF5_HDF5_LAYOUT_H_
#define SEICHE_STORAGE_HDF5_HDF5_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "codecs/codec_chain.h"
#include "storage/chunk_grid.h"
#include "storage/hdf5/chunk_index.h"
#include "storage/hdf5/h5.h"
#include "storage/sequence_store.h"

namespace seiche {

struct Hdf5Layout {
  Field field;
  bool swapped = false;               // elements are in the other byte order
  std::vector<std::byte> fill_value;  // one element, in the machine's order
  CodecChain chain;
  int64_t chunk_bytes = 0;  // of a decoded chunk
  bool chunked = false;
  int64_t data_offset = -1;  // of an array that is not chunked; -1: nothing is stored
  ChunkIndex index;          // of one that is

  // field.slow_reason is empty and no codec is left for a chunk of this mask.
  bool StoredRaw(uint32_t skip_mask) const;
  ChunkLocation Locate(int64_t chunk) const;
  // The chunk at `location`, for messages. -1 if there is none.
  int64_t ChunkAt(const ChunkLocation& location) const;
};

// `file_size` in bytes: kDataLoss if a chunk lies outside. `path` is for messages. Other errors as
// OpenHdf5Store has them for one H5 dataset.
absl::StatusOr<Hdf5Layout> ReadHdf5Layout(const h5::Dataset& dataset, const std::string& path,
                                          int64_t file_size);

// "waves.h5: H5 dataset 'images': chunk (3, 0, 0, 0)".
std::string DescribeChunk(const std::string& path, const Field& field, int64_t chunk);

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_HDF5_LAYOUT_H_
