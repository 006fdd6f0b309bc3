// Decoding deflate by own code and by libdeflate, side by side, on shaded waves of [100,184,184]
// float32, 13.5 MB, as they are and as bytes that other filters make of them, and on other kinds.
//
//   bazel run //codecs:deflate_benchmark -- --benchmark_repetitions=9
//       --benchmark_enable_random_interleaving --benchmark_report_aggregates_only
//
// Bytes a second count decoded data; "ratio" is decoded over encoded size. One thread, warm memory.
#include <cstring>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/log/absl_check.h"
#include "benchmark/benchmark.h"
#include "codecs/deflate.h"
#include "codecs/test_data.h"

namespace seiche {
namespace {

using Bytes = std::vector<std::byte>;
using Decoder = absl::StatusOr<size_t> (*)(absl::Span<const std::byte>, absl::Span<std::byte>,
                                           CodecScratch&);

enum class Data { kWaves, kShuffledWaves, kRandom, kText, kZeros };

Bytes Make(Data data) {
  constexpr size_t kSize = size_t{4} << 20;
  if (data == Data::kRandom) return MakeData(DataKind::kRandom, kSize, 1);
  if (data == Data::kText) return MakeData(DataKind::kText, kSize, 1);
  if (data == Data::kZeros) return MakeData(DataKind::kZeros, kSize, 1);
  const std::vector<float> values = WaveFrames(100, 184, 184, /*seed=*/1);
  Bytes bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  if (data == Data::kWaves) return bytes;
  Bytes shuffled(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) shuffled[i % 4 * values.size() + i / 4] = bytes[i];
  return shuffled;
}

struct Stream {
  Bytes encoded;
  Bytes decoded;
};

const Stream& StreamOf(Data data, int level) {
  static auto& streams = *new std::map<std::pair<Data, int>, std::unique_ptr<Stream>>;
  std::unique_ptr<Stream>& stream = streams[{data, level}];
  if (stream == nullptr) {
    stream = std::make_unique<Stream>();
    stream->decoded = Make(data);
    const auto codec = MakeDeflate(level);
    CodecScratch scratch;
    stream->encoded.resize(codec->MaxEncodedSize(stream->decoded.size()));
    stream->encoded.resize(
        codec->Encode(stream->decoded, absl::MakeSpan(stream->encoded), scratch).value());
  }
  return *stream;
}

void BM_Inflate(benchmark::State& state, Data data, int level, Decoder decode) {
#ifndef NDEBUG
  state.SkipWithError("not an optimised build: no result");
  return;
#endif
  const Stream& stream = StreamOf(data, level);
  CodecScratch scratch;
  Bytes decoded(stream.decoded.size());
  for (auto _ : state) {
    ABSL_CHECK_OK(decode(stream.encoded, absl::MakeSpan(decoded), scratch));
    benchmark::ClobberMemory();
  }
  ABSL_CHECK(decoded == stream.decoded);
  state.SetBytesProcessed(state.iterations() * decoded.size());
  state.counters["ratio"] = static_cast<double>(decoded.size()) / stream.encoded.size();
}

#define SEICHE_INFLATE_BENCHMARK(name, data, level)                                  \
  BENCHMARK_CAPTURE(BM_Inflate, name##_own, data, level, &DecodeByOwnInflate)        \
      ->Unit(benchmark::kMillisecond);                                               \
  BENCHMARK_CAPTURE(BM_Inflate, name##_libdeflate, data, level, &DecodeByLibdeflate) \
      ->Unit(benchmark::kMillisecond)

SEICHE_INFLATE_BENCHMARK(waves_1, Data::kWaves, 1);
SEICHE_INFLATE_BENCHMARK(waves_4, Data::kWaves, 4);
SEICHE_INFLATE_BENCHMARK(waves_9, Data::kWaves, 9);
SEICHE_INFLATE_BENCHMARK(shuffled_4, Data::kShuffledWaves, 4);
SEICHE_INFLATE_BENCHMARK(random_4, Data::kRandom, 4);
SEICHE_INFLATE_BENCHMARK(text_4, Data::kText, 4);
SEICHE_INFLATE_BENCHMARK(zeros_4, Data::kZeros, 4);

}  // namespace
}  // namespace seiche
