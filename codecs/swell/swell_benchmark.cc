// Encoding and decoding one sequence, warm, on one core.
//
//   bazel run //codecs/swell:swell_benchmark
//   SEICHE_SWELL_SHADED=FILE SEICHE_SWELL_HEIGHT=FILE bazel run ...   # raw float32 [N,100,184,184]
//
// Without files the data are the package's own shaded waves. `ratio` counts everything.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/absl_check.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "benchmark/benchmark.h"
#include "codecs/simd_targets.h"
#include "codecs/swell/reference_decoder.h"
#include "codecs/swell/swell_codec.h"
#include "codecs/test_data.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

constexpr int64_t kFrames = 100;
constexpr int64_t kSide = 184;
const Shape kShape = {kFrames, kSide, kSide};
constexpr size_t kValues = kFrames * kSide * kSide;

// The sequences in the file that the variable names, or generated ones.
std::vector<std::vector<float>> Load(const char* variable) {
  const char* const path = std::getenv(variable);
  if (path == nullptr) return {WaveFrames(kFrames, kSide, kSide, 1)};
  std::FILE* const file = std::fopen(path, "rb");
  ABSL_CHECK(file != nullptr) << path;
  std::vector<std::vector<float>> sequences;
  std::vector<float> sequence(kValues);
  while (std::fread(sequence.data(), sizeof(float), kValues, file) == kValues) {
    sequences.push_back(sequence);
  }
  std::fclose(file);
  ABSL_CHECK(!sequences.empty()) << path;
  return sequences;
}

struct Setting {
  const char* name;
  const char* variable;
  double bound;
  int64_t group_frames;
};

std::unique_ptr<const ArrayCodec> Make(SwellLevel level, const Setting& setting) {
  SwellOptions options = {.level = level, .group_frames = setting.group_frames};
  if (setting.bound > 0) options.mode = SwellMode::kAbsolute;
  options.bound = setting.bound;
  auto codec = MakeSwellCodec(options);
  ABSL_CHECK(codec.ok()) << codec.status();
  return *std::move(codec);
}

void BM_Encode(benchmark::State& state, SwellLevel level, const Setting& setting) {
  const auto codec = Make(level, setting);
  const auto sequences = Load(setting.variable);
  CodecScratch scratch;
  std::vector<std::byte> encoded;
  size_t i = 0;
  for (auto _ : state) {
    const auto& values = sequences[i++ % sequences.size()];
    ABSL_CHECK(
        codec->Encode(MakeView(values.data(), DType::kFloat32, kShape), encoded, scratch).ok());
  }
  state.SetBytesProcessed(state.iterations() * kValues * sizeof(float));
}

void BM_Decode(benchmark::State& state, SwellLevel level, const Setting& setting) {
  const auto codec = Make(level, setting);
  const auto sequences = Load(setting.variable);
  CodecScratch scratch;
  std::vector<std::vector<std::byte>> streams;
  size_t total = 0;
  for (const auto& values : sequences) {
    ABSL_CHECK(codec
                   ->Encode(MakeView(values.data(), DType::kFloat32, kShape),
                            streams.emplace_back(), scratch)
                   .ok());
    total += streams.back().size();
  }
  AlignedBuffer buffer(kValues * sizeof(float));
  const ArrayView out = MakeView(buffer.data(), DType::kFloat32, kShape);
  size_t i = 0;
  for (auto _ : state) {
    ABSL_CHECK(codec->Decode(streams[i++ % streams.size()], {}, out, scratch).ok());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * kValues * sizeof(float));
  state.counters["ratio"] = static_cast<double>(sequences.size() * kValues * sizeof(float)) / total;
}

void BM_DecodeWith(benchmark::State& state, SwellLevel level, const Setting& setting,
                   int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  BM_Decode(state, level, setting);
  hwy::SetSupportedTargetsForTest(0);
}

void BM_Reference(benchmark::State& state, SwellLevel level, const Setting& setting) {
  const auto sequences = Load(setting.variable);
  CodecScratch scratch;
  std::vector<std::byte> encoded;
  ABSL_CHECK(Make(level, setting)
                 ->Encode(MakeView(sequences[0].data(), DType::kFloat32, kShape), encoded, scratch)
                 .ok());
  for (auto _ : state) ABSL_CHECK(DecodeByReference(encoded).has_value());
  state.SetBytesProcessed(state.iterations() * kValues * sizeof(float));
}

// For each level.
constexpr Setting kSettings[] = {
    {"shaded", "SEICHE_SWELL_SHADED", 0, 100},
    {"shaded_keys10", "SEICHE_SWELL_SHADED", 0, 10},
    {"images", "SEICHE_SWELL_IMAGES", 0, 100},
    {"height_1e-3", "SEICHE_SWELL_HEIGHT", 1e-3, 100},
    {"height_1e-4", "SEICHE_SWELL_HEIGHT", 1e-4, 100},
    {"height_1e-5", "SEICHE_SWELL_HEIGHT", 1e-5, 100},
    {"height_lossless", "SEICHE_SWELL_HEIGHT", 0, 100},
};

const bool kRegistered = [] {
  const std::pair<const char*, SwellLevel> levels[] = {{"/fast/", SwellLevel::kFast},
                                                       {"/small/", SwellLevel::kSmall},
                                                       {"/smallest/", SwellLevel::kSmallest}};
  for (const auto& [level_name, level] : levels) {
    for (const Setting& setting : kSettings) {
      const std::string name = std::string(level_name) + setting.name;
      benchmark::RegisterBenchmark(("encode" + name).c_str(), BM_Encode, level, setting);
      benchmark::RegisterBenchmark(("decode" + name).c_str(), BM_Decode, level, setting);
    }
    // The first of the settings only.
    const std::string name = std::string(level_name) + kSettings[0].name;
    benchmark::RegisterBenchmark(("reference" + name).c_str(), BM_Reference, level, kSettings[0]);
    for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
      benchmark::RegisterBenchmark(("decode" + name + "/" + hwy::TargetName(target)).c_str(),
                                   BM_DecodeWith, level, kSettings[0], target);
    }
  }
  return true;
}();

}  // namespace
}  // namespace seiche
