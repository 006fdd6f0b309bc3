#include "storage/concat_store.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/array_view.h"
#include "base/shape.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/conformance.h"
#include "storage/memory_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Pair;

// Counts up from 0.
ExpectedArray Counting(Shape shape) {
  std::vector<int32_t> values(NumElements(shape));
  std::iota(values.begin(), values.end(), 0);
  return MakeExpected(std::move(shape), values);
}

// `array` cut along axis 0 into parts of `sizes` sequences, part i in chunks of chunk_shapes[i].
std::vector<std::unique_ptr<const SequenceStore>> Cut(const ExpectedArray& array,
                                                      const std::vector<int64_t>& sizes,
                                                      const std::vector<Shape>& chunk_shapes) {
  std::vector<std::unique_ptr<const SequenceStore>> parts;
  int64_t first = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    Box box = WholeBox(array.shape);
    box.offset[0] = first;
    box.extent[0] = sizes[i];
    ExpectedArray part{array.dtype, box.extent, {}};
    part.bytes.resize(NumElements(box.extent) * SizeOf(array.dtype));
    CopyArray(Slice(array.view(), box), MakeView(part.bytes.data(), array.dtype, box.extent));
    parts.push_back(MakeMemoryStore(absl::StrCat("part", i), "images", std::move(part),
                                    chunk_shapes[i],
                                    {{"seed", "7"}, {"mean", std::string(1, '0' + i)}}));
    first += sizes[i];
  }
  return parts;
}

StoreCase ConcatCase(std::string name, Shape shape, std::vector<int64_t> sizes,
                     std::vector<Shape> chunk_shapes) {
  const ExpectedArray array = Counting(std::move(shape));
  return {
      std::move(name),
      [array, sizes, chunk_shapes] { return ConcatenateStores(Cut(array, sizes, chunk_shapes)); },
      0, array};
}

INSTANTIATE_TEST_SUITE_P(
    Memory, StoreConformanceTest,
    testing::Values(StoreCase{
        "One",
        []() -> absl::StatusOr<std::unique_ptr<const SequenceStore>> {
          return MakeMemoryStore("one", "images", Counting({3, 4, 5, 6}), {2, 3, 2, 4});
        },
        0, Counting({3, 4, 5, 6})}),
    StoreConformanceTest::NameOf);

INSTANTIATE_TEST_SUITE_P(
    Concat, StoreConformanceTest,
    testing::Values(ConcatCase("OnePart", {3, 4, 5, 6}, {3}, {{1, 4, 5, 6}}),
                    ConcatCase("ChunkASequence", {7, 4, 5, 6}, {2, 2, 3},
                               {{1, 4, 5, 6}, {1, 4, 5, 6}, {1, 4, 5, 6}}),
                    ConcatCase("ChunksDoNotDivideParts", {8, 4, 5, 6}, {3, 3, 2},
                               {{2, 3, 2, 4}, {2, 3, 2, 4}, {2, 3, 2, 4}}),
                    ConcatCase("EachPartChunkedItsOwnWay", {9, 4, 5, 6}, {4, 0, 4, 1},
                               {{3, 4, 2, 6}, {1, 1, 1, 1}, {4, 1, 5, 2}, {1, 4, 5, 6}})),
    StoreConformanceTest::NameOf);

TEST(ConcatStoreTest, NumbersFilesThroughAllParts) {
  const auto store = *ConcatenateStores(Cut(Counting({4, 2}), {1, 2, 1}, {{1, 2}, {1, 2}, {1, 2}}));
  EXPECT_EQ(store->path(), "part0 and 2 more");
  EXPECT_EQ(store->num_files(), 3);
  EXPECT_EQ(store->file_path(0), "part0");
  EXPECT_EQ(store->file_path(2), "part2");
  EXPECT_EQ(store->Locate(0, 0).file, 0);
  EXPECT_EQ(store->Locate(0, 2).file, 1);
  EXPECT_EQ(store->Locate(0, 3).file, 2);
  EXPECT_EQ(store->Locate(0, 3).offset, 0);
}

TEST(ConcatStoreTest, KeepsTheAttributesThatAllShare) {
  const auto store = *ConcatenateStores(Cut(Counting({4, 2}), {2, 2}, {{1, 2}, {1, 2}}));
  EXPECT_THAT(store->Attributes(0), ElementsAre(Pair("seed", "7")));
}

TEST(ConcatStoreTest, NamesThePartThatDoesNotFit) {
  const auto with = [](std::string name, ExpectedArray array) {
    std::vector<std::unique_ptr<const SequenceStore>> parts;
    parts.push_back(MakeMemoryStore("a", "images", Counting({4, 2}), {1, 2}));
    parts.push_back(MakeMemoryStore("b", "images", Counting({3, 2}), {1, 2}));
    parts.push_back(MakeMemoryStore("c", std::move(name), std::move(array), {1, 2}));
    return ConcatenateStores(std::move(parts)).status();
  };
  EXPECT_THAT(with("images", Counting({4, 2})), IsOk());
  EXPECT_THAT(with("images", Counting({4, 3})),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "c: has images int32 (*, 3), but a has images int32 (*, 2)"));
  EXPECT_THAT(with("masks", Counting({4, 2})),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "c: has masks int32 (*, 2), but a has images int32 (*, 2)"));
  EXPECT_THAT(with("images", MakeExpected<float>({1, 2}, {0, 1})),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "c: has images float32 (*, 2), but a has images int32 (*, 2)"));
  EXPECT_THAT(ConcatenateStores({}),
              StatusIs(absl::StatusCode::kInvalidArgument, "no stores to put one after the other"));
}

// Has a field, but nothing of it can be read.
class DescribedStore : public SequenceStore {
 public:
  DescribedStore(std::string path, Field field)
      : path_(std::move(path)), field_(std::move(field)) {}
  absl::Span<const Field> fields() const override { return {&field_, 1}; }
  const std::string& path() const override { return path_; }
  std::string file_path(int32_t) const override { return path_; }
  ChunkLocation Locate(int, int64_t) const override { return {}; }
  absl::StatusOr<absl::Span<const std::byte>> ReadEncoded(const ChunkLocation&,
                                                          AlignedBuffer&) const override {
    return absl::UnimplementedError("");
  }
  absl::Status DecodeChunk(int, int64_t, const ChunkLocation&, absl::Span<const std::byte>,
                           const Box&, const ArrayView&, CodecScratch&) const override {
    return absl::UnimplementedError("");
  }
  absl::Status Read(int, const Box&, const ArrayView&) const override {
    return absl::UnimplementedError("");
  }
  std::vector<std::pair<std::string, std::string>> Attributes(int) const override { return {}; }

 private:
  const std::string path_;
  const Field field_;
};

absl::Status ConcatenateDescribed(const Field& a, const Field& b) {
  std::vector<std::unique_ptr<const SequenceStore>> parts;
  parts.push_back(std::make_unique<DescribedStore>("a", a));
  parts.push_back(std::make_unique<DescribedStore>("b", b));
  return ConcatenateStores(std::move(parts)).status();
}

TEST(ConcatStoreTest, AxesAndPackingMustAgree) {
  const Field field = {.name = "level", .grid = ChunkGrid({4, 2}, {1, 2}), .axes = "NT"};
  EXPECT_THAT(ConcatenateDescribed(field, field), IsOk());
  Field other = field;
  other.axes = "NC";
  EXPECT_THAT(ConcatenateDescribed(field, other),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "b: field 'level': axes are NC, but in a NT"));
  other = field;
  other.packing = {.scale = 0.5, .offset = 2, .missing = -1};
  EXPECT_THAT(
      ConcatenateDescribed(field, other),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               "b: field 'level': values are stored * 0.5 + 2, none where -1 is stored, but "
               "in a stored * 1 + 0"));
  other.packing = {.missing = std::nan("")};
  EXPECT_THAT(ConcatenateDescribed(other, other), IsOk());
}

// Put one after the other they would become higher, not more.
TEST(ConcatStoreTest, AxisZeroHasToBeThatOfSequences) {
  for (const char* axes : {"NT", "NC", "TC", "HW"}) {
    const Field field = {.name = "u", .grid = ChunkGrid({4, 2}, {1, 2}), .axes = axes};
    EXPECT_THAT(ConcatenateDescribed(field, field), IsOk()) << axes;
  }
  for (const char* axes : {"TN", "HT", "HN"}) {
    const Field field = {.name = "u", .grid = ChunkGrid({4, 2}, {1, 2}), .axes = axes};
    EXPECT_THAT(
        ConcatenateDescribed(field, field),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 testing::StartsWith(absl::StrCat("a: field 'u' has the axes ", axes, ": "))))
        << axes;
  }
}

TEST(ConcatStoreTest, PartsOfPartsAreParts) {
  std::vector<std::unique_ptr<const SequenceStore>> parts;
  for (int i = 0; i < 2; ++i) {
    parts.push_back(*ConcatenateStores(Cut(Counting({4, 2}), {1, 3}, {{1, 2}, {1, 2}})));
  }
  const auto store = *ConcatenateStores(std::move(parts), "w_*.h5");
  EXPECT_THAT(store->parts(), ElementsAre(0, 1, 4, 5, 8));
  EXPECT_EQ(store->path(), "w_*.h5");
}

TEST(ConcatStoreTest, RefusesMoreElementsThanCanBeCounted) {
  std::vector<std::unique_ptr<const SequenceStore>> parts;
  // As sparse HDF5 files may hold.
  const Field field = {.name = "images",
                       .grid = ChunkGrid({int64_t{1} << 60, 1}, {int64_t{1} << 20, 1})};
  for (int i = 0; i < 2; ++i) {
    parts.push_back(std::make_unique<DescribedStore>("enormous.h5", field));
  }
  EXPECT_THAT(ConcatenateStores(std::move(parts)),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "enormous.h5: has 1152921504606846976 sequences, too many to come after "
                       "1152921504606846976"));
}

}  // namespace
}  // namespace seiche
