#include "loader/plan/strategy.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/aligned_buffer.h"
#include "base/ceil_divide.h"
#include "base/dtype.h"
#include "loader/plan/group_plan.h"

namespace seiche {
namespace {

// order = kAuto takes kUniform if it costs at most that much more reading.
constexpr double kAutoTolerance = 1.1;
// By default kChunkAware shuffles this part of the budget's bytes: two windows, the one that ends
// and the one that begins, and the ring have to fit.
constexpr int64_t kShufflePart = 4;
// What kAuto leaves to workers, however many there are: as much as that many need, but no less and
// no more than these parts of the budget.
constexpr int64_t kAutoWorkers = 16, kAutoLeastPart = 8, kAutoMostPart = 2;

// Samples of one group at most: planning costs some hundred bytes for each.
constexpr double kMaxGroupSamples = 1 << 16;

// What the chunks of the fields that share them look like.
struct Sharing {
  int64_t bytes = 0;         // decoded, all chunks, cut at the edges
  double block_samples = 1;  // samples that lie in one row of chunks along axis 0
  double block_bytes = 0;    // decoded, of such a row
  double blocks = 1;         // rows
  double sample_bytes = 0;   // decoded, of the chunks that one sample needs
  bool any = false;
};

// Whatever is larger fits nowhere.
constexpr int64_t kMostBytes = int64_t{1} << 60;

int64_t ElementBytes(const Field& field) { return static_cast<int64_t>(SizeOf(field.dtype)); }

// Decoded bytes of all chunks, as the cache keeps them.
int64_t CacheBytes(const Field& field) {
  const int64_t chunk = NumElements(field.grid.chunk_shape()) * ElementBytes(field);
  const int64_t bytes = NumElements(field.shape()) * ElementBytes(field);
  // Each takes whole pages: less than one more than it has, and no more than a whole chunk.
  constexpr int64_t kPage = AlignedBuffer::kAlignment;
  const double chunks = static_cast<double>(field.grid.num_chunks());
  const double whole = chunks * static_cast<double>((chunk + kPage - 1) / kPage * kPage);
  const double cut = static_cast<double>(bytes) + chunks * (kPage - 1);
  return static_cast<int64_t>(std::min({whole, cut, static_cast<double>(kMostBytes)}));
}

Sharing SharingOf(const StrategyInput& input, std::vector<bool>& cached) {
  Sharing sharing;
  cached.assign(input.store->fields().size(), false);
  Box box;
  for (size_t i = 0; i < input.map->outputs().size(); ++i) {
    const int index = input.map->outputs()[i].field;
    const Field& field = input.store->fields()[index];
    if (cached[index] || !input.map->SharesChunks(index, field.grid)) continue;
    // Large raw chunks are read in parts: there is nothing to decode.
    if (field.codec == "none" && field.grid.num_chunks() > 0 &&
        GroupPlan::ReadsParts(input.store->Locate(index, 0))) {
      continue;
    }
    cached[index] = true;
    sharing.any = true;
    const int64_t bytes = CacheBytes(field);
    sharing.bytes = std::min(sharing.bytes + bytes, kMostBytes);
    const int64_t extent = std::min(field.grid.chunk_shape()[0], field.shape()[0]);
    const double rows = static_cast<double>(field.shape()[0]) / static_cast<double>(extent);
    // The field with the largest rows decides what a block is.
    const double samples = input.map->SamplesPerRow(index, extent);
    sharing.block_samples = std::max(sharing.block_samples, samples);
    sharing.blocks = std::max(1.0, static_cast<double>(input.map->size()) / sharing.block_samples);
    sharing.block_bytes += static_cast<double>(bytes) / rows;
    input.map->SetBox(static_cast<int>(i), 0, 0, box);
    sharing.sample_bytes += static_cast<double>(field.grid.CountChunks(box)) *
                            static_cast<double>(NumElements(field.grid.chunk_shape())) *
                            static_cast<double>(ElementBytes(field));
  }
  return sharing;
}

// How often each of `blocks` is decoded while their `samples` are drawn in groups of `group`.
double DrawnDecodes(double blocks, double samples, double group) {
  const double missed = std::pow(1 - 1 / blocks, group);
  return samples / group * (1 - missed);
}

// Decodings of every chunk in an epoch whose groups have `group` samples each, drawn from all
// blocks.
double UniformDecodes(const Sharing& sharing, double samples, double group) {
  if (group >= samples) return 1;
  return std::max(1.0, DrawnDecodes(sharing.blocks, samples, group));
}

// The same if they are drawn from a window of blocks before the next one begins.
double WindowDecodes(const Sharing& sharing, double window_blocks, double group) {
  const double blocks = std::min(window_blocks, sharing.blocks);
  // A group that reaches over a window's end decodes blocks of two.
  return std::max(1.0, DrawnDecodes(blocks, blocks * sharing.block_samples, group) + 1 -
                           blocks / sharing.blocks);
}

// What there is room for, and what a loader has to do in it.
struct Room {
  int64_t bytes = 0;         // beside the workers'
  int64_t ring_batches = 0;  // the smallest ring
  int64_t most_batches = 0;
  int64_t epoch_batches = 0;
};

// Which ways to decode chunks once are open, and what they cost.
struct Fit {
  bool all = false;        // a cache of all chunks
  bool windows = false;    // a cache of the window that ends and the one that begins
  bool epoch = false;      // a group of all batches
  int64_t most_group = 1;  // batches of a group, nothing else being filled, one being held
  double uniform_decodes = 1, chunk_aware_decodes = 1;
};

Fit FitOf(const StrategyInput& input, const Sharing& sharing, const Room& room,
          double window_bytes) {
  const int64_t samples = input.map->size();
  const auto rows = static_cast<double>(std::min(input.options->batch_size, samples));
  const int64_t free = room.bytes - room.ring_batches * input.batch_bytes;
  Fit fit;
  fit.all = sharing.bytes <= free;
  fit.windows = 2 * window_bytes <= static_cast<double>(free);
  // The consumer has one more.
  fit.epoch = room.epoch_batches < room.most_batches &&
              static_cast<double>(room.epoch_batches) * rows <= kMaxGroupSamples;
  fit.most_group =
      std::clamp<int64_t>(room.most_batches - 1, 1,
                          std::max<int64_t>(1, static_cast<int64_t>(kMaxGroupSamples / rows)));
  if (fit.all || fit.epoch) return fit;
  const double group = static_cast<double>(fit.most_group) * rows;
  fit.uniform_decodes = UniformDecodes(sharing, static_cast<double>(samples), group);
  if (!fit.windows) {
    fit.chunk_aware_decodes = WindowDecodes(sharing, window_bytes / sharing.block_bytes, group);
  }
  return fit;
}

// The order for kAuto. It must be the same on all shards, and where an epoch goes on with other
// workers: so it depends on nothing but the data, the samples and the budget.
Order CheapOrder(const StrategyInput& input, const Sharing& sharing, double window_bytes) {
  const LoaderOptions& options = *input.options;
  constexpr int64_t kLeastRing = 2;
  const int64_t bytes = options.memory_budget - std::clamp(kAutoWorkers * input.worker_bytes,
                                                           options.memory_budget / kAutoLeastPart,
                                                           options.memory_budget / kAutoMostPart);
  const Fit fit = FitOf(input, sharing,
                        {.bytes = bytes,
                         .ring_batches = kLeastRing,
                         .most_batches = std::max(kLeastRing, bytes / input.batch_bytes),
                         .epoch_batches = CeilDivide(input.map->size(), options.batch_size)},
                        window_bytes);
  return fit.uniform_decodes <= kAutoTolerance * fit.chunk_aware_decodes ? Order::kUniform
                                                                         : Order::kChunkAware;
}

}  // namespace

absl::StatusOr<Strategy> ChooseStrategy(const StrategyInput& input) {
  const LoaderOptions& options = *input.options;
  Strategy strategy;
  strategy.sampler.order = options.order;
  const int64_t room =
      options.memory_budget - input.workers * (input.worker_bytes + input.strip_bytes);
  const int64_t fitting = options.memory_budget / input.batch_bytes;
  const int64_t needed = int64_t{options.prefetch} + 1;
  if (fitting < needed) {
    return absl::ResourceExhaustedError(
        absl::StrCat("memory_budget = ", options.memory_budget, " bytes has room for ", fitting,
                     " batches of ", input.batch_bytes, " bytes, but prefetch + 1 = ", needed,
                     " are needed: raise memory_budget, or lower batch_size or prefetch"));
  }
  strategy.groups = std::clamp<int64_t>(input.epoch_batches, 1, options.prefetch);
  strategy.ring_batches = needed;
  // As few as possible where the workers' memory has no room.
  strategy.most_batches = std::max<int64_t>(needed, room / input.batch_bytes);

  const Sharing sharing = SharingOf(input, strategy.cached);
  strategy.sampler.block_samples = std::clamp<int64_t>(
      static_cast<int64_t>(std::llround(sharing.block_samples)), 1, input.map->size());
  const int64_t shuffle_bytes =
      options.shuffle_bytes > 0 ? options.shuffle_bytes : options.memory_budget / kShufflePart;
  if (sharing.any) {
    strategy.sampler.window_blocks = std::max<int64_t>(
        1, static_cast<int64_t>(static_cast<double>(shuffle_bytes) / sharing.block_bytes));
  } else {
    strategy.sampler.window_blocks = input.map->size();  // nothing to gain from an order
  }
  if (!options.decode_once || !sharing.any) {
    strategy.cached.assign(strategy.cached.size(), false);
    if (strategy.sampler.order == Order::kAuto) strategy.sampler.order = Order::kUniform;
    return strategy;
  }

  const double window_bytes =
      sharing.block_bytes * static_cast<double>(strategy.sampler.window_blocks);
  if (strategy.sampler.order == Order::kAuto) {
    strategy.sampler.order = CheapOrder(input, sharing, window_bytes);
  }
  const Fit fit = FitOf(input, sharing,
                        {.bytes = room,
                         .ring_batches = needed,
                         .most_batches = strategy.most_batches,
                         .epoch_batches = input.epoch_batches},
                        window_bytes);
  strategy.uniform_decodes = fit.uniform_decodes;
  strategy.chunk_aware_decodes = fit.chunk_aware_decodes;

  const bool cache_serves = fit.all || (fit.windows && strategy.sampler.order != Order::kUniform);
  // A batch that needs most chunks gains nothing from a cache over a group of all batches, which
  // spares a copy.
  const auto rows = static_cast<double>(std::min(options.batch_size, input.map->size()));
  const bool batch_needs_most =
      2 * rows * sharing.sample_bytes > static_cast<double>(sharing.bytes);
  if (cache_serves && !(fit.epoch && batch_needs_most)) {
    strategy.keep_all = fit.all;
    strategy.cache_bytes =
        fit.all ? sharing.bytes : static_cast<int64_t>(std::ceil(2 * window_bytes));
    strategy.most_batches = (room - strategy.cache_bytes) / input.batch_bytes;
    return strategy;
  }
  strategy.cached.assign(strategy.cached.size(), false);
  strategy.groups = fit.epoch ? 1 : 2;
  strategy.starts_small = !batch_needs_most;
  strategy.most_group_batches =
      fit.epoch ? std::max<int64_t>(1, input.epoch_batches) : fit.most_group + 1;
  // Two at a time, so that one is filled while the consumer takes batches of the other.
  strategy.group_batches =
      fit.epoch ? strategy.most_group_batches : std::max<int64_t>(1, fit.most_group / 2);
  strategy.ring_batches = std::clamp<int64_t>(
      std::max(strategy.groups * strategy.group_batches, strategy.most_group_batches) + 1, needed,
      strategy.most_batches);
  return strategy;
}

}  // namespace seiche
