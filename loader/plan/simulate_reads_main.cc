// Prints, as a Markdown table, what an epoch over the published 3000 sequences in automatic chunks
// decodes, by order and memory budget. Planned by the loader's own code; nothing is read.
#include <cstdint>
#include <cstdio>
#include <memory>

#include "absl/strings/str_format.h"
#include "loader/plan/read_simulation.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

int Main() {
  const auto store = std::make_shared<GridStore>(GridStore::Options{
      .fields = {GridStore::MakeField("images", {3000, 100, 184, 184}, {94, 7, 12, 12})}});
  std::puts(
      "| order | budget, GB | samples a group | cache, GB | decodes a chunk | bytes decoded / "
      "delivered | shuffle quality |\n|---|---:|---:|---:|---:|---:|---:|");
  for (const auto& [name, order] :
       {std::pair("uniform", Order::kUniform), std::pair("chunk-aware", Order::kChunkAware),
        std::pair("sequential", Order::kSequential)}) {
    for (const int64_t gigabytes : {1, 2, 4, 8, 16, 64}) {
      const auto cost = SimulateReads(
          store,
          {.batch_size = 10, .order = order, .workers = 2, .memory_budget = gigabytes << 30});
      if (!cost.ok()) {
        std::fprintf(stderr, "%s\n", cost.status().ToString().c_str());
        return 1;
      }
      absl::PrintF("| %s | %d | %d | %.1f | %.2f | %.2f | %.2f |\n", name, gigabytes,
                   cost->strategy.most_group_batches * 10,
                   static_cast<double>(cost->strategy.cache_bytes) / (1 << 30),
                   cost->decodes_per_chunk(), cost->read_amplification(), cost->shuffle.value());
    }
  }
  return 0;
}

}  // namespace
}  // namespace seiche

int main() { return seiche::Main(); }
