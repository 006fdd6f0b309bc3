// Which positions of an epoch the batches of one shard hold.
//
//   const BatchSchedule schedule({.samples = 1000, .batch_size = 16, .shard_index = 1,
//                                 .shard_count = 4});
//   schedule.num_batches();
//   schedule.At(0).first_position == 16;               // batch 1 of the global order
//
// The global order is cut into batches of batch_size positions; batch g belongs to shard
// g mod shard_count, so the order does not depend on shard_count. An epoch may begin at any global
// batch: that is how it is resumed, on as many shards as one likes. Value type, immutable.
#ifndef SEICHE_LOADER_ORDER_BATCH_SCHEDULE_H_
#define SEICHE_LOADER_ORDER_BATCH_SCHEDULE_H_

#include <cstdint>

namespace seiche {

// What becomes of the samples at the end of an epoch that do not fill a batch of every shard.
enum class LastBatch {
  kKeep,  // a last batch may be short, and some shards may have a batch fewer than others
  kDrop,  // left out: all batches are full, and every shard has as many
  kPad,   // made up with the first samples of the epoch, counted in Batch::padding(): the same
};

class BatchSchedule {
 public:
  struct Options {
    int64_t samples = 0;     // of the epoch, >= 1
    int64_t batch_size = 1;  // >= 1
    LastBatch last_batch = LastBatch::kKeep;
    int64_t shard_index = 0;   // 0 <= shard_index < shard_count
    int64_t shard_count = 1;   // >= 1
    int64_t max_batches = -1;  // of a shard and a whole epoch; -1: all
    int64_t first_batch = 0;   // global; where the epoch goes on
  };
  struct Rows {
    int64_t first_position = 0;
    int64_t count = 0;    // positions first_position..first_position + count - 1, padding included
    int64_t padding = 0;  // of these, at the end: they stand for positions 0, 1, ... again
  };

  explicit BatchSchedule(const Options& options);

  // Batches of this shard from first_batch on.
  int64_t num_batches() const { return num_batches_; }
  // 0 <= batch < num_batches().
  Rows At(int64_t batch) const;
  // The global batch where all shards go on when each has delivered `delivered` batches.
  int64_t Resume(int64_t delivered) const {
    return options_.first_batch + delivered * options_.shard_count;
  }
  // How many batches of this shard come before `batch` in the whole epoch.
  int64_t Number(int64_t batch) const {
    return (first_ + batch * options_.shard_count - options_.shard_index) / options_.shard_count;
  }
  // Position of the epoch of a row's position, which padding may have put behind the end.
  int64_t Wrapped(int64_t position) const {
    return position < options_.samples ? position : position % options_.samples;
  }
  // Samples that no shard delivers (kDrop, max_batches not counted).
  int64_t dropped() const { return dropped_; }

 private:
  Options options_;
  int64_t end_ = 0;    // positions, padding included
  int64_t first_ = 0;  // global batch of this shard's first
  int64_t num_batches_ = 0;
  int64_t dropped_ = 0;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_ORDER_BATCH_SCHEDULE_H_
