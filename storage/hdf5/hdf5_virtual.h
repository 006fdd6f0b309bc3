// Virtual H5 datasets that are others put one after the other.
//
//   SEICHE_ASSIGN_OR_RETURN(Hdf5PartsOrReason read, ReadVirtualParts(dataset, source));
//
// Where every source is a whole H5 dataset that fills some sequences of the virtual one, reading
// its chunks needs neither the virtual one nor libhdf5. Functions without state.
#ifndef SEICHE_STORAGE_HDF5_HDF5_VIRTUAL_H_
#define SEICHE_STORAGE_HDF5_HDF5_VIRTUAL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/hdf5/h5.h"
#include "storage/hdf5/hdf5_part.h"

namespace seiche {

// Exactly one of them is not empty.
struct Hdf5PartsOrReason {
  std::vector<Hdf5Part> parts = {};  // in the order of axis 0
  std::string slow_reason = {};      // why only libhdf5 can read it
  std::string missing_source = {};   // as Field::missing_source; a slow_reason, too
};

// The sources of a virtual H5 dataset, each as a part, of all elements along all axes but the
// first; a source of one axis less is one sequence. Their files are opened and added to
// source.files, where libhdf5 would look first: beside the virtual one's. kDataLoss, kUnavailable
// and others if a source is damaged or cannot be read; one that does not exist is a reason, for
// libhdf5 delivers the fill value then.
absl::StatusOr<Hdf5PartsOrReason> ReadVirtualParts(const h5::Dataset& dataset,
                                                   const Hdf5Source& source);

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_HDF5_VIRTUAL_H_
