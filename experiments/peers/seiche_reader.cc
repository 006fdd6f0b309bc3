#include "experiments/peers/seiche_reader.h"

#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "experiments/peers/adler32.h"
#include "loader/loader.h"
#include "storage/open.h"

namespace seiche {
namespace {

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double CpuSeconds() {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

absl::StatusOr<std::unique_ptr<Loader>> MakeLoader(const ReadRequest& request) {
  OpenOptions open;
  if (!request.memory_map) open.files = &UnmappedFileSystem();
  SEICHE_ASSIGN_OR_RETURN(std::shared_ptr<const SequenceStore> store,
                          OpenStore(request.path, open));
  LoaderOptions options = {.batch_size = static_cast<int64_t>(request.batches[0].size()),
                           .order = request.chunk_aware ? Order::kChunkAware : Order::kUniform,
                           .seed = request.seed,
                           .epoch = request.epoch,
                           .max_batches = static_cast<int64_t>(request.batches.size()),
                           .workers = request.workers};
  if (request.window != 0) options.sample.windows = {{.frames = request.window}};
  if (request.memory_budget != 0) options.memory_budget = request.memory_budget;
  return Loader::Create(std::move(store), options);
}

absl::Status FinishEpoch(Loader& loader) {
  while (true) {
    SEICHE_ASSIGN_OR_RETURN(const std::optional<Batch> batch, loader.Next());
    if (!batch.has_value()) return absl::OkStatus();
  }
}

// Adds the batch to `time`, whose clock is not looked at.
absl::Status Take(const ReadRequest& request, const std::vector<int64_t>& expected,
                  const std::optional<Batch>& batch, ReadTime& time) {
  const bool same = batch.has_value() &&
                    (request.chunk_aware || batch->samples() == absl::MakeConstSpan(expected));
  if (!same || batch->samples().size() != expected.size()) {
    return absl::InternalError(
        absl::StrCat(request.path, ": other samples came than the peers read"));
  }
  time.samples += batch->size();
  if (!request.check) return absl::OkStatus();
  const ConstArrayView view = batch->view();
  time.checksum = Adler32({view.data, static_cast<size_t>(view.size_bytes())}, time.checksum);
  time.checked.insert(time.checked.end(), batch->samples().begin(), batch->samples().end());
  return absl::OkStatus();
}

// From `start` on: the loader may have been at work since then.
absl::StatusOr<ReadTime> ReadEpoch(Loader& loader, const ReadRequest& request, double start,
                                   double cpu_start) {
  ReadTime time{.checksum = request.check ? kAdler32Start : 0};
  for (const std::vector<int64_t>& expected : request.batches) {
    SEICHE_ASSIGN_OR_RETURN(const std::optional<Batch> batch, loader.Next());
    if (time.samples == 0) time.first_batch_seconds = Now() - start;
    SEICHE_RETURN_IF_ERROR(Take(request, expected, batch, time));
  }
  time.seconds = Now() - start;
  time.cpu_seconds = CpuSeconds() - cpu_start;
  const LoaderStatistics statistics = loader.statistics();
  time.decodes_per_chunk = statistics.decodes_per_chunk();
  time.shuffle_quality = statistics.shuffle_quality;
  return time;
}

}  // namespace

absl::StatusOr<ReadTime> ReadWithSeiche(const ReadRequest& request) {
  double start = Now(), cpu_start = CpuSeconds();
  SEICHE_ASSIGN_OR_RETURN(std::unique_ptr<Loader> loader, MakeLoader(request));
  if (loader->strategy().keep_all) return ReadEpoch(*loader, request, start, cpu_start);
  SEICHE_RETURN_IF_ERROR(FinishEpoch(*loader));
  start = Now();
  cpu_start = CpuSeconds();
  SEICHE_RETURN_IF_ERROR(loader->StartEpoch(request.epoch));
  return ReadEpoch(*loader, request, start, cpu_start);
}

}  // namespace seiche
