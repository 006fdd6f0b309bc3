#include "loader/plan/strategy.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/aligned_buffer.h"
#include "base/dtype.h"

namespace seiche {
namespace {

// order = kAuto takes kUniform if it costs at most that much more reading.
constexpr double kAutoTolerance = 1.1;
// By default kChunkAware shuffles this part of the budget's bytes: two windows, the one that ends
// and the one that begins, and the ring have to fit.
constexpr int64_t kShufflePart = 4;

// Samples of one group at most: planning costs some hundred bytes for each.
constexpr double kMaxGroupSamples = 1 << 16;

// What the chunks of the fields that share them look like.
struct Sharing {
  int64_t bytes = 0;         // decoded, all chunks, cut at the edges
  double block_samples = 1;  // samples that lie in one row of chunks along axis 0
  double block_bytes = 0;    // decoded, of such a row
  double blocks = 1;         // rows
  int64_t sample_bytes = 0;  // decoded, of the chunks that one sample needs
  bool any = false;
};

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
  return static_cast<int64_t>(std::min({whole, cut, 0x1p60}));
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
    if (field.codec == "none" && field.grid.num_chunks() > 0 && input.store->Locate(index, 0).raw) {
      continue;
    }
    cached[index] = true;
    sharing.any = true;
    const int64_t bytes = CacheBytes(field);
    sharing.bytes += bytes;
    const int64_t extent = std::min(field.grid.chunk_shape()[0], field.shape()[0]);
    const double rows = static_cast<double>(field.shape()[0]) / static_cast<double>(extent);
    // The field with the largest rows decides what a block is.
    const double samples = input.map->SamplesPerRow(index, extent);
    sharing.block_samples = std::max(sharing.block_samples, samples);
    sharing.blocks = std::max(1.0, static_cast<double>(input.map->size()) / sharing.block_samples);
    sharing.block_bytes += static_cast<double>(bytes) / rows;
    input.map->SetBox(static_cast<int>(i), 0, 0, box);
    sharing.sample_bytes +=
        field.grid.CountChunks(box) * NumElements(field.grid.chunk_shape()) * ElementBytes(field);
  }
  return sharing;
}

// Decodings of every chunk in an epoch whose groups have `group` samples each, drawn from all
// blocks.
double UniformDecodes(const Sharing& sharing, double samples, double group) {
  if (group >= samples) return 1;
  const double missed = std::pow(1 - 1 / sharing.blocks, group);
  return std::max(1.0, samples / group * (1 - missed));
}

// The same if they are drawn from a block before the next one begins.
double BlockwiseDecodes(const Sharing& sharing, double group) {
  // A group that reaches over a block's end decodes two.
  return std::max(1.0, sharing.block_samples / group + 1 - 1 / std::max(1.0, sharing.blocks));
}

}  // namespace

absl::StatusOr<Strategy> ChooseStrategy(const StrategyInput& input) {
  const LoaderOptions& options = *input.options;
  Strategy strategy;
  strategy.sampler.order = options.order;
  const int64_t room = options.memory_budget - input.worker_bytes;
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

  // What is left for decoded chunks beside the smallest ring, and for batches without any.
  const int64_t free = room - needed * input.batch_bytes;
  const int64_t most_batches = strategy.most_batches;
  const double rows = static_cast<double>(std::min(options.batch_size, input.map->size()));
  const double window_bytes =
      sharing.block_bytes * static_cast<double>(strategy.sampler.window_blocks);
  // The window that ends and the one that begins.
  const bool windows_fit = 2 * window_bytes <= static_cast<double>(free);
  const bool all_fit = sharing.bytes <= free;
  // The consumer has one more.
  const bool epoch_fits = input.epoch_batches < most_batches &&
                          static_cast<double>(input.epoch_batches) * rows <= kMaxGroupSamples;
  const int64_t group_batches =
      std::clamp<int64_t>((most_batches - 1) / 2, 1,
                          std::max<int64_t>(1, static_cast<int64_t>(kMaxGroupSamples / rows)));

  const double group_samples = static_cast<double>(group_batches) * rows;
  if (!all_fit && !epoch_fits) {
    const auto samples = static_cast<double>(input.map->size());
    strategy.uniform_decodes = UniformDecodes(sharing, samples, group_samples);
    if (!windows_fit) strategy.chunk_aware_decodes = BlockwiseDecodes(sharing, group_samples);
  }
  if (strategy.sampler.order == Order::kAuto) {
    const bool uniform = strategy.uniform_decodes <= kAutoTolerance * strategy.chunk_aware_decodes;
    strategy.sampler.order = uniform ? Order::kUniform : Order::kChunkAware;
  }

  const bool cache_serves = all_fit || (windows_fit && strategy.sampler.order != Order::kUniform);
  // A batch that needs most chunks gains nothing from a cache over a group of all batches, which
  // spares a copy.
  const bool batch_needs_most =
      2 * rows * static_cast<double>(sharing.sample_bytes) > static_cast<double>(sharing.bytes);
  if (cache_serves && !(epoch_fits && batch_needs_most)) {
    strategy.keep_all = all_fit;
    strategy.cache_bytes =
        all_fit ? sharing.bytes : static_cast<int64_t>(std::ceil(2 * window_bytes));
    strategy.most_batches = (room - strategy.cache_bytes) / input.batch_bytes;
    return strategy;
  }
  strategy.cached.assign(strategy.cached.size(), false);
  strategy.group_batches = epoch_fits ? std::max<int64_t>(1, input.epoch_batches) : group_batches;
  strategy.groups = epoch_fits ? 1 : 2;
  strategy.ring_batches =
      std::clamp<int64_t>(strategy.groups * strategy.group_batches + 1, needed, most_batches);
  return strategy;
}

}  // namespace seiche
