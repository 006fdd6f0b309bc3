// Samples that are put together from strips of chunks (plan/chunk_strip.h): exact, whatever they
// are cut from and converted to, and as good at errors as chunks on their own.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/loader.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

struct Case {
  std::string name;
  Field field;
  SampleOptions sample = {};
  std::optional<double> scale = {};
};

// 82 KB a sequence of float32: 80 strips of six chunks.
Field Sequences(DType dtype = DType::kFloat32) {
  return GridStore::MakeField("u", {64, 10, 32, 64}, {20, 2, 8, 12}, "", dtype);
}

// How many bytes a read of one of its strips has, at 16 bytes a chunk.
constexpr int64_t kStripRead = 6 * 16;

template <typename T>
void ExpectValues(const Batch& batch, const GridStore& store, const SampleMap& map, int64_t epoch,
                  double scale) {
  const ChunkGrid& grid = store.fields()[0].grid;
  Box box;
  auto* data = const_cast<std::byte*>(batch.view().data);
  for (const int64_t sample : batch.samples()) {
    map.SetBox(0, sample, epoch, box);
    // Along the axes of the field, wherever those lie in the batch.
    const ArrayView place = map.Destination(0, batch.view().dtype, data);
    Shape index(box.extent.size(), 0);
    for (int64_t n = NumElements(box.extent); n > 0; --n) {
      Shape element = box.offset;
      const std::byte* at = place.data;
      for (size_t a = 0; a < index.size(); ++a) {
        element[a] += index[a] * box.stride_of(static_cast<int>(a));
        at += index[a] * place.strides[a];
      }
      const auto kind = store.Locate(0, grid.NumberAt(element)).kind;
      const bool there = kind != ChunkLocation::Kind::kMissing;
      ASSERT_EQ(*reinterpret_cast<const T*>(at),
                there ? GridStore::ValueAt(grid.shape(), element) * scale : 0)
          << "sample " << sample << ", element " << ToString(element);
      for (size_t a = index.size(); a-- > 0 && ++index[a] == box.extent[a];) index[a] = 0;
    }
    data += place.size_bytes();
  }
}

// Reads an epoch; returns the samples that came.
std::set<int64_t> ReadExactly(Loader& loader, const GridStore& store, const LoaderOptions& options,
                              int64_t epoch = 0) {
  const auto map = SampleMap::Create(store, options.sample, options.seed);
  EXPECT_THAT(map, IsOk());
  std::set<int64_t> samples;
  while (true) {
    const auto batch = loader.Next();
    EXPECT_THAT(batch, IsOk());
    if (!batch.ok() || !batch->has_value()) return samples;
    double scale = 1;
    if (!options.transforms.empty()) scale = options.transforms[0].options.scale[0];
    if ((*batch)->view().dtype == DType::kFloat64) {
      ExpectValues<double>(**batch, store, *map, epoch, scale);
    } else if ((*batch)->view().dtype == DType::kFloat32) {
      ExpectValues<float>(**batch, store, *map, epoch, scale);
    } else {
      ExpectValues<uint8_t>(**batch, store, *map, epoch, scale);
    }
    if (testing::Test::HasFatalFailure()) return samples;
    for (const int64_t sample : (*batch)->samples()) samples.insert(sample);
  }
}

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class LoaderStripTest : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(
    Cases, LoaderStripTest,
    testing::Values(
        Case{"Sequences", Sequences()}, Case{"Double", Sequences(DType::kFloat64)},
        Case{"Scaled", Sequences(), {}, 0.5}, Case{"BytesToFloat", Sequences(DType::kUInt8), {}, 2},
        Case{"Windows", Sequences(), {.windows = {{"a", 0, 3}, {"b", 3, 4}}}},
        Case{"Strided", Sequences(), {.windows = {{"", 0, 3}}, .frame_stride = 2}},
        Case{"Recording",
             GridStore::MakeField("u", {600, 32, 64}, {50, 8, 12}, "THW"),
             {.windows = {{"", 0, 12}}, .step = 5}},
        Case{"Channels", GridStore::MakeField("u", {40, 6, 16, 64, 3}, {16, 2, 8, 10, 3}, "NTHWC")},
        // T comes first in what is delivered.
        Case{"TimeLast", GridStore::MakeField("u", {64, 32, 64, 10}, {20, 8, 12, 3}, "NHWT")},
        Case{"TimeLastRecording",
             GridStore::MakeField("u", {32, 64, 600}, {16, 32, 20}, "HWT"),
             {.windows = {{"", 0, 12}}, .step = 5}},
        Case{"ChannelsBeforeTime",
             GridStore::MakeField("u", {32, 3, 16, 16, 80}, {16, 3, 4, 4, 20}, "NCHWT")},
        Case{"Cropped", Sequences(), {.crops = {{.axis = 'W', .offset = 5, .extent = 37}}}},
        Case{"CroppedAtRandom",
             Sequences(),
             {.crops = {{.axis = 'W', .extent = 40, .random = true},
                        {.axis = 'H', .extent = 20, .random = true}}}},
        Case{"Subsampled", Sequences(), {.crops = {{.axis = 'W', .extent = 20, .stride = 3}}}}),
    [](const auto& info) { return info.param.name; });

TEST_P(LoaderStripTest, DeliversExactlyWhatIsStored) {
  for (const bool merges : {true, false}) {  // without: read one by one, on the slower way
    GridStore::Options store_options{.fields = {GetParam().field}, .merges = merges};
    const auto store = std::make_shared<GridStore>(std::move(store_options));
    LoaderOptions options = {.sample = GetParam().sample, .batch_size = 5, .workers = 3};
    if (GetParam().scale.has_value()) {
      options.transforms = {{.options = {.dtype = DType::kFloat32, .scale = {*GetParam().scale}}}};
    }
    const auto loader = Loader::Create(store, options);
    ASSERT_THAT(loader, IsOk());
    for (int64_t epoch = 0; epoch < (merges ? 2 : 1); ++epoch) {
      ASSERT_THAT((*loader)->StartEpoch(epoch), IsOk());
      EXPECT_EQ(ReadExactly(**loader, *store, options, epoch).size(), (*loader)->num_samples());
    }
  }
}

// Fill values between the chunks of a row, and at its ends.
TEST(LoaderStripTest, MissingChunks) {
  const auto store = std::make_shared<GridStore>(
      GridStore::Options{.fields = {Sequences()}, .missing = {0, 8, 17, 18, 33, 34, 35, 50}});
  const LoaderOptions options = {.batch_size = 5, .workers = 3};
  const auto loader = Loader::Create(store, options);
  ASSERT_THAT(loader, IsOk());
  EXPECT_EQ(ReadExactly(**loader, *store, options).size(), 64);
}

TEST(LoaderStripTest, AStripIsOneRead) {
  std::mutex mutex;
  std::vector<int64_t> reads;
  GridStore::Options store_options{.fields = {Sequences()}};
  store_options.on_read = [&](int32_t, int64_t, int64_t bytes) {
    const std::lock_guard lock(mutex);
    reads.push_back(bytes);
  };
  const auto store = std::make_shared<GridStore>(std::move(store_options));
  const LoaderOptions options = {.batch_size = 8, .workers = 2};
  const auto loader = Loader::Create(store, options);
  ASSERT_THAT(loader, IsOk());
  ReadExactly(**loader, *store, options);
  EXPECT_THAT(reads, testing::SizeIs(80));
  EXPECT_THAT(reads, testing::Each(kStripRead));
  EXPECT_EQ((*loader)->statistics().decodes_per_chunk(), 1);
}

TEST(LoaderStripTest, StaysWithinTheBudget) {
  for (const int64_t batches : {4, 6, 20}) {
    const auto store = std::make_shared<GridStore>(GridStore::Options{.fields = {Sequences()}});
    LoaderOptions options = {.batch_size = 8, .workers = 2};
    options.memory_budget = 2 * (5 << 20) + batches * 8 * 10 * 32 * 64 * 4;
    const auto loader = Loader::Create(store, options);
    ASSERT_THAT(loader, IsOk());
    EXPECT_EQ(ReadExactly(**loader, *store, options).size(), 64);
    EXPECT_LE((*loader)->statistics().memory_peak_bytes, options.memory_budget);
  }
}

// Chunk (1, 2, 0, 3) holds elements of sequences 20 to 39.
absl::Status DamagedAt(const Field& field, int64_t chunk) {
  return field.grid.Coordinates(chunk) == Shape{1, 2, 0, 3}
             ? absl::DataLossError("damaged: grid.h5")
             : absl::OkStatus();
}

TEST(LoaderStripTest, ADamagedChunkEndsTheEpoch) {
  GridStore::Options store_options{.fields = {Sequences()}};
  store_options.on_decode = [](int, int64_t chunk) { return DamagedAt(Sequences(), chunk); };
  const auto store = std::make_shared<GridStore>(std::move(store_options));
  const auto loader = Loader::Create(store, {.batch_size = 8, .workers = 2});
  ASSERT_THAT(loader, IsOk());
  absl::StatusOr<std::optional<Batch>> batch;
  do batch = (*loader)->Next();
  while (batch.ok() && batch->has_value());
  EXPECT_THAT(batch.status(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("damaged")));
}

TEST(LoaderStripTest, SamplesOfADamagedChunkAreLeftOut) {
  GridStore::Options store_options{.fields = {Sequences()}};
  store_options.on_decode = [](int, int64_t chunk) { return DamagedAt(Sequences(), chunk); };
  const auto store = std::make_shared<GridStore>(std::move(store_options));
  const LoaderOptions options = {.batch_size = 8, .workers = 2, .on_error = OnError::kSkip};
  const auto loader = Loader::Create(store, options);
  ASSERT_THAT(loader, IsOk());
  const std::set<int64_t> samples = ReadExactly(**loader, *store, options);
  std::set<int64_t> expected;
  for (int64_t i = 0; i < 64; ++i) {
    if (i < 20 || i >= 40) expected.insert(i);
  }
  EXPECT_EQ(samples, expected);
  EXPECT_EQ((*loader)->skipped().size(), 20);
}

}  // namespace
}  // namespace seiche
