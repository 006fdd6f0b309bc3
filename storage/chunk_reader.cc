#include "storage/chunk_reader.h"

#include <algorithm>
#include <new>

#include "absl/strings/str_cat.h"
#include "base/ceil_divide.h"
#include "base/status.h"

namespace seiche {
namespace {

// ReadInSteps() along axis 0 alone.
absl::Status ReadRows(const SequenceStore& store, int field, const Box& box, const ArrayView& out,
                      absl::FunctionRef<absl::Status()> go_on, int64_t step_bytes) {
  const int64_t count = box.extent[0], stride = box.stride_of(0);
  const int64_t row_bytes = std::max<int64_t>(1, out.size_bytes() / std::max<int64_t>(1, count));
  // A multiple of the chunk's extent, in rows of the array: no chunk is decoded twice.
  const int64_t chunk = store.fields()[field].grid.chunk_shape()[0];
  const int64_t step = std::max<int64_t>(1, CeilDivide(step_bytes / row_bytes, chunk)) * chunk;
  Box part = box, target = WholeBox(out.shape);
  for (int64_t done = 0; done < count; done += part.extent[0]) {
    SEICHE_RETURN_IF_ERROR(go_on());
    part.offset[0] = box.offset[0] + done * stride;
    part.extent[0] = std::min(count - done, CeilDivide(step - part.offset[0] % step, stride));
    target.offset[0] = done;
    target.extent[0] = part.extent[0];
    SEICHE_RETURN_IF_ERROR(store.Read(field, part, Slice(out, target)));
  }
  return absl::OkStatus();
}

}  // namespace

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

absl::Status ReadInSteps(const SequenceStore& store, int field, const Box& box,
                         const ArrayView& out, absl::FunctionRef<absl::Status()> go_on,
                         int64_t slow_step) {
  SEICHE_RETURN_IF_ERROR(CheckRead(store, field, box, out));
  if (!store.fields()[field].slow_reason.empty()) {
    return ReadRows(store, field, box, out, go_on, slow_step);
  }
  ChunkReader reader(store);
  return store.fields()[field].grid.ForEachChunk(box, [&](const ChunkPart& part) -> absl::Status {
    SEICHE_RETURN_IF_ERROR(go_on());
    return reader.ReadPart(field, part.chunk, part.in_chunk, Slice(out, part.in_box));
  });
}

}  // namespace seiche
