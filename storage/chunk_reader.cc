#include "storage/chunk_reader.h"

#include <new>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {

absl::StatusOr<ConstArrayView> ChunkReader::Read(int field, int64_t chunk) {
  const Field& what = store_.fields()[field];
  const Box part = WholeBox(what.grid.BoxOf(chunk).extent);
  const size_t bytes = NumElements(part.extent) * SizeOf(what.dtype);
  ArrayView out;
  try {
    out = MakeView(decoded_.Reserve(bytes).data(), what.dtype, part.extent);
  } catch (const std::bad_alloc&) {  // a chunk's size is what the file says
    return absl::ResourceExhaustedError(
        absl::StrCat(store_.path(), ": field ", what.name, ": chunk ",
                     ToString(what.grid.Coordinates(chunk)), ": no memory to decode it in"));
  }
  SEICHE_RETURN_IF_ERROR(ReadPart(field, chunk, part, out));
  return ConstArrayView(out);
}

absl::Status ChunkReader::ReadPart(int field, int64_t chunk, const Box& part,
                                   const ArrayView& out) {
  if (store_.Locate(field, chunk).kind != ChunkLocation::Kind::kOther) {
    return ReadLocatedChunk(store_, field, chunk, part, out, encoded_, scratch_);
  }
  Box box = part;
  const Box whole = store_.fields()[field].grid.BoxOf(chunk);
  for (size_t i = 0; i < box.offset.size(); ++i) box.offset[i] += whole.offset[i];
  return store_.Read(field, box, out);
}

}  // namespace seiche
