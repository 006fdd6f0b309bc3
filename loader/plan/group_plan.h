// What has to be done to fill some batches: which chunks, in which order, for whom.
//
//   GroupPlan plan;                                     // reused: no allocation once warm
//   plan.Build(input, /*batches=*/{{rows}, {rows}});
//   for (const GroupPlan::Run& run : plan.runs()) ...   // each is one worker's piece of work
//
// Every chunk is one task, whatever number of samples need it: it is decoded once and its parts go
// to all of them. Tasks are in the order of the file and gathered into runs, whose neighbouring
// chunks are read together. Thread-compatible; immutable while workers run it.
#ifndef SEICHE_LOADER_PLAN_GROUP_PLAN_H_
#define SEICHE_LOADER_PLAN_GROUP_PLAN_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "base/shape.h"
#include "loader/plan/chunk_cache.h"
#include "loader/plan/sample_map.h"
#include "storage/sequence_store.h"

namespace seiche {

class GroupPlan {
 public:
  // A run has about so many decoded bytes, unless one chunk or strip has more: some tenths of a
  // millisecond of work, so that no worker holds up a batch for long.
  static constexpr int64_t kRunBytes = 1 << 20;
  // Chunks with at most so many bytes between them are read together.
  static constexpr int64_t kMaxGap = 64 << 10;
  // No read has more bytes, unless one chunk has.
  static constexpr int64_t kMaxReadBytes = 4 << 20;
  // Raw chunks of more bytes are not read as a whole: each sample reads its own part.
  static constexpr int64_t kMaxRawBytes = 256 << 10;
  // Less work is not gathered into strips (chunk_strip.h): there would be too few runs for the
  // workers, or what is delivered would stay in the caches anyway.
  static constexpr int32_t kMinStrips = 16;
  static constexpr int64_t kMinStripDelivery = 4 << 20;
  // Whether a chunk is read together with the `bytes` from `offset` on, of the same file.
  static bool ReadsTogether(int64_t offset, int64_t bytes, const ChunkLocation& next) {
    return next.offset >= offset && next.offset - (offset + bytes) <= kMaxGap &&
           next.offset + next.size - offset <= kMaxReadBytes;
  }
  static bool ReadsParts(const ChunkLocation& location) {
    return location.raw && location.size > kMaxRawBytes;
  }

  // A part of one sample.
  struct Use {
    int32_t batch = 0;  // of the group
    int32_t row = 0;    // of the batch
    int32_t output = 0;
    Box box;  // what of the field it needs
  };

  struct Task {
    enum class Kind : uint8_t {
      kDecode,  // read and decode, deliver, and keep in `entry` if there is one
      kCached,  // another task decodes it, or has, into `entry`: deliver
      kRaw,     // each use reads its own part
      kSlow,    // one use; only the store's Read() can do it
    };
    Kind kind = Kind::kDecode;
    int32_t field = 0;
    int64_t chunk = 0;  // -1 for kSlow
    ChunkLocation location;
    ChunkCache::Entry* entry = nullptr;
    int32_t first_list = 0, num_lists = 0;
    int32_t strip = -1;  // which one it belongs to, if any
  };

  // All tasks of a strip are one run, and no other tasks are: chunks that the same uses need, in
  // the order of their numbers.
  struct Run {
    int32_t first_task = 0, num_tasks = 0;
    int64_t read_offset = 0, read_bytes = 0;   // of all tasks together; 0: each reads its own
    int32_t first_batch = 0, num_batches = 0;  // in batches_of()
  };

  struct Input {
    const SequenceStore* store = nullptr;
    const SampleMap* map = nullptr;
    // By field of the store: whether decoded chunks go into the cache, as far as it has room.
    const std::vector<bool>* cached = nullptr;
    ChunkCache* cache = nullptr;
    // Off: every use has tasks of its own, as if nobody else needed the chunk.
    bool share = true;
    // Whether workers have the memory that strips take.
    bool strips = false;
    int64_t epoch = 0;
    // The position at which a chunk's entry expires.
    absl::FunctionRef<int64_t(int field, int64_t chunk)> expiry;
  };

  // `samples[b]` are the samples of batch b of the group, row by row.
  void Build(const Input& input, absl::Span<const absl::Span<const int64_t>> samples);

  absl::Span<const Run> runs() const { return runs_; }
  absl::Span<const Task> tasks(const Run& run) const {
    return absl::MakeConstSpan(tasks_).subspan(run.first_task, run.num_tasks);
  }
  // Batches of the group that the run delivers to, in order.
  absl::Span<const int32_t> batches_of(const Run& run) const {
    return absl::MakeConstSpan(run_batches_).subspan(run.first_batch, run.num_batches);
  }
  // Whether uses share tasks. If not, each is to decode the chunks it needs as a whole.
  bool shares() const { return share_; }
  // How many runs deliver to each batch.
  absl::Span<const int64_t> runs_of_batch() const { return runs_of_batch_; }

  // Calls visit(use) for each use of the task, until it returns false.
  template <typename Visit>
  void ForEachUse(const Task& task, Visit visit) const {
    for (int32_t l = 0; l < task.num_lists; ++l) {
      const List& list = lists_[task_lists_[task.first_list + l]];
      for (int32_t u = 0; u < list.num_uses; ++u) {
        if (!visit(uses_[use_order_[list.first_use + u]])) return;
      }
    }
  }
  int64_t CountUses(const Task& task) const;

 private:
  // Uses of one field that need exactly the same chunks.
  struct List {
    int32_t field = 0;
    int32_t first_use = 0, num_uses = 0;  // in use_order_
  };
  // What uses with equal chunks have in common.
  struct Key {
    int32_t field = 0;
    int64_t first_chunk = 0, last_chunk = 0;
    int32_t alone = -1;  // the use itself, if it shares with nobody
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Pair {
    int32_t field = 0;
    int64_t chunk = 0;
    int32_t list = 0;
    friend auto operator<=>(const Pair&, const Pair&) = default;
  };

  void CollectUses(const Input& input, absl::Span<const absl::Span<const int64_t>> samples);
  void CollectLists(const Input& input);
  void CollectPairs(const Input& input);
  void MakeTasks(const Input& input);
  Task MakeTask(const Input& input, const Pair& pair);
  // Gathers tasks into strips.
  void FindStrips(const Input& input);
  bool SameStrip(const Input& input, const Task& a, const Task& b, int axis) const;
  void SortTasks();
  void MakeRuns(const Input& input, int32_t num_batches);
  // Adds the batches that the run delivers to.
  void CloseRun(Run& run);
  int64_t WorkOf(const Input& input, const Task& task) const;
  // Bytes that the task's uses take of its chunk, strides left out of account.
  int64_t DeliveredBytes(const Input& input, const Task& task) const;

  bool share_ = true;
  std::vector<Use> uses_;
  std::vector<std::pair<Key, int32_t>> keys_;
  std::vector<int32_t> use_order_;
  std::vector<List> lists_;
  std::vector<Pair> pairs_;
  std::vector<int32_t> task_lists_;
  std::vector<Task> tasks_;
  std::vector<int> strip_axes_;         // of each field of the store
  std::vector<int64_t> strip_offsets_;  // each strip's first byte in its file
  std::vector<Run> runs_;
  std::vector<int32_t> run_batches_;
  std::vector<int64_t> runs_of_batch_;
  std::vector<int32_t> last_run_of_batch_;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_PLAN_GROUP_PLAN_H_
