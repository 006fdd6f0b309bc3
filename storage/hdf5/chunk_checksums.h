// CRC-32C checksums of an H5 dataset's chunks, kept in another one behind it.
//
//   "images"          float32 [N,T,H,W]
//   "images.crc32c"   uint32, one number a chunk of the grid: of the chunk's bytes as they are
//   stored
//
// Other software sees an array more. When it rewrites the file (h5repack), checksums may be of
// bytes that are no longer there: the attribute "encoded_bytes" of the array has the bytes of all
// chunks together, and checksums count only as long as these are as many. What is not chunked
// counts as chunks of one sequence. Functions without state.
#ifndef SEICHE_STORAGE_HDF5_CHUNK_CHECKSUMS_H_
#define SEICHE_STORAGE_HDF5_CHUNK_CHECKSUMS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/chunk_grid.h"
#include "storage/hdf5/h5.h"

namespace seiche {

// `checksums` of all chunks of `grid`, which is H5 dataset `field`'s, by number. `encoded_bytes`:
// how many they are of. Errors as of h5::File::CreateDataset and h5::Dataset::Write.
absl::Status WriteChunkChecksums(h5::File& file, const std::string& field, const ChunkGrid& grid,
                                 absl::Span<const uint32_t> checksums, int64_t encoded_bytes);

// Those of all chunks by number; none if the file has none for `field`, or for other bytes.
// kDataLoss if they cannot be read.
absl::StatusOr<std::vector<uint32_t>> ReadChunkChecksums(const h5::File& file,
                                                         const std::string& field,
                                                         const ChunkGrid& grid,
                                                         int64_t encoded_bytes);

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_CHUNK_CHECKSUMS_H_
