// What an epoch would read and decode, found out without reading anything.
//
//   SEICHE_ASSIGN_OR_RETURN(const ReadCost cost, SimulateReads(store, options));
//   cost.decodes_per_chunk();
//
// Plans every batch as a loader with these options does; only the chunks are left alone. So it is
// exact for a consumer that does nothing but wait, and takes a fraction of the time.
#ifndef SEICHE_LOADER_PLAN_READ_SIMULATION_H_
#define SEICHE_LOADER_PLAN_READ_SIMULATION_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "loader/loader_options.h"
#include "loader/order/shuffle_quality.h"
#include "loader/plan/strategy.h"
#include "storage/sequence_store.h"

namespace seiche {

struct ReadCost {
  Strategy strategy;
  ShuffleQuality shuffle;
  int64_t samples = 0;
  int64_t bytes_delivered = 0;
  int64_t chunks = 0;         // different ones that are needed
  int64_t decodes = 0;        // of chunks
  int64_t bytes_decoded = 0;  // whole chunks
  int64_t bytes_read = 0;     // encoded; of raw chunks the parts

  double decodes_per_chunk() const;
  double read_amplification() const;  // bytes decoded / bytes delivered
};

// The first epoch of a loader with these options. Errors as of Loader::Create.
absl::StatusOr<ReadCost> SimulateReads(std::shared_ptr<const SequenceStore> store,
                                       const LoaderOptions& options);

}  // namespace seiche

#endif  // SEICHE_LOADER_PLAN_READ_SIMULATION_H_
