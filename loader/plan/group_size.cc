#include "loader/plan/group_size.h"

#include <algorithm>

namespace seiche {

int64_t GroupSize::Next(const Progress& progress) {
  const bool grows = strategy_.group_batches < strategy_.most_group_batches;
  if (grows && progress.delivered > start_.delivered) {
    const std::chrono::nanoseconds since = progress.now - start_.now;
    consumer_waits_ = 2 * (progress.wait_nanos - start_.wait_nanos) > since.count();
  }
  int64_t batches = strategy_.group_batches;
  if (consumer_waits_) {
    // One that comes for the next batch with its last one in hand will not give that back before.
    batches =
        std::min(strategy_.most_group_batches, strategy_.most_batches - (consumer_holds_ ? 1 : 0));
  }
  if (starts_small_) batches = std::min(batches, kGrowth * progress.published);
  return std::max<int64_t>(1, batches);
}

}  // namespace seiche
