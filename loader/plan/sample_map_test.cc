#include "loader/plan/sample_map.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

GridStore OneField(std::string axes, Shape shape) {
  const Shape chunk(shape.size(), 1);
  return GridStore({.fields = {GridStore::MakeField("u", std::move(shape), chunk, axes)}});
}

// Recordings [T,H,W] of these numbers of frames.
GridStore Recordings(const std::vector<int64_t>& frames, bool one_file_each = false) {
  std::vector<ChunkGrid> grids;
  GridStore::Options options{.parts = {0}};
  for (int64_t n : frames) {
    grids.emplace_back(Shape{n, 4, 5}, Shape{3, 4, 5});
    options.parts.push_back(options.parts.back() + n);
  }
  options.fields.push_back(GridStore::MakeField("u", ChunkGrid::Concatenate(grids), "THW"));
  // A store has as many files as fields here.
  for (size_t i = 1; one_file_each && i < frames.size(); ++i) {
    options.fields.push_back(
        GridStore::MakeField(absl::StrCat("u", i), ChunkGrid::Concatenate(grids), "THW"));
  }
  return GridStore(options);
}

Box BoxOf(const SampleMap& map, int output, int64_t sample, int64_t epoch = 0) {
  Box box;
  map.SetBox(output, sample, epoch, box);
  return box;
}

void ExpectBox(const Box& box, const Shape& offset, const Shape& extent, const Shape& stride = {}) {
  EXPECT_EQ(box.offset, offset);
  EXPECT_EQ(box.extent, extent);
  EXPECT_EQ(box.stride, stride);
}

TEST(SampleMapTest, WholeSequencesForEveryOrderOfAxes) {
  const std::map<char, int64_t> extents = {{'N', 6}, {'T', 7}, {'H', 4}, {'W', 5}, {'C', 3}};
  for (std::string axes : {"NT", "NTHW", "CHNTW"}) {
    std::sort(axes.begin(), axes.end());
    do {
      SCOPED_TRACE(axes);
      Shape shape, expected;
      for (char axis : axes) shape.push_back(extents.at(axis));
      const GridStore store = OneField(axes, shape);
      const auto map = SampleMap::Create(store, {}, 0);
      ASSERT_THAT(map, IsOk());
      EXPECT_EQ(map->size(), 6);
      ASSERT_EQ(map->outputs().size(), 1);
      std::string order = "T";
      for (char axis : axes) {
        if (axis != 'N' && axis != 'T') order += axis;
      }
      EXPECT_EQ(map->outputs()[0].axes, order);
      EXPECT_EQ(map->outputs()[0].name, "u");
      for (char axis : order) expected.push_back(extents.at(axis));
      EXPECT_EQ(map->outputs()[0].shape, expected);
      Shape offset(axes.size(), 0), extent = shape;
      offset[axes.find('N')] = 4;
      extent[axes.find('N')] = 1;
      ExpectBox(BoxOf(*map, 0, 4), offset, extent);
    } while (std::next_permutation(axes.begin(), axes.end()));
  }
}

// Elements of the box, in the order of the view that Destination() gives, fill the output's array.
TEST(SampleMapTest, DestinationIsAPermutationOfTheOutput) {
  const GridStore store = OneField("HNCT", {4, 6, 3, 7});
  const auto map = SampleMap::Create(store, {.windows = {{"", 0, 5}}}, 0);
  ASSERT_THAT(map, IsOk());
  EXPECT_EQ(map->outputs()[0].axes, "THC");
  EXPECT_EQ(map->outputs()[0].shape, (Shape{5, 4, 3}));
  std::byte data[5 * 4 * 3 * 2];
  const ArrayView view = map->Destination(0, DType::kFloat16, data);
  EXPECT_EQ(view.data, data);
  EXPECT_EQ(view.dtype, DType::kFloat16);
  EXPECT_EQ(view.shape, (Shape{4, 1, 3, 5}));
  EXPECT_EQ(view.strides[0], 3 * 2);
  EXPECT_EQ(view.strides[2], 2);
  EXPECT_EQ(view.strides[3], 4 * 3 * 2);
}

TEST(SampleMapTest, WindowsOfSequences) {
  const GridStore store = OneField("NTHW", {3, 20, 4, 5});
  const auto map = SampleMap::Create(
      store, {.windows = {{"input", 0, 4}, {"target", 4, 2}}, .frame_stride = 2, .step = 3}, 0);
  ASSERT_THAT(map, IsOk());
  // A sample spans 11 frames: it begins at 0, 3, 6 or 9.
  EXPECT_EQ(map->size(), 3 * 4);
  ASSERT_EQ(map->outputs().size(), 2);
  EXPECT_EQ(map->outputs()[0].name, "u/input");
  EXPECT_EQ(map->outputs()[0].shape, (Shape{4, 4, 5}));
  EXPECT_EQ(map->outputs()[1].name, "u/target");
  EXPECT_EQ(map->outputs()[1].shape, (Shape{2, 4, 5}));
  EXPECT_EQ(map->PlaceOf(7).sequence, 1);
  EXPECT_EQ(map->PlaceOf(7).frame, 9);
  ExpectBox(BoxOf(*map, 0, 7), {1, 9, 0, 0}, {1, 4, 4, 5}, {1, 2, 1, 1});
  ExpectBox(BoxOf(*map, 1, 7), {1, 17, 0, 0}, {1, 2, 4, 5}, {1, 2, 1, 1});
}

// Counts and places against going through all first frames.
TEST(SampleMapTest, EveryWindowThatFits) {
  std::mt19937_64 random(5);
  const auto between = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int i = 0; i < 2000; ++i) {
    std::vector<int64_t> lengths;
    const bool recordings = between(0, 1) == 0;
    const int64_t common = between(8, 30);
    for (int64_t n = between(1, 5); n > 0; --n) {
      lengths.push_back(recordings ? between(8, 30) : common);
    }
    const GridStore store =
        recordings ? Recordings(lengths)
                   : OneField("NTHW", {static_cast<int64_t>(lengths.size()), common, 4, 5});
    SampleOptions options{.frame_stride = between(1, 3), .step = between(1, 12)};
    options.windows = {{"a", between(0, 1), between(1, 2)}};
    const int64_t span =
        (options.windows[0].first + options.windows[0].frames - 1) * options.frame_stride + 1;
    const auto map = SampleMap::Create(store, options, 0);
    ASSERT_THAT(map, IsOk());
    int64_t sample = 0, begin = 0;
    for (size_t s = 0; s < lengths.size(); ++s) {
      for (int64_t first = 0; first + span <= lengths[s]; first += options.step) {
        ASSERT_LT(sample, map->size());
        ASSERT_EQ(map->PlaceOf(sample).sequence, s);
        ASSERT_EQ(map->PlaceOf(sample).frame, first);
        const Box box = BoxOf(*map, 0, sample++);
        ASSERT_TRUE(Contains(store.fields()[0].shape(), box));
        const int64_t frame = first + options.windows[0].first * options.frame_stride;
        ASSERT_EQ(box.offset[recordings ? 0 : 1], recordings ? begin + frame : frame);
      }
      begin += lengths[s];
    }
    ASSERT_EQ(map->size(), sample);
  }
}

TEST(SampleMapTest, WholeRecordingsOfOneLength) {
  const auto map = SampleMap::Create(Recordings({7, 7, 7}), {}, 0);
  ASSERT_THAT(map, IsOk());
  EXPECT_EQ(map->size(), 3);
  EXPECT_EQ(map->outputs()[0].shape, (Shape{7, 4, 5}));
  ExpectBox(BoxOf(*map, 0, 2), {14, 0, 0}, {7, 4, 5});
}

TEST(SampleMapTest, RecordingsThatDoNotFitAreNamed) {
  EXPECT_THAT(SampleMap::Create(Recordings({7, 7, 9, 5}, /*one_file_each=*/true), {}, 0),
              StatusIs(kPrecondition,
                       "grid.h5: recordings of 7 frames and file2.h5 (9 frames), file3.h5 (5 "
                       "frames) do not fit into one batch: load windows of frames"));
  EXPECT_THAT(
      SampleMap::Create(Recordings({7, 20, 6, 11}), {.windows = {{"", 4, 5}}}, 0),
      StatusIs(kPrecondition,
               "grid.h5: a sample takes 9 frames, too many for recording 0 (7 frames), recording 2 "
               "(6 frames): leave them out, or take shorter windows"));
  EXPECT_THAT(
      SampleMap::Create(Recordings({1, 2, 3, 4, 5, 6, 7}), {.windows = {{"", 0, 9}}}, 0),
      StatusIs(kPrecondition,
               "grid.h5: a sample takes 9 frames, too many for recording 0 (1 frames), recording 1 "
               "(2 frames), recording 2 (3 frames), recording 3 (4 frames), recording 4 (5 frames) "
               "and 2 more: leave them out, or take shorter windows"));
}

TEST(SampleMapTest, SequencesTooShort) {
  EXPECT_THAT(SampleMap::Create(OneField("NTHW", {3, 20, 4, 5}),
                                {.windows = {{"", 0, 11}}, .frame_stride = 2}, 0),
              StatusIs(kPrecondition,
                       "grid.h5: a sample takes 21 frames, but sequences have 20: take shorter "
                       "windows"));
}

TEST(SampleMapTest, FieldsOfDifferentKinds) {
  const GridStore store({.fields = {GridStore::MakeField("u", {6, 9, 4, 5}, {1, 9, 4, 5}),
                                    GridStore::MakeField("mask", {6, 4, 5}, {6, 4, 5}, "NHW"),
                                    GridStore::MakeField("time", {6, 9}, {6, 9}, "NT")}});
  const auto map =
      SampleMap::Create(store, {.windows = {{"past", 0, 2}, {"future", 2, 1}}, .step = 4}, 0);
  ASSERT_THAT(map, IsOk());
  EXPECT_EQ(map->size(), 6 * 2);
  std::vector<std::string> names;
  for (const SampleOutput& output : map->outputs()) names.push_back(output.name);
  EXPECT_THAT(names, ElementsAre("u/past", "u/future", "mask", "time/past", "time/future"));
  ExpectBox(BoxOf(*map, 2, 11), {5, 0, 0}, {1, 4, 5});
  ExpectBox(BoxOf(*map, 4, 11), {5, 6}, {1, 1});
  // Some of them, in an order of one's own.
  const auto some = SampleMap::Create(store, {.fields = {2, 0}}, 0);
  ASSERT_THAT(some, IsOk());
  EXPECT_EQ(some->outputs()[0].name, "time");
  EXPECT_EQ(some->outputs()[1].field, 0);
}

TEST(SampleMapTest, FieldsThatDoNotFitEachOther) {
  const GridStore store({.fields = {GridStore::MakeField("u", {6, 9, 4, 5}, {1, 9, 4, 5}),
                                    GridStore::MakeField("v", {6, 8, 4, 5}, {1, 8, 4, 5}),
                                    GridStore::MakeField("w", {5, 9, 4, 5}, {1, 9, 4, 5})}});
  EXPECT_THAT(
      SampleMap::Create(store, {.fields = {0, 1}}, 0),
      StatusIs(kPrecondition, "grid.h5: field v has 8 frames, but u has 9: read them one by one"));
  EXPECT_THAT(SampleMap::Create(store, {.fields = {0, 2}}, 0),
              StatusIs(kPrecondition,
                       "grid.h5: field w has 5 sequences, but u has 6: read them one by one"));
  EXPECT_THAT(SampleMap::Create(OneField("HW", {6, 9}), {}, 0),
              StatusIs(kPrecondition,
                       "grid.h5: its fields have neither an axis N of sequences nor an axis T of "
                       "frames: name their axes"));
}

TEST(SampleMapTest, FixedCrops) {
  const GridStore store = OneField("NTHW", {3, 6, 10, 20});
  const auto map =
      SampleMap::Create(store, {.crops = {{'H', 2, 3, 2}, {.axis = 'W', .offset = 15}}}, 0);
  ASSERT_THAT(map, IsOk());
  EXPECT_EQ(map->outputs()[0].shape, (Shape{6, 3, 5}));
  ExpectBox(BoxOf(*map, 0, 2), {2, 0, 2, 15}, {1, 6, 3, 5}, {1, 1, 2, 1});
  // As many as follow, in steps: 2, 5, 8.
  const auto rest = SampleMap::Create(store, {.crops = {{'H', 2, -1, 3}}}, 0);
  ASSERT_THAT(rest, IsOk());
  EXPECT_EQ(rest->outputs()[0].shape, (Shape{6, 3, 20}));
}

TEST(SampleMapTest, RandomCrops) {
  const GridStore store({.fields = {GridStore::MakeField("u", {9, 6, 12, 20}, {1, 6, 12, 20}),
                                    GridStore::MakeField("mask", {9, 12, 20}, {9, 12, 20}, "NHW"),
                                    GridStore::MakeField("wide", {9, 15}, {9, 15}, "NH")}});
  const SampleOptions options{.windows = {{"a", 0, 2}, {"b", 2, 2}},
                              .crops = {{.axis = 'H', .extent = 3, .stride = 2, .random = true},
                                        {.axis = 'W', .extent = 8, .random = true}}};
  const auto map = SampleMap::Create(store, options, /*seed=*/3);
  const auto other = SampleMap::Create(store, options, /*seed=*/4);
  ASSERT_THAT(map, IsOk());
  ASSERT_THAT(other, IsOk());
  std::set<int64_t> rows, columns;
  int64_t differ_by_epoch = 0, differ_by_seed = 0, equal_axes = 0;
  for (int64_t epoch = 0; epoch < 20; ++epoch) {
    for (int64_t sample = 0; sample < map->size(); ++sample) {
      const Box box = BoxOf(*map, 0, sample, epoch);
      ASSERT_TRUE(Contains(store.fields()[0].shape(), box));
      rows.insert(box.offset[2]);
      columns.insert(box.offset[3]);
      equal_axes += box.offset[2] == box.offset[3];
      // The same place in all windows and fields.
      EXPECT_EQ(BoxOf(*map, 1, sample, epoch).offset[2], box.offset[2]);
      EXPECT_EQ(BoxOf(*map, 1, sample, epoch).offset[3], box.offset[3]);
      EXPECT_EQ(BoxOf(*map, 2, sample, epoch).offset,
                (Shape{box.offset[0], box.offset[2], box.offset[3]}));
      EXPECT_EQ(BoxOf(*map, 3, sample, epoch).offset[1], box.offset[2]) << "in a wider field, too";
      EXPECT_EQ(BoxOf(*map, 0, sample, epoch).offset, box.offset) << "no state";
      differ_by_epoch += box.offset != BoxOf(*map, 0, sample, epoch + 1).offset;
      differ_by_seed += box.offset != BoxOf(*other, 0, sample, epoch).offset;
    }
  }
  // Every place: (12 - 5 + 1) rows, (20 - 8 + 1) columns.
  EXPECT_EQ(rows.size(), 8);
  EXPECT_EQ(columns.size(), 13);
  const int64_t tries = 20 * map->size();
  EXPECT_GT(differ_by_epoch, tries * 9 / 10);
  EXPECT_GT(differ_by_seed, tries * 9 / 10);
  EXPECT_LT(equal_axes, tries / 4) << "the axes have streams of their own";
}

TEST(SampleMapTest, OptionsOutOfRangeAreNamed) {
  const GridStore store({.fields = {GridStore::MakeField("u", {6, 9, 4, 5}, {1, 9, 4, 5})}});
  const auto expect = [&](const SampleOptions& options, const std::string& message) {
    EXPECT_THAT(SampleMap::Create(store, options, 0),
                StatusIs(kInvalid, "SampleOptions: " + message));
  };
  constexpr int64_t kHuge = int64_t{1} << 40;
  expect({.fields = {1}}, "fields has 1, but grid.h5 has 1");
  expect({.fields = {-1}}, "fields has -1, but grid.h5 has 1");
  expect({.fields = {0, 0}}, "fields has 0 twice");
  expect({.frame_stride = 0}, "frame_stride = 0 is not a positive number");
  expect({.step = -2}, "step = -2 is not a positive number");
  expect({.windows = {{"a", -1, 2}}}, "window 'a' begins at frame -1");
  expect({.windows = {{"a", 0, 0}}}, "window 'a' has 0 frames");
  expect({.windows = {{"a", 0, 1}, {"a", 1, 1}}}, "two windows are named 'a'");
  expect({.windows = {{"a", kHuge, kHuge}}, .frame_stride = kHuge},
         "window 'a' in steps of 1099511627776 frames is longer than any sequence");
  expect({.crops = {{'N', 0, 1}}}, "axis N is not cropped but cut into windows");
  expect({.crops = {{'T', 0, 1}}}, "axis T is not cropped but cut into windows");
  expect({.crops = {{'H', 0, 1}, {'H', 1, 1}}}, "axis H is cropped twice");
  expect({.crops = {{'C', 0, 1}}}, "no field has the axis C that is to be cropped");
  expect({.crops = {{'H', 0, 1, 0}}}, "the stride along H is 0");
  expect({.crops = {{'H', 0, 0}}}, "the extent along H is 0");
  expect({.crops = {{'H', -1, 1}}}, "the offset along H is -1");
  expect({.crops = {{.axis = 'H', .random = true}}}, "a random crop along H needs an extent");
  expect({.crops = {{'H', 2, 3}}},
         "a crop of 3 from 2 in steps of 1 does not fit the axis H of field u, which has 4");
  expect({.crops = {{.axis = 'H', .extent = 3, .stride = 2, .random = true}}},
         "a crop of 3 from 0 in steps of 2 does not fit the axis H of field u, which has 4");
  expect({.crops = {{'H', INT64_MAX, INT64_MAX, INT64_MAX}}},
         "a crop of 9223372036854775807 from 9223372036854775807 in steps of 9223372036854775807 "
         "does not fit the axis H of field u, which has 4");
}

TEST(SampleMapTest, WhoSharesChunks) {
  const auto shares = [](Shape shape, Shape chunk, const SampleOptions& options,
                         std::string axes = "") {
    const GridStore store({.fields = {GridStore::MakeField("u", shape, chunk, axes)}});
    const auto map = SampleMap::Create(store, options, 0);
    EXPECT_THAT(map, IsOk());
    return map->SharesChunks(0, store.fields()[0].grid);
  };
  const SampleOptions windows{.windows = {{"", 0, 4}}, .step = 4};
  EXPECT_FALSE(shares({6, 8, 4, 5}, {1, 8, 4, 5}, {}));
  EXPECT_FALSE(shares({6, 8, 4, 5}, {1, 2, 2, 2}, {}));
  EXPECT_TRUE(shares({6, 8, 4, 5}, {2, 8, 4, 5}, {}));
  EXPECT_TRUE(shares({6, 8, 4, 5}, {1, 8, 4, 5}, windows));
  EXPECT_FALSE(shares({6, 8, 4, 5}, {1, 1, 4, 5}, windows));
  EXPECT_TRUE(shares({6, 8, 4, 5}, {1, 1, 4, 5}, {.windows = {{"", 0, 4}}, .step = 3}));
  EXPECT_TRUE(shares({8, 4, 5}, {1, 4, 5}, {.windows = {{"", 0, 4}}}, "THW"));
  EXPECT_FALSE(shares({8, 4, 5}, {8, 4, 5}, {}, "THW"));
}

}  // namespace
}  // namespace seiche
