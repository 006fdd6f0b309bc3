#include "experiments/measure/read_speed.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "loader/loader.h"
#include "loader/order/sampler.h"

namespace seiche {
namespace {

constexpr int kPrefetch = 2;  // batches

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Fetches all batches of the epoch; returns the number of sequences.
absl::StatusOr<int64_t> Fetch(Loader& loader) {
  int64_t sequences = 0;
  for (int64_t batch = 0; batch < loader.num_batches(); ++batch) {
    SEICHE_ASSIGN_OR_RETURN(const std::optional<Batch> next, loader.Next());
    if (next.has_value()) sequences += next->size();
  }
  return sequences;
}

// The first epoch, 0, is not timed.
int64_t EpochOfRepeat(int repeat) { return repeat + 1; }

absl::StatusOr<std::unique_ptr<Loader>> MakeLoader(const ReadPlan& plan, const ReadJob& job,
                                                   int workers) {
  const EpochSize epoch = EpochSizeOf(plan, job.store->size());
  return Loader::Create(job.store, {.batch_size = epoch.batch_size,
                                    .seed = plan.seed,
                                    .max_batches = epoch.batches,
                                    .workers = workers,
                                    .prefetch = kPrefetch,
                                    .decode_once = false});  // as published
}

// One timed epoch: repeat `repeat` of `job`.
absl::Status MeasureRepeat(const ReadPlan& plan, int repeat, ReadJob& job, Loader& loader,
                           ReadSpeed& speed) {
  SEICHE_ASSIGN_OR_RETURN(const bool verified, PrepareCache(job.paths, plan.cache));
  speed.cache_verified = speed.cache_verified && verified;
  const double start = Now();
  SEICHE_RETURN_IF_ERROR(loader.StartEpoch(EpochOfRepeat(repeat)));
  SEICHE_ASSIGN_OR_RETURN(const int64_t sequences, Fetch(loader));
  const double seconds = Now() - start;
  const EpochSize epoch = EpochSizeOf(plan, job.store->size());
  if (sequences != epoch.sequences()) {
    return absl::InternalError(absl::StrCat(job.store->path(), ": ", sequences,
                                            " sequences came instead of ", epoch.sequences()));
  }
  speed.sequences = sequences;
  speed.seconds.push_back(seconds / static_cast<double>(sequences));
  return absl::OkStatus();
}

absl::Status MeasureWithWorkers(const ReadPlan& plan, int workers, absl::Span<ReadJob> jobs,
                                const std::function<void()>& done) {
  std::vector<std::unique_ptr<Loader>> loaders;
  for (ReadJob& job : jobs) {
    SEICHE_ASSIGN_OR_RETURN(std::unique_ptr<Loader> loader, MakeLoader(plan, job, workers));
    SEICHE_RETURN_IF_ERROR(Fetch(*loader).status());
    loaders.push_back(std::move(loader));
    job.speeds.push_back({.workers = workers, .cache_verified = true});
  }
  for (int repeat = 0; repeat < plan.repeats; ++repeat) {
    for (size_t i = 0; i < jobs.size(); ++i) {
      SEICHE_RETURN_IF_ERROR(
          MeasureRepeat(plan, repeat, jobs[i], *loaders[i], jobs[i].speeds.back()));
      done();
    }
  }
  return absl::OkStatus();
}

}  // namespace

EpochSize EpochSizeOf(const ReadPlan& plan, int64_t sequences) {
  EpochSize epoch;
  epoch.batch_size = std::min(plan.batch_size, sequences);
  epoch.batches = std::min(plan.batches, sequences / epoch.batch_size);
  return epoch;
}

std::vector<int64_t> SequencesOfRepeat(const ReadPlan& plan, int64_t sequences, int repeat) {
  const Sampler sampler({}, sequences, plan.seed, EpochOfRepeat(repeat));
  std::vector<int64_t> result(EpochSizeOf(plan, sequences).sequences());
  for (size_t i = 0; i < result.size(); ++i) result[i] = sampler(static_cast<int64_t>(i));
  return result;
}

absl::Status MeasureReading(const ReadPlan& plan, absl::Span<ReadJob> jobs,
                            const std::function<void()>& done) {
  for (ReadJob& job : jobs) job.speeds.clear();
  for (const int workers : plan.workers) {
    SEICHE_RETURN_IF_ERROR(MeasureWithWorkers(plan, workers, jobs, done));
  }
  return absl::OkStatus();
}

}  // namespace seiche
