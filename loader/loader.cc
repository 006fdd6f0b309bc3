#include "loader/loader.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/dtype.h"
#include "base/status.h"
#include "base/worker_pool.h"
#include "loader/batch_ring.h"
#include "loader/counters.h"
#include "loader/sample_reader.h"
#include "loader/task_plan.h"

namespace seiche {
namespace {

constexpr int kMaxWorkers = 1024;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

absl::Status CheckOptions(const SequenceStore& store, const LoaderOptions& options) {
  const auto error = [](auto... parts) {
    return absl::InvalidArgumentError(absl::StrCat("LoaderOptions: ", parts...));
  };
  const int64_t fields = static_cast<int64_t>(store.fields().size());
  if (options.field < 0 || options.field >= fields) {
    return error("field = ", options.field, " is not one of the ", fields, " fields of ",
                 store.path());
  }
  if (options.batch_size < 1) return error("batch_size = ", options.batch_size, " is below 1");
  if (options.epoch < 0) return error("epoch = ", options.epoch, " is negative");
  if (options.max_batches < -1) return error("max_batches = ", options.max_batches, " is below -1");
  if (options.workers < 0 || options.workers > kMaxWorkers) {
    return error("workers = ", options.workers, " is not in [0, ", kMaxWorkers, "]");
  }
  if (options.prefetch < 1) return error("prefetch = ", options.prefetch, " is below 1");
  if (options.memory_budget < 1) {
    return error("memory_budget = ", options.memory_budget, " is below 1 byte");
  }
  return absl::OkStatus();
}

int64_t CountBatches(const LoaderOptions& options, int64_t samples) {
  const int64_t whole = samples / options.batch_size;
  const bool part = !options.drop_last && samples % options.batch_size != 0;
  const int64_t batches = whole + (part ? 1 : 0);
  return options.max_batches < 0 ? batches : std::min(batches, options.max_batches);
}

// A batch on its way: published to the workers, not yet delivered.
struct Job {
  bool finished() const { return remaining.load(std::memory_order_acquire) == 0; }

  std::unique_ptr<Batch::Slot> slot;
  std::atomic<int64_t> remaining = 0;   // tasks
  std::atomic<int64_t> slow_bytes = 0;  // that came through libhdf5
};

// Batches are published in order, at most one per job, and their tasks become tickets, which
// workers draw from one atomic counter. A worker takes the lock only when there are no tickets or
// when it has finished the last task of a batch. Tickets above `stop_after_` are drawn and dropped:
// that is how an error and a stop reach the workers, within one chunk.
//
// An error is that of the lowest ticket that fails. Whoever holds a lower ticket finishes it, so
// which one that is depends on nothing but the data.
class LoaderImpl : public Loader {
 public:
  LoaderImpl(std::shared_ptr<const SequenceStore> store, const LoaderOptions& options,
             BatchRing::Options ring);
  ~LoaderImpl() override;

  // Starts epoch options.epoch. kResourceExhausted if the system has no more threads.
  absl::Status Start(int workers);

  absl::StatusOr<std::optional<Batch>> Next() override;
  absl::Status StartEpoch(int64_t epoch) override;
  int64_t num_batches() const override { return num_batches_; }
  LoaderStatistics statistics() const override;

 private:
  // Samples in the batches before `batch`.
  int64_t SamplesBefore(int64_t batch) const {
    return batch == 0 ? 0 : std::min(batch * options_.batch_size, store_->size());
  }
  Job& JobOf(int64_t batch) { return jobs_[batch % jobs_.size()]; }

  void BeginEpoch(int64_t epoch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes workers drop what they have and draw no more.
  void Quench() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Publishes batches as long as there are jobs and buffers for them.
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void Work(WorkerState& worker);
  // A ticket, or -1 if there is none now.
  int64_t Draw();
  // False when the loader is being destroyed.
  bool WaitForTickets(WorkerState& worker);
  void Run(int64_t ticket, WorkerState& worker);
  absl::Status Fill(int64_t ticket, const TaskPlan::Task& task, Job& job, WorkerState& worker);
  void RecordError(int64_t ticket, absl::Status status);
  bool Abandoned(int64_t ticket) const {
    return ticket > stop_after_.load(std::memory_order_relaxed);
  }

  const std::shared_ptr<const SequenceStore> store_;
  const LoaderOptions options_;
  const Field& field_;
  const int64_t num_batches_;
  const TaskPlan plan_;
  const SampleReader reader_;
  const std::shared_ptr<BatchRing> ring_;
  std::vector<Job> jobs_;
  std::vector<std::unique_ptr<WorkerState>> workers_;
  std::vector<std::thread> threads_;
  ConsumerCounters consumer_;

  // Changed while no worker runs a task.
  Sampler sampler_;
  int64_t epoch_ = 0;

  alignas(kCacheLine) std::atomic<int64_t> next_ticket_ = 0;
  alignas(kCacheLine) std::atomic<int64_t> tickets_ = 0;  // published
  std::atomic<int64_t> stop_after_ = kNever;              // lowered under mutex_

  alignas(kCacheLine) absl::Mutex mutex_;
  absl::CondVar tickets_published_, job_finished_, worker_idle_;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;   // an epoch is open
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;  // the loader is being destroyed
  int idle_ ABSL_GUARDED_BY(mutex_) = 0;           // workers waiting for tickets
  int64_t published_ ABSL_GUARDED_BY(mutex_) = 0;  // batches
  int64_t delivered_ ABSL_GUARDED_BY(mutex_) = 0;  // batches
  absl::Status error_ ABSL_GUARDED_BY(mutex_);     // of ticket stop_after_
};

LoaderImpl::LoaderImpl(std::shared_ptr<const SequenceStore> store, const LoaderOptions& options,
                       BatchRing::Options ring)
    : store_(std::move(store)),
      options_(options),
      field_(store_->fields()[options.field]),
      num_batches_(CountBatches(options, store_->size())),
      plan_(field_, options.batch_size),
      reader_(*store_, options.field),
      ring_([&] {
        ring.on_return = [this] {
          absl::MutexLock lock(&mutex_);
          Publish();
        };
        return std::make_shared<BatchRing>(std::move(ring));
      }()),
      jobs_(std::clamp<int64_t>(num_batches_, 1, options.prefetch)),
      sampler_(options.order, store_->size(), options.seed, options.epoch) {}

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

absl::Status LoaderImpl::Start(int workers) {
  for (int i = 0; i < workers; ++i) workers_.push_back(std::make_unique<WorkerState>());
  try {
    for (auto& worker : workers_) threads_.emplace_back([this, &worker] { Work(*worker); });
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(absl::StrCat("cannot start worker ", threads_.size() + 1,
                                                     " of ", workers, ": ", error.code().message(),
                                                     "; lower workers"));
  }
  absl::MutexLock lock(&mutex_);
  BeginEpoch(options_.epoch);
  return absl::OkStatus();
}

absl::Status LoaderImpl::StartEpoch(int64_t epoch) {
  if (epoch < 0) return absl::InvalidArgumentError(absl::StrCat("epoch = ", epoch, " is negative"));
  absl::MutexLock lock(&mutex_);
  Quench();
  while (idle_ < static_cast<int>(threads_.size())) worker_idle_.Wait(&mutex_);
  for (Job& job : jobs_) {
    if (job.slot != nullptr) ring_->PutBack(std::move(job.slot));
  }
  BeginEpoch(epoch);
  return absl::OkStatus();
}

void LoaderImpl::BeginEpoch(int64_t epoch) {
  epoch_ = epoch;
  sampler_ = Sampler(options_.order, store_->size(), options_.seed, epoch);
  next_ticket_ = 0;
  stop_after_ = kNever;
  error_ = absl::OkStatus();
  published_ = delivered_ = 0;
  running_ = true;
  Publish();
}

void LoaderImpl::Quench() {
  running_ = false;
  stop_after_ = -1;
  tickets_ = 0;
}

void LoaderImpl::Publish() {
  if (!running_ || stop_after_ != kNever) return;
  const int64_t before = published_;
  const int64_t end = std::min<int64_t>(num_batches_, delivered_ + jobs_.size());
  for (; published_ < end; ++published_) {
    Job& job = JobOf(published_);
    job.slot = ring_->TryAcquire();
    if (job.slot == nullptr) break;
    const int64_t rows = SamplesBefore(published_ + 1) - SamplesBefore(published_);
    job.slot->number = published_;
    job.slot->shape[0] = rows;
    job.slot->samples.resize(rows);
    job.slow_bytes = 0;
    job.remaining = plan_.tickets(rows);
  }
  if (published_ == before) return;
  tickets_.store(plan_.tickets(SamplesBefore(published_)), std::memory_order_release);
  tickets_published_.SignalAll();
}

absl::StatusOr<std::optional<Batch>> LoaderImpl::Next() {
  absl::MutexLock lock(&mutex_);
  if (delivered_ == num_batches_) return std::nullopt;
  if (published_ == delivered_) Publish();
  if (published_ == delivered_) return ring_->ExhaustedError();
  Job& job = JobOf(delivered_);
  if (!job.finished()) {
    Stopwatch watch;
    while (!job.finished()) job_finished_.Wait(&mutex_);
    watch.Lap(consumer_.wait_nanos);
  }
  if (stop_after_ < plan_.tickets(SamplesBefore(delivered_ + 1))) return error_;

  consumer_.batches.Add(1);
  consumer_.samples.Add(job.slot->shape[0]);
  consumer_.bytes_delivered.Add(NumElements(job.slot->shape) *
                                static_cast<int64_t>(SizeOf(job.slot->dtype)));
  consumer_.bytes_slow.Add(job.slow_bytes);
  Batch batch = ring_->Lease(std::move(job.slot));
  ++delivered_;
  Publish();
  return batch;
}

LoaderStatistics LoaderImpl::statistics() const {
  LoaderStatistics statistics;
  consumer_.AddTo(statistics);
  for (const auto& worker : workers_) worker->counters.AddTo(statistics);
  return statistics;
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
  const bool ring_is_full = running_ && stop_after_ == kNever && published_ < num_batches_;
  Stopwatch watch;
  while (!stopping_ && next_ticket_ >= tickets_) tickets_published_.Wait(&mutex_);
  if (ring_is_full) watch.Lap(worker.counters.idle_nanos);
  --idle_;
  return !stopping_;
}

void LoaderImpl::Run(int64_t ticket, WorkerState& worker) {
  const TaskPlan::Task task = plan_.TaskOf(ticket);
  Job& job = JobOf(task.batch);
  if (!Abandoned(ticket)) {
    absl::Status status = Fill(ticket, task, job, worker);
    if (!status.ok()) RecordError(ticket, std::move(status));
  }
  if (job.remaining.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    absl::MutexLock lock(&mutex_);
    job_finished_.Signal();
  }
}

absl::Status LoaderImpl::Fill(int64_t ticket, const TaskPlan::Task& task, Job& job,
                              WorkerState& worker) {
  const int64_t sample = sampler_(task.batch * options_.batch_size + task.row);
  if (task.piece == 0) job.slot->samples[task.row] = sample;

  const Box box = plan_.BoxOf(sample, task.piece);
  Box in_batch = box;
  in_batch.offset[0] = task.row;
  const ArrayView batch =
      MakeView(static_cast<void*>(job.slot->memory.data()), field_.dtype, job.slot->shape);
  absl::StatusOr<int64_t> slow_bytes =
      reader_.Read(box, Slice(batch, in_batch), worker, [&] { return Abandoned(ticket); });
  if (!slow_bytes.ok()) {
    return Annotate(std::move(slow_bytes).status(),
                    absl::StrCat("sample ", sample, " (row ", task.row, " of batch ", task.batch,
                                 ", epoch ", epoch_, ")"));
  }
  if (*slow_bytes > 0) job.slow_bytes.fetch_add(*slow_bytes, std::memory_order_relaxed);
  return absl::OkStatus();
}

void LoaderImpl::RecordError(int64_t ticket, absl::Status status) {
  absl::MutexLock lock(&mutex_);
  if (ticket >= stop_after_) return;  // abandoned, or a lower one has failed
  stop_after_ = ticket;
  error_ = std::move(status);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Loader>> Loader::Create(std::shared_ptr<const SequenceStore> store,
                                                       const LoaderOptions& options) {
  if (store == nullptr) return absl::InvalidArgumentError("Loader: the store is null");
  SEICHE_RETURN_IF_ERROR(CheckOptions(*store, options));
  const Field& field = store->fields()[options.field];
  if (NumElements(field.shape()) <= 0) {
    return absl::FailedPreconditionError(absl::StrCat(store->path(), ": field ", field.name,
                                                      " of shape ", ToString(field.shape()),
                                                      " has nothing to load"));
  }
  BatchRing::Options ring;
  ring.dtype = field.dtype;
  ring.shape = field.shape();
  ring.shape[0] = std::min(options.batch_size, store->size());
  ring.capacity = int64_t{options.prefetch} + 1;
  ring.memory_budget = options.memory_budget;
  const int64_t batch_bytes = NumElements(ring.shape) * static_cast<int64_t>(SizeOf(field.dtype));
  ring.max_buffers = options.memory_budget / batch_bytes;
  if (ring.max_buffers < ring.capacity) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "memory_budget = ", options.memory_budget, " bytes has room for ", ring.max_buffers,
        " batches of ", batch_bytes, " bytes, but prefetch + 1 = ", ring.capacity,
        " are needed: raise memory_budget, or lower batch_size or prefetch"));
  }
  auto loader = std::make_unique<LoaderImpl>(std::move(store), options, std::move(ring));
  SEICHE_RETURN_IF_ERROR(loader->Start(options.workers == 0 ? AvailableCores() : options.workers));
  return loader;
}

}  // namespace seiche
