#include "experiments/waves/picture/smallest_values.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include "base/random.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

float Select(size_t rank, const std::vector<float>& values) {
  std::vector<float> memory;
  SmallestValues smallest(rank, memory);
  for (float value : values) {
    if (!(value < smallest.bound())) continue;
    *smallest.end() = value;
    smallest.Keep(1);
  }
  return smallest.Value();
}

void ExpectSortedValues(const std::vector<float>& values) {
  std::vector<float> sorted = values;
  std::ranges::sort(sorted);
  for (size_t rank : {size_t{0}, size_t{1}, size_t{16}, values.size() / 2, values.size() - 1}) {
    EXPECT_EQ(Select(rank, values), sorted[rank]) << "rank " << rank;
  }
}

TEST(SmallestValuesTest, AnyOrder) {
  Random random(/*seed=*/5, 0);
  std::vector<float> values(5000);
  for (float& value : values) value = static_cast<float>(random.Uniform() - 0.5);
  ExpectSortedValues(values);
  std::ranges::sort(values);
  ExpectSortedValues(values);
  std::ranges::sort(values, std::greater<>());
  ExpectSortedValues(values);
}

TEST(SmallestValuesTest, EqualValues) {
  ExpectSortedValues(std::vector<float>(1000, 2.5f));
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>(i % 3));
  ExpectSortedValues(values);
}

TEST(SmallestValuesTest, OneValue) { EXPECT_EQ(Select(0, {3.0f}), 3.0f); }

}  // namespace
}  // namespace seiche
