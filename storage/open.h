// Opens whatever lies at a path as a SequenceStore.
//
//   SEICHE_ASSIGN_OR_RETURN(auto store, OpenStore("waves.h5", {.field = "images"}));
//   SEICHE_ASSIGN_OR_RETURN(auto all, OpenStore({"a.h5", "b.h5"}));       // one after the other
//   SEICHE_ASSIGN_OR_RETURN(auto runs, OpenStore("runs/wave_*.h5"));      // sorted by name
//
// A new kind of storage is one implementation of storage/sequence_store.h and one line in open.cc.
#ifndef SEICHE_STORAGE_OPEN_H_
#define SEICHE_STORAGE_OPEN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/open_options.h"
#include "storage/sequence_store.h"

namespace seiche {

// An HDF5 file, or a folder with one folder of JPEG frames for each sequence; or, with "*", "?" or
// "[a-c]" in `path`, all those that match as one, sorted by name (ExpandGlob). kNotFound if there
// is nothing at `path` or no such H5 dataset (the message lists those that exist);
// kFailedPrecondition if it is neither of the two or has the wrong rank; kDataLoss if it is
// damaged.
absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenStore(const std::string& path,
                                                               const OpenOptions& options = {});

// Several stores as one: sequences of the first, then of the second, ... Same fields, dtypes, axes,
// packing, shapes but for axis 0: kFailedPrecondition names the first file that does not fit.
// kInvalidArgument if `paths` is empty.
absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenStore(
    const std::vector<std::string>& paths, const OpenOptions& options = {});

}  // namespace seiche

#endif  // SEICHE_STORAGE_OPEN_H_
