#include "loader/plan/chunk_expiry.h"

#include <algorithm>
#include <limits>

namespace seiche {

ChunkExpiry::ChunkExpiry(const Options& options)
    : options_(options), window_end_(options.sampler->WindowEnd(options.last_position)) {}

int64_t ChunkExpiry::operator()(int field, int64_t chunk) {
  if (options_.keep_all) return std::numeric_limits<int64_t>::max();
  const Box box = options_.store->fields()[field].grid.BoxOf(chunk);
  if (field != field_ || box.offset[0] != row_ || row_ + box.extent[0] != row_end_) {
    field_ = field;
    row_ = box.offset[0];
    row_end_ = row_ + box.extent[0];
    expiry_ = std::max(options_.first_position + 1, EndOf(field, row_, row_end_));
  }
  return expiry_;
}

int64_t ChunkExpiry::EndOf(int field, int64_t first, int64_t end) const {
  const SampleMap::Range samples = options_.map->SamplesIn(field, first, end);
  if (samples.from >= samples.to) return 0;
  const Sampler& sampler = *options_.sampler;
  if (sampler.order() == Order::kSequential) return samples.to;
  // A row of chunks may reach into the next block, which may be shuffled into a window long before
  // or after: that window decodes it anew.
  int64_t latest = -1;
  for (const int64_t sample : {samples.from, samples.to - 1}) {
    const int64_t window_end = sampler.WindowEnd(sampler.PositionOf(sample));
    if (window_end <= window_end_) latest = std::max(latest, window_end);
  }
  return latest < 0 ? window_end_ : latest;
}

}  // namespace seiche
