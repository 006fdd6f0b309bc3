#include "loader/order/keyed_permutation.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::ElementsAre;

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

std::vector<uint64_t> FirstValues(const KeyedPermutation& order, uint64_t count) {
  std::vector<uint64_t> values;
  for (uint64_t p = 0; p < count; ++p) values.push_back(order(p));
  return values;
}

// How many standard deviations the chi-square statistic of `counts`, all expected to be
// `expected`, lies above its mean. (Normal approximation; negative: more even than chance.)
double ChiSquareDeviations(const std::vector<double>& counts, double expected,
                           double degrees_of_freedom) {
  double chi_square = 0;
  for (double count : counts) chi_square += (count - expected) * (count - expected) / expected;
  return (chi_square - degrees_of_freedom) / std::sqrt(2 * degrees_of_freedom);
}

TEST(KeyedPermutationTest, IsBijectionForEverySmallSize) {
  for (uint64_t size = 1; size <= 300; ++size) {
    const KeyedPermutation order(size, /*seed=*/size, /*epoch=*/3);
    std::vector<bool> seen(size);
    for (uint64_t p = 0; p < size; ++p) {
      const uint64_t value = order(p);
      ASSERT_LT(value, size);
      ASSERT_FALSE(seen[value]) << "size " << size << ": " << value << " twice";
      seen[value] = true;
      ASSERT_EQ(order.Inverse(value), p) << "size " << size;
    }
  }
}

TEST(KeyedPermutationTest, IsBijectionOfAMillion) {
  constexpr uint64_t kSize = 1'000'003;
  const KeyedPermutation order(kSize, 1, 0);
  std::vector<bool> seen(kSize);
  for (uint64_t p = 0; p < kSize; ++p) {
    const uint64_t value = order(p);
    ASSERT_LT(value, kSize);
    ASSERT_FALSE(seen[value]) << value;
    seen[value] = true;
  }
}

TEST(KeyedPermutationTest, InverseUndoesHugeSizes) {
  for (uint64_t size : {(uint64_t{1} << 32) - 1, uint64_t{1} << 32, (uint64_t{1} << 32) + 1,
                        (uint64_t{1} << 40) + 7, (uint64_t{1} << 62) + 1, uint64_t{1} << 63}) {
    const KeyedPermutation order(size, 99, 1);
    std::set<uint64_t> values;
    const uint64_t step = size / 1000;
    for (uint64_t p = 0; p < 1000 * step; p += step) {
      const uint64_t value = order(p);
      ASSERT_LT(value, size);
      ASSERT_TRUE(values.insert(value).second);
      ASSERT_EQ(order.Inverse(value), p) << "size " << size;
    }
    ASSERT_EQ(order.Inverse(order(size - 1)), size - 1);
  }
}

// Every value at every position about equally often over many keys.
TEST(KeyedPermutationTest, PositionsAreUniform) {
  for (uint64_t size : {6, 7, 17, 64, 100, 129, 300}) {
    const uint64_t keys = 20 * size;
    std::vector<double> counts(size * size);
    for (uint64_t epoch = 0; epoch < keys; ++epoch) {
      const KeyedPermutation order(size, /*seed=*/7, epoch);
      for (uint64_t p = 0; p < size; ++p) ++counts[p * size + order(p)];
    }
    const double degrees = static_cast<double>(size - 1) * static_cast<double>(size - 1);
    EXPECT_LT(ChiSquareDeviations(counts, 20, degrees), 4) << "size " << size;
  }
}

// Stronger, where it can be counted: every order of up to five elements about equally often.
TEST(KeyedPermutationTest, OrdersOfAFewAreUniform) {
  constexpr int kKeys = 24000;
  int orders = 1;
  for (uint64_t size = 2; size <= 5; ++size) {
    orders *= static_cast<int>(size);
    std::map<std::vector<uint64_t>, double> found;
    for (uint64_t seed = 0; seed < kKeys; ++seed) {
      ++found[FirstValues(KeyedPermutation(size, seed, 0), size)];
    }
    std::vector<double> counts;
    for (const auto& [order, count] : found) counts.push_back(count);
    ASSERT_EQ(counts.size(), orders);
    EXPECT_LT(ChiSquareDeviations(counts, static_cast<double>(kKeys) / orders, orders - 1), 4)
        << "size " << size;
  }
}

// A shuffled list has one pair of neighbours in order on average: (n - 1) of them, 1/n each.
TEST(KeyedPermutationTest, NeighboursAreUnrelated) {
  constexpr uint64_t kSize = 1000, kKeys = 1000;
  int64_t adjacent = 0;
  for (uint64_t epoch = 0; epoch < kKeys; ++epoch) {
    const std::vector<uint64_t> values = FirstValues(KeyedPermutation(kSize, 1, epoch), kSize);
    for (uint64_t p = 1; p < kSize; ++p) adjacent += values[p] == values[p - 1] + 1;
  }
  EXPECT_NEAR(static_cast<double>(adjacent) / kKeys, 1.0, 0.13);  // four standard deviations
}

TEST(KeyedPermutationTest, SeedsAndEpochsAreDifferentKeys) {
  std::set<std::vector<uint64_t>> orders;
  for (uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{2}, kMax - 1, kMax}) {
    for (uint64_t epoch : {0, 1, 2, 3, 1000000}) {
      EXPECT_TRUE(orders.insert(FirstValues(KeyedPermutation(1000, seed, epoch), 1000)).second)
          << "seed " << seed << ", epoch " << epoch;
    }
  }
}

// Computed by a second implementation (Python). Recorded experiments depend on these values.
TEST(KeyedPermutationTest, OrderNeverChanges) {
  EXPECT_THAT(FirstValues(KeyedPermutation(10, 0, 0), 10),
              ElementsAre(7, 4, 1, 5, 0, 8, 6, 2, 3, 9));
  EXPECT_THAT(FirstValues(KeyedPermutation(10, 0, 1), 10),
              ElementsAre(8, 6, 2, 1, 3, 7, 0, 9, 4, 5));
  EXPECT_THAT(FirstValues(KeyedPermutation(10, 1, 0), 10),
              ElementsAre(5, 4, 0, 7, 8, 6, 1, 2, 3, 9));
  EXPECT_THAT(FirstValues(KeyedPermutation(3000, 1, 0), 10),
              ElementsAre(1101, 2659, 1065, 2884, 2011, 2077, 645, 178, 1610, 2995));
  EXPECT_THAT(FirstValues(KeyedPermutation((uint64_t{1} << 40) + 7, 12345, 6), 4),
              ElementsAre(993856052153, 266783416260, 342489007435, 1078294499147));
  EXPECT_THAT(FirstValues(KeyedPermutation(uint64_t{1} << 63, kMax, kMax), 4),
              ElementsAre(8649249025072048859, 3114708031584087308, 808059974051761592,
                          2420019849174511481));
}

}  // namespace
}  // namespace seiche
