// Several stores as one: the sequences of the first, then those of the second, and so on.
//
//   SEICHE_ASSIGN_OR_RETURN(auto all, ConcatenateStores(std::move(parts)));
//   all->size() == parts[0]->size() + parts[1]->size() + ...
//
// Chunks keep their bytes, their codecs and their errors; only their numbers and the numbers of
// their files move on from part to part. Parts may be chunked differently (ChunkGrid::Concatenate).
#ifndef SEICHE_STORAGE_CONCAT_STORE_H_
#define SEICHE_STORAGE_CONCAT_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/sequence_store.h"

namespace seiche {

// All need the same fields in the same order: names, dtypes, axes, packing, shapes but for axis 0.
// kFailedPrecondition names the first one that does not fit; kInvalidArgument if there is none, or
// if axis 0 of several is not N, nor T where there is no N: they would be no longer, but larger;
// kResourceExhausted if they have too many files or elements together.
// A field's codec lists all that occur; attributes are those that all parts agree on. A single part
// is returned as it is. path() is `name`, or made of the parts' if that is empty.
absl::StatusOr<std::unique_ptr<const SequenceStore>> ConcatenateStores(
    std::vector<std::unique_ptr<const SequenceStore>> parts, const std::string& name = "");

}  // namespace seiche

#endif  // SEICHE_STORAGE_CONCAT_STORE_H_
