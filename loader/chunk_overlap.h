// What a sample's box and a chunk have in common.
//
//   Box in_chunk, in_box;
//   if (Intersect(grid.BoxOf(chunk), box, in_chunk, in_box)) ...
#ifndef SEICHE_LOADER_CHUNK_OVERLAP_H_
#define SEICHE_LOADER_CHUNK_OVERLAP_H_

#include "base/shape.h"

namespace seiche {

// What the box has in the chunk that begins at `chunk.offset`: in the chunk's own coordinates, and
// where it goes in an array of the box's extent. False if nothing.
bool Intersect(const Box& chunk, const Box& box, Box& in_chunk, Box& in_box);

// Whether two boxes differ along axis 0 at most in where they begin.
bool SameButFirst(const Box& a, const Box& b);

// Where a part of a chunk lies in the array that the chunk is of.
Box PartOf(const Box& chunk_box, const Box& part);

}  // namespace seiche

#endif  // SEICHE_LOADER_CHUNK_OVERLAP_H_
