#include "storage/moments.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

// By the definition, in long double.
void ExpectMoments(const Moments& moments, const std::vector<double>& values) {
  long double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const long double mean = sum / values.size();
  for (const double value : values) squares += (value - mean) * (value - mean);
  ASSERT_EQ(moments.count, static_cast<int64_t>(values.size()));
  EXPECT_NEAR(moments.mean, mean, 1e-12 * std::abs(static_cast<double>(mean)) + 1e-12);
  EXPECT_NEAR(moments.StandardDeviation(), std::sqrt(squares / values.size()), 1e-9);
  EXPECT_EQ(moments.minimum, *std::min_element(values.begin(), values.end()));
  EXPECT_EQ(moments.maximum, *std::max_element(values.begin(), values.end()));
}

// A small spread far from zero, where sums of squares would cancel.
std::vector<double> Values(size_t count) {
  std::vector<double> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = 1e6 + std::sin(static_cast<double>(i * i));
  return values;
}

TEST(MomentsTest, OneBlockOfEverySize) {
  for (size_t count = 1; count < 40; ++count) {
    const std::vector<double> values = Values(count);
    ExpectMoments(Moments::Of(values), values);
  }
}

TEST(MomentsTest, MergedInPiecesOfAnySize) {
  const std::vector<double> values = Values(5000);
  for (const size_t piece : {1, 7, 8, 1000, 4999}) {
    Moments merged;
    for (size_t i = 0; i < values.size(); i += piece) {
      merged.Merge(Moments::Of(absl::MakeConstSpan(values).subspan(i, piece)));
    }
    ExpectMoments(merged, values);
  }
}

TEST(MomentsTest, RepeatedValue) {
  Moments moments = Moments::Of(3.0, 1000);
  moments.Merge(Moments::Of(std::vector<double>{5, 5}));
  moments.Merge(Moments::Of(7.0, 0));
  std::vector<double> values(1000, 3.0);
  values.resize(1002, 5.0);
  ExpectMoments(moments, values);
}

TEST(MomentsTest, NothingAndInfinity) {
  Moments moments;
  EXPECT_TRUE(std::isnan(moments.StandardDeviation()));
  moments.Merge({});
  EXPECT_EQ(moments.count, 0);
  const double infinity = std::numeric_limits<double>::infinity();
  moments.Merge(Moments::Of(std::vector<double>{1, infinity}));
  EXPECT_EQ(moments.mean, infinity);
  EXPECT_EQ(moments.minimum, 1);
  EXPECT_TRUE(std::isnan(moments.StandardDeviation()));
}

}  // namespace
}  // namespace seiche
