#include "storage/chunk_grid.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "base/shape.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;

std::vector<ChunkPart> Visit(const ChunkGrid& grid, const Box& box) {
  std::vector<ChunkPart> parts;
  EXPECT_THAT(grid.ForEachChunk(box,
                                [&](const ChunkPart& part) {
                                  parts.push_back(part);
                                  return absl::OkStatus();
                                }),
              IsOk());
  return parts;
}

// The coordinates that element `index` (row-major) of `box` has in the array.
Shape ElementOf(const Box& box, int64_t index) {
  Shape element(box.extent.size());
  for (size_t axis = element.size(); axis-- > 0;) {
    element[axis] = box.offset[axis] + index % box.extent[axis] * box.stride_of(axis);
    index /= box.extent[axis];
  }
  return element;
}

// Checks ForEachChunk element by element: every one of the box is delivered once, by the chunk that
// `chunk_of` says it is in.
template <typename ChunkOf>
void ExpectCovers(const ChunkGrid& grid, const Box& box, ChunkOf chunk_of) {
  std::map<Shape, int64_t> delivered;  // place in the box -> chunk
  int64_t last_chunk = -1;
  const std::vector<ChunkPart> parts = Visit(grid, box);
  for (const ChunkPart& part : parts) {
    EXPECT_GT(part.chunk, last_chunk);
    last_chunk = part.chunk;
    ASSERT_EQ(part.in_chunk.extent, part.in_box.extent);
    EXPECT_TRUE(part.in_box.stride.empty());
    const Box chunk_box = grid.BoxOf(part.chunk);
    ASSERT_TRUE(Contains(chunk_box.extent, part.in_chunk));
    for (int64_t i = 0; i < NumElements(part.in_box.extent); ++i) {
      const Shape place = ElementOf(part.in_box, i);
      Shape element = ElementOf(part.in_chunk, i);
      for (size_t axis = 0; axis < element.size(); ++axis) {
        element[axis] += chunk_box.offset[axis];
        ASSERT_EQ(element[axis], box.offset[axis] + place[axis] * box.stride_of(axis));
      }
      ASSERT_EQ(part.chunk, chunk_of(element));
      ASSERT_TRUE(delivered.emplace(place, part.chunk).second);
    }
  }
  EXPECT_EQ(delivered.size(), NumElements(box.extent));
  EXPECT_EQ(grid.CountChunks(box), parts.size());
}

Box RandomBox(const Shape& shape, std::mt19937& random) {
  Box box;
  const bool strided = random() % 2 == 0;
  for (int64_t extent : shape) {
    const int64_t offset = random() % extent;
    const int64_t stride = strided ? 1 + random() % 5 : 1;
    box.offset.push_back(offset);
    box.extent.push_back(random() % ((extent - 1 - offset) / stride + 1) + 1);
    if (strided) box.stride.push_back(stride);
  }
  return box;
}

TEST(ChunkGridTest, CountsChunksOfThePublishedShapes) {
  const ChunkGrid grid({3000, 100, 184, 184}, {94, 7, 12, 12});
  EXPECT_THAT(grid.chunks_per_axis(), ElementsAre(32, 15, 16, 16));
  EXPECT_EQ(grid.num_chunks(), 32 * 15 * 16 * 16);
  const Box sequence{.offset = {2999, 0, 0, 0}, .extent = {1, 100, 184, 184}};
  EXPECT_EQ(grid.CountChunks(sequence), 3840);
  EXPECT_EQ(Visit(grid, sequence).size(), 3840);
}

TEST(ChunkGridTest, NumbersInRowMajorOrder) {
  const ChunkGrid grid({5, 7}, {2, 3});
  EXPECT_THAT(grid.chunks_per_axis(), ElementsAre(3, 3));
  EXPECT_THAT(grid.Coordinates(5), ElementsAre(1, 2));
  EXPECT_EQ(grid.Number({1, 2}), 5);
  for (int64_t chunk = 0; chunk < grid.num_chunks(); ++chunk) {
    EXPECT_EQ(grid.Number(grid.Coordinates(chunk)), chunk);
  }
}

TEST(ChunkGridTest, CutsChunksAtTheEdge) {
  const ChunkGrid grid({5, 7}, {2, 3});
  EXPECT_THAT(grid.BoxOf(8).offset, ElementsAre(4, 6));
  EXPECT_THAT(grid.BoxOf(8).extent, ElementsAre(1, 1));
  EXPECT_THAT(grid.BoxOf(0).extent, ElementsAre(2, 3));
}

TEST(ChunkGridTest, SaysWhatBoxAndChunkHaveInCommon) {
  const ChunkGrid grid({10}, {4});
  const std::vector<ChunkPart> parts =
      Visit(grid, {.offset = {1}, .extent = {3}, .stride = {4}});  // elements 1, 5, 9
  ASSERT_EQ(parts.size(), 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(parts[i].chunk, i);
    EXPECT_THAT(parts[i].in_chunk.offset, ElementsAre(1));
    EXPECT_THAT(parts[i].in_chunk.extent, ElementsAre(1));
    EXPECT_THAT(parts[i].in_chunk.stride, ElementsAre(4));
    EXPECT_THAT(parts[i].in_box.offset, ElementsAre(i));
  }
}

TEST(ChunkGridTest, SkipsChunksBetweenLongStrides) {
  const ChunkGrid grid({10}, {2});
  const std::vector<ChunkPart> parts =
      Visit(grid, {.offset = {0}, .extent = {2}, .stride = {7}});  // elements 0 and 7
  ASSERT_EQ(parts.size(), 2);
  EXPECT_EQ(parts[0].chunk, 0);
  EXPECT_EQ(parts[1].chunk, 3);
}

TEST(ChunkGridTest, EmptyBoxesTouchNothing) {
  const ChunkGrid grid({4, 6}, {2, 2});
  const Box box{.offset = {4, 0}, .extent = {0, 6}};
  EXPECT_EQ(grid.CountChunks(box), 0);
  EXPECT_EQ(Visit(grid, box).size(), 0);
  EXPECT_EQ(ChunkGrid({0, 6}, {2, 2}).num_chunks(), 0);
}

TEST(ChunkGridTest, RankZeroIsOneChunk) {
  const ChunkGrid grid({}, {});
  EXPECT_EQ(grid.num_chunks(), 1);
  EXPECT_EQ(Visit(grid, {}).size(), 1);
}

TEST(ChunkGridTest, FirstErrorEndsTheWalk) {
  const ChunkGrid grid({10}, {1});
  int calls = 0;
  EXPECT_THAT(grid.ForEachChunk(WholeBox(grid.shape()),
                                [&](const ChunkPart& part) {
                                  ++calls;
                                  return part.chunk < 3 ? absl::OkStatus()
                                                        : absl::DataLossError("chunk 3");
                                }),
              StatusIs(absl::StatusCode::kDataLoss, "chunk 3"));
  EXPECT_EQ(calls, 4);
}

TEST(ChunkGridTest, TooManyChunksAreNoNumber) {
  const int64_t huge = int64_t{1} << 40;
  EXPECT_EQ(ChunkGrid({huge, huge}, {1, 1}).num_chunks(), -1);
  EXPECT_EQ(ChunkGrid({INT64_MAX}, {INT64_MAX}).num_chunks(), 1);
}

TEST(ChunkGridTest, DeliversEveryElementOfRandomBoxesOnce) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 300; ++i) {
    Shape shape, chunk_shape;
    for (int axis = 1 + random() % 4; axis > 0; --axis) {
      shape.push_back(1 + random() % 12);
      chunk_shape.push_back(1 + random() % 14);
    }
    const ChunkGrid grid(shape, chunk_shape);
    ExpectCovers(grid, RandomBox(shape, random), [&](Shape element) {
      for (size_t axis = 0; axis < element.size(); ++axis) element[axis] /= chunk_shape[axis];
      return grid.Number(element);
    });
  }
}

TEST(ChunkGridConcatenateTest, WholeChunksAreARegularGridAgain) {
  const ChunkGrid part({500, 100, 8, 8}, {1, 100, 8, 8});
  const ChunkGrid all = ChunkGrid::Concatenate({part, part, part});
  EXPECT_THAT(all.shape(), ElementsAre(1500, 100, 8, 8));
  EXPECT_EQ(all.num_chunks(), 1500);
  EXPECT_THAT(all.Coordinates(1234), ElementsAre(1234, 0, 0, 0));
}

TEST(ChunkGridConcatenateTest, CutsChunksAtTheEndOfEachPart) {
  const ChunkGrid part({5, 4}, {2, 4});  // chunks of 2, 2 and 1 rows
  const ChunkGrid all = ChunkGrid::Concatenate({part, part});
  EXPECT_THAT(all.shape(), ElementsAre(10, 4));
  EXPECT_THAT(all.chunks_per_axis(), ElementsAre(6, 1));
  EXPECT_EQ(all.num_chunks(), 6);
  EXPECT_THAT(all.BoxOf(2).extent, ElementsAre(1, 4));
  EXPECT_THAT(all.BoxOf(3).offset, ElementsAre(5, 0));
  EXPECT_THAT(all.BoxOf(5).offset, ElementsAre(9, 0));
  EXPECT_THAT(all.Coordinates(5), ElementsAre(5, 0));
  EXPECT_EQ(all.Number({5, 0}), 5);
}

TEST(ChunkGridConcatenateTest, KnowsTheShapeOfEachChunk) {
  const ChunkGrid coarse({5, 4}, {3, 4}), fine({5, 4}, {2, 3});
  const ChunkGrid all = ChunkGrid::Concatenate({coarse, fine});
  EXPECT_THAT(coarse.ShapeOf(1), ElementsAre(3, 4));
  EXPECT_THAT(all.ShapeOf(1), ElementsAre(3, 4));  // although cut to 2 rows
  EXPECT_THAT(all.ShapeOf(2), ElementsAre(2, 3));
}

TEST(ChunkGridConcatenateTest, AlignedIfOnlyTheFirstAxisDiffers) {
  const ChunkGrid three({5, 4}, {3, 4}), two({5, 4}, {2, 4}), narrow({5, 4}, {3, 2});
  EXPECT_TRUE(three.aligned());
  EXPECT_TRUE(ChunkGrid::Concatenate({three, two}).aligned());
  EXPECT_FALSE(ChunkGrid::Concatenate({three, two, narrow}).aligned());
}

TEST(ChunkGridConcatenateTest, EmptyPartsDoNotCount) {
  const ChunkGrid part({5}, {2}), empty({0}, {3});
  const ChunkGrid all = ChunkGrid::Concatenate({empty, part, empty, part, empty});
  EXPECT_EQ(all.num_chunks(), 6);
  EXPECT_THAT(all.BoxOf(3).offset, ElementsAre(5));
  EXPECT_EQ(Visit(all, WholeBox(all.shape())).size(), 6);
}

TEST(ChunkGridConcatenateTest, DeliversEveryElementOfRandomBoxesOnce) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 200; ++i) {
    // Concatenations of concatenations, of parts with different chunks.
    const Shape frame = {static_cast<int64_t>(1 + random() % 9)};
    std::vector<ChunkGrid> grids;
    for (int count = 1 + random() % 4; count > 0; --count) {
      const Shape shape = {static_cast<int64_t>(1 + random() % 9), frame[0]};
      const Shape chunk = {static_cast<int64_t>(1 + random() % 5),
                           static_cast<int64_t>(1 + random() % 5)};
      grids.emplace_back(shape, chunk);
    }
    std::vector<ChunkGrid> halves = {
        ChunkGrid::Concatenate(grids),
        ChunkGrid::Concatenate(absl::MakeConstSpan(grids).subspan(grids.size() / 2))};
    const size_t first_of_second = grids.size();
    for (size_t k = first_of_second / 2; k < first_of_second; ++k) grids.push_back(grids[k]);
    const ChunkGrid all = ChunkGrid::Concatenate(halves);

    int64_t num_chunks = 0;
    for (const ChunkGrid& grid : grids) num_chunks += grid.num_chunks();
    ASSERT_EQ(all.num_chunks(), num_chunks);
    for (int64_t chunk = 0; chunk < num_chunks; ++chunk) {
      EXPECT_EQ(all.Number(all.Coordinates(chunk)), chunk);
    }
    ExpectCovers(all, RandomBox(all.shape(), random), [&](Shape element) {
      int64_t first_chunk = 0;
      for (const ChunkGrid& grid : grids) {
        if (element[0] < grid.shape()[0]) {
          for (size_t axis = 0; axis < 2; ++axis) element[axis] /= grid.chunk_shape()[axis];
          return first_chunk + grid.Number(element);
        }
        element[0] -= grid.shape()[0];
        first_chunk += grid.num_chunks();
      }
      return int64_t{-1};
    });
  }
}

}  // namespace
}  // namespace seiche
