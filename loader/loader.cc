#include "loader/loader.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <new>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "base/worker_pool.h"
#include "loader/batch_job.h"
#include "loader/batch_ring.h"
#include "loader/counters.h"
#include "loader/loader_setup.h"
#include "loader/loader_state.h"
#include "loader/plan/chunk_cache.h"
#include "loader/plan/group_plan.h"
#include "loader/plan/group_size.h"
#include "loader/plan/seen_chunks.h"
#include "loader/read_ahead.h"
#include "loader/task_runner.h"

namespace seiche {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// Batches that are planned together and the tickets of their runs.
struct Group {
  GroupPlan plan;
  int64_t first_batch = 0, end_batch = 0;
  std::atomic<int64_t> first_ticket = 0, end_ticket = 0;
};

// Groups of batches are planned and published in order; their runs become tickets, which workers
// draw from one atomic counter. A worker takes the lock only when there are no tickets or when it
// has finished the last run of a batch. Batches behind `stop_after_` are drawn and dropped: that is
// how an error and a stop reach the workers, within one chunk.
//
// The error of an epoch is that of the lowest row of the lowest batch that fails. Batches up to the
// lowest failing one are always finished, so which one that is depends on nothing but the data.
class LoaderImpl final : public Loader {
 public:
  LoaderImpl(LoaderSetup setup, const LoaderOptions& options);
  ~LoaderImpl() override;

  // Starts the first epoch. kResourceExhausted if the system has no more threads.
  absl::Status Start();

  absl::StatusOr<std::optional<Batch>> Next() override;
  bool WaitFor(absl::Duration timeout) override;
  absl::Status StartEpoch(int64_t epoch) override;
  std::string State() const override;
  int64_t epoch() const override { return epoch_; }
  int64_t num_batches() const override { return schedule_.num_batches(); }
  int64_t num_samples() const override { return setup_.map->size(); }
  absl::Span<const BatchOutput> outputs() const override { return *setup_.outputs; }
  const Strategy& strategy() const override { return setup_.strategy; }
  LoaderStatistics statistics() const override;
  std::vector<SkippedSample> skipped() const override;

 private:
  class RunSink;

  BatchJob& JobOf(int64_t batch) { return jobs_[batch % jobs_.size()]; }
  void BeginEpoch(int64_t epoch, int64_t first_batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes workers drop what they have and draw no more.
  void Quench() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Publishes groups as long as there is room and there are buffers for them.
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Publishes the next group, smaller than wanted where buffers are missing. False if there are
  // none.
  bool PublishForWaiting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes buffers until there are `wanted`, or no more.
  int64_t AcquireSlots(int64_t wanted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  GroupSize::Progress Progress() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return {.now = std::chrono::steady_clock::now(),
            .wait_nanos = consumer_.wait_nanos.value(),
            .delivered = delivered_,
            .published = published_};
  }
  // Batches of the next group, if there are buffers for them.
  int64_t WantedBatches() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The next `batches` ones, whose slots are there.
  void PublishGroup(int64_t batches) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // False if there is no memory for the plan.
  bool Plan(Group& group) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void Work(WorkerState& worker);
  // A ticket, or -1 if there is none now.
  int64_t Draw();
  // False when the loader is being destroyed.
  bool WaitForTickets(WorkerState& worker);
  void Run(int64_t ticket, WorkerState& worker);
  Group& GroupOf(int64_t ticket);
  // Hints at what tickets behind this one, which is not done, will read.
  void HintBehind(int64_t ticket);
  Group& next_group() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return groups_[published_groups_ % groups_.size()];
  }
  void RecordError(int64_t batch, int64_t row, int64_t ticket, const absl::Status& status);
  bool Wanted(int64_t batch) const { return batch <= stop_after_.load(std::memory_order_relaxed); }

  // Blocks until `job` is finished.
  void Await(BatchJob& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes the failed rows out of the job's batch and lists them.
  void DropFailedRows(BatchJob& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Describe(const BatchJob& job, int64_t row, const absl::Status& status) const;

  const LoaderSetup setup_;
  const LoaderOptions options_;
  const TaskRunner runner_;
  const std::shared_ptr<BatchRing> ring_;
  std::vector<BatchJob> jobs_;
  std::vector<Group> groups_;
  std::vector<std::unique_ptr<WorkerState>> workers_;
  std::vector<std::thread> threads_;
  ConsumerCounters consumer_;

  // Changed while no worker does anything.
  BatchSchedule schedule_;
  Sampler sampler_;
  int64_t epoch_ = 0;
  std::chrono::steady_clock::time_point epoch_start_;

  alignas(kCacheLine) std::atomic<int64_t> next_ticket_ = 0;
  alignas(kCacheLine) std::atomic<int64_t> tickets_ = 0;  // published
  std::atomic<int64_t> stop_after_ = kNever;              // batch; lowered under mutex_
  ReadAhead read_ahead_;

  alignas(kCacheLine) mutable absl::Mutex mutex_;
  absl::CondVar tickets_published_, job_finished_, worker_idle_, entry_finished_;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;  // an epoch is open
  absl::Status plan_error_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;  // the loader is being destroyed
  int idle_ ABSL_GUARDED_BY(mutex_) = 0;           // workers waiting for tickets
  int entry_waiters_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t published_ ABSL_GUARDED_BY(mutex_) = 0;         // batches
  int64_t published_groups_ ABSL_GUARDED_BY(mutex_) = 0;  // since the epoch began
  int64_t delivered_ ABSL_GUARDED_BY(mutex_) = 0;         // batches
  std::vector<std::unique_ptr<Batch::Slot>> slots_ ABSL_GUARDED_BY(mutex_);  // for the next groups
  GroupSize group_size_ ABSL_GUARDED_BY(mutex_);
  std::vector<absl::Span<const int64_t>> group_samples_ ABSL_GUARDED_BY(mutex_);
  ChunkCache cache_ ABSL_GUARDED_BY(mutex_);
  SeenChunks seen_ ABSL_GUARDED_BY(mutex_);
  int64_t epoch_decodes_ ABSL_GUARDED_BY(mutex_) = 0;
  double epoch_seconds_ ABSL_GUARDED_BY(mutex_) = 0;
  double waited_before_ ABSL_GUARDED_BY(mutex_) = 0;  // seconds, in earlier epochs
  std::vector<SkippedSample> skipped_ ABSL_GUARDED_BY(mutex_);
};

// Where the run of a ticket puts what it decodes.
class LoaderImpl::RunSink final : public TaskSink {
 public:
  RunSink(LoaderImpl& loader, const Group& group, const GroupPlan::Run& run, int64_t ticket)
      : loader_(loader),
        first_batch_(group.first_batch),
        lowest_batch_(group.first_batch + group.plan.batches_of(run)[0]),
        ticket_(ticket) {}

  bool wanted() const override { return loader_.Wanted(lowest_batch_); }

  std::byte* Place(const GroupPlan::Use& use) override {
    return loader_.JobOf(first_batch_ + use.batch).slot->Row(use.output, use.row);
  }

  void Fail(const GroupPlan::Use& use, const absl::Status& status) override {
    loader_.RecordError(first_batch_ + use.batch, use.row, ticket_, status);
  }

  bool Wait(const ChunkCache::Entry& entry) override {
    absl::MutexLock lock(&loader_.mutex_);
    ++loader_.entry_waiters_;
    while (!entry.finished() && wanted()) loader_.entry_finished_.Wait(&loader_.mutex_);
    --loader_.entry_waiters_;
    return entry.finished();
  }

  void Finish(ChunkCache::Entry& entry, absl::Status status) override {
    absl::MutexLock lock(&loader_.mutex_);
    entry.Finish(std::move(status));
    if (loader_.entry_waiters_ > 0) loader_.entry_finished_.SignalAll();
  }

 private:
  LoaderImpl& loader_;
  const int64_t first_batch_, lowest_batch_, ticket_;
};

LoaderImpl::LoaderImpl(LoaderSetup setup, const LoaderOptions& options)
    : setup_(std::move(setup)),
      options_(options),
      runner_(*setup_.store, *setup_.map, setup_.transforms),
      ring_(std::make_shared<BatchRing>(
          BatchRing::Options{.outputs = setup_.outputs,
                             .rows = setup_.rows,
                             .batch_bytes = setup_.batch_bytes,
                             .capacity = setup_.strategy.kept_buffers(),
                             .max_buffers = setup_.strategy.max_buffers(),
                             .memory_budget = options.memory_budget,
                             .on_return =
                                 [this] {
                                   absl::MutexLock lock(&mutex_);
                                   Publish();
                                 }})),
      jobs_(setup_.strategy.groups * setup_.strategy.most_group_batches),
      groups_(setup_.strategy.groups),
      schedule_(ScheduleOptions(options, setup_.map->size(), setup_.first_batch)),
      sampler_(setup_.strategy.sampler, setup_.map->size(), options.seed, setup_.epoch),
      read_ahead_(ReadAhead::MostRuns(options.memory_budget, GroupPlan::kMaxReadBytes)),
      group_size_(setup_.strategy),
      cache_(setup_.strategy.cache_bytes),
      seen_(*setup_.store) {}

LoaderImpl::~LoaderImpl() {
  ring_->Close();
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    Quench();
    tickets_published_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

absl::Status LoaderImpl::Start() {
  for (int i = 0; i < setup_.workers; ++i) workers_.push_back(std::make_unique<WorkerState>());
  try {
    for (auto& worker : workers_) threads_.emplace_back([this, &worker] { Work(*worker); });
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(absl::StrCat("cannot start worker ", threads_.size() + 1,
                                                     " of ", setup_.workers, ": ",
                                                     error.code().message(), "; lower workers"));
  }
  absl::MutexLock lock(&mutex_);
  BeginEpoch(setup_.epoch, setup_.first_batch);
  return absl::OkStatus();
}

absl::Status LoaderImpl::StartEpoch(int64_t epoch) {
  if (epoch < 0) return absl::InvalidArgumentError(absl::StrCat("epoch = ", epoch, " is negative"));
  absl::MutexLock lock(&mutex_);
  Quench();
  while (idle_ < static_cast<int>(threads_.size())) worker_idle_.Wait(&mutex_);
  for (BatchJob& job : jobs_) {
    if (job.slot != nullptr) ring_->PutBack(std::move(job.slot));
  }
  group_size_.BeginNextEpoch();
  BeginEpoch(epoch, /*first_batch=*/0);
  return absl::OkStatus();
}

void LoaderImpl::BeginEpoch(int64_t epoch, int64_t first_batch) {
  epoch_ = epoch;
  epoch_start_ = std::chrono::steady_clock::now();
  waited_before_ = consumer_.wait_nanos.seconds();
  schedule_ = BatchSchedule(ScheduleOptions(options_, setup_.map->size(), first_batch));
  sampler_ = Sampler(setup_.strategy.sampler, setup_.map->size(), options_.seed, epoch);
  next_ticket_ = 0;
  read_ahead_.Restart();
  stop_after_ = kNever;
  published_ = published_groups_ = delivered_ = 0;
  plan_error_ = absl::OkStatus();
  for (Group& group : groups_) group.end_batch = group.first_ticket = group.end_ticket = 0;
  for (BatchJob& job : jobs_) {
    job.remaining = 0;
    job.errors.clear();
  }
  if (setup_.strategy.keep_all) {
    cache_.StartEpoch(/*expires=*/kNever);
  } else {
    cache_.Clear();
  }
  seen_.Clear();
  epoch_decodes_ = 0;
  epoch_seconds_ = 0;
  running_ = true;
  Publish();
}

void LoaderImpl::Quench() {
  running_ = false;
  stop_after_ = -1;
  tickets_ = 0;
  entry_finished_.SignalAll();
}

void LoaderImpl::Publish() {
  const int64_t before = published_;
  while (running_ && stop_after_ == kNever && published_ < num_batches()) {
    if (next_group().end_batch > delivered_) break;
    const int64_t wanted = WantedBatches(), there = AcquireSlots(wanted);
    // A consumer that holds many batches gets small groups, but one that waits gives them back
    // soon.
    const bool idle = published_ == delivered_ && there > 0 && !group_size_.consumer_waits();
    if (there < wanted && !idle) break;
    PublishGroup(there);
  }
  if (published_ > before) tickets_published_.SignalAll();
}

bool LoaderImpl::PublishForWaiting() {
  Publish();
  if (published_ > delivered_) return true;
  if (!running_ || stop_after_ != kNever) return false;
  const int64_t there = AcquireSlots(WantedBatches());
  if (there == 0) return false;
  PublishGroup(there);
  tickets_published_.SignalAll();
  return published_ > delivered_;
}

int64_t LoaderImpl::AcquireSlots(int64_t wanted) {
  while (static_cast<int64_t>(slots_.size()) < wanted) {
    std::unique_ptr<Batch::Slot> slot = ring_->TryAcquire();
    if (slot == nullptr) break;
    slots_.push_back(std::move(slot));
  }
  return std::min(wanted, static_cast<int64_t>(slots_.size()));
}

int64_t LoaderImpl::WantedBatches() {
  return std::min(group_size_.Next(Progress()), num_batches() - published_);
}

void LoaderImpl::PublishGroup(int64_t batches) {
  group_size_.Start(Progress());
  Group& group = next_group();
  group.first_batch = published_;
  group_samples_.clear();
  for (; batches > 0; --batches) {
    std::unique_ptr<Batch::Slot> slot = std::move(slots_.back());
    slots_.pop_back();
    const BatchSchedule::Rows rows = schedule_.At(published_);
    slot->samples.resize(rows.count);
    for (int64_t i = 0; i < rows.count; ++i) {
      slot->samples[i] = sampler_(schedule_.Wrapped(rows.first_position + i));
    }
    slot->padding = rows.padding;
    slot->number = schedule_.Number(published_);
    group_samples_.push_back(slot->samples);
    BatchJob& job = JobOf(published_++);
    job.slot = std::move(slot);
    job.errors.clear();
  }
  group.end_batch = published_;

  if (!Plan(group)) {
    plan_error_ = absl::ResourceExhaustedError(
        absl::StrCat(setup_.store->path(), ": no memory to plan a batch of so many chunks: lower ",
                     "batch_size, or give the file larger chunks"));
    running_ = false;
    published_ = group.end_batch = group.first_batch;
    return;
  }
  const absl::Span<const int64_t> runs = group.plan.runs_of_batch();
  for (int64_t batch = group.first_batch; batch < group.end_batch; ++batch) {
    JobOf(batch).remaining = runs[batch - group.first_batch];
  }

  const int64_t first_ticket = tickets_;
  const auto end_ticket = first_ticket + static_cast<int64_t>(group.plan.runs().size());
  group.first_ticket.store(first_ticket, std::memory_order_relaxed);
  group.end_ticket.store(end_ticket, std::memory_order_release);
  tickets_.store(end_ticket, std::memory_order_release);
  ++published_groups_;
}

bool LoaderImpl::Plan(Group& group) try {
  if (setup_.strategy.cache_bytes > 0) {
    cache_.Expire(schedule_.At(std::min(delivered_, group.first_batch)).first_position);
  }
  ChunkExpiry expiry = ExpiryUntil(setup_, schedule_, sampler_, group.end_batch - 1);
  group.plan.Build({.store = setup_.store.get(),
                    .map = setup_.map.get(),
                    .cached = &setup_.strategy.cached,
                    .cache = &cache_,
                    .share = options_.decode_once,
                    .strips = setup_.strips,
                    .epoch = epoch_,
                    .expiry = [&](int field, int64_t chunk) { return expiry(field, chunk); }},
                   group_samples_);
  epoch_decodes_ += seen_.Add(group.plan);
  return true;
} catch (const std::bad_alloc&) {  // the number of chunks is what the file says
  return false;
}

absl::StatusOr<std::optional<Batch>> LoaderImpl::Next() {
  absl::MutexLock lock(&mutex_);
  Stopwatch watch;
  group_size_.Ask(/*holds=*/ring_->counts().leased > 0);
  while (true) {
    if (delivered_ == num_batches()) return std::nullopt;
    if (published_ == delivered_ && !PublishForWaiting()) {
      return plan_error_.ok() ? ring_->ExhaustedError() : plan_error_;
    }
    BatchJob& job = JobOf(delivered_);
    watch.Lap(consumer_.busy_nanos);
    Await(job);
    watch.Lap(consumer_.wait_nanos);
    epoch_seconds_ =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - epoch_start_).count();
    if (!job.errors.empty()) {
      const auto& [row, error] = *job.errors.begin();
      if (options_.on_error == OnError::kFail) return Describe(job, row, error.status);
      DropFailedRows(job);
    }
    ++delivered_;
    if (job.slot->rows() == 0) {
      ring_->PutBack(std::move(job.slot));
      Publish();
      continue;
    }
    consumer_.batches.Add(1);
    consumer_.samples.Add(job.slot->rows());
    consumer_.bytes_delivered.Add(job.slot->rows() * setup_.sample_bytes);
    Batch batch = ring_->Lease(std::move(job.slot));
    Publish();
    watch.Lap(consumer_.busy_nanos);
    return batch;
  }
}

bool LoaderImpl::WaitFor(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  if (delivered_ == num_batches()) return true;
  if (published_ == delivered_ && !PublishForWaiting()) return true;
  const BatchJob& job = JobOf(delivered_);
  if (job.finished()) return true;
  Stopwatch watch;
  const absl::Time deadline = absl::Now() + timeout;
  while (!job.finished() && !job_finished_.WaitWithDeadline(&mutex_, deadline)) {
  }
  watch.Lap(consumer_.wait_nanos);
  return job.finished();
}

void LoaderImpl::Await(BatchJob& job) {
  while (!job.finished()) job_finished_.Wait(&mutex_);
}

absl::Status LoaderImpl::Describe(const BatchJob& job, int64_t row,
                                  const absl::Status& status) const {
  return Annotate(status, absl::StrCat("sample ", job.slot->samples[row], " (row ", row,
                                       " of batch ", job.slot->number, ", epoch ", epoch_, ")"));
}

void LoaderImpl::DropFailedRows(BatchJob& job) {
  for (const auto& [row, error] : job.errors) {
    if (skipped_.size() >= kMaxListed) break;
    skipped_.push_back({job.slot->samples[row], epoch_, Describe(job, row, error.status)});
  }
  consumer_.skipped.Add(job.DropFailedRows());
}

std::string LoaderImpl::State() const {
  absl::MutexLock lock(&mutex_);
  return FormatState(
      {.order = setup_.identity, .epoch = epoch_, .batch = schedule_.Resume(delivered_)});
}

LoaderStatistics LoaderImpl::statistics() const {
  LoaderStatistics statistics;
  consumer_.AddTo(statistics);
  for (const auto& worker : workers_) worker->counters.AddTo(statistics);
  const int64_t ring_bytes = ring_->memory_bytes();
  absl::MutexLock lock(&mutex_);
  statistics.memory_peak_bytes =
      statistics.memory_bytes + ring_->peak_bytes() + cache_.peak_bytes();
  statistics.memory_bytes += ring_bytes + cache_.memory_bytes();
  statistics.epoch_chunks = seen_.distinct();
  statistics.epoch_chunk_decodes = epoch_decodes_;
  statistics.epoch_seconds = epoch_seconds_;
  statistics.epoch_wait_seconds = consumer_.wait_nanos.seconds() - waited_before_;
  for (int64_t batch = delivered_; batch < published_; ++batch) {
    const bool ready = jobs_[batch % jobs_.size()].finished();
    ++(ready ? statistics.batches_ready : statistics.batches_in_work);
  }
  statistics.order = NameOf(setup_.strategy.sampler.order);
  statistics.shuffle_quality = setup_.shuffle.value();
  statistics.slow_fields = setup_.slow_fields;
  return statistics;
}

std::vector<SkippedSample> LoaderImpl::skipped() const {
  absl::MutexLock lock(&mutex_);
  return skipped_;
}

void LoaderImpl::Work(WorkerState& worker) {
  do {
    for (int64_t ticket = Draw(); ticket >= 0; ticket = Draw()) Run(ticket, worker);
  } while (WaitForTickets(worker));
}

int64_t LoaderImpl::Draw() {
  int64_t ticket = next_ticket_.load(std::memory_order_relaxed);
  while (ticket < tickets_.load(std::memory_order_acquire)) {
    if (next_ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_relaxed)) {
      return ticket;
    }
  }
  return -1;
}

bool LoaderImpl::WaitForTickets(WorkerState& worker) {
  absl::MutexLock lock(&mutex_);
  ++idle_;
  worker_idle_.Signal();
  // At the end of an epoch there is nothing to wait for.
  const bool ring_is_full = running_ && stop_after_ == kNever && published_ < num_batches();
  Stopwatch watch;
  while (!stopping_ && next_ticket_ >= tickets_) tickets_published_.Wait(&mutex_);
  if (ring_is_full) watch.Lap(worker.counters.idle_nanos);
  --idle_;
  return !stopping_;
}

Group& LoaderImpl::GroupOf(int64_t ticket) {
  // A group stays until all its batches are delivered, so the one of a drawn ticket is there.
  // Another group may be published anew meanwhile: its end is written last and read first, so that
  // a new end never goes with an old beginning.
  for (Group& group : groups_) {
    if (ticket < group.end_ticket.load(std::memory_order_acquire) &&
        ticket >= group.first_ticket.load(std::memory_order_relaxed)) {
      return group;
    }
  }
  ABSL_UNREACHABLE();
}

void LoaderImpl::HintBehind(int64_t ticket) {
  const auto [first, end] = read_ahead_.Claim(ticket, tickets_.load(std::memory_order_acquire));
  int64_t bytes = 0;
  for (int64_t next = first; next < end && bytes < ReadAhead::MostBytes(options_.memory_budget);
       ++next) {
    // Its group stays, too: it is delivered after this ticket's.
    const Group& group = GroupOf(next);
    if (!Wanted(group.first_batch)) return;
    bytes += runner_.WillRead(group.plan, group.plan.runs()[next - group.first_ticket]);
  }
}

void LoaderImpl::Run(int64_t ticket, WorkerState& worker) {
  const Group& group = GroupOf(ticket);
  const GroupPlan::Run& run = group.plan.runs()[ticket - group.first_ticket];
  HintBehind(ticket);
  const int64_t bytes = worker.counters.bytes_read.value();
  const int64_t nanos = worker.counters.read_nanos.value();
  RunSink sink(*this, group, run, ticket);
  runner_.Run(group.plan, run, worker, sink);
  const int64_t read = worker.counters.bytes_read.value() - bytes;
  if (read > 0) read_ahead_.Observe(read, worker.counters.read_nanos.value() - nanos);
  worker.counters.memory_bytes.store(worker.memory_bytes(), std::memory_order_relaxed);
  const int64_t first_batch = group.first_batch;
  bool finished = false;
  for (const int32_t batch : group.plan.batches_of(run)) {
    finished |= JobOf(first_batch + batch).remaining.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  if (finished) {
    absl::MutexLock lock(&mutex_);
    job_finished_.Signal();
  }
}

void LoaderImpl::RecordError(int64_t batch, int64_t row, int64_t ticket,
                             const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  if (!Wanted(batch)) return;  // abandoned, or an earlier one has failed
  if (options_.on_error == OnError::kFail) stop_after_ = batch;
  JobOf(batch).AddError(row, ticket, status);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Loader>> Loader::Create(std::shared_ptr<const SequenceStore> store,
                                                       const LoaderOptions& options) {
  const int workers = options.workers == 0 ? AvailableCores() : options.workers;
  SEICHE_ASSIGN_OR_RETURN(LoaderSetup setup, SetUpLoader(std::move(store), options, workers));
  auto loader = std::make_unique<LoaderImpl>(std::move(setup), options);
  SEICHE_RETURN_IF_ERROR(loader->Start());
  return loader;
}

}  // namespace seiche
