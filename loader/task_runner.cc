#include "loader/task_runner.h"

#include <algorithm>
#include <cassert>
#include <new>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/dtype.h"
#include "base/status.h"
#include "loader/chunk_overlap.h"
#include "loader/plan/chunk_strip.h"

namespace seiche {
namespace {

using Kind = ChunkLocation::Kind;
using Use = GroupPlan::Use;

const Field& FieldOf(const SequenceStore& store, const SampleMap& map, size_t output) {
  return store.fields()[map.outputs()[output].field];
}

// Decoded.
double ChunkBytes(const Field& field) {
  return static_cast<double>(NumElements(field.grid.chunk_shape())) *
         static_cast<double>(SizeOf(field.dtype));
}

// Of one read, where the output's chunks are read in parts; else 0.
int64_t PartBytes(const SequenceStore& store, const SampleMap& map, int output) {
  const int index = map.outputs()[output].field;
  const Field& field = store.fields()[index];
  if (field.grid.num_chunks() == 0 || !GroupPlan::ReadsParts(store.Locate(index, 0))) return 0;
  const Shape& chunk = field.grid.chunk_shape();
  Box box;
  map.SetBox(output, 0, 0, box);
  for (size_t axis = 0; axis < chunk.size(); ++axis) {
    box.extent[axis] = std::min(box.extent[axis], chunk[axis]);
  }
  return RawReadBytes(chunk, static_cast<int64_t>(SizeOf(field.dtype)), box);
}

}  // namespace

TaskRunner::TaskRunner(const SequenceStore& store, const SampleMap& map, Transforms transforms)
    : store_(store), map_(map), transforms_(std::move(transforms)) {
  assert(transforms_.size() == store.fields().size());
  for (int output = 0; output < static_cast<int>(map.outputs().size()); ++output) {
    places_.push_back(map.Destination(output, dtype(output), nullptr));
  }
}

DType TaskRunner::dtype(int output) const {
  const int field = map_.outputs()[output].field;
  return transforms_[field].has_value() ? transforms_[field]->output()
                                        : store_.fields()[field].dtype;
}

int64_t TaskRunner::ScratchBytes(const SequenceStore& store, const SampleMap& map) {
  // Encoded, decoded, the part of that which is wanted, and what a chain of codecs has between its
  // stages.
  constexpr double kBuffers = 5, kMost = 0x1p50;
  double largest = 0;
  for (size_t i = 0; i < map.outputs().size(); ++i) {
    const int64_t parts = PartBytes(store, map, static_cast<int>(i));
    largest = std::max(largest, parts > 0 ? static_cast<double>(parts)
                                          : kBuffers * ChunkBytes(FieldOf(store, map, i)));
  }
  return static_cast<int64_t>(std::min(largest, kMost));
}

int64_t TaskRunner::LikelyBytes(const SequenceStore& store, const SampleMap& map,
                                const Transforms& transforms) {
  double encoded = 0, decoded = 0;
  Box box;
  for (size_t i = 0; i < map.outputs().size(); ++i) {
    const int index = map.outputs()[i].field;
    const Field& field = store.fields()[index];
    if (field.grid.num_chunks() == 0) continue;
    if (const int64_t parts = PartBytes(store, map, static_cast<int>(i)); parts > 0) {
      encoded = std::max(encoded, static_cast<double>(parts));
      continue;
    }
    const double chunk = ChunkBytes(field);
    const ChunkLocation at = store.Locate(index, 0);
    // Small ones are read together.
    const double together = std::min<double>(GroupPlan::kMaxReadBytes,
                                             chunk * static_cast<double>(field.grid.num_chunks()));
    encoded = std::max({encoded, static_cast<double>(at.size), together});
    map.SetBox(static_cast<int>(i), 0, 0, box);
    const bool whole = box.extent == field.grid.chunk_shape() && !transforms[index].has_value();
    const auto stages = std::count(field.codec.begin(), field.codec.end(), '+');
    decoded =
        std::max(decoded, chunk * static_cast<double>((whole ? 0 : 2) + std::min(stages, 2L)));
  }
  return static_cast<int64_t>(std::min(encoded + decoded, 0x1p50));
}

int64_t TaskRunner::StripScratchBytes(const SequenceStore& store, const SampleMap& map) {
  int64_t decoded = 0, part = 0;
  Box box;
  for (size_t i = 0; i < map.outputs().size(); ++i) {
    const Field& field = FieldOf(store, map, i);
    const int64_t bytes = StripBytes(field);
    if (bytes == 0) continue;
    map.SetBox(static_cast<int>(i), 0, 0, box);
    decoded = std::max(decoded, bytes);
    part = std::max(part, StripPartBytes(field, box));
  }
  return decoded + part;
}

void TaskRunner::Run(const GroupPlan& plan, const GroupPlan::Run& run, WorkerState& worker,
                     TaskSink& sink) const {
  Work work{plan, worker, sink, {}};
  const absl::Span<const GroupPlan::Task> tasks = plan.tasks(run);
  if (tasks[0].strip >= 0 && sink.wanted() && RunStrip(work, tasks)) return;
  const bool together = tasks.size() > 1 && run.read_bytes > 0 &&
                        ReadTogether(work, tasks[0].location.file, run.read_offset, run.read_bytes);
  for (const GroupPlan::Task& task : tasks) {
    if (!sink.wanted()) {
      // Nobody who waits for what this run was to decode is wanted either.
      if (task.kind == GroupPlan::Task::Kind::kDecode && task.entry != nullptr) {
        sink.Finish(*task.entry, absl::CancelledError());
      }
      continue;
    }
    absl::Span<const std::byte> encoded;
    if (together) {
      encoded = {worker.encoded.data() + (task.location.offset - run.read_offset),
                 static_cast<size_t>(task.location.size)};
    }
    try {
      RunTask(work, task, encoded);
    } catch (const std::bad_alloc&) {  // a chunk's size is what its file says
      const absl::Status status = NoMemory(task);
      if (task.kind == GroupPlan::Task::Kind::kDecode && task.entry != nullptr) {
        sink.Finish(*task.entry, status);
      }
      FailAll(work, task, status);
    }
  }
}

int64_t TaskRunner::WillRead(const GroupPlan& plan, const GroupPlan::Run& run) const {
  const absl::Span<const GroupPlan::Task> tasks = plan.tasks(run);
  if (tasks.size() > 1 && run.read_bytes > 0) {
    store_.WillRead(tasks[0].location.file, run.read_offset, run.read_bytes);
    return run.read_bytes;
  }
  int64_t bytes = 0;
  for (const GroupPlan::Task& task : tasks) {
    const ChunkLocation& at = task.location;
    if (at.kind != Kind::kBytes) continue;
    if (task.kind == GroupPlan::Task::Kind::kDecode) {
      store_.WillRead(at.file, at.offset, at.size);
      bytes += at.size;
    } else if (task.kind == GroupPlan::Task::Kind::kRaw) {
      ForEachPart(plan, task, [&](const Use&, const Box&, const RawRead& read) {
        store_.WillRead(at.file, at.offset + read.first, read.bytes);
        bytes += read.bytes;
        return true;
      });
    }
  }
  return bytes;
}

bool TaskRunner::ReadTogether(Work& work, int32_t file, int64_t offset, int64_t bytes) const {
  try {
    const absl::Status status = store_.ReadBytes(file, offset, work.worker.encoded.Reserve(bytes));
    work.watch.Lap(work.worker.counters.read_nanos);
    // Otherwise they are read one by one, so that the error names the chunk.
    if (!status.ok()) return false;
    work.worker.counters.bytes_read.Add(bytes);
    work.worker.counters.reads.Add(1);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

absl::StatusOr<absl::Span<const std::byte>> TaskRunner::ReadChunk(
    Work& work, const GroupPlan::Task& task) const {
  auto read = store_.ReadForDecoding(task.field, task.chunk, task.location, work.worker.encoded);
  work.watch.Lap(work.worker.counters.read_nanos);
  if (read.ok()) {
    work.worker.counters.bytes_read.Add(static_cast<int64_t>(read->size()));
    work.worker.counters.reads.Add(1);
  }
  return read;
}

void TaskRunner::RunTask(Work& work, const GroupPlan::Task& task,
                         absl::Span<const std::byte> encoded) const {
  switch (task.kind) {
    case GroupPlan::Task::Kind::kCached:
      return DeliverCached(work, task);
    case GroupPlan::Task::Kind::kRaw:
      return DeliverRaw(work, task);
    case GroupPlan::Task::Kind::kSlow:
      return DeliverSlow(work, task);
    case GroupPlan::Task::Kind::kDecode:
      break;
  }
  if (encoded.data() == nullptr && task.location.kind != Kind::kMissing) {
    auto read = ReadChunk(work, task);
    if (!read.ok()) {
      if (task.entry != nullptr) work.sink.Finish(*task.entry, read.status());
      return FailAll(work, task, read.status());
    }
    encoded = *read;
  }
  absl::Status status;
  if (DeliverWhole(work, task, encoded, status)) {
    if (!status.ok()) FailAll(work, task, status);
  } else {
    Decode(work, task, encoded);
  }
  if (task.location.kind != Kind::kMissing) CountDecoded(work, task);
  work.watch.Lap(work.worker.counters.decode_nanos);
}

void TaskRunner::CountDecoded(Work& work, const GroupPlan::Task& task) const {
  const Field& field = store_.fields()[task.field];
  work.worker.counters.chunks_decoded.Add(1);
  work.worker.counters.bytes_decoded.Add(NumElements(field.grid.ShapeOf(task.chunk)) *
                                         static_cast<int64_t>(SizeOf(field.dtype)));
}

bool TaskRunner::DeliverWhole(Work& work, const GroupPlan::Task& task,
                              absl::Span<const std::byte> encoded, absl::Status& status) const {
  if (task.entry != nullptr || transforms_[task.field].has_value()) return false;
  if (work.plan.CountUses(task) != 1) return false;
  bool delivered = true;
  work.plan.ForEachUse(task, [&](const Use& use) {
    Box in_chunk, in_box;
    const ChunkGrid& grid = store_.fields()[task.field].grid;
    if (Intersect(grid.BoxOf(task.chunk), use.box, in_chunk, in_box)) {
      // The store might decode no more of the chunk than this.
      delivered = work.plan.shares() || in_chunk.extent == grid.ShapeOf(task.chunk);
      if (!delivered) return false;
      status = store_.DecodeChunk(task.field, task.chunk, task.location, encoded, in_chunk,
                                  Slice(Place(work, use), in_box), work.worker.scratch);
    }
    return false;
  });
  return delivered;
}

void TaskRunner::Decode(Work& work, const GroupPlan::Task& task,
                        absl::Span<const std::byte> encoded) const {
  const Field& field = store_.fields()[task.field];
  const Box chunk_box = field.grid.BoxOf(task.chunk);
  // What is kept is cut at the array's edges; what is not is decoded as it is stored, without a
  // copy.
  const bool keep = task.entry != nullptr;
  Shape shape = keep ? chunk_box.extent : field.grid.ShapeOf(task.chunk);
  // Along axis 0 a chunk's beginning can be had alone.
  if (work.plan.shares()) shape[0] = chunk_box.extent[0];
  const bool parts = !keep && work.plan.shares() && field.decodes_parts;
  Box part = parts ? NeededBox(work, task, chunk_box, shape, nullptr) : WholeBox(shape);
  AlignedBuffer& memory = keep ? task.entry->memory : work.worker.decoded;
  ArrayView chunk;
  const absl::Status status = DecodePart(work, task, encoded, part, memory, chunk);
  if (keep) work.sink.Finish(*task.entry, status);
  if (status.ok()) return Scatter(work, task, chunk, PartOf(chunk_box, part), nullptr);
  if (!parts || work.plan.CountUses(task) == 1) return FailAll(work, task, status);
  // What a sample needs may be sound. Whether it fails must not depend on what it was planned with.
  work.plan.ForEachUse(task, [&](const Use& use) {
    part = NeededBox(work, task, chunk_box, shape, &use);
    const absl::Status alone = DecodePart(work, task, encoded, part, memory, chunk);
    if (alone.ok()) {
      Scatter(work, task, chunk, PartOf(chunk_box, part), &use);
    } else {
      work.sink.Fail(use, alone);
    }
    return true;
  });
}

absl::Status TaskRunner::DecodePart(Work& work, const GroupPlan::Task& task,
                                    absl::Span<const std::byte> encoded, const Box& part,
                                    AlignedBuffer& memory, ArrayView& decoded) const {
  const Field& field = store_.fields()[task.field];
  memory.Reserve(NumElements(part.extent) * static_cast<int64_t>(SizeOf(field.dtype)));
  decoded = MakeView(static_cast<void*>(memory.data()), field.dtype, part.extent);
  return store_.DecodeChunk(task.field, task.chunk, task.location, encoded, part, decoded,
                            work.worker.scratch);
}

Box TaskRunner::NeededBox(Work& work, const GroupPlan::Task& task, const Box& chunk_box,
                          Shape shape, const Use* only) const {
  Box needed{.offset = Shape(shape.size(), 0), .extent = std::move(shape)};
  Box in_chunk, in_box;
  // Elements that follow each other: axes are cut up to the first one of which several are needed.
  for (size_t axis = 0; axis < needed.extent.size(); ++axis) {
    int64_t first = needed.extent[axis];
    int64_t end = 0;
    work.plan.ForEachUse(task, [&](const Use& use) {
      if (only != nullptr && &use != only) return true;
      if (!Intersect(chunk_box, use.box, in_chunk, in_box)) return true;
      const int64_t stride = in_chunk.stride_of(static_cast<int>(axis));
      first = std::min(first, in_chunk.offset[axis]);
      end = std::max(end, in_chunk.offset[axis] + (in_chunk.extent[axis] - 1) * stride + 1);
      return true;
    });
    if (first >= end) break;
    needed.offset[axis] = first;
    needed.extent[axis] = end - first;
    if (end - first > 1) break;
  }
  return needed;
}

void TaskRunner::DeliverCached(Work& work, const GroupPlan::Task& task) const {
  const Field& field = store_.fields()[task.field];
  if (!task.entry->finished() && !work.sink.Wait(*task.entry)) return;
  work.watch.Lap(work.worker.counters.wait_nanos);
  if (!task.entry->status().ok()) return FailAll(work, task, task.entry->status());
  if (task.entry->unchecked()) {
    const absl::Status unchanged = store_.CheckUnchanged(store_.Locate(task.field, task.chunk));
    if (!unchanged.ok()) return FailAll(work, task, unchanged);
    task.entry->SetChecked();
  }
  const Box chunk_box = field.grid.BoxOf(task.chunk);
  Scatter(
      work, task,
      MakeView(static_cast<const void*>(task.entry->memory.data()), field.dtype, chunk_box.extent),
      chunk_box, nullptr);
  work.watch.Lap(work.worker.counters.copy_nanos);
}

void TaskRunner::Scatter(Work& work, const GroupPlan::Task& task, const ConstArrayView& chunk,
                         const Box& chunk_box, const Use* only) const {
  Box in_chunk, in_box;
  const Box* before = nullptr;
  work.plan.ForEachUse(task, [&](const Use& use) {
    if (only != nullptr && &use != only) return true;
    // In most groups samples differ by their sequence only, so most of the geometry stays.
    if (before != nullptr && use.box.extent[0] == 1 && SameButFirst(*before, use.box)) {
      in_chunk.offset[0] = use.box.offset[0] - chunk_box.offset[0];
    } else if (!Intersect(chunk_box, use.box, in_chunk, in_box)) {
      return true;
    }
    before = &use.box;
    Copy(task.field, Slice(chunk, in_chunk), Slice(Place(work, use), in_box),
         FirstChannel(task.field, chunk_box) + FirstChannel(task.field, in_chunk));
    return true;
  });
}

void TaskRunner::Copy(int field, const ConstArrayView& from, const ArrayView& to,
                      int64_t first_channel) const {
  const auto& transform = transforms_[field];
  if (!transform.has_value()) return CopyArray(from, to);
  transform->Apply(from, to, first_channel);
}

int64_t TaskRunner::FirstChannel(int field, const Box& box) const {
  const int channels = store_.fields()[field].axis('C');
  return channels < 0 ? 0 : box.offset[channels];
}

void TaskRunner::ForEachPart(
    const GroupPlan& plan, const GroupPlan::Task& task,
    absl::FunctionRef<bool(const Use&, const Box& in_box, const RawRead&)> visit) const {
  const Field& field = store_.fields()[task.field];
  const Box chunk_box = field.grid.BoxOf(task.chunk);
  plan.ForEachUse(task, [&](const Use& use) {
    Box in_chunk, in_box;
    if (!Intersect(chunk_box, use.box, in_chunk, in_box)) return true;
    bool goes_on = true;
    ForEachRawRead(field.grid.ShapeOf(task.chunk), static_cast<int64_t>(SizeOf(field.dtype)),
                   in_chunk, [&](const RawRead& read) {
                     goes_on = visit(use, in_box, read);
                     return goes_on;
                   });
    return goes_on;
  });
}

void TaskRunner::DeliverRaw(Work& work, const GroupPlan::Task& task) const {
  const Use* failed = nullptr;
  ForEachPart(work.plan, task, [&](const Use& use, const Box& in_box, const RawRead& read) {
    if (&use == failed) return true;
    const ArrayView to = Slice(Slice(Place(work, use), in_box), read.in_part);
    const absl::Status status = ReadPart(work, task, read, to);
    if (!status.ok()) {
      work.sink.Fail(use, status);
      failed = &use;
    }
    return work.sink.wanted();
  });
}

absl::Status TaskRunner::ReadPart(Work& work, const GroupPlan::Task& task, const RawRead& read,
                                  const ArrayView& to) const {
  const Field& field = store_.fields()[task.field];
  const Box& in_chunk = read.in_chunk;
  ArrayView part{
      nullptr, field.dtype, in_chunk.extent,
      RowMajorStrides(field.grid.ShapeOf(task.chunk), static_cast<int64_t>(SizeOf(field.dtype)))};
  for (size_t i = 0; i < part.strides.size(); ++i) {
    part.strides[i] *= in_chunk.stride_of(static_cast<int>(i));
  }

  // Straight into the batch where both are one run of bytes.
  const bool straight = !transforms_[task.field].has_value() && part.contiguous() &&
                        to.contiguous() && read.bytes == to.size_bytes();
  part.data = straight ? to.data : work.worker.encoded.Reserve(read.bytes).data();
  const absl::Span<std::byte> bytes(part.data, static_cast<size_t>(read.bytes));
  const int64_t offset = task.location.offset + read.first;
  absl::Status status = straight ? store_.StreamBytes(task.location.file, offset, bytes)
                                 : store_.ReadBytes(task.location.file, offset, bytes);
  work.watch.Lap(work.worker.counters.read_nanos);
  if (!status.ok()) return Annotate(std::move(status), DescribeChunk(task));
  work.worker.counters.bytes_read.Add(read.bytes);
  work.worker.counters.reads.Add(1);
  if (part.contiguous() && read.bytes == task.location.size) {
    // A whole chunk that is in its place already: only what the store checks is left to do.
    SEICHE_RETURN_IF_ERROR(store_.DecodeChunk(task.field, task.chunk, task.location, bytes,
                                              in_chunk, part, work.worker.scratch));
  }
  if (!straight) {
    const Box chunk_box = field.grid.BoxOf(task.chunk);
    Copy(task.field, part, to,
         FirstChannel(task.field, chunk_box) + FirstChannel(task.field, in_chunk));
    work.watch.Lap(work.worker.counters.copy_nanos);
  }
  return absl::OkStatus();
}

void TaskRunner::DeliverSlow(Work& work, const GroupPlan::Task& task) const {
  const Field& field = store_.fields()[task.field];
  work.plan.ForEachUse(task, [&](const Use& use) {
    const ArrayView to = Place(work, use);
    absl::Status status;
    if (!transforms_[task.field].has_value()) {
      status = store_.Read(task.field, use.box, to);
    } else {
      const int64_t bytes = NumElements(use.box.extent) * static_cast<int64_t>(SizeOf(field.dtype));
      const ArrayView whole =
          MakeView(static_cast<void*>(work.worker.decoded.Reserve(bytes).data()), field.dtype,
                   use.box.extent);
      status = store_.Read(task.field, use.box, whole);
      if (status.ok()) Copy(task.field, whole, to, FirstChannel(task.field, use.box));
    }
    work.watch.Lap(work.worker.counters.slow_nanos);
    if (status.ok()) {
      work.worker.counters.bytes_slow.Add(to.size_bytes());
    } else {
      work.sink.Fail(use, status);
    }
    return false;
  });
}

ArrayView TaskRunner::Place(Work& work, const Use& use) const {
  ArrayView place = places_[use.output];
  place.data = work.sink.Place(use);
  return place;
}

void TaskRunner::FailAll(Work& work, const GroupPlan::Task& task,
                         const absl::Status& status) const {
  work.plan.ForEachUse(task, [&](const Use& use) {
    work.sink.Fail(use, status);
    return true;
  });
}

std::string TaskRunner::DescribeChunk(const GroupPlan::Task& task) const {
  const Field& field = store_.fields()[task.field];
  if (task.chunk < 0) return field.name;
  return absl::StrCat(field.name, ": chunk ", ToString(field.grid.Coordinates(task.chunk)));
}

absl::Status TaskRunner::NoMemory(const GroupPlan::Task& task) const {
  return absl::ResourceExhaustedError(absl::StrCat(store_.path(), ": ", DescribeChunk(task),
                                                   ": the system has no memory to decode it in"));
}

}  // namespace seiche
