#include "storage/chunk_reader.h"

#include <new>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

absl::Status NoMemory(const SequenceStore& store, int field, int64_t chunk) {
  const Field& what = store.fields()[field];
  return absl::ResourceExhaustedError(absl::StrCat(store.path(), ": field ", what.name, ": chunk ",
                                                   ToString(what.grid.Coordinates(chunk)),
                                                   ": no memory to decode it in"));
}

}  // namespace

absl::StatusOr<ConstArrayView> ChunkReader::Read(int field, int64_t chunk) {
  const Field& what = store_.fields()[field];
  const Box part = WholeBox(what.grid.BoxOf(chunk).extent);
  try {
    const size_t bytes = NumElements(part.extent) * SizeOf(what.dtype);
    const ArrayView out = MakeView(decoded_.Reserve(bytes).data(), what.dtype, part.extent);
    SEICHE_RETURN_IF_ERROR(Deliver(field, chunk, part, out));
    return ConstArrayView(out);
  } catch (const std::bad_alloc&) {  // a chunk's size is what the file says
    return NoMemory(store_, field, chunk);
  }
}

absl::Status ChunkReader::ReadPart(int field, int64_t chunk, const Box& part,
                                   const ArrayView& out) {
  try {
    return Deliver(field, chunk, part, out);
  } catch (const std::bad_alloc&) {
    return NoMemory(store_, field, chunk);
  }
}

absl::Status ChunkReader::Deliver(int field, int64_t chunk, const Box& part, const ArrayView& out) {
  const ChunkLocation location = store_.Locate(field, chunk);
  absl::Span<const std::byte> encoded;
  switch (location.kind) {
    case ChunkLocation::Kind::kMissing:
      break;
    case ChunkLocation::Kind::kBytes:
    case ChunkLocation::Kind::kFile: {
      SEICHE_ASSIGN_OR_RETURN(encoded, store_.ReadEncoded(location, encoded_));
      break;
    }
    case ChunkLocation::Kind::kOther: {
      Box box = part;
      const Box whole = store_.fields()[field].grid.BoxOf(chunk);
      for (size_t i = 0; i < box.offset.size(); ++i) box.offset[i] += whole.offset[i];
      return store_.Read(field, box, out);
    }
  }
  return store_.DecodeChunk(field, chunk, location, encoded, part, out, scratch_);
}

}  // namespace seiche
