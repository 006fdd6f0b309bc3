// One published sequence, 100 frames of 184 x 184, on one core: simulated, shaded, and with all
// of its products. Bytes are those of the height in float32.

#include <cstdint>
#include <vector>

#include "absl/log/check.h"
#include "base/array_view.h"
#include "benchmark/benchmark.h"
#include "experiments/waves/picture/shading.h"
#include "experiments/waves/products.h"
#include "experiments/waves/wave_simulation.h"

namespace seiche {
namespace {

constexpr int64_t kSequenceSize = kFrames * kGridPoints * kGridPoints;

SequenceView<float> View(std::vector<float>& memory) {
  return {memory.data(), kFrames, kGridPoints, kGridPoints};
}

void CountBytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * kSequenceSize * sizeof(float));
}

// The argument is the tank's side in metres: the smaller, the more steps.
void BM_Simulate(benchmark::State& state) {
  std::vector<float> height(kSequenceSize);
  const WaveParameters parameters = {
      .tank_side = static_cast<double>(state.range(0)), .bump_row = 70, .bump_column = 100};
  for (auto _ : state) {
    SimulateWaves(parameters, View(height));
    benchmark::DoNotOptimize(height.data());
  }
  CountBytes(state);
}
BENCHMARK(BM_Simulate)->ArgName("side")->Arg(10)->Arg(15)->Arg(20)->Unit(benchmark::kMillisecond);

void BM_Shade(benchmark::State& state) {
  std::vector<float> memory(kSequenceSize);
  const SequenceView<float> height = View(memory);
  SimulateWaves({.tank_side = 15, .bump_row = 70, .bump_column = 100}, height);
  std::vector<uint8_t> levels(kSequenceSize);
  Shader shader;
  for (auto _ : state) {
    for (int64_t t = 0; t < kFrames; ++t) {
      const FrameView<float> frame = height.frame(t);
      shader.Shade({frame.data(), frame.height(), frame.width()},
                   {levels.data() + t * frame.size(), frame.height(), frame.width()});
    }
    benchmark::DoNotOptimize(levels.data());
  }
  CountBytes(state);
}
BENCHMARK(BM_Shade)->Unit(benchmark::kMillisecond);

void BM_AllProducts(benchmark::State& state) {
  absl::StatusOr<SequenceMaker> maker = SequenceMaker::Create({.seed = 1}, {});
  CHECK_OK(maker.status());
  int64_t index = 0;
  for (auto _ : state) {
    const absl::StatusOr<WaveSequence> sequence = maker->Make(index++);
    CHECK_OK(sequence.status());
    benchmark::DoNotOptimize(sequence->images.data());
  }
  CountBytes(state);
}
BENCHMARK(BM_AllProducts)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace seiche
