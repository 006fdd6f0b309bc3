#include "loader/loader_setup.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "loader/loader_state.h"
#include "loader/plan/group_plan.h"

namespace seiche {
namespace {

// The field's packing, then what the options say.
TransformOptions Unpacked(const Packing& packing, TransformOptions options) {
  if (!options.dtype.has_value()) options.dtype = DType::kFloat32;
  if (options.scale.empty()) options.scale = {1};
  if (options.offset.empty()) options.offset.assign(options.scale.size(), 0);
  if (options.scale.size() == 1) options.scale.resize(options.offset.size(), options.scale[0]);
  if (options.offset.size() == 1) options.offset.resize(options.scale.size(), options.offset[0]);
  const size_t count = std::min(options.scale.size(), options.offset.size());
  for (size_t i = 0; i < count; ++i) {
    options.offset[i] += options.scale[i] * packing.offset;
    options.scale[i] *= packing.scale;
  }
  if (!options.missing.has_value()) options.missing = packing.missing;
  return options;
}

absl::StatusOr<TaskRunner::Transforms> MakeTransforms(const SequenceStore& store,
                                                      const LoaderOptions& options) {
  TaskRunner::Transforms transforms(store.fields().size());
  for (const FieldTransform& wanted : options.transforms) {
    const Field& field = store.fields()[wanted.field];
    TransformOptions chosen = wanted.options;
    chosen.channel_axis = field.axis('C');
    if (wanted.unpack) {
      SEICHE_RETURN_IF_ERROR(CheckUnpacks(store, wanted.field));
      chosen = Unpacked(field.packing, std::move(chosen));
    }
    absl::StatusOr<ElementTransform> transform = ElementTransform::Create(field.dtype, chosen);
    if (!transform.ok()) {
      return Annotate(transform.status(), absl::StrCat(store.path(), ": field ", field.name));
    }
    const int64_t channels = transform->channels();
    if (channels > 1 && channels != field.shape()[chosen.channel_axis]) {
      return absl::InvalidArgumentError(absl::StrCat(
          store.path(), ": field ", field.name, " has ", field.shape()[chosen.channel_axis],
          " channels, but scale or offset are given for ", channels));
    }
    for (const AxisCrop& crop : options.sample.crops) {
      if (channels > 1 && crop.axis == 'C' && crop.stride != 1) {
        return absl::InvalidArgumentError(
            absl::StrCat(store.path(), ": field ", field.name,
                         ": numbers for each channel do not go with a stride along C"));
      }
    }
    if (!transform->identity()) transforms[wanted.field] = *std::move(transform);
  }
  return transforms;
}

// Strips take at most one such part of memory_budget; batches and chunks that are kept come first.
constexpr int64_t kStripPart = 8;

// Bytes that a worker works in, at most, besides strips.
int64_t WorkerBytes(const SequenceStore& store, const SampleMap& map) {
  return TaskRunner::ScratchBytes(store, map) + GroupPlan::kMaxReadBytes;
}

// As many of `workers` as have room beside the batches that have to be there.
int FittingWorkers(const LoaderSetup& setup, const LoaderOptions& options, int workers) {
  const int64_t batches = int64_t{options.prefetch} + 1;
  if (options.memory_budget / setup.batch_bytes < batches) return 1;  // ChooseStrategy refuses it
  const int64_t each =
      std::max<int64_t>(1, TaskRunner::LikelyBytes(*setup.store, *setup.map, setup.transforms));
  const int64_t room = options.memory_budget - batches * setup.batch_bytes;
  return static_cast<int>(std::clamp<int64_t>(room / each, 1, workers));
}

absl::Status TooLarge(int64_t rows) {
  return absl::ResourceExhaustedError(
      absl::StrCat("a batch of ", rows,
                   " samples has more bytes than fit into 64 bits: lower batch_size, or take "
                   "windows or crops"));
}

absl::Status CheckNotEmpty(const SequenceStore& store, const LoaderOptions& options) {
  for (size_t i = 0; i < store.fields().size(); ++i) {
    const std::vector<int>& used = options.sample.fields;
    if (!used.empty() && std::find(used.begin(), used.end(), i) == used.end()) continue;
    const Field& field = store.fields()[i];
    if (field.axes.size() != field.shape().size()) {
      return absl::InvalidArgumentError(
          absl::StrCat(store.path(), ": field ", field.name, " has the axes '", field.axes,
                       "' but the shape ", ToString(field.shape()), ": name one letter an axis"));
    }
    if (NumElements(field.shape()) <= 0) {
      return absl::FailedPreconditionError(absl::StrCat(store.path(), ": field ", field.name,
                                                        " of shape ", ToString(field.shape()),
                                                        " has nothing to load"));
    }
  }
  return absl::OkStatus();
}

absl::Status SetOutputs(LoaderSetup& setup, const LoaderOptions& options) {
  constexpr int64_t kMax = int64_t{1} << 60;
  setup.rows = std::min(options.batch_size, setup.map->size());
  Batch::Outputs outputs;
  for (const SampleOutput& output : setup.map->outputs()) {
    const auto& transform = setup.transforms[output.field];
    const Field& field = setup.store->fields()[output.field];
    outputs.push_back({.name = output.name,
                       .dtype = transform.has_value() ? transform->output() : field.dtype,
                       .axes = output.axes,
                       .sample_shape = output.shape});
    const int64_t elements = NumElements(output.shape);
    const auto element = static_cast<int64_t>(SizeOf(outputs.back().dtype));
    if (elements < 0 || elements > (kMax - setup.sample_bytes) / element) {
      return TooLarge(setup.rows);
    }
    setup.sample_bytes += elements * element;
  }
  if (setup.rows > kMax / std::max<int64_t>(1, setup.sample_bytes)) return TooLarge(setup.rows);
  setup.batch_bytes = LayOut(outputs, setup.rows);
  setup.outputs = std::make_shared<const Batch::Outputs>(std::move(outputs));
  return absl::OkStatus();
}

absl::Status SetPlace(LoaderSetup& setup, const LoaderOptions& options) {
  setup.epoch = options.epoch;
  if (options.resume.empty()) return absl::OkStatus();
  SEICHE_ASSIGN_OR_RETURN(const LoaderState state, ParseState(options.resume));
  SEICHE_RETURN_IF_ERROR(CheckSameOrder(state.order, setup.identity));
  setup.epoch = state.epoch;
  setup.first_batch = state.batch;
  return absl::OkStatus();
}

}  // namespace

BatchSchedule::Options ScheduleOptions(const LoaderOptions& options, int64_t samples,
                                       int64_t first_batch) {
  return {.samples = samples,
          .batch_size = options.batch_size,
          .last_batch = options.last_batch,
          .shard_index = options.shard_index,
          .shard_count = options.shard_count,
          .max_batches = options.max_batches,
          .first_batch = first_batch};
}

absl::StatusOr<LoaderSetup> SetUpLoader(std::shared_ptr<const SequenceStore> store,
                                        const LoaderOptions& options, int workers) {
  if (store == nullptr) return absl::InvalidArgumentError("Loader: the store is null");
  SEICHE_RETURN_IF_ERROR(CheckOptions(*store, options));
  SEICHE_RETURN_IF_ERROR(CheckNotEmpty(*store, options));
  LoaderSetup setup;
  setup.store = std::move(store);
  SEICHE_ASSIGN_OR_RETURN(SampleMap map,
                          SampleMap::Create(*setup.store, options.sample, options.seed));
  setup.map = std::make_unique<const SampleMap>(std::move(map));
  SEICHE_ASSIGN_OR_RETURN(setup.transforms, MakeTransforms(*setup.store, options));
  SEICHE_RETURN_IF_ERROR(SetOutputs(setup, options));

  setup.workers = FittingWorkers(setup, options, workers);
  const int64_t strip_bytes = TaskRunner::StripScratchBytes(*setup.store, *setup.map);
  setup.strips = options.decode_once && strip_bytes > 0 &&
                 setup.workers * strip_bytes <= options.memory_budget / kStripPart;
  const BatchSchedule epoch(ScheduleOptions(options, setup.map->size(), /*first_batch=*/0));
  SEICHE_ASSIGN_OR_RETURN(setup.strategy,
                          ChooseStrategy({.store = setup.store.get(),
                                          .map = setup.map.get(),
                                          .options = &options,
                                          .batch_bytes = setup.batch_bytes,
                                          .epoch_batches = epoch.num_batches(),
                                          .workers = setup.workers,
                                          .worker_bytes = WorkerBytes(*setup.store, *setup.map),
                                          .strip_bytes = setup.strips ? strip_bytes : 0}));
  setup.identity = IdentityOf(*setup.store, *setup.map, options, setup.strategy.sampler);
  SEICHE_RETURN_IF_ERROR(SetPlace(setup, options));
  setup.shuffle =
      MeasureShuffle(Sampler(setup.strategy.sampler, setup.map->size(), options.seed, setup.epoch));
  for (const SampleOutput& output : setup.map->outputs()) {
    const Field& field = setup.store->fields()[output.field];
    if (field.slow_reason.empty()) continue;
    const std::pair<std::string, std::string> slow(field.name, field.slow_reason);
    if (setup.slow_fields.empty() || setup.slow_fields.back() != slow) {
      setup.slow_fields.push_back(slow);
    }
  }
  return setup;
}

ChunkExpiry ExpiryUntil(const LoaderSetup& setup, const BatchSchedule& schedule,
                        const Sampler& sampler, int64_t batch) {
  const BatchSchedule::Rows rows = schedule.At(batch);
  return ChunkExpiry(
      {.store = setup.store.get(),
       .map = setup.map.get(),
       .sampler = &sampler,
       .keep_all = setup.strategy.keep_all,
       .first_position = rows.first_position,
       .last_position = schedule.Wrapped(rows.first_position + rows.count - 1 - rows.padding)});
}

}  // namespace seiche
