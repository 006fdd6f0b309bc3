#include "storage/field_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/conformance.h"
#include "storage/memory_store.h"
#include "storage/open.h"

namespace seiche {

// Comes along with memory_store.h.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformanceTest);

namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// A store whose field has other axes and another packing.
class Relabelled : public SequenceStore {
 public:
  Relabelled(std::unique_ptr<const SequenceStore> store, std::string axes, Packing packing)
      : store_(std::move(store)), field_(store_->fields()[0]) {
    field_.axes = std::move(axes);
    field_.packing = packing;
  }
  absl::Span<const Field> fields() const override { return {&field_, 1}; }
  const std::string& path() const override { return store_->path(); }
  std::string file_path(int32_t file) const override { return store_->file_path(file); }
  ChunkLocation Locate(int field, int64_t chunk) const override {
    return store_->Locate(field, chunk);
  }
  absl::StatusOr<absl::Span<const std::byte>> ReadEncoded(const ChunkLocation& location,
                                                          AlignedBuffer& buffer) const override {
    return store_->ReadEncoded(location, buffer);
  }
  absl::Status DecodeChunk(int field, int64_t chunk, const ChunkLocation& location,
                           absl::Span<const std::byte> encoded, const Box& part,
                           const ArrayView& out, CodecScratch& scratch) const override {
    return store_->DecodeChunk(field, chunk, location, encoded, part, out, scratch);
  }
  absl::Status Read(int field, const Box& box, const ArrayView& out) const override {
    return store_->Read(field, box, out);
  }
  std::vector<std::pair<std::string, std::string>> Attributes(int field) const override {
    return store_->Attributes(field);
  }

 private:
  const std::unique_ptr<const SequenceStore> store_;
  Field field_;
};

template <typename T>
std::unique_ptr<const SequenceStore> MakeStore(const Shape& shape, const std::vector<T>& values,
                                               const Shape& chunks, std::string axes,
                                               Packing packing = {}) {
  return std::make_unique<Relabelled>(
      MakeMemoryStore("a.mem", "images", MakeExpected<T>(shape, values), chunks), std::move(axes),
      packing);
}

// By the definition, two passes in long double, of values as they are after unpacking.
ValueStatistics Naive(const std::vector<double>& values) {
  ValueStatistics s = {kNan, kNan, kNan, kNan};
  long double sum = 0, squares = 0;
  std::vector<double> kept;
  for (const double value : values) {
    std::isnan(value) ? void(++s.nan) : kept.push_back(value);
  }
  s.count = kept.size();
  if (kept.empty()) return s;
  for (const double value : kept) sum += value;
  s.mean = static_cast<double>(sum / kept.size());
  for (const double value : kept)
    squares += (value - sum / kept.size()) * (value - sum / kept.size());
  s.standard_deviation = static_cast<double>(std::sqrt(squares / kept.size()));
  s.minimum = *std::min_element(kept.begin(), kept.end());
  s.maximum = *std::max_element(kept.begin(), kept.end());
  return s;
}

void ExpectNear(const ValueStatistics& got, const ValueStatistics& expected) {
  const auto near = [](double a, double b) {
    if (std::isnan(b)) return std::isnan(a);
    return std::abs(a - b) <= 1e-11 * (1 + std::abs(b));
  };
  EXPECT_PRED2(near, got.mean, expected.mean);
  EXPECT_PRED2(near, got.standard_deviation, expected.standard_deviation);
  EXPECT_PRED2(near, got.minimum, expected.minimum);
  EXPECT_PRED2(near, got.maximum, expected.maximum);
  EXPECT_EQ(got.count, expected.count);
  EXPECT_EQ(got.nan, expected.nan);
  EXPECT_EQ(got.missing, expected.missing);
}

std::vector<float> Waves(size_t count) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    values[i] = 1000 + std::sin(static_cast<float>(i * i % 997));
    if (i % 11 == 3) values[i] = std::nanf("");
  }
  return values;
}

// The values of channel `c` if element i has channel i / inner % channels.
std::vector<double> ChannelOf(const std::vector<float>& values, int64_t c, int64_t channels,
                              int64_t inner) {
  std::vector<double> result;
  for (size_t i = 0; i < values.size(); ++i) {
    if (static_cast<int64_t>(i) / inner % channels == c) result.push_back(values[i]);
  }
  return result;
}

TEST(FieldStatisticsTest, ChannelsWhereverTheAxisIs) {
  const Shape shape = {5, 7, 6, 9, 3};
  const std::vector<float> values = Waves(NumElements(shape));
  for (const std::string axes : {"NTHWC", "NCTHW", "CNTHW", "NTDHW"}) {
    const size_t axis = axes.find('C');
    int64_t inner = 1, channels = 1;
    if (axis != std::string::npos) {
      channels = shape[axis];
      for (size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
    }
    for (const Shape& chunks : {Shape{1, 7, 6, 9, 3}, Shape{3, 2, 4, 5, 2}, Shape{5, 7, 6, 9, 3}}) {
      const auto store = MakeStore(shape, values, chunks, axes);
      const auto statistics = ComputeStatistics(*store, 0);
      ASSERT_THAT(statistics, IsOk());
      ASSERT_EQ(static_cast<int64_t>(statistics->channels.size()), channels) << axes;
      for (int64_t c = 0; c < channels; ++c) {
        ExpectNear(statistics->channels[c], Naive(ChannelOf(values, c, channels, inner)));
      }
      ExpectNear(statistics->all, Naive({values.begin(), values.end()}));
      EXPECT_EQ(statistics->shape, shape);
      EXPECT_EQ(statistics->axes, axes);
    }
  }
}

TEST(FieldStatisticsTest, SameBitsForAnyNumberOfWorkers) {
  const Shape shape = {50, 20, 10, 11};
  const auto store = MakeStore(shape, Waves(NumElements(shape)), {3, 7, 1, 5}, "NTHW");
  const std::string one =
      DumpJson(StatisticsToJson({*ComputeStatistics(*store, 0, {.workers = 1})}));
  for (const int workers : {2, 3, 8}) {
    int64_t chunks = 0;
    std::mutex mutex;
    const auto statistics =
        ComputeStatistics(*store, 0, {.workers = workers, .progress = [&](int64_t count) {
                                        const std::lock_guard lock(mutex);
                                        chunks += count;
                                      }});
    ASSERT_THAT(statistics, IsOk());
    EXPECT_EQ(DumpJson(StatisticsToJson({*statistics})), one);
    EXPECT_EQ(chunks, store->fields()[0].grid.num_chunks());
  }
}

TEST(FieldStatisticsTest, PackingIsApplied) {
  const std::vector<int16_t> stored = {10, 20, -32768, 30, -40, -32768};
  const auto store = MakeStore(Shape{2, 3}, stored, {1, 2}, "NT",
                               {.scale = -0.5, .offset = 100, .missing = -32768});
  const auto statistics = ComputeStatistics(*store, 0);
  ASSERT_THAT(statistics, IsOk());
  ValueStatistics expected = Naive({95, 90, 85, 120});
  expected.missing = 2;
  ExpectNear(statistics->all, expected);
  EXPECT_EQ(statistics->dtype, DType::kInt16);
}

TEST(FieldStatisticsTest, PackingOfANetcdfFile) {
  const auto store = OpenStore("storage/hdf5/testdata/packed.nc", {.field = "packed"});
  ASSERT_THAT(store, IsOk());
  const Field& field = (*store)->fields()[0];
  std::vector<int16_t> stored(NumElements(field.shape()));
  ASSERT_THAT(
      (*store)->Read(0, WholeBox(field.shape()),
                     MakeView(static_cast<void*>(stored.data()), field.dtype, field.shape())),
      IsOk());
  std::vector<double> values;
  for (const int16_t number : stored) {
    if (number != field.packing.missing) {
      values.push_back(number * field.packing.scale + field.packing.offset);
    }
  }
  ValueStatistics expected = Naive(values);
  expected.missing = static_cast<int64_t>(stored.size() - values.size());
  const auto statistics = ComputeStatistics(**store, 0);
  ASSERT_THAT(statistics, IsOk());
  ExpectNear(statistics->all, expected);
}

TEST(FieldStatisticsTest, MissingThatIsNan) {
  const auto store = MakeStore<double>(Shape{4}, {1, kNan, 3, kNan}, {3}, "N", {.missing = kNan});
  const auto statistics = ComputeStatistics(*store, 0);
  ASSERT_THAT(statistics, IsOk());
  ValueStatistics expected = Naive({1, 3});
  expected.missing = 2;
  ExpectNear(statistics->all, expected);
}

TEST(FieldStatisticsTest, NoValuesAtAll) {
  const auto store = MakeStore<double>(Shape{3}, {kNan, kNan, kNan}, {2}, "N");
  const auto statistics = ComputeStatistics(*store, 0);
  ASSERT_THAT(statistics, IsOk());
  ExpectNear(statistics->all, Naive({kNan, kNan, kNan}));
}

TEST(FieldStatisticsTest, NoSuchField) {
  const auto store = MakeStore<double>(Shape{1}, {1}, {1}, "N");
  EXPECT_THAT(ComputeStatistics(*store, 1),
              StatusIs(absl::StatusCode::kInvalidArgument, "a.mem: there is no field 1"));
}

// Every dtype, layout and filter of the files that h5py wrote, against the elements themselves.
void CheckFile(const std::string& path, const std::string& field_name) {
  SCOPED_TRACE(field_name);
  const auto store = OpenStore(path, {.field = field_name});
  ASSERT_THAT(store, IsOk());
  const auto statistics = ComputeStatistics(**store, 0);
  ASSERT_THAT(statistics, IsOk());
  const auto reference = OpenStore(path, {.field = "chunked/little/f8"});
  ASSERT_THAT(reference, IsOk());
  const Shape& shape = (*reference)->fields()[0].shape();
  std::vector<double> values(NumElements(shape));
  ASSERT_THAT((*reference)
                  ->Read(0, WholeBox(shape),
                         MakeView(static_cast<void*>(values.data()), DType::kFloat64, shape)),
              IsOk());
  ExpectNear(statistics->all, Naive(values));
}

TEST(FieldStatisticsTest, AllDtypes) {
  const std::string path = "storage/hdf5/testdata/h5py_types.h5";
  for (const std::string dtype :
       {"i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"}) {
    CheckFile(path, "chunked/little/" + dtype);
    CheckFile(path, "chunked/big/" + dtype);
    CheckFile(path, "contiguous/big/" + dtype);
  }
}

TEST(FieldStatisticsTest, SmallestAndLargestHalves) {
  // 2^-24, the smallest subnormal; the largest finite; infinity; -2 as float16 bits.
  const auto bits = [](std::vector<uint16_t> values, DType dtype) {
    ExpectedArray array = MakeExpected<uint16_t>({static_cast<int64_t>(values.size())}, values);
    array.dtype = dtype;
    return ComputeStatistics(*MakeMemoryStore("a.mem", "h", std::move(array), {2}), 0);
  };
  const auto halves = bits({0x0001, 0x7bff, 0xc000, 0x7e00}, DType::kFloat16);
  ASSERT_THAT(halves, IsOk());
  ExpectNear(halves->all, Naive({std::ldexp(1, -24), 65504, -2, kNan}));
  const auto brain = bits({0x3f80, 0xc000, 0x7fc0}, DType::kBFloat16);
  ASSERT_THAT(brain, IsOk());
  ExpectNear(brain->all, Naive({1, -2, kNan}));
  const auto infinite = bits({0x7c00, 0x3c00}, DType::kFloat16);
  ASSERT_THAT(infinite, IsOk());
  EXPECT_EQ(infinite->all.maximum, std::numeric_limits<double>::infinity());
  EXPECT_EQ(infinite->all.minimum, 1);
}

TEST(FieldStatisticsTest, ChunksThatAreNotStored) {
  const std::string path = "storage/hdf5/testdata/h5py_earliest.h5";
  for (const std::string field : {"missing/fill", "missing/all", "missing/contiguous", "compact",
                                  "filters/scaleoffset", "missing/fill_big"}) {
    SCOPED_TRACE(field);
    const auto store = OpenStore(path, {.field = field});
    ASSERT_THAT(store, IsOk());
    const Field& what = (*store)->fields()[0];
    std::vector<std::byte> bytes(NumElements(what.shape()) * SizeOf(what.dtype));
    ASSERT_THAT(
        (*store)->Read(0, WholeBox(what.shape()),
                       MakeView(static_cast<void*>(bytes.data()), what.dtype, what.shape())),
        IsOk());
    ExpectedArray array{.dtype = what.dtype, .shape = what.shape(), .bytes = bytes};
    const auto memory = MakeMemoryStore("a.mem", "images", std::move(array), what.shape());
    const auto expected = ComputeStatistics(*memory, 0), got = ComputeStatistics(**store, 0);
    ASSERT_THAT(expected, IsOk());
    ASSERT_THAT(got, IsOk());
    ExpectNear(got->all, expected->all);
  }
  // 2^40 elements, two of which are stored: 2 and 3 among -1.
  const auto sparse = OpenStore(path, {.field = "sparse"});
  ASSERT_THAT(sparse, IsOk());
  const auto statistics = ComputeStatistics(**sparse, 0);
  ASSERT_THAT(statistics, IsOk());
  EXPECT_EQ(statistics->all.count + statistics->all.missing, int64_t{1} << 40);
  EXPECT_EQ(statistics->all.maximum, 3);
}

TEST(FieldStatisticsTest, DamageIsNamed) {
  const auto store =
      OpenStore("storage/hdf5/testdata/h5py_earliest.h5", {.field = "bad/unknown_filter"});
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT(ComputeStatistics(**store, 0),
              StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("bad/unknown_filter")));
}

std::vector<FieldStatistics> SomeStatistics() {
  const auto two = MakeStore(Shape{4, 3, 2}, Waves(24), {2, 3, 1}, "NTC");
  const auto none = MakeStore<double>(Shape{3}, {kNan, kNan, kNan}, {2}, "N");
  std::vector<FieldStatistics> all = {*ComputeStatistics(*two, 0), *ComputeStatistics(*none, 0)};
  all[1].name = "group/none";
  return all;
}

TEST(StatisticsJsonTest, ReadBackWithTheSameBits) {
  const std::vector<FieldStatistics> statistics = SomeStatistics();
  const std::string text = DumpJson(StatisticsToJson(statistics));
  const auto parsed = ParseStatistics(text, "stats.json");
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(DumpJson(StatisticsToJson(*parsed)), text);
  ASSERT_EQ(parsed->size(), 2);
  EXPECT_EQ((*parsed)[0].channels[1].mean, statistics[0].channels[1].mean);
  EXPECT_EQ((*parsed)[0].shape, statistics[0].shape);
  EXPECT_EQ((*parsed)[0].dtype, DType::kFloat32);
  EXPECT_EQ((*parsed)[1].name, "group/none");
  EXPECT_TRUE(std::isnan((*parsed)[1].all.mean));
}

TEST(StatisticsJsonTest, SchemaForOtherPrograms) {
  const Json json = *ParseJson(DumpJson(StatisticsToJson(SomeStatistics())), "text");
  const Json& images = json["fields"]["images"];
  EXPECT_EQ(images["mean"].size(), 2);
  EXPECT_EQ(images["standard_deviation"].size(), 2);
  EXPECT_TRUE(images["minimum"].is_number());
  EXPECT_EQ(images["count"].get<int64_t>() + images["nan"].get<int64_t>(), 24);
  EXPECT_TRUE(json["fields"]["group/none"]["mean"][0].is_null());
}

TEST(StatisticsJsonTest, WhatIsNotThat) {
  const std::string text = DumpJson(StatisticsToJson(SomeStatistics()));
  const auto parse = [&](const char* from, const char* to) {
    const std::string changed = absl::StrReplaceAll(text, {{from, to}});
    EXPECT_NE(changed, text) << from;
    return ParseStatistics(changed, "stats.json").status();
  };
  const auto damaged = [](const char* why) {
    return StatusIs(absl::StatusCode::kDataLoss, AllOf(StartsWith("stats.json: "), HasSubstr(why)));
  };
  EXPECT_THAT(parse("\"version\": 1", "\"version\": 2"), damaged("version 2"));
  EXPECT_THAT(parse("\"fields\"", "\"feelds\""), damaged("fields"));
  EXPECT_THAT(parse("\"float32\"", "\"float31\""), damaged("float31"));
  EXPECT_THAT(parse("\"channels\": [", "\"channels\": [3, "), damaged("field 'images'"));
  EXPECT_THAT(parse("\"nan\": 3", "\"nan\": -3"), damaged("negative"));
  for (size_t size = 0; size + 2 < text.size(); size += 7) {
    EXPECT_THAT(ParseStatistics(text.substr(0, size), "stats.json"), damaged(""));
  }
}

}  // namespace
}  // namespace seiche
