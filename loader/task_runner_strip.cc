// Strips of chunks (plan/chunk_strip.h): decoded side by side, put together sample by sample, and
// stored in whole rows past the caches.
#include <algorithm>
#include <cassert>
#include <cstdint>
#include <new>

#include "base/dtype.h"
#include "base/plane_walk.h"
#include "base/streaming_copy.h"
#include "loader/chunk_overlap.h"
#include "loader/plan/chunk_strip.h"
#include "loader/task_runner.h"

namespace seiche {
namespace {

using Use = GroupPlan::Use;

// Shorter rows are not worth a way around the caches.
constexpr int64_t kMinStreamedRow = 1 << 10;

// Whether rows of `from` are rows of `to`, and long ones.
bool HasLongRows(const ConstArrayView& from, const ArrayView& to) {
  const Plane plane = PlaneWalk(from.shape, from.strides, to.strides).plane();
  const auto element = static_cast<int64_t>(SizeOf(from.dtype));
  return plane.from_step == element && plane.to_step == element &&
         plane.count * element >= kMinStreamedRow;
}

// Copies to rows that are read much later, if at all by this processor. HasLongRows() holds.
void StreamRows(const ConstArrayView& from, const ArrayView& to) {
  const PlaneWalk walk(from.shape, from.strides, to.strides);
  const Plane& plane = walk.plane();
  const size_t row_bytes = plane.count * SizeOf(from.dtype);
  walk.ForEach(from.data, to.data, [&](const std::byte* source, std::byte* target, int64_t) {
    for (int64_t y = 0; y < plane.rows; ++y) {
      StreamingCopy({source + y * plane.from_row, row_bytes},
                    {target + y * plane.to_row, row_bytes});
    }
  });
}

}  // namespace

bool TaskRunner::RunStrip(Work& work, absl::Span<const GroupPlan::Task> tasks) const {
  try {
    if (!DecodeStrip(work, tasks)) return false;
    DeliverStrip(work, tasks);
    for (const GroupPlan::Task& task : tasks) CountDecoded(work, task);
    return true;
  } catch (const std::bad_alloc&) {  // one chunk may still fit
    return false;
  }
}

bool TaskRunner::DecodeStrip(Work& work, absl::Span<const GroupPlan::Task> tasks) const {
  WorkerState& worker = work.worker;
  const Field& field = store_.fields()[tasks[0].field];
  std::byte* memory = worker.decoded.Reserve(StripBytes(field)).data();
  worker.strip.resize(tasks.size());
  for (size_t first = 0, end; first < tasks.size(); first = end) {
    const int64_t offset = tasks[first].location.offset;
    int64_t bytes = tasks[first].location.size;
    for (end = first + 1; end < tasks.size(); ++end) {
      const ChunkLocation& next = tasks[end].location;
      if (!GroupPlan::ReadsTogether(offset, bytes, next)) break;
      bytes = std::max(bytes, next.offset + next.size - offset);
    }
    if (!ReadTogether(work, tasks[first].location.file, offset, bytes)) return false;
    const absl::Span<const std::byte> encoded(worker.encoded.data(), static_cast<size_t>(bytes));
    for (size_t i = first; i < end; ++i) {
      const ChunkLocation& at = tasks[i].location;
      StripPiece& piece = worker.strip[i];
      piece.chunk_box = field.grid.BoxOf(tasks[i].chunk);
      // Along axis 0 a chunk's beginning can be had alone.
      Shape shape = field.grid.ShapeOf(tasks[i].chunk);
      shape[0] = piece.chunk_box.extent[0];
      piece.chunk = MakeView(static_cast<void*>(memory), field.dtype, shape);
      memory += piece.chunk.size_bytes();
      if (!store_
               .DecodeChunk(tasks[i].field, tasks[i].chunk, at,
                            encoded.subspan(at.offset - offset, at.size), WholeBox(shape),
                            piece.chunk, worker.scratch)
               .ok()) {
        return false;
      }
    }
    work.watch.Lap(worker.counters.decode_nanos);
  }
  assert(memory <= worker.decoded.data() + worker.decoded.capacity());
  return true;
}

ArrayView TaskRunner::ArrangeStrip(Work& work, int field, const Use& use, const ArrayView& place,
                                   Box& whole) const {
  std::vector<StripPiece>& pieces = work.worker.strip;
  Box in_chunk;
  for (StripPiece& piece : pieces) {
    [[maybe_unused]] const bool any = Intersect(piece.chunk_box, use.box, in_chunk, piece.in_box);
    assert(any);  // its uses need all chunks of a strip
    piece.from = Slice(piece.chunk, in_chunk);
    piece.first_channel = FirstChannel(field, piece.chunk_box) + FirstChannel(field, in_chunk);
  }
  // From the first one's beginning to the last one's end: they differ along one axis only.
  whole = pieces.front().in_box;
  const Box& last = pieces.back().in_box;
  for (size_t i = 0; i < whole.offset.size(); ++i) {
    whole.extent[i] = last.offset[i] + last.extent[i] - whole.offset[i];
  }

  // Larger parts leave a processor's own cache before they are whole.
  const DType dtype = this->dtype(use.output);
  const int64_t bytes = NumElements(whole.extent) * static_cast<int64_t>(SizeOf(dtype));
  if (bytes > kMaxStripPartBytes) return {};
  const ArrayView rows = MakeView(static_cast<void*>(work.worker.strip_part.Reserve(bytes).data()),
                                  dtype, whole.extent);
  if (!HasLongRows(rows, Slice(place, whole))) return {};
  for (StripPiece& piece : pieces) {
    Box in_rows = piece.in_box;
    for (size_t i = 0; i < whole.offset.size(); ++i) in_rows.offset[i] -= whole.offset[i];
    piece.in_rows = Slice(rows, in_rows);
  }
  return rows;
}

void TaskRunner::DeliverStrip(Work& work, absl::Span<const GroupPlan::Task> tasks) const {
  const int field = tasks[0].field;
  const bool channels_first = store_.fields()[field].axis('C') == 0;
  const Use* before = nullptr;
  Box whole;       // what all pieces hold of the use's box
  ArrayView rows;  // where they are put together; no data: straight into the batch
  work.plan.ForEachUse(tasks[0], [&](const Use& use) {
    const ArrayView place = Place(work, use);
    // In most groups samples differ by their sequence only, so the geometry stays.
    if (before != nullptr && before->output == use.output && use.box.extent[0] == 1 &&
        !channels_first && SameButFirst(before->box, use.box)) {
      const int64_t step = use.box.offset[0] - before->box.offset[0];
      for (StripPiece& piece : work.worker.strip) piece.from.data += step * piece.chunk.strides[0];
    } else {
      rows = ArrangeStrip(work, field, use, place, whole);
    }
    before = &use;
    for (const StripPiece& piece : work.worker.strip) {
      Copy(field, piece.from, rows.data != nullptr ? piece.in_rows : Slice(place, piece.in_box),
           piece.first_channel);
    }
    if (rows.data != nullptr) StreamRows(rows, Slice(place, whole));
    return work.sink.wanted();
  });
  work.watch.Lap(work.worker.counters.copy_nanos);
}

}  // namespace seiche
