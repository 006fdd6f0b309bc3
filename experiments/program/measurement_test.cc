#include "experiments/program/measurement.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

std::vector<Row> AllRows() {
  std::vector<Row> rows;
  for (const Variant& variant : MakeVariants({.shape = {200, 100, 184, 184}})) {
    rows.push_back({.variant = variant});
  }
  return rows;
}

TEST(MeasurementGroupsTest, EveryAvailableRowIsInOneGroup) {
  std::vector<Row> rows = AllRows();
  rows[3].unavailable = "left out";
  std::multiset<size_t> seen;
  for (const std::vector<size_t>& group : MeasurementGroups(rows)) {
    EXPECT_FALSE(group.empty());
    EXPECT_LE(group.size(), 4u);
    seen.insert(group.begin(), group.end());
  }
  EXPECT_EQ(seen.size(), rows.size() - 1);
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(seen.count(i), i == 3 ? 0u : 1u);
}

TEST(MeasurementGroupsTest, PublishedFastRowsTakeTurns) {
  const std::vector<Row> rows = AllRows();
  const std::vector<std::vector<size_t>> groups = MeasurementGroups(rows);
  ASSERT_FALSE(groups.empty());
  std::vector<std::string> first;
  for (const size_t index : groups[0]) first.push_back(rows[index].variant.id);
  EXPECT_THAT(first, testing::ElementsAre("jpeg", "hdf5_manual_lzf", "hdf5_manual_gzip4",
                                          "hdf5_manual_lzf_small_files"));
}

TEST(MeasurementGroupsTest, SlowRowsAreAlone) {
  const std::vector<Row> rows = AllRows();
  for (const std::vector<size_t>& group : MeasurementGroups(rows)) {
    for (const size_t index : group) {
      if (rows[index].variant.shared_by_sequences) {
        EXPECT_EQ(group.size(), 1u);
      }
    }
  }
}

TEST(MeasurementGroupsTest, NoRowsNoGroups) { EXPECT_TRUE(MeasurementGroups({}).empty()); }

}  // namespace
}  // namespace seiche
