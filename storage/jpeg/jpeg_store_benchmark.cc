// A folder of JPEG frames: opening it, reading one sequence of 100 frames of 184 x 184 (page cache
// warm), writing one. The frames are smooth rings, about as compressible as the waves of the
// comparison.
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "base/file_system.h"
#include "benchmark/benchmark.h"
#include "storage/jpeg/jpeg_folder_store.h"
#include "storage/jpeg/jpeg_folder_writer.h"

namespace seiche {
namespace {

constexpr int64_t kFrames = 100, kSide = 184;

const std::vector<uint8_t>& RingSequence() {
  static const std::vector<uint8_t>& sequence = *[] {
    auto* levels = new std::vector<uint8_t>;
    for (int t = 0; t < kFrames; ++t) {
      for (int y = 0; y < kSide; ++y) {
        for (int x = 0; x < kSide; ++x) {
          const double r = std::hypot(x - 60.0, y - 110.0);
          const double wave = std::sin(r / 4 - 0.3 * t) * std::exp(-std::abs(r - 1.2 * t) / 12);
          levels->push_back(static_cast<uint8_t>(127.5 + 120 * wave));
        }
      }
    }
    return levels;
  }();
  return sequence;
}

// A folder of `sequences` equal sequences, removed at the end.
class Folder {
 public:
  explicit Folder(int64_t sequences)
      : path_(absl::StrCat(P_tmpdir, "/jpeg_store_benchmark-", ::getpid())) {
    auto writer = JpegFolderWriter::Create(path_, {.sequences = sequences});
    CHECK_OK(writer.status());
    for (int64_t n = 0; n < sequences; ++n) {
      CHECK_OK((*writer)->Append({RingSequence().data(), kFrames, kSide, kSide}));
    }
    CHECK_OK((*writer)->Finish());
  }
  ~Folder() { CHECK_OK(DefaultFileSystem().RemoveAll(path_)); }

  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

void BM_Open(benchmark::State& state) {
  const Folder folder(state.range(0));
  for (auto _ : state) CHECK_OK(OpenJpegFolder(folder.path()).status());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Open)->ArgName("sequences")->Arg(10)->Arg(100)->Unit(benchmark::kMillisecond);

void BM_ReadSequence(benchmark::State& state) {
  const Folder folder(4);
  const auto store = *OpenJpegFolder(folder.path());
  const Box sequence{.offset = {0, 0, 0, 0}, .extent = {1, kFrames, kSide, kSide}};
  const int64_t bytes = NumElements(sequence.extent) * sizeof(float);
  AlignedBuffer buffer(bytes);
  const ArrayView out = MakeView(buffer.data(), DType::kFloat32, sequence.extent);
  CodecScratch scratch;
  int64_t n = 0;
  for (auto _ : state) {
    Box box = sequence;
    box.offset[0] = n++ % store->size();
    CHECK_OK(ReadByChunks(*store, 0, box, out, scratch));
  }
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(BM_ReadSequence)->Unit(benchmark::kMillisecond);

// And removing it.
void BM_WriteFolder(benchmark::State& state) {
  RingSequence();
  for (auto _ : state) Folder folder(state.range(0));
  state.SetBytesProcessed(state.iterations() * state.range(0) * RingSequence().size());
}
BENCHMARK(BM_WriteFolder)->ArgName("sequences")->Arg(10)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace seiche
