// What a store has to know of a field to serve its chunks without libhdf5.
//
//   SEICHE_ASSIGN_OR_RETURN(Hdf5Layout layout, ReadHdf5Layout(dataset, {file, 0, files}));
//   const ChunkLocation location = layout.chunks.Locate(chunk);
//
// Immutable once read, thread-safe.
#ifndef SEICHE_STORAGE_HDF5_HDF5_LAYOUT_H_
#define SEICHE_STORAGE_HDF5_HDF5_LAYOUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/hdf5/h5.h"
#include "storage/hdf5/hdf5_part.h"
#include "storage/sequence_store.h"

namespace seiche {

// The chunks of all parts of a field, in the order of the field's grid.
class Hdf5Chunks {
 public:
  void Add(Hdf5Part part);

  // Only libhdf5 can read the field.
  bool empty() const { return parts_.empty(); }
  // kOther if empty().
  ChunkLocation Locate(int64_t chunk) const;
  // The part that holds `chunk`, and its number there.
  std::pair<const Hdf5Part*, int64_t> Find(int64_t chunk) const;
  // Chunks that are not missing, ascending, from the index; empty optional if a part has none.
  std::optional<std::vector<int64_t>> Stored() const;
  // "waves.h5: H5 dataset 'images': chunk (3, 0, 0, 0)" of the chunk there, if there is one.
  std::optional<std::string> DescribeChunkAt(const ChunkLocation& location) const;

 private:
  std::vector<Hdf5Part> parts_;
  std::vector<int64_t> first_chunk_;  // of each part
  int64_t num_chunks_ = 0;
};

struct Hdf5Layout {
  Field field;
  Hdf5Chunks chunks;                                            // empty if field.slow_reason is not
  std::vector<std::pair<std::string, std::string>> attributes;  // of the H5 dataset, as text
};

// `dataset` was opened in source.file. Errors as OpenHdf5Store has them for one H5 dataset.
absl::StatusOr<Hdf5Layout> ReadHdf5Layout(const h5::Dataset& dataset, const Hdf5Source& source);

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_HDF5_LAYOUT_H_
