// The loader over real files: HDF5 in several layouts and codecs, JPEG folders, several files as
// one, and files that are damaged or cannot be read.
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "base/aligned_buffer.h"
#include "base/atomic_output.h"
#include "base/faulty_file_system.h"
#include "codecs/swell/stream_header.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/loader.h"
#include "loader/testing/grid_store.h"
#include "storage/hdf5/chunk_guess.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/jpeg/jpeg_folder_writer.h"
#include "storage/open.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Sequences [T,H,W] of a wave that moves, another one for each index.
const Shape kSequence = {10, 24, 20};
constexpr int64_t kValues = 10 * 24 * 20;

std::vector<float> Wave(int64_t index) {
  std::vector<float> values;
  for (int t = 0; t < kSequence[0]; ++t) {
    for (int y = 0; y < kSequence[1]; ++y) {
      for (int x = 0; x < kSequence[2]; ++x) {
        values.push_back(std::round(128 + 100 * std::sin(0.3f * x + 0.2f * y + t + index)) / 255);
      }
    }
  }
  return values;
}

std::string TemporaryPath(const std::string& name) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string unique = absl::StrCat(test->test_suite_name(), "_", test->name(), "_", name);
  for (char& c : unique) c = c == '/' ? '_' : c;
  const std::string path = JoinPath(testing::TempDir(), unique);
  std::filesystem::remove_all(path);
  return path;
}

// `sequences` waves, the first one of index `first`. Empty `chunk`: contiguous.
std::string WriteHdf5(const std::string& name, int64_t sequences, Shape chunk,
                      std::vector<std::string> codecs, int64_t first = 0) {
  const std::string path = TemporaryPath(name);
  Hdf5WriterOptions options;
  options.shape = {sequences, kSequence[0], kSequence[1], kSequence[2]};
  options.chunk_shape = std::move(chunk);
  options.codecs = std::move(codecs);
  options.workers = 1;
  auto writer = Hdf5Writer::Create(path, options);
  EXPECT_THAT(writer, IsOk());
  for (int64_t i = 0; i < sequences; ++i) {
    const std::vector<float> wave = Wave(first + i);
    EXPECT_THAT((*writer)->Append(MakeView(wave.data(), DType::kFloat32, kSequence)), IsOk());
  }
  EXPECT_THAT((*writer)->Finish(), IsOk());
  return path;
}

std::shared_ptr<const SequenceStore> Open(const std::vector<std::string>& paths,
                                          const OpenOptions& options = {}) {
  auto store = OpenStore(paths, options);
  EXPECT_THAT(store, IsOk());
  return store.ok() ? *std::move(store) : nullptr;
}

// Two epochs, in batches of 4 by 3 workers: every row is exactly what `expected` gives for its
// sample, and every sample comes once.
template <typename Expected>
void ExpectLoads(const std::shared_ptr<const SequenceStore>& store, Expected expected) {
  auto loader = Loader::Create(store, {.batch_size = 4, .seed = 1, .workers = 3});
  ASSERT_THAT(loader, IsOk());
  for (int64_t epoch = 0; epoch < 2; ++epoch) {
    std::vector<int> seen(store->size());
    while (true) {
      auto batch = (*loader)->Next();
      ASSERT_THAT(batch, IsOk());
      if (!batch->has_value()) break;
      const BatchView<const float> values = (*batch)->array<float>();
      for (int64_t row = 0; row < values.samples(); ++row) {
        const int64_t sample = (*batch)->samples()[row];
        ++seen[sample];
        ASSERT_EQ(values.sample(row).values(), absl::MakeConstSpan(expected(sample)))
            << "sample " << sample;
      }
    }
    EXPECT_THAT(seen, testing::Each(1));
    ASSERT_THAT((*loader)->StartEpoch(epoch + 1), IsOk());
  }
}

struct Layout {
  std::string name;
  Shape chunk;
  std::vector<std::string> codecs;
};

class LoaderHdf5Test : public testing::TestWithParam<Layout> {};

INSTANTIATE_TEST_SUITE_P(
    Layouts, LoaderHdf5Test,
    testing::Values(Layout{"Contiguous", {}, {}}, Layout{"Manual", {1, 10, 24, 20}, {}},
                    Layout{"ManualLzf", {1, 10, 24, 20}, {"lzf"}},
                    Layout{"ManualDeflate", {1, 10, 24, 20}, {"deflate:4"}},
                    Layout{"ManualShuffleDeflateFletcher",
                           {1, 10, 24, 20},
                           {"shuffle", "deflate:4", "fletcher32"}},
                    Layout{"Frames", {1, 1, 24, 20}, {"lzf"}},
                    Layout{"CutAtEveryEdge", {4, 3, 7, 9}, {"lzf"}},
                    Layout{"Auto", GuessChunkShape({11, 10, 24, 20}, 4), {"deflate:1"}}),
    [](const auto& info) { return info.param.name; });

TEST_P(LoaderHdf5Test, LoadsWhatWasWritten) {
  const auto store = Open({WriteHdf5("a.h5", 11, GetParam().chunk, GetParam().codecs)});
  ExpectLoads(store, Wave);
}

TEST(LoaderStoreTest, SeveralFilesOfDifferentLayouts) {
  const auto store = Open({WriteHdf5("a.h5", 5, {1, 10, 24, 20}, {"lzf"}, 0),
                           WriteHdf5("b.h5", 3, {2, 4, 24, 11}, {"deflate:1"}, 5),
                           WriteHdf5("c.h5", 4, {}, {}, 8)});
  EXPECT_EQ(store->size(), 12);
  ExpectLoads(store, Wave);
}

std::string WriteJpegFolder(int64_t sequences) {
  const std::string path = TemporaryPath("jpeg");
  auto writer = JpegFolderWriter::Create(path, {.sequences = sequences});
  EXPECT_THAT(writer, IsOk());
  for (int64_t i = 0; i < sequences; ++i) {
    std::vector<uint8_t> levels;
    for (float value : Wave(i)) levels.push_back(static_cast<uint8_t>(value * 255));
    EXPECT_THAT((*writer)->Append({levels.data(), kSequence[0], kSequence[1], kSequence[2]}),
                IsOk());
  }
  EXPECT_THAT((*writer)->Finish(), IsOk());
  return path;
}

TEST(LoaderStoreTest, JpegFolder) {
  const auto store = Open({WriteJpegFolder(6)});
  // JPEG is not exact: what the store itself reads is what the loader must bring, near the wave.
  ExpectLoads(store, [&](int64_t sample) {
    std::vector<float> values(kValues);
    EXPECT_THAT(store->Read(0, {.offset = {sample, 0, 0, 0}, .extent = {1, 10, 24, 20}},
                            MakeView(values.data(), DType::kFloat32, {1, 10, 24, 20})),
                IsOk());
    double error = 0;
    const std::vector<float> wave = Wave(sample);
    for (int64_t i = 0; i < kValues; ++i) error += std::abs(values[i] - wave[i]);
    EXPECT_LT(error / kValues, 0.02);
    return values;
  });
}

// The status at the end of a sequential epoch of single samples, after `good` batches.
absl::Status ErrorAfter(int64_t good, std::shared_ptr<const SequenceStore> store) {
  auto loader =
      Loader::Create(std::move(store), {.order = Order::kSequential, .workers = 2, .prefetch = 3});
  EXPECT_THAT(loader, IsOk());
  for (int64_t i = 0; i < good; ++i) EXPECT_THAT((*loader)->Next(), IsOk());
  return (*loader)->Next().status();
}

TEST(LoaderStoreTest, DamagedChunkIsNamed) {
  const std::string path = WriteHdf5("a.h5", 6, {1, 10, 24, 20}, {"fletcher32"});
  auto store = Open({path});
  const ChunkLocation location = store->Locate(0, 3);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(location.offset + 100);
  file.put('!');
  file.close();
  store = Open({path});  // a file that has changed since is refused
  EXPECT_THAT(
      ErrorAfter(3, store),
      StatusIs(absl::StatusCode::kDataLoss,
               AllOf(StartsWith(absl::StrCat("sample 3 (row 0 of batch 3, epoch 0): ", path, ": ")),
                     HasSubstr("images"), HasSubstr("(3, 0, 0, 0)"), HasSubstr("checksum"))));
}

TEST(LoaderStoreTest, DamagedChunksAreLeftOut) {
  const std::string path = WriteHdf5("a.h5", 6, {1, 5, 24, 20}, {"fletcher32"});
  auto store = Open({path});
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(store->Locate(0, 2 * 3 + 1).offset + 100);
  file.put('!');
  file.close();
  store = Open({path});  // a file that has changed since is refused
  const auto loader = Loader::Create(
      store, {.batch_size = 4, .order = Order::kSequential, .on_error = OnError::kSkip});
  ASSERT_THAT(loader, IsOk());
  std::vector<int64_t> samples;
  while (true) {
    const auto batch = (*loader)->Next();
    ASSERT_THAT(batch, IsOk());
    if (!batch->has_value()) break;
    for (int64_t row = 0; row < (*batch)->size(); ++row) {
      samples.push_back((*batch)->samples()[row]);
      EXPECT_EQ((*batch)->array<float>().sample(row).values(),
                absl::MakeConstSpan(Wave(samples.back())));
    }
  }
  EXPECT_THAT(samples, testing::ElementsAre(0, 1, 2, 4, 5));
  ASSERT_EQ((*loader)->skipped().size(), 1);
  EXPECT_EQ((*loader)->skipped()[0].sample, 3);
  EXPECT_THAT((*loader)->skipped()[0].status,
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr(path), HasSubstr("(3, 1, 0, 0)"), HasSubstr("checksum"))));
}

// Frames of a sequence lie side by side in the file: a sample is one read.
TEST(LoaderStoreTest, NeighbouringChunksAreReadTogether) {
  const auto store = Open({WriteHdf5("a.h5", 6, {1, 1, 24, 20}, {"lzf"})});
  const auto loader = Loader::Create(store, {.order = Order::kSequential, .workers = 2});
  ASSERT_THAT(loader, IsOk());
  for (int64_t sample = 0; sample < 6; ++sample) {
    const auto batch = (*loader)->Next();
    ASSERT_THAT(batch, IsOk());
    EXPECT_EQ((*batch)->array<float>().values(), absl::MakeConstSpan(Wave(sample)));
  }
  EXPECT_EQ((*loader)->statistics().chunks_decoded, 60);
  EXPECT_EQ((*loader)->statistics().reads, 6);
}

// Damages the group of frames 4 and 5 of sequence 1, in a file with a key frame every other frame.
std::string WriteSwellWithADamagedGroup() {
  const std::string path = WriteHdf5("a.h5", 3, {1, 10, 24, 20}, {"swell:fast,frames=2"});
  const auto store = Open({path});
  AlignedBuffer buffer;
  const ChunkLocation location = store->Locate(0, 1);
  const auto stream = store->ReadEncoded(location, buffer);
  EXPECT_THAT(stream, IsOk());
  const auto header = ParseHeader(*stream);
  EXPECT_THAT(header, IsOk());
  EXPECT_EQ(header->groups.size(), 5);
  const int64_t in_stream = header->groups[2].bytes.data() - stream->data();
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(location.offset + in_stream + 20);
  file.put('!');
  return path;
}

// Frames of 480 values from `window` on, counted over sequences of 9 windows, times `factor`.
std::vector<float> WaveWindow(int64_t window, float factor) {
  const std::vector<float> wave = Wave(window / 9);
  const auto first = wave.begin() + window % 9 * 480;
  std::vector<float> values(first, first + 2 * 480);
  for (float& value : values) value *= factor;
  return values;
}

// What each window of 2 frames of a file with such a group gives.
void ExpectOnlyWindowsOfDamageFail(const LoaderOptions& options, float factor) {
  // Without checksums of whole chunks: the streams have their own.
  const auto store = Open({WriteSwellWithADamagedGroup()}, {.verify = false});
  EXPECT_TRUE(store->fields()[0].decodes_parts);
  const auto loader = Loader::Create(store, options);
  ASSERT_THAT(loader, IsOk());
  std::vector<int64_t> samples;
  while (true) {
    const auto batch = (*loader)->Next();
    ASSERT_THAT(batch, IsOk());
    if (!batch->has_value()) break;
    for (int64_t row = 0; row < (*batch)->size(); ++row) {
      const int64_t sample = (*batch)->samples()[row];
      samples.push_back(sample);
      EXPECT_EQ((*batch)->array<float>().sample(row).values(),
                absl::MakeConstSpan(WaveWindow(sample, factor)));
    }
  }
  // Windows of sequence 1 that have frames 4 or 5.
  std::vector<int64_t> skipped;
  for (const auto& sample : (*loader)->skipped()) {
    skipped.push_back(sample.sample);
    EXPECT_THAT(sample.status, StatusIs(absl::StatusCode::kDataLoss, HasSubstr("group 2")));
  }
  EXPECT_THAT(skipped, testing::ElementsAre(9 + 3, 9 + 4, 9 + 5));
  EXPECT_EQ(samples.size(), 27 - 3);
}

// Too little memory to keep chunks in: every window is decoded on its own.
LoaderOptions WindowsOfTwoFrames() {
  return {.sample = {.windows = {{"", 0, 2}}},
          .order = Order::kSequential,
          .workers = 1,
          .prefetch = 1,
          .memory_budget = 10'000,
          .on_error = OnError::kSkip};
}

TEST(LoaderStoreTest, WindowsOfSwellDecodeNoOtherGroups) {
  ExpectOnlyWindowsOfDamageFail(WindowsOfTwoFrames(), 1);
}

// With a transform, frames are decoded into memory of the worker first.
TEST(LoaderStoreTest, TransformedWindowsOfSwellDecodeNoOtherGroups) {
  LoaderOptions options = WindowsOfTwoFrames();
  options.transforms = {{.options = {.scale = {2}}}};
  ExpectOnlyWindowsOfDamageFail(options, 2);
}

// Windows that are decoded together do not fail together.
TEST(LoaderStoreTest, BatchesOfWindowsLeaveOutNoOthers) {
  LoaderOptions options = WindowsOfTwoFrames();
  options.batch_size = 4;
  options.memory_budget = 4 * 10'000;
  ExpectOnlyWindowsOfDamageFail(options, 1);
  options.transforms = {{.options = {.scale = {2}}}};
  ExpectOnlyWindowsOfDamageFail(options, 2);
}

// Two windows of a chunk: what lies between them is all that is decoded. 0 and 1 are one batch,
// and so are 8 and, of the next sequence, 9.
TEST(LoaderStoreTest, WindowsOfSwellThatShareAChunk) {
  const auto store = Open({WriteSwellWithADamagedGroup()}, {.verify = false});
  LoaderOptions options = WindowsOfTwoFrames();
  options.batch_size = 4;
  options.memory_budget = 4 * 10'000;
  options.on_error = OnError::kFail;
  const auto loader = Loader::Create(store, options);
  ASSERT_THAT(loader, IsOk());
  for (int64_t batch = 0; batch < 3; ++batch) {  // up to frames 2 and 3 of sequence 1
    const auto next = (*loader)->Next();
    ASSERT_THAT(next, IsOk());
    for (int64_t row = 0; row < 4; ++row) {
      const int64_t sample = 4 * batch + row;
      EXPECT_EQ((**next).array<float>().sample(row).values(),
                absl::MakeConstSpan(WaveWindow(sample, 1)));
    }
  }
  EXPECT_THAT((*loader)->Next(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("group 2")));
}

// Sequences of a contiguous H5 dataset, 320 KB each: windows are read alone, into their places.
TEST(LoaderStoreTest, WindowsOfContiguousDatasets) {
  const Shape sequence = {80, 32, 32};
  const std::string path = TemporaryPath("a.h5");
  auto writer = Hdf5Writer::Create(path, {.shape = {3, 80, 32, 32}, .workers = 1});
  ASSERT_THAT(writer, IsOk());
  std::vector<float> values(NumElements(sequence));
  for (int64_t i = 0; i < 3; ++i) {
    for (size_t v = 0; v < values.size(); ++v) values[v] = static_cast<float>(v * 3 + i);
    ASSERT_THAT((*writer)->Append(MakeView(values.data(), DType::kFloat32, sequence)), IsOk());
  }
  ASSERT_THAT((*writer)->Finish(), IsOk());
  const auto loader = Loader::Create(
      Open({path}), {.sample = {.windows = {{"", 0, 5}}, .step = 25}, .batch_size = 5});
  ASSERT_THAT(loader, IsOk());
  EXPECT_EQ((*loader)->num_samples(), 3 * 4);
  int64_t samples = 0;
  while (true) {
    const auto batch = (*loader)->Next();
    ASSERT_THAT(batch, IsOk());
    if (!batch->has_value()) break;
    for (int64_t row = 0; row < (*batch)->size(); ++row, ++samples) {
      const int64_t sample = (*batch)->samples()[row];
      const int64_t first = sample % 4 * 25 * 32 * 32;
      const auto window = (*batch)->array<float>().sample(row).values();
      for (size_t v = 0; v < window.size(); ++v) {
        ASSERT_EQ(window[v], static_cast<float>((first + v) * 3 + sample / 4));
      }
    }
  }
  EXPECT_EQ(samples, 12);
  EXPECT_EQ((*loader)->statistics().bytes_read, 12 * 5 * 32 * 32 * 4);
  EXPECT_EQ((*loader)->statistics().chunks_decoded, 0);
}

// Of frames far apart, and of rows of each, only what is needed is read.
TEST(LoaderStoreTest, GapsOfContiguousDatasetsAreNotRead) {
  const std::string path = TemporaryPath("a.h5");
  auto writer = Hdf5Writer::Create(path, {.shape = {2, 40, 100, 80}, .workers = 1});
  ASSERT_THAT(writer, IsOk());
  std::vector<float> values(40 * 100 * 80);
  for (int64_t i = 0; i < 2; ++i) {
    for (size_t v = 0; v < values.size(); ++v) values[v] = static_cast<float>(v * 2 + i);
    ASSERT_THAT((*writer)->Append(MakeView(values.data(), DType::kFloat32, {40, 100, 80})), IsOk());
  }
  ASSERT_THAT((*writer)->Finish(), IsOk());
  const LoaderOptions options = {.sample = {.windows = {{"", 0, 4}},
                                            .frame_stride = 10,
                                            .crops = {{.axis = 'H', .offset = 20, .extent = 30}}},
                                 .batch_size = 1,
                                 .memory_budget = 16 << 20};
  const auto loader = Loader::Create(Open({path}), options);
  ASSERT_THAT(loader, IsOk());
  int64_t samples = 0;
  for (auto batch = (*loader)->Next(); batch.ok() && batch->has_value();
       batch = (*loader)->Next()) {
    const int64_t sample = (*batch)->samples()[0];
    const auto window = (*batch)->array<float>().sample(0).values();
    for (int64_t v = 0; v < 4 * 30 * 80; ++v) {
      const int64_t frame = sample % 10 + v / 2400 * 10;
      const int64_t element = frame * 8000 + 20 * 80 + v % 2400;
      ASSERT_EQ(window[v], static_cast<float>(element * 2 + sample / 10)) << v;
    }
    ++samples;
  }
  EXPECT_EQ(samples, 20);
  EXPECT_EQ((*loader)->statistics().bytes_read, 20 * 4 * 30 * 80 * 4);
}

// Sequences larger than the budget, of which each sample needs little.
TEST(LoaderStoreTest, LargeContiguousSequencesTakeNoMemory) {
  const Field field = GridStore::MakeField("u", {100, 10000, 184, 184}, {1, 10000, 184, 184},
                                           "NTHW", DType::kFloat32, "none");
  GridStore::Options options;
  options.fields = {field};
  const auto loader = Loader::Create(
      std::make_shared<GridStore>(std::move(options)),
      {.sample = {.windows = {{"", 0, 2}}}, .batch_size = 2, .max_batches = 4, .workers = 16});
  ASSERT_THAT(loader, IsOk());
  EXPECT_GT((*loader)->strategy().most_batches, 100);
  for (int i = 0; i < 4; ++i) ASSERT_THAT((*loader)->Next(), IsOk());
  EXPECT_LT((*loader)->statistics().memory_peak_bytes, 64 << 20);
}

TEST(LoaderStoreTest, ResumeRefusesOtherFilesInTheList) {
  const std::string a = WriteHdf5("a.h5", 6, {1, 10, 24, 20}, {"lzf"});
  const std::string b = WriteHdf5("b.h5", 6, {1, 10, 24, 20}, {"lzf"});
  LoaderOptions options = {.batch_size = 2};
  const auto loader = Loader::Create(Open({a, b}), options);
  ASSERT_THAT(loader, IsOk());
  options.resume = (*loader)->State();
  EXPECT_THAT(Loader::Create(Open({a, b}), options), IsOk());
  EXPECT_THAT(Loader::Create(Open({b, a}), options),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("the list of files")));
}

// A raw chunk that is converted is checked as well as one that is not.
TEST(LoaderStoreTest, ChecksumsOfRawChunksThatAreConverted) {
  const std::string path = TemporaryPath("a.h5");
  auto writer = Hdf5Writer::Create(
      path, {.shape = {3, 10, 100, 80}, .chunk_shape = {1, 10, 100, 80}, .workers = 1});
  ASSERT_THAT(writer, IsOk());
  const std::vector<float> values(10 * 100 * 80, 0.5f);
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT((*writer)->Append(MakeView(values.data(), DType::kFloat32, {10, 100, 80})), IsOk());
  }
  ASSERT_THAT((*writer)->Finish(), IsOk());
  const int64_t offset = Open({path})->Locate(0, 1).offset;
  std::string contents = *ReadFile(DefaultFileSystem(), path);
  contents[offset + 1000] ^= 1;
  ASSERT_THAT(WriteFileAtomically(DefaultFileSystem(), path, contents, OverwritePolicy::kReplace),
              IsOk());
  for (const bool convert : {false, true}) {
    LoaderOptions options = {.batch_size = 3};
    if (convert) options.transforms = {{.field = 0, .options = {.dtype = DType::kFloat16}}};
    const auto loader = Loader::Create(Open({path}, {.verify = true}), options);
    ASSERT_THAT(loader, IsOk());
    EXPECT_THAT((*loader)->Next(),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the checksum of its")))
        << convert;
  }
}

// netCDF's _Unsigned.
TEST(LoaderStoreTest, IntegersOfTheOtherSignAreNotUnpacked) {
  const std::string path = TemporaryPath("a.h5");
  const std::vector<int8_t> values(4, -1);
  auto writer = Hdf5Writer::Create(
      path, {.dtype = DType::kInt8, .shape = {1, 4}, .attributes = {{"_Unsigned", "true"}}});
  ASSERT_THAT(writer, IsOk());
  ASSERT_THAT((*writer)->Append(MakeView(values.data(), DType::kInt8, {4})), IsOk());
  ASSERT_THAT((*writer)->Finish(), IsOk());
  const auto store = Open({path});
  EXPECT_THAT(Loader::Create(store, {}), IsOk());
  EXPECT_THAT(Loader::Create(store, {.transforms = {{.field = 0, .unpack = true}}}),
              StatusIs(absl::StatusCode::kUnimplemented,
                       HasSubstr("its attribute _Unsigned says that what is stored as int8")));
}

// What a header claims is more than any memory has.
TEST(LoaderStoreTest, SamplesLargerThanAllMemory) {
  const Shape shape = {1, int64_t{1} << 31, int64_t{1} << 31};
  GridStore::Options options;
  options.fields = {GridStore::MakeField("u", shape, {1, 1, 16}, "NHW", DType::kUInt8)};
  const auto store = std::make_shared<GridStore>(std::move(options));
  EXPECT_THAT(Loader::Create(store, {}), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(
      Loader::Create(store, {.transforms = {{.field = 0, .options = {.dtype = DType::kFloat32}}}}),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("64 bits")));
}

// Chunks that are kept from epoch to epoch are not read again.
TEST(LoaderStoreTest, AFileThatChangesBetweenEpochsIsNoticed) {
  const std::string first = WriteHdf5("a.h5", 6, {1, 10, 24, 20}, {"lzf"});
  const std::string second = WriteHdf5("b.h5", 6, {1, 10, 24, 20}, {"lzf"}, 6);
  LoaderOptions options = {.sample = {.windows = {{"", 0, 2}}}, .batch_size = 5, .workers = 2};
  auto loader = Loader::Create(Open({first, second}), options);
  ASSERT_THAT(loader, IsOk());
  ASSERT_TRUE((*loader)->strategy().keep_all);
  const auto read = [&]() -> absl::Status {
    while (true) {
      auto batch = (*loader)->Next();
      if (!batch.ok()) return batch.status();
      if (!batch->has_value()) return absl::OkStatus();
    }
  };
  for (int64_t epoch = 1; epoch < 4; ++epoch) {
    EXPECT_THAT(read(), IsOk());
    ASSERT_THAT((*loader)->StartEpoch(epoch), IsOk());
  }
  std::filesystem::last_write_time(second, std::filesystem::file_time_type::clock::now());
  const auto changed = StatusIs(absl::StatusCode::kFailedPrecondition,
                                HasSubstr(absl::StrCat(second, ": changed since it was opened")));
  ASSERT_THAT((*loader)->StartEpoch(4), IsOk());
  EXPECT_THAT(read(), changed);
  ASSERT_THAT((*loader)->StartEpoch(5), IsOk());
  EXPECT_THAT(read(), changed);
}

TEST(LoaderStoreTest, FailingDisk) {
  const std::string path = WriteHdf5("a.h5", 6, {1, 10, 24, 20}, {"lzf"});
  const int64_t offset = Open({path})->Locate(0, 4).offset;
  FaultyFileSystem files(DefaultFileSystem(), {.bad_byte = offset + 10});
  EXPECT_THAT(
      ErrorAfter(4, Open({path}, {.files = &files})),
      StatusIs(absl::StatusCode::kUnavailable,
               AllOf(StartsWith(absl::StrCat("sample 4 (row 0 of batch 4, epoch 0): ", path, ": ")),
                     HasSubstr("(4, 0, 0, 0)"))));
}

TEST(LoaderStoreTest, ShortReads) {
  const std::string path = WriteHdf5("a.h5", 6, {1, 4, 24, 20}, {"lzf"});
  FaultyFileSystem files(DefaultFileSystem(), {.short_transfer_seed = 7});
  ExpectLoads(Open({path}, {.files = &files}), Wave);
}

TEST(LoaderStoreTest, FrameThatVanished) {
  const std::string path = WriteJpegFolder(5);
  const auto store = Open({path});
  const std::string frame = JoinPath(path, "2/7.jpg");
  ASSERT_TRUE(std::filesystem::remove(frame));
  EXPECT_THAT(
      ErrorAfter(2, store),
      StatusIs(absl::StatusCode::kNotFound,
               StartsWith(absl::StrCat("sample 2 (row 0 of batch 2, epoch 0): ", frame, ": "))));
}

}  // namespace
}  // namespace seiche
