#include "loader/plan/read_simulation.h"

#include <algorithm>
#include <vector>

#include "base/status.h"
#include "base/worker_pool.h"
#include "loader/loader_setup.h"
#include "loader/order/batch_schedule.h"
#include "loader/plan/chunk_cache.h"
#include "loader/plan/group_plan.h"
#include "loader/plan/seen_chunks.h"

namespace seiche {
namespace {

using Task = GroupPlan::Task;

// Adds what a plan costs.
void AddPlan(const LoaderSetup& setup, const GroupPlan& plan, ReadCost& cost) {
  for (const GroupPlan::Run& run : plan.runs()) {
    for (const Task& task : plan.tasks(run)) {
      const Field& field = setup.store->fields()[task.field];
      const auto element = static_cast<int64_t>(SizeOf(field.dtype));
      if (task.entry != nullptr) task.entry->Finish(absl::OkStatus());
      if (task.kind == Task::Kind::kRaw) {
        plan.ForEachUse(task, [&](const GroupPlan::Use& use) {
          cost.bytes_read += std::min(task.location.size, NumElements(use.box.extent) * element);
          return true;
        });
      }
      if (task.kind != Task::Kind::kDecode) continue;
      if (task.location.kind == ChunkLocation::Kind::kMissing) continue;
      ++cost.decodes;
      cost.bytes_read += task.location.size;
      cost.bytes_decoded += NumElements(field.grid.ShapeOf(task.chunk)) * element;
    }
  }
}

double Ratio(int64_t a, int64_t b) {
  return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

}  // namespace

double ReadCost::decodes_per_chunk() const { return Ratio(decodes, chunks); }
double ReadCost::read_amplification() const { return Ratio(bytes_decoded, bytes_delivered); }

absl::StatusOr<ReadCost> SimulateReads(std::shared_ptr<const SequenceStore> store,
                                       const LoaderOptions& options) {
  const int workers = options.workers == 0 ? AvailableCores() : options.workers;
  SEICHE_ASSIGN_OR_RETURN(const LoaderSetup setup, SetUpLoader(std::move(store), options, workers));
  const BatchSchedule schedule(ScheduleOptions(options, setup.map->size(), setup.first_batch));
  const Sampler sampler(setup.strategy.sampler, setup.map->size(), options.seed, setup.epoch);
  ChunkCache cache(setup.strategy.cache_bytes);
  SeenChunks seen(*setup.store);
  GroupPlan plan;
  ReadCost cost{.strategy = setup.strategy, .shuffle = setup.shuffle};
  std::vector<std::vector<int64_t>> samples;
  for (int64_t batch = 0; batch < schedule.num_batches();) {
    const int64_t end = std::min(schedule.num_batches(), batch + setup.strategy.most_group_batches);
    samples.clear();
    if (setup.strategy.cache_bytes > 0) cache.Expire(schedule.At(batch).first_position);
    for (; batch < end; ++batch) {
      const BatchSchedule::Rows rows = schedule.At(batch);
      std::vector<int64_t>& row = samples.emplace_back();
      for (int64_t i = 0; i < rows.count; ++i) {
        row.push_back(sampler(schedule.Wrapped(rows.first_position + i)));
      }
      cost.samples += rows.count;
    }
    const std::vector<absl::Span<const int64_t>> spans(samples.begin(), samples.end());
    ChunkExpiry expiry = ExpiryUntil(setup, schedule, sampler, end - 1);
    plan.Build({.store = setup.store.get(),
                .map = setup.map.get(),
                .cached = &setup.strategy.cached,
                .cache = &cache,
                .share = options.decode_once,
                .epoch = setup.epoch,
                .expiry = [&](int field, int64_t chunk) { return expiry(field, chunk); }},
               spans);
    seen.Add(plan);
    AddPlan(setup, plan, cost);
  }
  cost.chunks = seen.distinct();
  cost.bytes_delivered = cost.samples * setup.sample_bytes;
  return cost;
}

}  // namespace seiche
