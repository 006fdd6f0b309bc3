// How long it takes to find the chunks of a sample in the worst chunking of the comparison.
#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "storage/chunk_grid.h"

namespace seiche {
namespace {

void BM_ForEachChunk(benchmark::State& state) {
  const ChunkGrid grid({3000, 100, 184, 184}, {94, 7, 12, 12});
  int64_t sample = 0, chunks = 0;
  for (auto _ : state) {
    const Box box{.offset = {sample, 0, 0, 0}, .extent = {1, 100, 184, 184}};
    absl::Status status = grid.ForEachChunk(box, [&](const ChunkPart& part) {
      benchmark::DoNotOptimize(part.in_box.offset.data());
      ++chunks;
      return absl::OkStatus();
    });
    benchmark::DoNotOptimize(status);
    sample = (sample + 1) % 3000;
  }
  state.SetItemsProcessed(chunks);
}
BENCHMARK(BM_ForEachChunk);

}  // namespace
}  // namespace seiche
