// A store whose one field is an array in memory, cut into chunks of any shape. For tests.
//
//   auto store = MakeMemoryStore("a.mem", "images", expected, {2, 3, 4, 4});
//
// Chunks are kBytes of file 0, stored as they are, one after the other, cut at the array's edges.
#ifndef SEICHE_STORAGE_MEMORY_STORE_H_
#define SEICHE_STORAGE_MEMORY_STORE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/conformance.h"
#include "storage/sequence_store.h"

namespace seiche {

std::unique_ptr<const SequenceStore> MakeMemoryStore(
    std::string path, std::string field, ExpectedArray array, Shape chunk_shape,
    std::vector<std::pair<std::string, std::string>> attributes = {});

}  // namespace seiche

#endif  // SEICHE_STORAGE_MEMORY_STORE_H_
