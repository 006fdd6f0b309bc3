#include "loader/sampler.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAreArray;

std::vector<int64_t> Samples(const Sampler& sampler) {
  std::vector<int64_t> samples;
  for (int64_t p = 0; p < sampler.size(); ++p) samples.push_back(sampler(p));
  return samples;
}

TEST(SamplerTest, SequentialIsTheIdentityInEveryEpoch) {
  EXPECT_THAT(Samples(Sampler(Order::kSequential, 5, 7, 0)), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(Samples(Sampler(Order::kSequential, 5, 8, 3)), ElementsAre(0, 1, 2, 3, 4));
}

TEST(SamplerTest, RandomIsTheKeyedPermutation) {
  EXPECT_THAT(Samples(Sampler(Order::kRandom, 10, 0, 0)),
              ElementsAre(7, 4, 1, 5, 0, 8, 6, 2, 3, 9));
}

TEST(SamplerTest, EpochsAreDifferentOrdersOfTheSameSamples) {
  const std::vector<int64_t> first = Samples(Sampler(Order::kRandom, 100, 1, 0));
  const std::vector<int64_t> second = Samples(Sampler(Order::kRandom, 100, 1, 1));
  EXPECT_NE(first, second);
  EXPECT_THAT(first, UnorderedElementsAreArray(second));
}

TEST(SamplerTest, OneSample) { EXPECT_EQ(Sampler(Order::kRandom, 1, 3, 4)(0), 0); }

}  // namespace
}  // namespace seiche
