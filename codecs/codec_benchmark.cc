// Every byte codec on shaded waves: [100,184,184] float32, 13.5 MB, multiples of 1/255.
//
//   bazel run //codecs:codec_benchmark -- --benchmark_filter=Decode
//
// Bytes a second count decoded data; "ratio" is decoded over encoded size. One thread, warm memory.
#include <cstring>
#include <string>
#include <vector>

#include "absl/log/absl_check.h"
#include "benchmark/benchmark.h"
#include "codecs/codec_chain.h"
#include "codecs/registry.h"
#include "codecs/test_data.h"

namespace seiche {
namespace {

using Bytes = std::vector<std::byte>;

constexpr int kFrames = 100;
constexpr int kHeight = 184;
constexpr int kWidth = 184;

const Bytes& Waves() {
  static const Bytes* const waves = [] {
    const std::vector<float> values = WaveFrames(kFrames, kHeight, kWidth, /*seed=*/1);
    auto* bytes = new Bytes(values.size() * sizeof(float));
    std::memcpy(bytes->data(), values.data(), bytes->size());
    return bytes;
  }();
  return *waves;
}

// `specs`: "shuffle+deflate:4".
CodecChain Chain(const std::string& specs) {
  const CodecParameters parameters = {.element_size = sizeof(float),
                                      .chunk_shape = {1, kFrames, kHeight, kWidth}};
  CodecChain chain;
  for (size_t start = 0; start <= specs.size();) {
    const size_t end = std::min(specs.find('+', start), specs.size());
    chain.Add(MakeByteCodec(specs.substr(start, end - start), parameters).value());
    start = end + 1;
  }
  return chain;
}

// Whether this build is one whose speed means something.
bool Optimised(benchmark::State& state) {
#ifdef NDEBUG
  constexpr bool kOptimised = true;
#else
  constexpr bool kOptimised = false;
#endif
  if (!kOptimised) state.SkipWithError("not an optimised build: no result");
  return kOptimised;
}

void Report(benchmark::State& state, size_t encoded_size) {
  state.SetBytesProcessed(state.iterations() * Waves().size());
  state.counters["ratio"] = static_cast<double>(Waves().size()) / encoded_size;
}

void BM_Memcpy(benchmark::State& state) {
  if (!Optimised(state)) return;
  Bytes to(Waves().size());
  for (auto _ : state) {
    std::memcpy(to.data(), Waves().data(), to.size());
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  Report(state, to.size());
}
BENCHMARK(BM_Memcpy)->Unit(benchmark::kMillisecond);

void BM_Encode(benchmark::State& state, const std::string& specs) {
  if (!Optimised(state)) return;
  const CodecChain chain = Chain(specs);
  CodecScratch scratch;
  Bytes encoded(chain.MaxEncodedSize(Waves().size()));
  size_t size = 0;
  for (auto _ : state) {
    size = chain.Encode(Waves(), absl::MakeSpan(encoded), scratch).value().size;
  }
  Report(state, size);
}

void BM_Decode(benchmark::State& state, const std::string& specs) {
  if (!Optimised(state)) return;
  const CodecChain chain = Chain(specs);
  CodecScratch scratch;
  Bytes encoded(chain.MaxEncodedSize(Waves().size()));
  encoded.resize(chain.Encode(Waves(), absl::MakeSpan(encoded), scratch).value().size);
  Bytes decoded(Waves().size());
  for (auto _ : state) {
    ABSL_CHECK_OK(chain.Decode(encoded, /*skip_mask=*/0, absl::MakeSpan(decoded), scratch));
  }
  ABSL_CHECK(decoded == Waves());
  Report(state, encoded.size());
}

#define SEICHE_CODEC_BENCHMARK(name, specs)                                 \
  BENCHMARK_CAPTURE(BM_Decode, name, specs)->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(BM_Encode, name, specs)->Unit(benchmark::kMillisecond)

SEICHE_CODEC_BENCHMARK(bitshuffle, "bitshuffle:none");
SEICHE_CODEC_BENCHMARK(bitshuffle_lz4, "bitshuffle:lz4");
SEICHE_CODEC_BENCHMARK(bitshuffle_zstd_3, "bitshuffle:zstd,3");
SEICHE_CODEC_BENCHMARK(blosc_blosclz_5, "blosc:blosclz,5");
SEICHE_CODEC_BENCHMARK(blosc_lz4_5, "blosc:lz4,5");
SEICHE_CODEC_BENCHMARK(blosc_lz4_5_bits, "blosc:lz4,5,bitshuffle");
SEICHE_CODEC_BENCHMARK(blosc_lz4hc_5, "blosc:lz4hc,5");
SEICHE_CODEC_BENCHMARK(blosc_zlib_5, "blosc:zlib,5");
SEICHE_CODEC_BENCHMARK(blosc_zstd_3, "blosc:zstd,3");
SEICHE_CODEC_BENCHMARK(blosc_zstd_3_bits, "blosc:zstd,3,bitshuffle");
SEICHE_CODEC_BENCHMARK(deflate_1, "deflate:1");
SEICHE_CODEC_BENCHMARK(deflate_4, "deflate:4");
SEICHE_CODEC_BENCHMARK(deflate_9, "deflate:9");
SEICHE_CODEC_BENCHMARK(fletcher32, "fletcher32");
SEICHE_CODEC_BENCHMARK(lz4, "lz4");
SEICHE_CODEC_BENCHMARK(lzf, "lzf");
SEICHE_CODEC_BENCHMARK(shuffle, "shuffle");
SEICHE_CODEC_BENCHMARK(shuffle_deflate_4, "shuffle+deflate:4");
SEICHE_CODEC_BENCHMARK(shuffle_lz4, "shuffle+lz4");
SEICHE_CODEC_BENCHMARK(shuffle_lzf, "shuffle+lzf");
SEICHE_CODEC_BENCHMARK(shuffle_zstd_3, "shuffle+zstd:3");
SEICHE_CODEC_BENCHMARK(zstd_3, "zstd:3");
#ifdef SEICHE_SZIP
SEICHE_CODEC_BENCHMARK(szip, "szip");
#endif

}  // namespace
}  // namespace seiche
