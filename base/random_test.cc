#include "base/random.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using testing::ElementsAre;

// The known answers that the authors of Philox publish with it (Random123, tests/kat_vectors).
TEST(PhiloxTest, PublishedVectors) {
  EXPECT_THAT(Philox4x32({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_THAT(Philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
              ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
  EXPECT_THAT(
      Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      ElementsAre(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
}

TEST(RandomTest, NumbersAreTheWordsOfTheBlocks) {
  Random random(0, 0);
  EXPECT_EQ(random.Next(), 0xe169c58d6627e8d5);
  EXPECT_EQ(random.Next(), 0x9b00dbd8bc57ac4c);
  const std::array<uint32_t, 4> second = Philox4x32({1, 0, 0, 0}, {0, 0});
  EXPECT_EQ(random.Next(), uint64_t{second[1]} << 32 | second[0]);
}

TEST(RandomTest, SeedAndStreamAreTheKeyAndHalfOfTheCounter) {
  Random random(0x299f31d0a4093822, 0x0370734413198a2e);
  const std::array<uint32_t, 4> words =
      Philox4x32({0, 0, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
  EXPECT_EQ(random.Next(), uint64_t{words[1]} << 32 | words[0]);
}

TEST(RandomTest, StreamsDiffer) {
  std::set<uint64_t> numbers;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (uint64_t stream = 0; stream < 20; ++stream) {
      Random random(seed, stream);
      for (int i = 0; i < 10; ++i) numbers.insert(random.Next());
    }
  }
  EXPECT_EQ(numbers.size(), 20 * 20 * 10);
}

TEST(RandomTest, UniformIsInRangeAndEven) {
  Random random(1, 2);
  constexpr int kDraws = 100'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.Uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    sum += x;
    squares += x * x;
  }
  // Five standard deviations of the mean of x and of x^2.
  EXPECT_NEAR(sum / kDraws, 1.0 / 2, 5 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / kDraws));
}

TEST(RandomTest, BelowIsUnbiased) {
  // With number % bound the lowest third would come twice as often.
  constexpr uint64_t kBound = 3ull << 62;
  Random random(3, 4);
  constexpr int kDraws = 60'000;
  std::array<int, 3> thirds = {};
  for (int i = 0; i < kDraws; ++i) {
    const uint64_t x = random.Below(kBound);
    ASSERT_LT(x, kBound);
    ++thirds[x >> 62];
  }
  // Chi-squared with two degrees of freedom: above 27.6 once in a million.
  double chi_squared = 0;
  for (int n : thirds) chi_squared += std::pow(n - kDraws / 3.0, 2) / (kDraws / 3.0);
  EXPECT_LT(chi_squared, 27.6);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(random.Below(1), 0);
}

TEST(RandomTest, BelowReachesEveryValue) {
  Random random(5, 6);
  std::array<int, 7> counts = {};
  for (int i = 0; i < 7000; ++i) ++counts[random.Below(7)];
  for (int n : counts) EXPECT_NEAR(n, 1000, 150);
  EXPECT_LT(random.Below(std::numeric_limits<uint64_t>::max()),
            std::numeric_limits<uint64_t>::max());
}

}  // namespace
}  // namespace seiche
