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

absl::StatusOr<std::unique_ptr<Loader>> MakeLoader(const ReadRequest& request, uint64_t seed) {
  SEICHE_ASSIGN_OR_RETURN(std::shared_ptr<const SequenceStore> store, OpenStore(request.path));
  return Loader::Create(std::move(store),
                        {.batch_size = static_cast<int64_t>(request.batches[0].size()),
                         .seed = seed,
                         .max_batches = static_cast<int64_t>(request.batches.size()),
                         .workers = request.workers});
}

absl::Status FinishEpoch(Loader& loader) {
  while (true) {
    SEICHE_ASSIGN_OR_RETURN(const std::optional<Batch> batch, loader.Next());
    if (!batch.has_value()) return absl::OkStatus();
  }
}

uint32_t AddToChecksum(const Batch& batch, uint32_t checksum) {
  const ConstArrayView view = batch.view();
  return Adler32({view.data, static_cast<size_t>(view.size_bytes())}, checksum);
}

absl::StatusOr<ReadTime> ReadEpoch(Loader& loader, const ReadRequest& request, int64_t epoch) {
  ReadTime time{.checksum = request.check ? kAdler32Start : 0};
  const double start = Now(), cpu_start = CpuSeconds();
  SEICHE_RETURN_IF_ERROR(loader.StartEpoch(epoch));
  for (const std::vector<int64_t>& expected : request.batches) {
    SEICHE_ASSIGN_OR_RETURN(const std::optional<Batch> batch, loader.Next());
    if (time.samples == 0) time.first_batch_seconds = Now() - start;
    if (!batch.has_value() || batch->samples() != absl::MakeSpan(expected)) {
      return absl::InternalError(
          absl::StrCat(request.path, ": other samples came than the peers read"));
    }
    time.samples += batch->size();
    if (request.check) time.checksum = AddToChecksum(*batch, time.checksum);
  }
  time.seconds = Now() - start;
  time.cpu_seconds = CpuSeconds() - cpu_start;
  return time;
}

}  // namespace

absl::StatusOr<ReadTime> ReadWithSeiche(const ReadRequest& request, uint64_t seed, int64_t epoch) {
  if (request.window != 0) {
    return absl::UnimplementedError(absl::StrCat(request.path, ": the loader has no windows"));
  }
  SEICHE_ASSIGN_OR_RETURN(const std::unique_ptr<Loader> loader, MakeLoader(request, seed));
  SEICHE_RETURN_IF_ERROR(FinishEpoch(*loader));
  return ReadEpoch(*loader, request, epoch);
}

}  // namespace seiche
