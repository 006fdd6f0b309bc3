#include "loader/plan/raw_reads.h"

#include <set>
#include <vector>

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::vector<std::pair<int64_t, int64_t>> Reads(const Shape& shape, const Box& part) {
  std::vector<std::pair<int64_t, int64_t>> reads;
  ForEachRawRead(shape, 4, part, [&](const RawRead& read) {
    reads.emplace_back(read.first, read.bytes);
    return true;
  });
  return reads;
}

constexpr int64_t kFrame = 184 * 184 * 4;

TEST(RawReadsTest, WindowsAreOnePiece) {
  EXPECT_THAT(Reads({1, 100, 184, 184}, {{0, 20, 0, 0}, {1, 10, 184, 184}}),
              ElementsAre(Pair(20 * kFrame, 10 * kFrame)));
}

TEST(RawReadsTest, FramesFarApartAreReadAlone) {
  EXPECT_THAT(
      Reads({1, 100, 184, 184}, {{0, 5, 0, 0}, {1, 3, 184, 184}, {1, 40, 1, 1}}),
      ElementsAre(Pair(5 * kFrame, kFrame), Pair(45 * kFrame, kFrame), Pair(85 * kFrame, kFrame)));
}

TEST(RawReadsTest, RowsOfEachFrame) {
  // Ten rows, whose columns lie close together.
  EXPECT_THAT(Reads({1, 100, 184, 184}, {{0, 1, 7, 50}, {1, 2, 10, 64}}),
              ElementsAre(Pair(kFrame + (7 * 184 + 50) * 4, (9 * 184 + 64) * 4),
                          Pair(2 * kFrame + (7 * 184 + 50) * 4, (9 * 184 + 64) * 4)));
}

TEST(RawReadsTest, StopsWhenAsked) {
  int count = 0;
  ForEachRawRead(Shape{100, 184, 184}, 4, {{0, 0, 0}, {5, 184, 184}, {20, 1, 1}},
                 [&](const RawRead&) { return ++count < 3; });
  EXPECT_EQ(count, 3);
}

// Every element is in one read, at its place in the part; no read has large gaps.
TEST(RawReadsTest, RandomParts) {
  Random random(/*seed=*/7, /*stream=*/0);
  const auto between = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random.Below(static_cast<uint64_t>(high - low + 1)));
  };
  for (int i = 0; i < 500; ++i) {
    Shape shape;
    Box part;
    for (int64_t axes = between(1, 4); axes > 0; --axes) {
      const int64_t extent = axes == 1 ? between(1, 9000) : between(1, 12);
      const int64_t step = axes == 1 ? between(1, 5000) : between(1, 4);
      const int64_t offset = between(0, extent - 1);
      shape.push_back(extent);
      part.offset.push_back(offset);
      part.extent.push_back(between(1, (extent - 1 - offset) / step + 1));
      part.stride.push_back(step);
    }
    const Shape strides = RowMajorStrides(shape, 4);
    std::set<int64_t> seen;
    ForEachRawRead(shape, 4, part, [&](const RawRead& read) {
      EXPECT_EQ(read.bytes, RawReadBytes(shape, 4, part));
      Shape index(shape.size(), 0);
      int64_t before = read.first;
      for (int64_t n = NumElements(read.in_chunk.extent); n > 0; --n) {
        int64_t at = 0, number = 0;
        for (size_t a = 0; a < shape.size(); ++a) {
          const int64_t in_part = read.in_part.offset[a] + index[a];
          const int64_t element = part.offset[a] + in_part * part.stride[a];
          EXPECT_EQ(element, read.in_chunk.offset[a] + index[a] * part.stride[a]);
          at += element * strides[a];
          number = number * part.extent[a] + in_part;
        }
        EXPECT_TRUE(seen.insert(number).second);
        EXPECT_GE(at, read.first);
        EXPECT_LE(at + 4, read.first + read.bytes);
        EXPECT_LE(at - before, kMaxRawGap + 4);
        before = at;
        for (size_t a = shape.size(); a-- > 0 && ++index[a] == read.in_chunk.extent[a];)
          index[a] = 0;
      }
      return true;
    });
    EXPECT_EQ(static_cast<int64_t>(seen.size()), NumElements(part.extent));
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace seiche
