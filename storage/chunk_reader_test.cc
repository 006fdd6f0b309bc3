#include "storage/chunk_reader.h"

#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "base/array_view.h"
#include "gtest/gtest.h"
#include "storage/open.h"
#include "storage/sequence_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kFile[] = "storage/hdf5/testdata/h5py_earliest.h5";

// Every way that a chunk may have to go.
class ChunkReaderTest : public testing::TestWithParam<const char*> {};

TEST_P(ChunkReaderTest, ChunksTogetherAreTheArray) {
  const auto store = OpenStore(kFile, {.field = GetParam()});
  ASSERT_THAT(store, IsOk());
  const Field& field = (*store)->fields()[0];
  std::vector<std::byte> all(NumElements(field.shape()) * SizeOf(field.dtype));
  std::vector<std::byte> parts(all.size()), expected(all.size());
  const auto view = [&](std::vector<std::byte>& bytes) {
    return MakeView(static_cast<void*>(bytes.data()), field.dtype, field.shape());
  };
  ChunkReader reader(**store);
  for (int64_t chunk = 0; chunk < field.grid.num_chunks(); ++chunk) {
    const auto elements = reader.Read(0, chunk);
    ASSERT_THAT(elements, IsOk()) << chunk;
    CopyArray(*elements, Slice(view(all), field.grid.BoxOf(chunk)));
  }
  const Box box{.offset = {1, 0, 1, 2}, .extent = {2, 2, 2, 3}, .stride = {1, 2, 3, 2}};
  ASSERT_THAT(field.grid.ForEachChunk(box,
                                      [&](const ChunkPart& part) {
                                        return reader.ReadPart(
                                            0, part.chunk, part.in_chunk,
                                            Slice(Slice(view(parts), box), part.in_box));
                                      }),
              IsOk());
  ASSERT_THAT((*store)->Read(0, WholeBox(field.shape()), view(expected)), IsOk());
  EXPECT_EQ(all, expected);
  std::vector<std::byte> steps(all.size());
  int64_t asked = 0;
  const auto count = [&] {
    ++asked;
    return absl::OkStatus();
  };
  ASSERT_THAT(ReadInSteps(**store, 0, box, Slice(view(steps), box), count, 1), IsOk());
  // Where only libhdf5 reads: rows of chunks.
  Box column = box;
  for (size_t i = 1; i < column.extent.size(); ++i) column.extent[i] = 1;
  const bool slow = !field.slow_reason.empty();
  EXPECT_EQ(asked, field.grid.CountChunks(slow ? column : box));
  EXPECT_EQ(steps, parts);
  std::vector<std::byte> wanted(all.size());
  CopyArray(Slice(view(expected), box), Slice(view(wanted), box));
  EXPECT_EQ(parts, wanted);
}

INSTANTIATE_TEST_SUITE_P(AllWays, ChunkReaderTest,
                         testing::Values("filters/none", "filters/shuffle_lzf_fletcher32",
                                         "filters/masked", "filters/scaleoffset",
                                         "missing/fill_gzip", "missing/contiguous", "odd/int12",
                                         "compact"));

TEST(StoredChunksTest, AreThoseThatAreNotMissing) {
  const auto stored = [](const char* field) -> absl::StatusOr<std::vector<int64_t>> {
    const auto store = OpenStore(kFile, {.field = field});
    if (!store.ok()) return store.status();
    return (*store)->StoredChunks(0);
  };
  EXPECT_THAT(stored("filters/lzf"), IsOkAndHolds(ElementsAre(0, 1, 2, 3, 4, 5, 6, 7)));
  EXPECT_THAT(stored("missing/fill"), IsOkAndHolds(ElementsAre(0, 1, 2, 3)));
  EXPECT_THAT(stored("missing/all"), IsOkAndHolds(ElementsAre()));
  EXPECT_THAT(stored("missing/contiguous"), IsOkAndHolds(ElementsAre()));
  EXPECT_THAT(stored("compact"), IsOkAndHolds(ElementsAre(0, 1, 2)));
  // Two of 2^40.
  EXPECT_THAT(stored("sparse"),
              IsOkAndHolds(ElementsAre(0, ((int64_t{1} << 20) - 1) * (int64_t{1} << 20) + 5)));
}

TEST(ReadInStepsTest, EndsBeforeTheChunkThatItMayNotRead) {
  const auto store = OpenStore(kFile, {.field = "filters/lzf"});
  ASSERT_THAT(store, IsOk());
  const Field& field = (*store)->fields()[0];
  const Box box = WholeBox(field.shape());
  const size_t size = NumElements(box.extent) * SizeOf(field.dtype);
  std::vector<std::byte> whole(size), first_two(size);
  const auto view = [&](std::vector<std::byte>& bytes) {
    return MakeView(static_cast<void*>(bytes.data()), field.dtype, field.shape());
  };
  ASSERT_THAT((*store)->Read(0, box, view(whole)), IsOk());
  std::vector<std::byte> expected(size);
  for (int64_t chunk = 0; chunk < 2; ++chunk) {
    const Box part = field.grid.BoxOf(chunk);
    CopyArray(Slice(view(whole), part), Slice(view(expected), part));
  }
  int asked = 0;
  const auto twice = [&] {
    return ++asked <= 2 ? absl::OkStatus() : absl::CancelledError("enough");
  };
  EXPECT_THAT(ReadInSteps(**store, 0, box, view(first_two), twice),
              StatusIs(absl::StatusCode::kCancelled, "enough"));
  EXPECT_EQ(first_two, expected);
  Box outside = box;
  ++outside.extent[0];
  EXPECT_THAT(ReadInSteps(**store, 0, outside, view(whole), twice),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ChunkReaderErrorTest, NamesTheChunk) {
  const auto store = OpenStore(kFile, {.field = "bad/unknown_filter"});
  ASSERT_THAT(store, IsOk());
  ChunkReader reader(**store);
  EXPECT_THAT(reader.Read(0, 0),
              StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("bad/unknown_filter")));
}

}  // namespace
}  // namespace seiche
