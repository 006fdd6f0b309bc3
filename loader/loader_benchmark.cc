// The whole way of a batch, end to end, over temporary files of wave-like frames: sequences
// [100,184,184] float32, page cache warm. "sequence" is the time for one, or for a window of 10
// frames, "CPU" that of all threads for a batch of 10; bytes count as delivered. Of tiny batches,
// "CPU" is that of the consumer.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "benchmark/benchmark.h"
#include "loader/loader.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/jpeg/jpeg_folder_writer.h"
#include "storage/open.h"

namespace seiche {
namespace {

constexpr int64_t kSequences = 40, kFrames = 100, kSide = 184;
constexpr int64_t kValues = kFrames * kSide * kSide;

// Gray levels of crossing waves: round figures and flat troughs, as shaded frames have them.
std::vector<uint8_t> WaveLevels(int64_t index) {
  std::vector<uint8_t> levels;
  levels.reserve(kValues);
  for (int64_t t = 0; t < kFrames; ++t) {
    const float phase = 0.11f * static_cast<float>(t) + static_cast<float>(index);
    for (int64_t y = 0; y < kSide; ++y) {
      const float across = std::sin(0.06f * static_cast<float>(y) + 0.7f * phase);
      for (int64_t x = 0; x < kSide; ++x) {
        const float height = across * std::cos(0.05f * static_cast<float>(x) - phase);
        levels.push_back(static_cast<uint8_t>(127.5f + 110 * std::max(-0.5f, height)));
      }
    }
  }
  return levels;
}

struct Format {
  std::string name;
  bool jpeg = false;
  Shape chunk = {};
  std::vector<std::string> codecs = {};
  // Frames of a sample, which may begin at any frame; no room to keep chunks or to fill many
  // batches together, as with files far larger than the memory. 0: whole sequences.
  int64_t window = 0;
};

absl::Status WriteHdf5(const std::string& path, const Format& format) {
  Hdf5WriterOptions options;
  options.shape = {kSequences, kFrames, kSide, kSide};
  options.chunk_shape = format.chunk;
  options.codecs = format.codecs;
  SEICHE_ASSIGN_OR_RETURN(auto writer, Hdf5Writer::Create(path, options));
  std::vector<float> values(kValues);
  for (int64_t i = 0; i < kSequences; ++i) {
    const std::vector<uint8_t> levels = WaveLevels(i);
    for (int64_t k = 0; k < kValues; ++k) values[k] = static_cast<float>(levels[k]) * (1 / 255.0f);
    SEICHE_RETURN_IF_ERROR(
        writer->Append(MakeView(values.data(), DType::kFloat32, {kFrames, kSide, kSide})));
  }
  return writer->Finish();
}

absl::Status WriteJpeg(const std::string& path) {
  SEICHE_ASSIGN_OR_RETURN(auto writer, JpegFolderWriter::Create(path, {.sequences = kSequences}));
  for (int64_t i = 0; i < kSequences; ++i) {
    const std::vector<uint8_t> levels = WaveLevels(i);
    SEICHE_RETURN_IF_ERROR(writer->Append({levels.data(), kFrames, kSide, kSide}));
  }
  return writer->Finish();
}

// A folder of its own for this process, removed at its end; each format is written at first use.
class Files {
 public:
  Files()
      : folder_(JoinPath(std::filesystem::temp_directory_path().string(),
                         absl::StrCat("seiche-loader-benchmark-", getpid()))) {
    std::filesystem::create_directory(folder_);
  }
  ~Files() { std::filesystem::remove_all(folder_); }

  const std::string& folder() const { return folder_; }

  absl::StatusOr<std::shared_ptr<const SequenceStore>> Open(const Format& format) {
    const std::string path = JoinPath(folder_, format.name);
    if (!std::filesystem::exists(path)) {
      SEICHE_RETURN_IF_ERROR(format.jpeg ? WriteJpeg(path) : WriteHdf5(path, format));
    }
    SEICHE_ASSIGN_OR_RETURN(auto store, OpenStore(path));
    return std::shared_ptr<const SequenceStore>(std::move(store));
  }

 private:
  const std::string folder_;
};

// One iteration is one batch of 10 random samples, as published; epochs follow on one another.
absl::Status LoadBatches(benchmark::State& state, const Format& format, Files& files) {
  SEICHE_ASSIGN_OR_RETURN(auto store, files.Open(format));
  LoaderOptions options = {.batch_size = 10, .workers = static_cast<int>(state.range(0))};
  if (format.window > 0) {
    options.sample.windows = {{"", 0, format.window}};
    options.order = Order::kUniform;
    options.memory_budget = int64_t{48} << 20;  // three batches
  }
  SEICHE_ASSIGN_OR_RETURN(auto loader, Loader::Create(store, options));
  int64_t epoch = 0;
  // By then each buffer has been used, so that memory is warm.
  for (int64_t i = 0; i < std::min(loader->num_batches(), kSequences); ++i)
    SEICHE_RETURN_IF_ERROR(loader->Next().status());
  for (auto _ : state) {
    SEICHE_ASSIGN_OR_RETURN(std::optional<Batch> batch, loader->Next());
    if (!batch) {
      SEICHE_RETURN_IF_ERROR(loader->StartEpoch(++epoch));
      SEICHE_ASSIGN_OR_RETURN(batch, loader->Next());
    }
    benchmark::DoNotOptimize(batch->view().data);
  }
  const auto sequences = static_cast<double>(state.iterations() * options.batch_size);
  const int64_t frames = format.window > 0 ? format.window : kFrames;
  state.SetBytesProcessed(static_cast<int64_t>(sequences) * frames * kSide * kSide * 4);
  state.counters["sequence"] =
      benchmark::Counter(sequences, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["amplification"] = loader->statistics().read_amplification();
  return absl::OkStatus();
}

Files& OurFiles() {
  static Files files;
  return files;
}

void BM_Load(benchmark::State& state, const Format& format) {
  const absl::Status status = LoadBatches(state, format, OurFiles());
  if (!status.ok()) state.SkipWithError(status.ToString().c_str());
}

void OneAndTwoWorkers(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("workers")->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);
  benchmark->UseRealTime()->MeasureProcessCPUTime();
}

#define SEICHE_LOAD(name, ...) \
  BENCHMARK_CAPTURE(BM_Load, name, Format{#name, __VA_ARGS__})->Apply(OneAndTwoWorkers)
SEICHE_LOAD(jpeg, true);
SEICHE_LOAD(manual, false, {1, kFrames, kSide, kSide});
SEICHE_LOAD(manual_lzf, false, {1, kFrames, kSide, kSide}, {"lzf"});
SEICHE_LOAD(manual_deflate, false, {1, kFrames, kSide, kSide}, {"deflate:4"});
SEICHE_LOAD(frames_lzf, false, {1, 1, kSide, kSide}, {"lzf"});
SEICHE_LOAD(swell_fast, false, {1, kFrames, kSide, kSide}, {"swell:fast"});
SEICHE_LOAD(swell_small, false, {1, kFrames, kSide, kSide}, {"swell:small"});
SEICHE_LOAD(lzf_windows, false, {1, kFrames, kSide, kSide}, {"lzf"}, 10);
SEICHE_LOAD(swell_fast_windows, false, {1, kFrames, kSide, kSide}, {"swell:fast"}, 10);
SEICHE_LOAD(swell_fast_10_windows, false, {1, kFrames, kSide, kSide}, {"swell:fast,frames=10"}, 10);
SEICHE_LOAD(swell_small_windows, false, {1, kFrames, kSide, kSide}, {"swell:small"}, 10);
SEICHE_LOAD(swell_small_10_windows, false, {1, kFrames, kSide, kSide}, {"swell:small,frames=10"},
            10);
#undef SEICHE_LOAD

// Batches of one frame of 64 bytes, in order: what a batch costs the consumer's thread, whatever is
// in it. python/testing/overhead_benchmark.py measures the same from Python.
absl::Status LoadTinyBatches(benchmark::State& state, const Files& files) {
  const std::string path = JoinPath(files.folder(), "tiny.h5");
  constexpr int64_t kTiny = 100'000;
  Hdf5WriterOptions writer_options;
  writer_options.shape = {kTiny, 1, 4, 4};
  writer_options.chunk_shape = {1000, 1, 4, 4};
  writer_options.overwrite = OverwritePolicy::kReplace;  // of the run before
  SEICHE_ASSIGN_OR_RETURN(auto writer, Hdf5Writer::Create(path, writer_options));
  const std::vector<float> frame(16);
  for (int64_t i = 0; i < kTiny; ++i) {
    SEICHE_RETURN_IF_ERROR(writer->Append(MakeView(frame.data(), DType::kFloat32, {1, 4, 4})));
  }
  SEICHE_RETURN_IF_ERROR(writer->Finish());
  SEICHE_ASSIGN_OR_RETURN(std::shared_ptr<const SequenceStore> store, OpenStore(path));
  SEICHE_ASSIGN_OR_RETURN(
      auto loader,
      Loader::Create(store, {.order = Order::kSequential, .workers = 1, .prefetch = 8}));
  int64_t epoch = 0;
  std::optional<Batch> held;  // until the next one is there, as Python's loops do
  for (auto _ : state) {
    SEICHE_ASSIGN_OR_RETURN(std::optional<Batch> batch, loader->Next());
    if (batch) {
      held = std::move(batch);
    } else {
      SEICHE_RETURN_IF_ERROR(loader->StartEpoch(++epoch));
    }
  }
  return absl::OkStatus();
}

void BM_TinyBatches(benchmark::State& state) {
  const absl::Status status = LoadTinyBatches(state, OurFiles());
  if (!status.ok()) state.SkipWithError(status.ToString().c_str());
}
BENCHMARK(BM_TinyBatches)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
}  // namespace seiche
