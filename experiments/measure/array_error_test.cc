#include "experiments/measure/array_error.h"

#include <cmath>
#include <vector>

#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

template <typename T>
ConstArrayView View(const std::vector<T>& values) {
  return MakeView(static_cast<const void*>(values.data()), kDTypeOf<T>,
                  {1, 1, static_cast<int64_t>(values.size())});
}

template <typename T>
ArrayError Compare(const std::vector<T>& a, const std::vector<T>& b) {
  return CompareArrays(View(a), View(b));
}

TEST(ArrayErrorTest, EqualBitsAreExact) {
  const ArrayError error = Compare<float>({1, NAN, -INFINITY}, {1, NAN, -INFINITY});
  EXPECT_TRUE(error.exact);
  EXPECT_EQ(error.max_error, 0);
  EXPECT_TRUE(Compare<int16_t>({1, 2}, {1, 2}).exact);
}

TEST(ArrayErrorTest, LargestAndSumOfSquares) {
  const ArrayError error = Compare<double>({1, 2, NAN, INFINITY}, {1.5, 1.75, NAN, INFINITY});
  EXPECT_FALSE(error.exact);
  EXPECT_EQ(error.max_error, 0.5);
  EXPECT_EQ(error.squared_error, 0.25 + 0.0625);
  EXPECT_EQ(Compare<uint8_t>({3, 250}, {5, 240}).max_error, 10);
}

TEST(ArrayErrorTest, ZerosOfOtherSignAreNotExact) {
  const ArrayError error = Compare<float>({0.0f}, {-0.0f});
  EXPECT_FALSE(error.exact);
  EXPECT_EQ(error.max_error, 0);
}

TEST(ArrayErrorTest, WhatIsNotFiniteMustStay) {
  EXPECT_EQ(Compare<float>({NAN}, {1}).max_error, INFINITY);
  EXPECT_EQ(Compare<float>({1}, {INFINITY}).max_error, INFINITY);
  EXPECT_EQ(Compare<float>({INFINITY}, {-INFINITY}).max_error, INFINITY);
  EXPECT_EQ(Compare<int16_t>({1, 2}, {1, 3}).max_error, INFINITY);
}

TEST(ArrayErrorTest, PromisesAreKeptOrNot) {
  const ArrayError error{.exact = false, .max_error = 0.5};
  EXPECT_THAT(CheckPromise(0.5, error), IsOk());
  EXPECT_THAT(CheckPromise(std::nullopt, error), IsOk());
  EXPECT_THAT(CheckPromise(0.25, error),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("exceeds the bound 0.25")));
  EXPECT_THAT(CheckPromise(0, ArrayError{.exact = false}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("differs")));
  EXPECT_THAT(CheckPromise(0, ArrayError()), IsOk());
  EXPECT_THAT(CheckPromise(1, ArrayError{.exact = false, .max_error = NAN}),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(ArrayErrorTest, RangeIsOfAllFiniteValues) {
  ValueRange range;
  EXPECT_EQ(range.width(), 0);
  range.Add(View<float>({1, NAN, -2}));
  range.Add(View<double>({INFINITY, 5}));
  EXPECT_EQ(range.width(), 7);
}

TEST(ArrayErrorTest, PsnrIsOfPeakAndMeanSquare) {
  EXPECT_DOUBLE_EQ(*Psnr(/*squared_error=*/4, /*values=*/100, /*peak=*/2), 20);
  EXPECT_FALSE(Psnr(0, 100, 1).has_value());
  EXPECT_FALSE(Psnr(4, 100, 0).has_value());
}

}  // namespace
}  // namespace seiche
