#include "loader/sample_reader.h"

#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/dtype.h"

namespace seiche {

absl::StatusOr<int64_t> SampleReader::Read(const Box& box, const ArrayView& out,
                                           WorkerState& worker,
                                           absl::FunctionRef<bool()> abandoned) const {
  bool slow = false;
  absl::Status status =
      store_.fields()[field_].grid.ForEachChunk(box, [&](const ChunkPart& part) -> absl::Status {
        if (abandoned()) return absl::CancelledError();
        const ChunkLocation location = store_.Locate(field_, part.chunk);
        slow = location.kind == ChunkLocation::Kind::kOther;
        if (slow) return absl::CancelledError();
        return ReadChunk(part, location, Slice(out, part.in_box), worker);
      });
  if (!slow) {
    if (!status.ok()) return status;
    return 0;
  }
  // One call for the whole piece costs less than one for each of its chunks.
  Stopwatch watch;
  status = store_.Read(field_, box, out);
  watch.Lap(worker.counters.decode_nanos);
  if (!status.ok()) return status;
  return out.size_bytes();
}

absl::Status SampleReader::ReadChunk(const ChunkPart& part, const ChunkLocation& location,
                                     const ArrayView& out, WorkerState& worker) const {
  const Field& field = store_.fields()[field_];
  try {
    Stopwatch watch;
    absl::Span<const std::byte> encoded;
    if (location.kind != ChunkLocation::Kind::kMissing) {
      auto read = store_.ReadEncoded(location, worker.encoded);
      watch.Lap(worker.counters.read_nanos);
      if (!read.ok()) return std::move(read).status();
      encoded = *read;
      worker.counters.bytes_read.Add(static_cast<int64_t>(encoded.size()));
    }
    absl::Status status = store_.DecodeChunk(field_, part.chunk, location, encoded, part.in_chunk,
                                             out, worker.scratch);
    watch.Lap(worker.counters.decode_nanos);
    if (!status.ok()) return status;
    if (location.kind != ChunkLocation::Kind::kMissing) {
      worker.counters.chunks_decoded.Add(1);
      worker.counters.bytes_decoded.Add(NumElements(field.grid.ShapeOf(part.chunk)) *
                                        static_cast<int64_t>(SizeOf(field.dtype)));
    }
    return absl::OkStatus();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(store_.path(), ": ", field.name, ": chunk ",
                                                     ToString(field.grid.Coordinates(part.chunk)),
                                                     ": the system has no memory to decode it in"));
  }
}

}  // namespace seiche
