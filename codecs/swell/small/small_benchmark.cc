// Levels `small` and `smallest` on shaded waves: [100,184,184] multiples of 1/255 as integers.
//
//   bazel run //codecs/swell/small:small_benchmark
//
// Bytes a second count four a value, for values are delivered as float32; "ratio" is these bytes
// over the encoded ones. Decoding hands rows of integers to a sink that drops them.
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/log/absl_check.h"
#include "benchmark/benchmark.h"
#include "codecs/swell/group_coder.h"
#include "codecs/swell/small/decoder.h"
#include "codecs/swell/small/encoder.h"
#include "codecs/swell/small/reference.h"
#include "codecs/test_data.h"

namespace seiche {
namespace {

using Bytes = std::vector<std::byte>;

constexpr int kFrames = 100;
constexpr int kHeight = 184;
constexpr int kWidth = 184;
constexpr int64_t kFloatBytes = int64_t{4} * kFrames * kHeight * kWidth;

const std::vector<int16_t>& Waves() {
  static const auto* const waves = [] {
    auto* values = new std::vector<int16_t>;
    for (const float value : WaveFrames(kFrames, kHeight, kWidth, /*seed=*/1)) {
      values->push_back(static_cast<int16_t>(std::lround(value * 255)));
    }
    return values;
  }();
  return *waves;
}

struct Encoded {
  Bytes model;
  Bytes group;
};

void Encode(GroupEncoder& encoder, Encoded& encoded) {
  const Cube cube = {Waves().data(), 16, kFrames, kHeight, kWidth};
  const int64_t starts[] = {0};
  ABSL_CHECK_OK(encoder.Analyse(cube, starts, encoded.model));
  encoded.group.clear();
  encoder.EncodeGroup(0, encoded.group);
}

SmallStencil Stencil(const benchmark::State& state) {
  return static_cast<SmallStencil>(state.range(0));
}

void SetFigures(benchmark::State& state, const Encoded& encoded) {
  state.SetBytesProcessed(state.iterations() * kFloatBytes);
  state.counters["ratio"] =
      static_cast<double>(kFloatBytes) / (encoded.model.size() + encoded.group.size());
}

class Dropper : public RowSink {
 public:
  void Row(int64_t, int64_t, const void* k) override { benchmark::DoNotOptimize(k); }
};

void BM_SmallEncode(benchmark::State& state) {
  const auto encoder = MakeSmallEncoder(Stencil(state));
  Encoded encoded;
  for (auto _ : state) Encode(*encoder, encoded);
  SetFigures(state, encoded);
}
BENCHMARK(BM_SmallEncode)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void BM_SmallDecode(benchmark::State& state) {
  Encoded encoded;
  Encode(*MakeSmallEncoder(Stencil(state)), encoded);
  const auto decoder = MakeSmallDecoder();
  Dropper sink;
  for (auto _ : state) {
    ABSL_CHECK_OK(decoder->Open(encoded.model, 16, kHeight, kWidth));
    ABSL_CHECK_OK(decoder->DecodeGroup(encoded.group, kFrames, sink));
  }
  SetFigures(state, encoded);
}
BENCHMARK(BM_SmallDecode)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void BM_SmallDecodePlainly(benchmark::State& state) {
  Encoded encoded;
  Encode(*MakeSmallEncoder(Stencil(state)), encoded);
  for (auto _ : state) {
    const auto values = DecodeSmallPlainly(encoded.model, encoded.group, kFrames, kHeight, kWidth);
    ABSL_CHECK_OK(values.status());
    benchmark::DoNotOptimize(values->data());
  }
  SetFigures(state, encoded);
}
BENCHMARK(BM_SmallDecodePlainly)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace seiche
