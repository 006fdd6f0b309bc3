// Makes a range of sequences on many threads and hands them over in order.
//
//   WorkerPool pool;
//   return GenerateWaves({.seed = 1}, {.images = false}, /*first=*/0, /*last=*/200, pool,
//                        [&](const WaveSequence& s) { return writer->Append(Height(s)); });
//
// Bit-identical for any number of workers.
#ifndef SEICHE_EXPERIMENTS_WAVES_WAVE_GENERATOR_H_
#define SEICHE_EXPERIMENTS_WAVES_WAVE_GENERATOR_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "base/worker_pool.h"
#include "experiments/waves/products.h"

namespace seiche {

// Calls sink(sequence) for the sequences first, ..., last - 1 in this order, one call at a time,
// from the pool's threads. The views are valid during the call only. Memory: the products of one
// sequence for each worker; a slow sink holds the workers back. Stops at the first error, the
// sink's or kInvalidArgument for bad options or a range that is not 0 <= first <= last, and
// returns it.
absl::Status GenerateWaves(const WaveOptions& options, const ProductSet& products, int64_t first,
                           int64_t last, WorkerPool& pool,
                           absl::FunctionRef<absl::Status(const WaveSequence&)> sink);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_WAVE_GENERATOR_H_
