// How an HDF5 file keeps its H5 datasets: what people look at, not what reading needs.
//
//   SEICHE_ASSIGN_OR_RETURN(auto datasets, ListHdf5Datasets("waves.h5"));
//   SEICHE_ASSIGN_OR_RETURN(Hdf5Details details, ReadHdf5Details("waves.h5", datasets[0].name));
//
// Each call opens the file anew. Thread-safe.
#ifndef SEICHE_STORAGE_HDF5_HDF5_DETAILS_H_
#define SEICHE_STORAGE_HDF5_HDF5_DETAILS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "base/shape.h"

namespace seiche {

// One of a file's H5 datasets, whatever it holds.
struct Hdf5Listed {
  std::string name;
  Shape shape;
  std::string type;  // "float32", "string", ...
};

struct Hdf5Filter {
  uint32_t id = 0;
  std::string name;              // as the file has it; may be empty
  std::vector<uint32_t> values;  // "client data"
  bool optional = false;
};

// Of an H5 dataset of numbers.
struct Hdf5Details {
  std::string layout;            // "chunked", "contiguous", "compact", "external", "virtual"
  bool swapped = false;          // stored in the other byte order
  Shape chunk_shape = {};        // of a chunked one, and what follows
  std::string chunk_index = {};  // "version 1 B-tree", "fixed array", ...
  std::vector<Hdf5Filter> filters = {};
  int64_t stored_chunks = 0;
  int64_t partly_filtered_chunks = 0;  // stored without some of the filters
  int64_t stored_bytes = 0;  // of its elements in the file or beside it; 0 for a virtual one
};

// All in every group, sorted by name. Errors as of OpenHdf5Store for the file.
absl::StatusOr<std::vector<Hdf5Listed>> ListHdf5Datasets(
    const std::string& path, const FileSystem& files = DefaultFileSystem());

// Errors as of OpenHdf5Store; chunks outside the file are none.
absl::StatusOr<Hdf5Details> ReadHdf5Details(const std::string& path, const std::string& name,
                                            const FileSystem& files = DefaultFileSystem());

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_HDF5_DETAILS_H_
