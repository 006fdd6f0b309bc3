// H5 datasets of an HDF5 file as a SequenceStore.
//
//   SEICHE_ASSIGN_OR_RETURN(auto store, OpenHdf5Store("waves.h5", {.field = "images"}));
//   SEICHE_ASSIGN_OR_RETURN(auto both, OpenHdf5Store("waves.h5", {.fields = {
//       {"images"}, {"walls", "NHW"}}}));
//
// libhdf5 opens the file and gives the chunk index, once; from then on chunks are read by pread and
// decoded by codecs/, without a lock. Contiguous and compact arrays count as chunks of one
// sequence; virtual ones whose sources are whole arrays, one after the other, as the chunks of
// these. What only libhdf5 can decode (a filter that codecs/ lacks, external and other virtual
// layouts, numbers of odd sizes) has kOther locations and a slow_reason; Read() asks libhdf5 for
// it.
//
// Memory: 16 bytes a chunk, 4 more for its checksum.
#ifndef SEICHE_STORAGE_HDF5_HDF5_STORE_H_
#define SEICHE_STORAGE_HDF5_HDF5_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "storage/open_options.h"
#include "storage/sequence_store.h"

namespace seiche {

// Opens options.fields, or options.field, of any rank >= 1, or the only H5 dataset of rank 4, or
// the only one of numbers. Elements keep the order that they have in the file, whatever their axes
// are called.
//
// kNotFound if there is no such path or H5 dataset; kFailedPrecondition if the path is a directory
// or no HDF5 file, if an H5 dataset holds no sequences or no numbers, if there is none to choose,
// and if the fields have not all the same axis 0, of the same extent; kInvalidArgument if there are
// several to choose from and for options that make no sense (axes that do not name each axis once,
// a field named twice); kUnimplemented for numbers of more than 64 bits; kDataLoss if the file is
// damaged or truncated, a chunk of it outside the file included.
absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenHdf5Store(const std::string& path,
                                                                   const OpenOptions& options = {});

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_HDF5_STORE_H_
