#include "loader/plan/group_plan.h"

#include <algorithm>
#include <cassert>
#include <tuple>

#include "base/dtype.h"
#include "loader/plan/chunk_strip.h"

namespace seiche {
namespace {

using Kind = ChunkLocation::Kind;

// The box's first and last element.
void Corners(const Box& box, Shape& first, Shape& last) {
  first = box.offset;
  last = box.offset;
  for (size_t i = 0; i < last.size(); ++i) last[i] += (box.extent[i] - 1) * box.stride_of(i);
}

// Whether a chunk of the box can only be delivered by the store's Read().
bool NeedsSlowWay(const SequenceStore& store, int field, const Box& box) {
  const Field& f = store.fields()[field];
  if (f.slow_reason.empty()) return false;
  const absl::Status status = f.grid.ForEachChunk(box, [&](const ChunkPart& part) {
    return store.Locate(field, part.chunk).kind == Kind::kOther ? absl::CancelledError()
                                                                : absl::OkStatus();
  });
  return !status.ok();
}

int64_t ChunkBytes(const Field& field, int64_t chunk) {
  return NumElements(field.grid.ShapeOf(chunk)) * static_cast<int64_t>(SizeOf(field.dtype));
}

}  // namespace

void GroupPlan::Build(const Input& input, absl::Span<const absl::Span<const int64_t>> samples) {
  share_ = input.share;
  CollectUses(input, samples);
  CollectLists(input);
  CollectPairs(input);
  MakeTasks(input);
  MakeRuns(input, static_cast<int32_t>(samples.size()));
}

void GroupPlan::CollectUses(const Input& input,
                            absl::Span<const absl::Span<const int64_t>> samples) {
  const auto outputs = static_cast<int32_t>(input.map->outputs().size());
  size_t count = 0;
  for (const auto& rows : samples) count += rows.size() * outputs;
  uses_.resize(count);
  size_t i = 0;
  for (size_t batch = 0; batch < samples.size(); ++batch) {
    for (size_t row = 0; row < samples[batch].size(); ++row) {
      for (int32_t output = 0; output < outputs; ++output) {
        Use& use = uses_[i++];
        use.batch = static_cast<int32_t>(batch);
        use.row = static_cast<int32_t>(row);
        use.output = output;
        input.map->SetBox(output, samples[batch][row], input.epoch, use.box);
      }
    }
  }
}

void GroupPlan::CollectLists(const Input& input) {
  keys_.clear();
  tasks_.clear();
  task_lists_.clear();
  lists_.clear();
  use_order_.clear();
  Shape first, last;
  for (size_t i = 0; i < uses_.size(); ++i) {
    const Use& use = uses_[i];
    const int field = input.map->outputs()[use.output].field;
    if (NeedsSlowWay(*input.store, field, use.box)) {
      use_order_.push_back(static_cast<int32_t>(i));
      task_lists_.push_back(static_cast<int32_t>(lists_.size()));
      tasks_.push_back({.kind = Task::Kind::kSlow,
                        .field = field,
                        .chunk = -1,
                        .first_list = static_cast<int32_t>(lists_.size()),
                        .num_lists = 1});
      lists_.push_back({field, static_cast<int32_t>(use_order_.size()) - 1, 1});
      continue;
    }
    const ChunkGrid& grid = input.store->fields()[field].grid;
    Corners(use.box, first, last);
    // Long strides may leave chunks out between the corners, and parts of a concatenation may have
    // chunks of their own there.
    const bool regular = use.box.stride.empty() && (first[0] == last[0] || grid.aligned());
    keys_.push_back({{.field = field,
                      .first_chunk = grid.NumberAt(first),
                      .last_chunk = grid.NumberAt(last),
                      .alone = regular && share_ ? -1 : static_cast<int32_t>(i)},
                     static_cast<int32_t>(i)});
  }
  std::sort(keys_.begin(), keys_.end());
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (i == 0 || keys_[i].first != keys_[i - 1].first) {
      lists_.push_back({keys_[i].first.field, static_cast<int32_t>(use_order_.size()), 0});
    }
    use_order_.push_back(keys_[i].second);
    ++lists_.back().num_uses;
  }
}

void GroupPlan::CollectPairs(const Input& input) {
  pairs_.clear();
  for (size_t l = tasks_.size(); l < lists_.size(); ++l) {  // those before are slow ones
    const List& list = lists_[l];
    const ChunkGrid& grid = input.store->fields()[list.field].grid;
    const Use& use = uses_[use_order_[list.first_use]];
    (void)grid.ForEachChunk(use.box, [&](const ChunkPart& part) {
      pairs_.push_back({list.field, part.chunk, static_cast<int32_t>(l)});
      return absl::OkStatus();
    });
  }
  if (!std::is_sorted(pairs_.begin(), pairs_.end())) std::sort(pairs_.begin(), pairs_.end());
}

void GroupPlan::MakeTasks(const Input& input) {
  for (size_t i = 0; i < pairs_.size();) {
    Task task = MakeTask(input, pairs_[i]);
    task.first_list = static_cast<int32_t>(task_lists_.size());
    for (const Pair& first = pairs_[i];
         i < pairs_.size() && pairs_[i].field == first.field && pairs_[i].chunk == first.chunk;
         ++i) {
      task_lists_.push_back(pairs_[i].list);
      ++task.num_lists;
      if (share_) continue;
      ++i;
      break;
    }
    tasks_.push_back(task);
  }
  FindStrips(input);
  SortTasks();
}

bool GroupPlan::SameStrip(const Input& input, const Task& a, const Task& b, int axis) const {
  const auto decodes = [](const Task& task) {
    return task.kind == Task::Kind::kDecode && task.entry == nullptr &&
           task.location.kind == Kind::kBytes;
  };
  if (a.field != b.field || a.chunk + 1 != b.chunk || !decodes(a) || !decodes(b) ||
      a.location.file != b.location.file || a.num_lists != b.num_lists) {
    return false;
  }
  for (int32_t l = 0; l < a.num_lists; ++l) {
    const int32_t list = task_lists_[a.first_list + l];
    if (list != task_lists_[b.first_list + l]) return false;
    // A stride may leave chunks of the row out.
    if (!uses_[use_order_[lists_[list].first_use]].box.stride.empty()) return false;
  }
  // A chunk whose number is the next one, and does not begin a row of its own.
  const ChunkGrid& grid = input.store->fields()[b.field].grid;
  return grid.BoxOf(b.chunk).offset[axis] > 0;
}

void GroupPlan::FindStrips(const Input& input) {
  strip_offsets_.clear();
  if (!share_ || !input.strips) return;
  strip_axes_.clear();
  for (size_t i = 0; i < input.store->fields().size(); ++i) {
    // Where some chunks of a row are kept, the others would be no whole row.
    const bool kept = input.cache != nullptr && (*input.cached)[i];
    strip_axes_.push_back(kept ? -1 : StripAxis(input.store->fields()[i]));
  }
  int64_t delivered = 0;
  for (size_t i = 0; i < tasks_.size();) {
    const int axis = tasks_[i].chunk < 0 ? -1 : strip_axes_[tasks_[i].field];
    size_t end = i + 1;
    while (axis >= 0 && end < tasks_.size() &&
           SameStrip(input, tasks_[end - 1], tasks_[end], axis)) {
      ++end;
    }
    // A part of a chunk that one sample alone needs may be had without the rest of it.
    if (end - i > 1 && CountUses(tasks_[i]) > 1) {
      int64_t offset = tasks_[i].location.offset;
      for (size_t t = i; t < end; ++t) {
        tasks_[t].strip = static_cast<int32_t>(strip_offsets_.size());
        offset = std::min(offset, tasks_[t].location.offset);
        if (delivered < kMinStripDelivery) delivered += DeliveredBytes(input, tasks_[t]);
      }
      strip_offsets_.push_back(offset);
    }
    i = end;
  }
  if (static_cast<int32_t>(strip_offsets_.size()) < kMinStrips || delivered < kMinStripDelivery) {
    for (Task& task : tasks_) task.strip = -1;
  }
}

// What others decode comes last: by then it is there. The rest in file order.
void GroupPlan::SortTasks() {
  std::sort(tasks_.begin(), tasks_.end(), [this](const Task& a, const Task& b) {
    const auto rank = [this](const Task& t) {
      const int64_t offset = t.strip < 0 ? t.location.offset : strip_offsets_[t.strip];
      return std::tuple(t.kind == Task::Kind::kCached, t.kind == Task::Kind::kSlow, t.location.file,
                        offset, t.strip, t.field, t.chunk, t.first_list);
    };
    return rank(a) < rank(b);
  });
}

GroupPlan::Task GroupPlan::MakeTask(const Input& input, const Pair& pair) {
  const Field& field = input.store->fields()[pair.field];
  Task task{.field = pair.field,
            .chunk = pair.chunk,
            .location = input.store->Locate(pair.field, pair.chunk)};
  if (ReadsParts(task.location)) {
    task.kind = Task::Kind::kRaw;
    return task;
  }
  if (input.cache == nullptr || !(*input.cached)[pair.field] ||
      task.location.kind == Kind::kMissing) {
    return task;
  }
  const int64_t expires = input.expiry(pair.field, pair.chunk);
  task.entry = input.cache->Find(pair.field, pair.chunk);
  if (task.entry != nullptr) {
    task.kind = Task::Kind::kCached;
    // Samples of a later block may have elements of it: it stays for as long as they are filled.
    task.entry->expires = std::max(task.entry->expires, expires);
    return task;
  }
  const int64_t bytes =
      NumElements(field.grid.BoxOf(pair.chunk).extent) * static_cast<int64_t>(SizeOf(field.dtype));
  task.entry = input.cache->TryAdd(pair.field, pair.chunk, bytes, expires);
  return task;
}

int64_t GroupPlan::DeliveredBytes(const Input& input, const Task& task) const {
  const Field& field = input.store->fields()[task.field];
  const int64_t element = static_cast<int64_t>(SizeOf(field.dtype));
  const Box chunk = field.grid.BoxOf(task.chunk);
  int64_t bytes = 0;
  ForEachUse(task, [&](const Use& use) {
    int64_t elements = 1;
    for (size_t i = 0; i < use.box.extent.size(); ++i) {
      elements *= std::min(use.box.extent[i], chunk.extent[i]);
    }
    bytes += elements * element;
    return true;
  });
  return bytes;
}

int64_t GroupPlan::WorkOf(const Input& input, const Task& task) const {
  const Field& field = input.store->fields()[task.field];
  if (task.kind == Task::Kind::kDecode) return ChunkBytes(field, task.chunk);
  int64_t bytes = 0;
  ForEachUse(task, [&](const Use& use) {
    bytes += NumElements(use.box.extent) * static_cast<int64_t>(SizeOf(field.dtype));
    return true;
  });
  return task.chunk < 0 ? bytes : std::min(bytes, ChunkBytes(field, task.chunk));
}

void GroupPlan::MakeRuns(const Input& input, int32_t num_batches) {
  runs_.clear();
  run_batches_.clear();
  runs_of_batch_.assign(num_batches, 0);
  last_run_of_batch_.assign(num_batches, -1);
  Run run;
  int64_t work = 0;
  for (int32_t i = 0; i < static_cast<int32_t>(tasks_.size()); ++i) {
    const Task& task = tasks_[i];
    const ChunkLocation& at = task.location;
    const int64_t more = WorkOf(input, task);
    // Chunks of a strip may lie anywhere.
    const bool reads =
        task.kind == Task::Kind::kDecode && at.kind == Kind::kBytes && task.strip < 0;
    if (run.num_tasks > 0) {
      const Task& before = tasks_[i - 1];
      bool joins = work + more <= kRunBytes && before.kind == task.kind && task.strip < 0 &&
                   before.strip < 0 && before.location.kind == at.kind &&
                   task.kind != Task::Kind::kRaw && task.kind != Task::Kind::kSlow;
      if (joins && reads) {
        joins =
            before.location.file == at.file && ReadsTogether(run.read_offset, run.read_bytes, at);
      }
      if (task.strip >= 0) joins = before.strip == task.strip;
      if (!joins) {
        CloseRun(run);
        run = {};
        work = 0;
      }
    }
    if (run.num_tasks == 0) {
      run.first_task = i;
      run.read_offset = reads ? at.offset : 0;
    }
    if (reads) {
      run.read_bytes = std::max(run.read_bytes, at.offset + at.size - run.read_offset);
    }
    ++run.num_tasks;
    work += more;
  }
  if (run.num_tasks > 0) CloseRun(run);
}

void GroupPlan::CloseRun(Run& run) {
  const auto number = static_cast<int32_t>(runs_.size());
  run.first_batch = static_cast<int32_t>(run_batches_.size());
  // A task that delivers to all batches, as most do in large groups, settles it.
  const size_t all = runs_of_batch_.size();
  for (const Task& task : tasks(run)) {
    if (run_batches_.size() - run.first_batch == all) break;
    ForEachUse(task, [&](const Use& use) {
      if (last_run_of_batch_[use.batch] == number) return true;
      last_run_of_batch_[use.batch] = number;
      ++runs_of_batch_[use.batch];
      run_batches_.push_back(use.batch);
      return run_batches_.size() - run.first_batch < all;
    });
  }
  std::sort(run_batches_.begin() + run.first_batch, run_batches_.end());
  run.num_batches = static_cast<int32_t>(run_batches_.size()) - run.first_batch;
  runs_.push_back(run);
}

int64_t GroupPlan::CountUses(const Task& task) const {
  int64_t count = 0;
  for (int32_t l = 0; l < task.num_lists; ++l) {
    count += lists_[task_lists_[task.first_list + l]].num_uses;
  }
  return count;
}

}  // namespace seiche
