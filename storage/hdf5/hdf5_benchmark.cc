// Opening, and decoding chunks of shaded waves: whole sequences, and the shape that h5py chooses
// for the published data set. Bytes are those delivered.
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file_system.h"
#include "benchmark/benchmark.h"
#include "codecs/test_data.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/hdf5/hdf5_writer.h"

namespace seiche {
namespace {

using Store = std::shared_ptr<const SequenceStore>;

template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << value.status() << "\n";
  std::exit(1);
}

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::exit(1);
}

// A file that is gone when the program ends.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name)
      : path_(JoinPath("/tmp", absl::StrCat("seiche_benchmark_", getpid(), "_", name))) {}
  ~TemporaryFile() { (void)DefaultFileSystem().RemoveAll(path_); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

// Waves [N,T,H,W], another start for each sequence.
std::unique_ptr<TemporaryFile> WriteWaves(const std::string& name, const Shape& shape,
                                          const Shape& chunk_shape, const std::string& codec) {
  auto file = std::make_unique<TemporaryFile>(name);
  Hdf5WriterOptions options = {
      .shape = shape, .chunk_shape = chunk_shape, .overwrite = OverwritePolicy::kReplace};
  if (codec != "none") options.codecs = {codec};
  const auto writer = ValueOrDie(Hdf5Writer::Create(file->path(), options));
  for (int64_t i = 0; i < shape[0]; ++i) {
    const std::vector<float> frames = WaveFrames(shape[1], shape[2], shape[3], i % 16);
    const void* sequence = frames.data();
    Check(writer->Append(MakeView(sequence, DType::kFloat32, {shape[1], shape[2], shape[3]})));
  }
  Check(writer->Finish());
  return file;
}

void BM_OpenWithChunks(benchmark::State& state) {
  const int64_t chunks = state.range(0);
  const auto file = WriteWaves("index", {chunks, 2, 8, 8}, {1, 2, 8, 8}, "lzf");
  for (auto _ : state) {
    auto store = OpenHdf5Store(file->path());
    Check(store.status());
    benchmark::DoNotOptimize(store);
  }
  state.SetItemsProcessed(state.iterations() * chunks);
}
BENCHMARK(BM_OpenWithChunks)->Arg(1)->Arg(5000)->Unit(benchmark::kMillisecond);

// Decodes `part` of one chunk after the other, which are in memory, into an array of `shape`.
void DecodeChunks(benchmark::State& state, const TemporaryFile& file, const Box& part,
                  const Shape& shape) {
  const Store store = ValueOrDie(OpenHdf5Store(file.path()));
  std::vector<AlignedBuffer> buffers(store->fields()[0].grid.num_chunks());
  std::vector<absl::Span<const std::byte>> encoded;
  for (size_t i = 0; i < buffers.size(); ++i) {
    encoded.push_back(ValueOrDie(store->ReadEncoded(store->Locate(0, i), buffers[i])));
  }
  AlignedBuffer memory(NumElements(shape) * sizeof(float));
  const ArrayView array = MakeView(static_cast<void*>(memory.data()), DType::kFloat32, shape);
  const ArrayView out = Slice(array, {.offset = Shape(shape.size(), 0), .extent = part.extent});
  CodecScratch scratch;
  size_t chunk = 0;
  for (auto _ : state) {
    Check(
        store->DecodeChunk(0, chunk, store->Locate(0, chunk), encoded[chunk], part, out, scratch));
    chunk = (chunk + 1) % encoded.size();
  }
  state.SetBytesProcessed(state.iterations() * NumElements(part.extent) * sizeof(float));
}

void BM_DecodeSequences(benchmark::State& state, const std::string& codec) {
  const Shape chunk = {1, 100, 184, 184};
  const auto file = WriteWaves(codec, {4, 100, 184, 184}, chunk, codec);
  DecodeChunks(state, *file, WholeBox(chunk), chunk);
}
BENCHMARK_CAPTURE(BM_DecodeSequences, none, "none")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_DecodeSequences, lzf, "lzf")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_DecodeSequences, deflate, "deflate:4")->Unit(benchmark::kMillisecond);

// What checksums cost: reading included, for it is reading that brings the bytes into the cache.
void BM_ReadSequences(benchmark::State& state, const std::string& codec, bool verify) {
  const Shape chunk = {1, 100, 184, 184};
  const auto file = WriteWaves("verify_" + codec, {4, 100, 184, 184}, chunk, codec);
  const Store store = ValueOrDie(OpenHdf5Store(file->path(), {.verify = verify}));
  AlignedBuffer memory(NumElements(chunk) * sizeof(float)), buffer;
  const ArrayView out = MakeView(static_cast<void*>(memory.data()), DType::kFloat32, chunk);
  CodecScratch scratch;
  int64_t sequence = 0;
  for (auto _ : state) {
    const ChunkLocation location = store->Locate(0, sequence);
    const auto encoded = ValueOrDie(store->ReadEncoded(location, buffer));
    Check(store->DecodeChunk(0, sequence, location, encoded, WholeBox(chunk), out, scratch));
    sequence = (sequence + 1) % store->size();
  }
  state.SetBytesProcessed(state.iterations() * out.size_bytes());
}
BENCHMARK_CAPTURE(BM_ReadSequences, lzf, "lzf", false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_ReadSequences, lzf_verified, "lzf", true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_ReadSequences, deflate, "deflate:4", false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_ReadSequences, deflate_verified, "deflate:4", true)
    ->Unit(benchmark::kMillisecond);

const Shape& AutoChunk() {
  static const Shape& shape = *new Shape{94, 7, 12, 12};
  return shape;
}

void BM_DecodeAutoChunks(benchmark::State& state, const std::string& codec) {
  const auto file = WriteWaves("auto_" + codec, {94, 14, 24, 24}, AutoChunk(), codec);
  DecodeChunks(state, *file, WholeBox(AutoChunk()), AutoChunk());
}
BENCHMARK_CAPTURE(BM_DecodeAutoChunks, none, "none")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_DecodeAutoChunks, lzf, "lzf")->Unit(benchmark::kMicrosecond);

// What one sequence needs of a chunk goes to its place among the frames: mostly the decoding of
// what it does not need.
void BM_DecodeOneSequenceOfAutoChunks(benchmark::State& state, const std::string& codec) {
  const auto file = WriteWaves("part_" + codec, {94, 14, 24, 24}, AutoChunk(), codec);
  Box part = WholeBox(AutoChunk());
  part.offset[0] = 40;
  part.extent[0] = 1;
  DecodeChunks(state, *file, part, {1, 100, 184, 184});
}
BENCHMARK_CAPTURE(BM_DecodeOneSequenceOfAutoChunks, none, "none")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_DecodeOneSequenceOfAutoChunks, lzf, "lzf")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace seiche
