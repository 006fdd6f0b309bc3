// How a store is opened. Apart from storage/open.h so that each kind of storage can take the same
// options without depending on the others.
#ifndef SEICHE_STORAGE_OPEN_OPTIONS_H_
#define SEICHE_STORAGE_OPEN_OPTIONS_H_

#include <string>
#include <vector>

#include "base/file_system.h"

namespace seiche {

// One array to open.
struct FieldRequest {
  std::string name;       // H5 dataset: "images" or "group/images"
  std::string axes = {};  // a letter an axis, see Field::axes; empty: DefaultAxes() of its shape
};

struct OpenOptions {
  // H5 dataset to open ("images" or "group/images"); empty: the only one of rank 4 that the file
  // has, or its only one of numbers. Image folders ignore it.
  std::string field = {};
  // Axes of `field`.
  std::string axes = {};
  // Several H5 datasets that are read together, in this order, instead of `field`: the same axis 0,
  // as many of it.
  std::vector<FieldRequest> fields = {};
  // Check the CRC-32C that our writers keep of every chunk, where a file has them, and HDF5's own
  // Fletcher-32. Decoding a chunk checks it; ReadBytes() of a part of a raw one does not.
  bool verify = true;
  // Must outlive the store. &UnmappedFileSystem(): no file is mapped.
  FileSystem* files = &DefaultFileSystem();
};

}  // namespace seiche

#endif  // SEICHE_STORAGE_OPEN_OPTIONS_H_
