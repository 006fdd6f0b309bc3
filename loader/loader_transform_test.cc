// What the loader delivers besides elements as stored: other dtypes, scaled and unpacked values,
// several outputs at once, parts of raw chunks; and that neighbours are read together.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
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

float FromHalf(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const float fraction = static_cast<float>(bits & 1023);
  const float size =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

double ElementAt(const std::byte* data, DType dtype, int64_t i) {
  const auto as = [&](auto value) {
    std::memcpy(&value, data + i * static_cast<int64_t>(sizeof(value)), sizeof(value));
    return value;
  };
  switch (dtype) {
    case DType::kUInt8:
      return as(uint8_t{});
    case DType::kInt16:
      return as(int16_t{});
    case DType::kInt32:
      return as(int32_t{});
    case DType::kFloat16:
      return FromHalf(as(uint16_t{}));
    case DType::kBFloat16: {
      const uint32_t bits = uint32_t{as(uint16_t{})} << 16;
      float value;
      std::memcpy(&value, &bits, sizeof(value));
      return value;
    }
    case DType::kFloat64:
      return as(double{});
    default:
      return as(float{});
  }
}

// What is delivered for the stored `value` of a channel (0 without channels).
using Expected = std::function<double(int field, double value, int64_t channel)>;

double AsStored(int, double value, int64_t) { return value; }

// Every element of every output of the batch.
void ExpectBatch(const Batch& batch, const GridStore& store, const SampleMap& map, int64_t epoch,
                 const Expected& expected) {
  ASSERT_EQ(batch.outputs().size(), map.outputs().size());
  for (int output = 0; output < static_cast<int>(map.outputs().size()); ++output) {
    const SampleOutput& what = map.outputs()[output];
    EXPECT_EQ(batch.Find(what.name), output);
    const Field& field = store.fields()[what.field];
    const ConstArrayView view = batch.view(output);
    ASSERT_EQ(view.dtype, batch.outputs()[output].dtype);
    // Output axes as places in the field's.
    std::vector<int> axes;
    for (char letter : what.axes) axes.push_back(field.axis(letter));
    int64_t at = 0;
    for (int64_t sample : batch.samples()) {
      Box box;
      map.SetBox(output, sample, epoch, box);
      Shape index(box.extent.size(), 0);
      for (int64_t n = NumElements(box.extent); n > 0; --n) {
        Shape element = box.offset;
        for (size_t a = 0; a < index.size(); ++a) {
          element[a] += index[a] * box.stride_of(static_cast<int>(a));
        }
        const int channels = field.axis('C');
        const double value =
            expected(what.field, static_cast<double>(GridStore::ValueAt(field.shape(), element)),
                     channels < 0 ? 0 : element[channels]);
        const double found = ElementAt(view.data, view.dtype, at++);
        ASSERT_TRUE(found == value || (std::isnan(found) && std::isnan(value)))
            << what.name << ", sample " << sample << ", element " << ToString(element) << ": "
            << found << " instead of " << value;
        for (size_t a = axes.size(); a-- > 0 && ++index[axes[a]] == box.extent[axes[a]];) {
          index[axes[a]] = 0;
        }
      }
    }
  }
}

// Two epochs with each strategy: all batches, every sample once. The last loader's statistics.
LoaderStatistics ExpectLoads(const std::shared_ptr<const GridStore>& store, LoaderOptions options,
                             const Expected& expected, int64_t epochs = 2) {
  const auto map = SampleMap::Create(*store, options.sample, options.seed);
  EXPECT_THAT(map, IsOk());
  LoaderStatistics statistics;
  if (!map.ok()) return statistics;
  options.workers = 2;
  for (const bool decode_once : {true, false}) {
    options.decode_once = decode_once;
    auto loader = Loader::Create(store, options);
    EXPECT_THAT(loader, IsOk());
    if (!loader.ok()) return statistics;
    for (int64_t epoch = 0; epoch < epochs; ++epoch) {
      std::set<int64_t> samples;
      while (true) {
        auto batch = (*loader)->Next();
        EXPECT_THAT(batch, IsOk());
        if (!batch.ok() || !batch->has_value()) break;
        ExpectBatch(**batch, *store, *map, epoch, expected);
        samples.insert((*batch)->samples().begin(), (*batch)->samples().end());
      }
      EXPECT_EQ(samples.size(), map->size());
      if (epoch + 1 < epochs) {
        EXPECT_THAT((*loader)->StartEpoch(epoch + 1), IsOk());
      }
    }
    statistics = (*loader)->statistics();
  }
  return statistics;
}

std::shared_ptr<GridStore> Store(std::vector<Field> fields, GridStore::Options options = {}) {
  options.fields = std::move(fields);
  return std::make_shared<GridStore>(std::move(options));
}

TEST(LoaderTransformTest, EveryDType) {
  // Numbers up to 250, and their halves and doubles, are exact in all of these.
  for (const DType stored : {DType::kUInt8, DType::kInt16, DType::kFloat32, DType::kFloat64}) {
    for (const DType wanted : {DType::kFloat16, DType::kBFloat16, DType::kFloat32}) {
      for (const Shape& chunk : {Shape{1, 5, 6, 7}, Shape{4, 2, 3, 4}}) {
        SCOPED_TRACE(std::string(Name(stored)) + " as " + std::string(Name(wanted)));
        const auto store = Store({GridStore::MakeField("u", {9, 5, 6, 7}, chunk, "NTHW", stored)});
        ExpectLoads(
            store,
            {.transforms = {{.options = {.dtype = wanted, .scale = {0.5}}}}, .batch_size = 4},
            [](int, double value, int64_t) { return value / 2; });
      }
    }
  }
}

TEST(LoaderTransformTest, IntegersSaturate) {
  const auto store = Store({GridStore::MakeField("u", {9, 5, 6, 7}, {4, 2, 3, 4})});
  ExpectLoads(
      store,
      {.transforms = {{.options = {.dtype = DType::kUInt8, .scale = {2}, .offset = {-100}}}},
       .batch_size = 4},
      [](int, double value, int64_t) { return std::clamp(2 * value - 100, 0.0, 255.0); });
}

// Numbers for each channel, which lie in chunks of their own, in raw chunks, and behind a crop.
TEST(LoaderTransformTest, EachChannelItsOwnNumbers) {
  const LoaderOptions options = {
      .transforms = {{.options = {.scale = {1, 2, 4}, .offset = {0, 1000, 2000}}}},
      .batch_size = 4};
  const auto expected = [](int, double value, int64_t channel) {
    return value * static_cast<double>(1 << channel) + static_cast<double>(channel) * 1000;
  };
  for (const int64_t channels : {1, 2, 3}) {
    for (const int64_t sequences : {1, 3}) {
      SCOPED_TRACE(channels);
      const auto store = Store(
          {GridStore::MakeField("u", {7, 4, 5, 6, 3}, {sequences, 2, 5, 4, channels}, "NTHWC")});
      ExpectLoads(store, options, expected);
      LoaderOptions cropped = options;
      cropped.sample.crops = {{'C', 1, 2}};
      ExpectLoads(store, cropped, expected);
    }
  }
  // 300 * 300 * 4 bytes are too many to be read as a whole.
  const auto raw = Store({GridStore::MakeField("u", {3, 3, 300, 300}, {1, 1, 300, 300}, "NCHW",
                                               DType::kFloat32, "none")});
  LoaderOptions rows = options;
  rows.sample.crops = {{'H', 7, 3}, {'W', 5, 11}};
  ExpectLoads(raw, rows, expected);
}

TEST(LoaderTransformTest, ChannelsThatDoNotFit) {
  const auto store = Store({GridStore::MakeField("u", {7, 4, 5, 6, 3}, {1, 4, 5, 6, 3}, "NTHWC")});
  EXPECT_THAT(Loader::Create(store, {.transforms = {{.options = {.scale = {1, 2}}}}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "grid.h5: field u has 3 channels, but scale or offset are given for 2"));
  EXPECT_THAT(Loader::Create(store, {.sample = {.crops = {{'C', 0, 2, 2}}},
                                     .transforms = {{.options = {.scale = {1, 2, 4}}}}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "grid.h5: field u: numbers for each channel do not go with a stride along "
                       "C"));
  EXPECT_THAT(Loader::Create(store, {.transforms = {{.field = 1}}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "LoaderOptions: a transform is for field 1, which is not one of the 1 "
                       "fields of grid.h5"));
  EXPECT_THAT(
      Loader::Create(store, {.transforms = {{}, {}}}),
      StatusIs(absl::StatusCode::kInvalidArgument, "LoaderOptions: field u has two transforms"));
}

TEST(LoaderTransformTest, UnpacksAsTheFieldSays) {
  Field field = GridStore::MakeField("u", {9, 5, 6, 7}, {4, 2, 3, 4}, "NTHW", DType::kInt16);
  field.packing = {.scale = 0.25, .offset = -8, .missing = 7};
  const auto store = Store({field});
  ExpectLoads(
      store, {.transforms = {{.unpack = true}}, .batch_size = 4},
      [](int, double value, int64_t) { return value == 7 ? std::nan("") : value * 0.25 - 8; });
  // Then what the options say.
  ExpectLoads(
      store,
      {.transforms = {{.options = {.scale = {2}, .offset = {1}}, .unpack = true}}, .batch_size = 4},
      [](int, double value, int64_t) {
        return value == 7 ? std::nan("") : (value * 0.25 - 8) * 2 + 1;
      });
  ExpectLoads(store, {.batch_size = 4}, AsStored);
}

TEST(LoaderOutputsTest, FieldsAndWindowsSideBySide) {
  const auto store =
      Store({GridStore::MakeField("u", {9, 12, 6, 7}, {2, 5, 4, 3}),
             GridStore::MakeField("mask", {9, 6, 7}, {3, 6, 7}, "NHW", DType::kUInt8),
             GridStore::MakeField("time", {9, 12}, {9, 12}, "NT", DType::kFloat64),
             GridStore::MakeField("unused", {9, 12, 6, 7}, {9, 12, 6, 7})});
  LoaderOptions options = {
      .sample = {.fields = {2, 0, 1},
                 .windows = {{"input", 0, 3}, {"target", 3, 2}},
                 .frame_stride = 2,
                 .step = 2,
                 .crops = {{.axis = 'H', .extent = 4, .random = true}, {'W', 1, 3, 2}}},
      .transforms = {{.field = 1, .options = {.dtype = DType::kFloat16}}},
      .batch_size = 5,
      .seed = 9};
  for (const Order order : {Order::kSequential, Order::kUniform, Order::kChunkAware}) {
    options.order = order;
    ExpectLoads(store, options, AsStored);
  }
  const auto loader = Loader::Create(store, options);
  ASSERT_THAT(loader, IsOk());
  std::vector<std::string> names;
  for (const BatchOutput& output : (*loader)->outputs()) names.push_back(output.name);
  EXPECT_THAT(names,
              testing::ElementsAre("time/input", "time/target", "u/input", "u/target", "mask"));
  EXPECT_EQ((*loader)->outputs()[4].dtype, DType::kFloat16);
  const auto batch = (*loader)->Next();
  ASSERT_THAT(batch, IsOk());
  EXPECT_EQ((*batch)->view(3).shape, (Shape{5, 2, 4, 3}));
  EXPECT_EQ((*batch)->Find("u/target"), 3);
  EXPECT_EQ((*batch)->Find("unused"), -1);
}

// A sample's frames are chunks side by side in the file.
TEST(LoaderReadTest, NeighboursAreReadTogether) {
  const Field frames = GridStore::MakeField("u", {6, 10, 6, 7}, {1, 1, 6, 7});
  const LoaderOptions options = {.batch_size = 1, .order = Order::kSequential};
  const auto read = [&](GridStore::Options how) {
    const auto store = Store({frames}, std::move(how));
    const LoaderStatistics statistics = ExpectLoads(store, options, AsStored, /*epochs=*/1);
    EXPECT_EQ(statistics.chunks_decoded, 60);
    EXPECT_EQ(store->reads(), 2 * statistics.reads) << "of two loaders";
    return statistics;
  };
  EXPECT_EQ(read({}).reads, 6);
  EXPECT_EQ(read({}).bytes_read, 60 * 16);
  // Small gaps are read, too; long ones are not.
  EXPECT_EQ(read({.gap = 100}).reads, 6);
  EXPECT_EQ(read({.gap = 100}).bytes_read, 6 * (10 * 16 + 9 * 100));
  EXPECT_EQ(read({.gap = 100000}).reads, 60);
  EXPECT_EQ(read({.gap = 100000}).bytes_read, 60 * 16);
  // One by one where they cannot be had together.
  EXPECT_EQ(read({.merges = false}).reads, 60);
}

TEST(LoaderReadTest, WindowsOfRawChunksAreReadAlone) {
  // One raw chunk of 12 frames [100,100]; contiguous in the file.
  const auto store = Store(
      {GridStore::MakeField("u", {12, 100, 100}, {12, 100, 100}, "THW", DType::kFloat32, "none")});
  LoaderOptions options = {.sample = {.windows = {{"", 0, 3}}}, .batch_size = 4};
  LoaderStatistics statistics = ExpectLoads(store, options, AsStored, /*epochs=*/1);
  EXPECT_EQ(statistics.reads, 10);
  EXPECT_EQ(statistics.bytes_read, 10 * 3 * 40000);
  EXPECT_EQ(statistics.bytes_delivered, statistics.bytes_read);
  EXPECT_EQ(statistics.chunks_decoded, 0);
  // A crop: of each frame from its first element to its last.
  options.sample.crops = {{'H', 10, 20}, {'W', 20, 40, 2}};
  statistics = ExpectLoads(store, options, AsStored, /*epochs=*/1);
  EXPECT_EQ(statistics.bytes_read, 10 * 3 * (19 * 400 + 78 * 4 + 4));
  options.transforms = {{.options = {.dtype = DType::kFloat16}}};
  ExpectLoads(store, options, AsStored);
}

}  // namespace
}  // namespace seiche
