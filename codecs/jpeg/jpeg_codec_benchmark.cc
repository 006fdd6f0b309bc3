// A sequence of 100 frames of 184 x 184 gray levels through the JPEG codec. The frames are smooth
// rings, about as compressible as the waves of the comparison.
#include <cmath>
#include <cstdint>
#include <vector>

#include "absl/log/check.h"
#include "benchmark/benchmark.h"
#include "codecs/jpeg/jpeg_codec.h"
#include "codecs/jpeg/levels.h"

namespace seiche {
namespace {

constexpr int kFrames = 100, kSide = 184;
constexpr int64_t kFrameSize = int64_t{kSide} * kSide;

std::vector<uint8_t> RingFrame(int t) {
  std::vector<uint8_t> levels(kFrameSize);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const double r = std::hypot(x - 60.0, y - 110.0);
      const double wave = std::sin(r / 4 - 0.3 * t) * std::exp(-std::abs(r - 1.2 * t) / 12);
      levels[y * kSide + x] = static_cast<uint8_t>(127.5 + 120 * wave);
    }
  }
  return levels;
}

std::vector<std::vector<std::byte>> EncodedFrames(const ArrayCodec& codec) {
  CodecScratch scratch;
  std::vector<std::vector<std::byte>> frames(kFrames);
  for (int t = 0; t < kFrames; ++t) {
    const std::vector<uint8_t> levels = RingFrame(t);
    CHECK_OK(codec.Encode(
        MakeView(static_cast<const void*>(levels.data()), DType::kUInt8, {kSide, kSide}), frames[t],
        scratch));
  }
  return frames;
}

JpegOptions WithChroma(const benchmark::State& state) {
  return {.chroma = state.range(0) == 0 ? JpegChroma::kGray : JpegChroma::k420};
}

void Decode(benchmark::State& state, DType dtype) {
  const auto codec = *MakeJpegCodec(WithChroma(state));
  const std::vector<std::vector<std::byte>> frames = EncodedFrames(*codec);
  const int64_t frame_bytes = kFrameSize * SizeOf(dtype);
  AlignedBuffer sequence(kFrames * frame_bytes);
  CodecScratch scratch;
  for (auto _ : state) {
    for (int t = 0; t < kFrames; ++t) {
      CHECK_OK(codec->Decode(frames[t], {},
                             MakeView(sequence.data() + t * frame_bytes, dtype, {kSide, kSide}),
                             scratch));
    }
  }
  int64_t encoded_bytes = 0;
  for (const auto& frame : frames) encoded_bytes += frame.size();
  state.counters["encoded_bytes"] = encoded_bytes;
  state.SetBytesProcessed(state.iterations() * kFrames * frame_bytes);
}

void BM_JpegDecodeFloat32(benchmark::State& state) { Decode(state, DType::kFloat32); }
void BM_JpegDecodeUInt8(benchmark::State& state) { Decode(state, DType::kUInt8); }
BENCHMARK(BM_JpegDecodeFloat32)->ArgName("chroma")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_JpegDecodeUInt8)->ArgName("chroma")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void BM_JpegEncode(benchmark::State& state) {
  const auto codec = *MakeJpegCodec(WithChroma(state));
  const std::vector<uint8_t> levels = RingFrame(50);
  std::vector<std::byte> encoded;
  CodecScratch scratch;
  for (auto _ : state) {
    for (int t = 0; t < kFrames; ++t) {
      CHECK_OK(codec->Encode(
          MakeView(static_cast<const void*>(levels.data()), DType::kUInt8, {kSide, kSide}), encoded,
          scratch));
    }
  }
  state.SetBytesProcessed(state.iterations() * kFrames * kFrameSize);
}
BENCHMARK(BM_JpegEncode)->ArgName("chroma")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void BM_LevelsToFloat(benchmark::State& state) {
  const std::vector<uint8_t> levels = RingFrame(50);
  std::vector<float> values(kFrameSize);
  for (auto _ : state) {
    LevelsToFloat(levels, 1, 0, absl::MakeSpan(values));
    benchmark::DoNotOptimize(values.data());
  }
  state.SetBytesProcessed(state.iterations() * kFrameSize * sizeof(float));
}
BENCHMARK(BM_LevelsToFloat);

}  // namespace
}  // namespace seiche
