// Where a loader stands in its order, as text that another process can go on from.
//
//   const LoaderState state = {.order = OrderIdentity(...), .epoch = 3, .batch = 1200};
//   std::string text = FormatState(state);                    // a line of JSON, under 4 KB
//   SEICHE_ASSIGN_OR_RETURN(LoaderState same, ParseState(text));
//   SEICHE_RETURN_IF_ERROR(CheckSameOrder(same, identity));
//
// A place in the order is two numbers, whatever the dataset's size. The rest says which order that
// is, so that a state is refused where it would mean something else.
#ifndef SEICHE_LOADER_LOADER_STATE_H_
#define SEICHE_LOADER_LOADER_STATE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "loader/loader_options.h"
#include "loader/order/sampler.h"
#include "loader/plan/sample_map.h"
#include "storage/sequence_store.h"

namespace seiche {

// "sequential", "uniform", "chunk-aware", "auto".
std::string NameOf(Order order);

// All that the sequence of samples depends on, but for epoch, place and shards.
struct OrderIdentity {
  std::string order;  // "uniform"
  uint64_t seed = 0;
  int64_t samples = 0;  // of an epoch
  int64_t batch_size = 0;
  std::string last_batch;     // "keep"
  int64_t block_samples = 0;  // of chunk-aware order; 0 otherwise
  int64_t window_blocks = 0;
  uint64_t sample = 0;  // digest of the windows, crops and outputs
  // Digest of the store: its files, where parts begin, the fields' names, dtypes and shapes.
  uint64_t data = 0;
};

struct LoaderState {
  OrderIdentity order;
  int64_t epoch = 0;
  int64_t batch = 0;  // of the global order: all before it have been delivered
};

OrderIdentity IdentityOf(const SequenceStore& store, const SampleMap& map,
                         const LoaderOptions& options, const SamplerOptions& sampler);

std::string FormatState(const LoaderState& state);
// kInvalidArgument if `text` is not a state; kFailedPrecondition if a newer version wrote it.
absl::StatusOr<LoaderState> ParseState(std::string_view text);
// kFailedPrecondition names what differs: "batch_size was 16, is 32".
absl::Status CheckSameOrder(const OrderIdentity& saved, const OrderIdentity& present);

}  // namespace seiche

#endif  // SEICHE_LOADER_LOADER_STATE_H_
