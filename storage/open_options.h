// How a store is opened. Apart from storage/open.h so that each kind of storage can take the same
// options without depending on the others.
#ifndef SEICHE_STORAGE_OPEN_OPTIONS_H_
#define SEICHE_STORAGE_OPEN_OPTIONS_H_

#include <string>

#include "base/file_system.h"

namespace seiche {

struct OpenOptions {
  // H5 dataset to open ("images" or "group/images"); empty: the only one of rank 4 that the file
  // has. Image folders ignore it.
  std::string field = {};
  // Must outlive the store.
  FileSystem* files = &DefaultFileSystem();
};

}  // namespace seiche

#endif  // SEICHE_STORAGE_OPEN_OPTIONS_H_
