// Whole chunks of a store, decoded, by whatever way each one needs: for passes over all of a field.
//
//   ChunkReader reader(*store);                                         // one per thread
//   SEICHE_ASSIGN_OR_RETURN(ConstArrayView elements, reader.Read(field, chunk));
//
// ReadInSteps() is SequenceStore::Read() for callers that may have to stop it half way.
//
// Thread-compatible.
#ifndef SEICHE_STORAGE_CHUNK_READER_H_
#define SEICHE_STORAGE_CHUNK_READER_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "base/shape.h"
#include "codecs/codec.h"
#include "storage/sequence_store.h"

namespace seiche {

class ChunkReader {
 public:
  // `store` must outlive the reader.
  explicit ChunkReader(const SequenceStore& store) : store_(store) {}

  // The elements of a chunk, cut at the array's edge: shape grid.BoxOf(chunk).extent, contiguous.
  // Valid until the next call. Errors are the store's and name the chunk; kResourceExhausted if
  // there is no memory for it.
  absl::StatusOr<ConstArrayView> Read(int field, int64_t chunk);

  // The part of a chunk in `part` (in the chunk's own coordinates, as in ChunkPart) into `out`.
  absl::Status ReadPart(int field, int64_t chunk, const Box& part, const ArrayView& out);

 private:
  const SequenceStore& store_;
  AlignedBuffer encoded_, decoded_;
  CodecScratch scratch_;
};

// Like store.Read(), but asks `go_on` before each step, and ends with its error where it returns
// one: part of `out` is written then. A step is a chunk; where only libhdf5 can read the field it
// is about `slow_step` bytes of whole rows of chunks, as the library has a cost for each call.
absl::Status ReadInSteps(const SequenceStore& store, int field, const Box& box,
                         const ArrayView& out, absl::FunctionRef<absl::Status()> go_on,
                         int64_t slow_step = int64_t{8} << 20);

}  // namespace seiche

#endif  // SEICHE_STORAGE_CHUNK_READER_H_
