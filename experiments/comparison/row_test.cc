#include "experiments/comparison/row.h"

#include "gtest/gtest.h"

namespace seiche {
namespace {

TEST(RowTest, MedianOfOddAndEvenCounts) {
  EXPECT_EQ(Median({}), 0);
  EXPECT_EQ(Median({3.0, 1.0, 2.0}), 2);
  EXPECT_EQ(Median({4.0, 1.0, 2.0, 3.0}), 2.5);
}

TEST(RowTest, SpreadIsRelativeToTheMedian) {
  EXPECT_EQ(Spread({}), 0);
  EXPECT_EQ(Spread({0.0, 0.0}), 0);
  EXPECT_EQ(Spread({3.0, 1.0, 2.0}), 1);
}

TEST(RowTest, MiddleHalfLeavesOutTheOutliersOfFive) {
  const Range five = MiddleHalf({5.0, 1.0, 2.0, 100.0, 3.0});
  EXPECT_EQ(five.low, 2);
  EXPECT_EQ(five.high, 5);
  const Range three = MiddleHalf({3.0, 1.0, 2.0});
  EXPECT_EQ(three.low, 1);
  EXPECT_EQ(three.high, 3);
}

TEST(RowTest, FindsWhatWasMeasured) {
  Row row;
  row.variant.id = "jpeg";
  row.read = {{.workers = 2, .seconds = {0.5}}, {.workers = 4}};
  ASSERT_NE(row.FindRead(2), nullptr);
  EXPECT_EQ(row.FindRead(4), nullptr);
  EXPECT_EQ(row.FindRead(1), nullptr);
  std::vector<Row> rows = {row};
  EXPECT_NE(FindRow(rows, "jpeg"), nullptr);
  EXPECT_EQ(FindRow(rows, "hdf5_manual_lzf"), nullptr);
  rows[0].unavailable = "left out of this build";
  EXPECT_EQ(FindRow(rows, "jpeg"), nullptr);
}

}  // namespace
}  // namespace seiche
