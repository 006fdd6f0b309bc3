// The chunk shape that h5py chooses for chunks=True.
//
//   GuessChunkShape({3000, 100, 184, 184}, 4) == Shape{94, 7, 12, 12}
#ifndef SEICHE_STORAGE_HDF5_CHUNK_GUESS_H_
#define SEICHE_STORAGE_HDF5_CHUNK_GUESS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "base/shape.h"

namespace seiche {

// `shape`: elements per axis; `element_size`: bytes. Never fails: extents of 0 (unlimited axes)
// count as 1024, as in h5py.
Shape GuessChunkShape(absl::Span<const int64_t> shape, int64_t element_size);

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_CHUNK_GUESS_H_
