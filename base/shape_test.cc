#include "base/shape.h"

#include <cstdint>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using testing::ElementsAre;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(NumElementsTest, IsTheProduct) {
  EXPECT_EQ(NumElements({3000, 100, 184, 184}), 10'156'800'000);
  EXPECT_EQ(NumElements({}), 1);
  EXPECT_EQ(NumElements({7, 0, 3}), 0);
  EXPECT_EQ(NumElements({kMax}), kMax);
}

TEST(NumElementsTest, OverflowAndNegativeExtents) {
  EXPECT_EQ(NumElements({int64_t{1} << 32, int64_t{1} << 31}), -1);
  EXPECT_EQ(NumElements({kMax, kMax, kMax}), -1);
  EXPECT_EQ(NumElements({2, -1}), -1);
  EXPECT_EQ(NumElements({0, -1}), -1);
  EXPECT_EQ(NumElements({kMax, kMax, 0}), 0);
}

TEST(RowMajorStridesTest, LastAxisIsContiguous) {
  EXPECT_THAT(RowMajorStrides({100, 184, 180}, 4), ElementsAre(184 * 180 * 4, 180 * 4, 4));
  EXPECT_THAT(RowMajorStrides({}, 4), ElementsAre());
  EXPECT_THAT(RowMajorStrides({5, 0, 3}, 2), ElementsAre(0, 6, 2));
}

// Nothing must overflow that the strides do not need (ubsan checks that).
TEST(RowMajorStridesTest, HugeFirstAxis) {
  EXPECT_THAT(RowMajorStrides({kMax, 1}, 8), ElementsAre(8, 8));
  EXPECT_EQ(RowMajorStrides({1, kMax, kMax}, 8)[2], 8);
}

TEST(BoxTest, WholeBox) {
  const Box box = WholeBox({3, 4});
  EXPECT_THAT(box.offset, ElementsAre(0, 0));
  EXPECT_THAT(box.extent, ElementsAre(3, 4));
  EXPECT_EQ(box.stride_of(1), 1);
}

TEST(ContainsTest, EdgesAreInside) {
  EXPECT_TRUE(Contains({10}, {.offset = {0}, .extent = {10}}));
  EXPECT_TRUE(Contains({10}, {.offset = {9}, .extent = {1}}));
  EXPECT_TRUE(Contains({10}, {.offset = {10}, .extent = {0}}));
  EXPECT_TRUE(Contains({10}, {.offset = {1}, .extent = {5}, .stride = {2}}));  // 1 3 5 7 9
  EXPECT_TRUE(Contains({10}, {.offset = {9}, .extent = {1}, .stride = {kMax}}));
  EXPECT_TRUE(Contains({}, {}));
  EXPECT_TRUE(Contains({4, 5}, WholeBox({4, 5})));
}

TEST(ContainsTest, BeyondIsOutside) {
  EXPECT_FALSE(Contains({10}, {.offset = {0}, .extent = {11}}));
  EXPECT_FALSE(Contains({10}, {.offset = {-1}, .extent = {1}}));
  EXPECT_FALSE(Contains({10}, {.offset = {10}, .extent = {1}}));
  EXPECT_FALSE(Contains({10}, {.offset = {11}, .extent = {0}}));
  EXPECT_FALSE(Contains({10}, {.offset = {0}, .extent = {-1}}));
  EXPECT_FALSE(Contains({10}, {.offset = {2}, .extent = {5}, .stride = {2}}));  // ... 10
  EXPECT_FALSE(Contains({10}, {.offset = {0}, .extent = {1}, .stride = {0}}));
  EXPECT_FALSE(Contains({4, 5}, {.offset = {0, 3}, .extent = {4, 3}}));
}

TEST(ContainsTest, RankMustAgree) {
  EXPECT_FALSE(Contains({4, 5}, {.offset = {0}, .extent = {4}}));
  EXPECT_FALSE(Contains({4, 5}, {.offset = {0, 0}, .extent = {4}}));
  EXPECT_FALSE(Contains({4, 5}, {.offset = {0, 0}, .extent = {4, 5}, .stride = {1}}));
}

TEST(ContainsTest, NothingOverflows) {
  EXPECT_FALSE(Contains({10}, {.offset = {kMax}, .extent = {kMax}, .stride = {kMax}}));
  EXPECT_FALSE(Contains({kMax}, {.offset = {1}, .extent = {kMax}}));
  EXPECT_FALSE(Contains({kMax}, {.offset = {0}, .extent = {kMax}, .stride = {2}}));
  EXPECT_TRUE(Contains({kMax}, {.offset = {0}, .extent = {kMax}}));
}

TEST(ToStringTest, LooksLikeNumPy) {
  EXPECT_EQ(ToString({3000, 100, 184, 184}), "(3000, 100, 184, 184)");
  EXPECT_EQ(ToString({7}), "(7,)");
  EXPECT_EQ(ToString({}), "()");
}

}  // namespace
}  // namespace seiche
