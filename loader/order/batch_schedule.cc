#include "loader/order/batch_schedule.h"

#include <algorithm>
#include <cassert>

#include "base/ceil_divide.h"

namespace seiche {

BatchSchedule::BatchSchedule(const Options& options) : options_(options) {
  assert(options.samples >= 1 && options.batch_size >= 1 && options.shard_count >= 1);
  assert(options.shard_index >= 0 && options.shard_index < options.shard_count);
  assert(options.first_batch >= 0);
  // A batch larger than the dataset holds all of it; so sizes stay within int64_t.
  options_.batch_size = std::min(options.batch_size, options.samples);
  if (options.last_batch == LastBatch::kDrop && options.batch_size > options.samples) {
    dropped_ = options.samples;
    return;
  }
  const int64_t size = options_.batch_size, shards = options_.shard_count;
  const int64_t first = options_.first_batch;
  const bool drop = options_.last_batch == LastBatch::kDrop;
  int64_t batches = drop ? options_.samples / size : CeilDivide(options_.samples, size);
  if (options_.max_batches >= 0 && options_.max_batches < CeilDivide(batches, shards)) {
    batches = std::min(batches, options_.max_batches * shards);
  }
  // What is left, wherever it begins, is as much for every shard.
  const int64_t left = std::max<int64_t>(0, batches - first);
  end_ = options_.samples;
  if (options_.last_batch != LastBatch::kKeep) {
    const int64_t rounds = drop ? left / shards : CeilDivide(left, shards);
    batches = std::min(batches, first) + rounds * shards;
    end_ = batches * size;
  }
  if (drop) dropped_ = options_.samples - end_;
  first_ = first + ((options_.shard_index - first) % shards + shards) % shards;
  num_batches_ = first_ >= batches ? 0 : (batches - 1 - first_) / shards + 1;
}

BatchSchedule::Rows BatchSchedule::At(int64_t batch) const {
  assert(batch >= 0 && batch < num_batches_);
  Rows rows;
  rows.first_position = (first_ + batch * options_.shard_count) * options_.batch_size;
  rows.count = std::min(options_.batch_size, end_ - rows.first_position);
  const int64_t beyond = rows.first_position + rows.count - options_.samples;
  rows.padding = std::clamp<int64_t>(beyond, 0, rows.count);
  return rows;
}

}  // namespace seiche
