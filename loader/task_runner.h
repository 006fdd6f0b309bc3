// Does the runs of a GroupPlan: read, decode once, deliver to every sample that needs it.
//
//   const TaskRunner runner(store, map, transforms);
//   WorkerState worker;                                        // one per thread, kept warm
//   runner.Run(plan, run, worker, sink);
//
// The fast path is DeliverWhole(): a chunk that one sample alone needs, as a whole and as stored,
// is decoded straight into the batch. Immutable, shared by threads.
#ifndef SEICHE_LOADER_TASK_RUNNER_H_
#define SEICHE_LOADER_TASK_RUNNER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "codecs/codec.h"
#include "loader/counters.h"
#include "loader/plan/chunk_cache.h"
#include "loader/plan/group_plan.h"
#include "loader/plan/raw_reads.h"
#include "loader/plan/sample_map.h"
#include "loader/transform/transform.h"
#include "storage/sequence_store.h"

namespace seiche {

// One chunk of a strip that is decoded.
struct StripPiece {
  ArrayView chunk;
  Box chunk_box;  // in the array
  // Of the sample that is delivered:
  Box in_box;           // what of it the chunk holds
  ConstArrayView from;  // those elements
  ArrayView in_rows;    // where they go if the sample's part is put together first
  int64_t first_channel = 0;
};

// What one worker thread works in. Thread-compatible, but for the counters.
struct WorkerState {
  AlignedBuffer encoded;
  AlignedBuffer decoded;
  CodecScratch scratch;
  std::vector<StripPiece> strip;
  AlignedBuffer strip_part;  // what one sample takes of a strip
  WorkerCounters counters;

  int64_t memory_bytes() const {
    return static_cast<int64_t>(encoded.capacity() + decoded.capacity() + strip_part.capacity() +
                                scratch.memory_bytes());
  }
};

// Where samples go, and who is told. Called by the worker that does the run.
class TaskSink {
 public:
  virtual ~TaskSink() = default;
  // False once the batches of the run are not wanted any more: what is left of it is dropped.
  virtual bool wanted() const = 0;
  // The contiguous array of a sample's output.
  virtual std::byte* Place(const GroupPlan::Use& use) = 0;
  // The sample cannot be had.
  virtual void Fail(const GroupPlan::Use& use, const absl::Status& status) = 0;
  // Waits for another worker to finish the entry. False if the run is not wanted any more.
  virtual bool Wait(const ChunkCache::Entry& entry) = 0;
  // Finishes the entry and wakes those who wait for it.
  virtual void Finish(ChunkCache::Entry& entry, absl::Status status) = 0;
};

class TaskRunner {
 public:
  // By field of the store; null: delivered as stored. `store` and `map` must outlive the runner.
  using Transforms = std::vector<std::optional<ElementTransform>>;
  TaskRunner(const SequenceStore& store, const SampleMap& map, Transforms transforms);

  // dtype in which an output is delivered.
  DType dtype(int output) const;

  void Run(const GroupPlan& plan, const GroupPlan::Run& run, WorkerState& worker,
           TaskSink& sink) const;

  // Asks the system to read ahead what the run will need, and returns how many bytes that is. A
  // hint: nothing waits or fails.
  int64_t WillRead(const GroupPlan& plan, const GroupPlan::Run& run) const;

  // Bytes that one worker may need to work in, besides a read of at most GroupPlan::kMaxReadBytes:
  // an upper bound for chunks that do not grow when encoded. At most 2^50.
  static int64_t ScratchBytes(const SequenceStore& store, const SampleMap& map);
  // What it will take in all, judged by the first chunk of each field: no bound.
  static int64_t LikelyBytes(const SequenceStore& store, const SampleMap& map,
                             const Transforms& transforms);
  // Bytes that it may need besides where the plan has strips; 0 if it never does.
  static int64_t StripScratchBytes(const SequenceStore& store, const SampleMap& map);

 private:
  // One run at work.
  struct Work {
    const GroupPlan& plan;
    WorkerState& worker;
    TaskSink& sink;
    Stopwatch watch;
  };

  void RunTask(Work& work, const GroupPlan::Task& task, absl::Span<const std::byte> encoded) const;
  void CountDecoded(Work& work, const GroupPlan::Task& task) const;
  // Whether it succeeded. If not, one chunk after the other is left to deliver, or to say why it
  // cannot be had.
  bool RunStrip(Work& work, absl::Span<const GroupPlan::Task> tasks) const;
  bool DecodeStrip(Work& work, absl::Span<const GroupPlan::Task> tasks) const;
  // Says of each piece what goes where, and returns where the use's part is put together, which is
  // `whole` of its box and goes to that of `place`. Without data if it is too large for that, or
  // has no long rows there.
  ArrayView ArrangeStrip(Work& work, int field, const GroupPlan::Use& use, const ArrayView& place,
                         Box& whole) const;
  void DeliverStrip(Work& work, absl::Span<const GroupPlan::Task> tasks) const;
  // Whether it succeeded in reading several chunks at one go, into the worker's `encoded`.
  bool ReadTogether(Work& work, int32_t file, int64_t offset, int64_t bytes) const;
  absl::StatusOr<absl::Span<const std::byte>> ReadChunk(Work& work,
                                                        const GroupPlan::Task& task) const;
  // True if the task was of the kind that the fast path takes.
  bool DeliverWhole(Work& work, const GroupPlan::Task& task, absl::Span<const std::byte> encoded,
                    absl::Status& status) const;
  void Decode(Work& work, const GroupPlan::Task& task, absl::Span<const std::byte> encoded) const;
  // Decodes a part of the chunk into `memory`; `decoded` is a view of it.
  absl::Status DecodePart(Work& work, const GroupPlan::Task& task,
                          absl::Span<const std::byte> encoded, const Box& part,
                          AlignedBuffer& memory, ArrayView& decoded) const;
  // The part of a chunk that Decode() decodes: of its frames those that uses need (or one of them,
  // `only`), if the store has them cheaper than the chunk; shape is `shape` along all axes but
  // those that are cut.
  Box NeededBox(Work& work, const GroupPlan::Task& task, const Box& chunk_box, Shape shape,
                const GroupPlan::Use* only) const;
  void DeliverCached(Work& work, const GroupPlan::Task& task) const;
  void DeliverRaw(Work& work, const GroupPlan::Task& task) const;
  void DeliverSlow(Work& work, const GroupPlan::Task& task) const;
  // Copies the parts that the uses (or one of them, `only`) need out of the chunk, whose first
  // element is chunk_box.offset.
  void Scatter(Work& work, const GroupPlan::Task& task, const ConstArrayView& chunk,
               const Box& chunk_box, const GroupPlan::Use* only) const;
  void Copy(int field, const ConstArrayView& from, const ArrayView& to,
            int64_t first_channel) const;
  // Where the box begins along axis C; 0 if the field has none.
  int64_t FirstChannel(int field, const Box& box) const;
  // The reads of a raw chunk, use by use; in_box: what of the use's box lies in the chunk.
  void ForEachPart(const GroupPlan& plan, const GroupPlan::Task& task,
                   absl::FunctionRef<bool(const GroupPlan::Use&, const Box& in_box, const RawRead&)>
                       visit) const;
  // One read of a raw chunk, delivered to `to`.
  absl::Status ReadPart(Work& work, const GroupPlan::Task& task, const RawRead& read,
                        const ArrayView& to) const;
  ArrayView Place(Work& work, const GroupPlan::Use& use) const;
  void FailAll(Work& work, const GroupPlan::Task& task, const absl::Status& status) const;
  std::string DescribeChunk(const GroupPlan::Task& task) const;
  absl::Status NoMemory(const GroupPlan::Task& task) const;

  const SequenceStore& store_;
  const SampleMap& map_;
  const Transforms transforms_;
  std::vector<ArrayView> places_;  // by output, without data
};

}  // namespace seiche

#endif  // SEICHE_LOADER_TASK_RUNNER_H_
