// Strips: chunks side by side along the last axis that a grid divides, which together hold whole
// rows of the array.
//
//   const int axis = StripAxis(field);   // -1: its chunks are delivered one by one
//
// Of automatically chunked files a chunk holds rows of a few elements. A sample that is put
// together from strips is written in whole cache lines, which memory takes in half the time.
#ifndef SEICHE_LOADER_PLAN_CHUNK_STRIP_H_
#define SEICHE_LOADER_PLAN_CHUNK_STRIP_H_

#include <cstdint>

#include "base/shape.h"
#include "storage/sequence_store.h"

namespace seiche {

// Chunks whose rows have more bytes than this are not put together first.
inline constexpr int64_t kMaxStripRowBytes = 1 << 10;
// Decoded bytes of a strip: fewer are no work for a run of their own, more leave the caches.
inline constexpr int64_t kMinStripBytes = 64 << 10, kMaxStripBytes = 8 << 20;
// Bytes of a strip that one sample takes, at most: they are put together in a processor's own
// cache.
inline constexpr int64_t kMaxStripPartBytes = 256 << 10;

// The axis along which chunks of the field make up a strip; -1 if there is none or their rows are
// long enough alone.
int StripAxis(const Field& field);

// Decoded bytes of the field's largest strip as its chunks are stored; 0 if StripAxis() is -1.
int64_t StripBytes(const Field& field);

// Bytes that a sample of `box` takes of such a strip at most, in whatever dtype it is delivered, or
// kMaxStripPartBytes if that is less.
int64_t StripPartBytes(const Field& field, const Box& box);

}  // namespace seiche

#endif  // SEICHE_LOADER_PLAN_CHUNK_STRIP_H_
