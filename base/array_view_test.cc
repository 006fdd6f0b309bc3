#include "base/array_view.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <type_traits>
#include <vector>

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using testing::ElementsAre;

std::vector<int32_t> Counting(int64_t n) {
  std::vector<int32_t> values(n);
  std::iota(values.begin(), values.end(), 0);
  return values;
}

// The elements of `view`, one by one from the definition, in row-major order.
std::vector<int32_t> Elements(const ConstArrayView& view) {
  std::vector<int32_t> elements;
  for (int64_t n = 0; n < NumElements(view.shape); ++n) {
    const std::byte* at = view.data;
    int64_t rest = n;
    for (size_t axis = view.shape.size(); axis-- > 0;) {
      at += rest % view.shape[axis] * view.strides[axis];
      rest /= view.shape[axis];
    }
    std::memcpy(&elements.emplace_back(), at, sizeof(int32_t));
  }
  return elements;
}

TEST(ArrayViewTest, MakeViewIsRowMajor) {
  std::vector<int32_t> values = Counting(24);
  const ArrayView view = MakeView(values.data(), DType::kInt32, {2, 3, 4});
  EXPECT_THAT(view.strides, ElementsAre(48, 16, 4));
  EXPECT_TRUE(view.contiguous());
  EXPECT_EQ(view.size_bytes(), 96);
  EXPECT_EQ(Elements(view), values);
}

TEST(ArrayViewTest, SliceTakesEveryStrideThElement) {
  const std::vector<int32_t> values = Counting(24);
  const ConstArrayView view = MakeView(values.data(), DType::kInt32, {2, 3, 4});
  const ConstArrayView slice =
      Slice(view, {.offset = {0, 1, 0}, .extent = {2, 2, 2}, .stride = {1, 1, 3}});
  EXPECT_THAT(Elements(slice), ElementsAre(4, 7, 8, 11, 16, 19, 20, 23));
  EXPECT_FALSE(slice.contiguous());
  EXPECT_EQ(slice.size_bytes(), 32);
}

TEST(ArrayViewTest, SliceOfASlice) {
  const std::vector<int32_t> values = Counting(10);
  const ConstArrayView view = MakeView(values.data(), DType::kInt32, {10});
  const ConstArrayView odd = Slice(view, {.offset = {1}, .extent = {5}, .stride = {2}});
  EXPECT_THAT(Elements(Slice(odd, {.offset = {1}, .extent = {2}, .stride = {3}})),
              ElementsAre(3, 9));
}

TEST(ArrayViewTest, ContiguousIsAboutElementsThatExist) {
  const std::vector<int32_t> values = Counting(24);
  const ConstArrayView view = MakeView(values.data(), DType::kInt32, {2, 3, 4});
  EXPECT_TRUE(Slice(view, {.offset = {1, 1, 0}, .extent = {1, 2, 4}}).contiguous());
  EXPECT_TRUE(Slice(view, {.offset = {0, 2, 1}, .extent = {1, 1, 3}}).contiguous());
  EXPECT_FALSE(Slice(view, {.offset = {0, 0, 1}, .extent = {1, 2, 3}}).contiguous());
  EXPECT_TRUE(Slice(view, {.offset = {0, 0, 1}, .extent = {0, 2, 3}}).contiguous());
  EXPECT_TRUE(MakeView(values.data(), DType::kInt32, {}).contiguous());
}

TEST(CopyArrayTest, ScalarAndEmpty) {
  int32_t from = 7, to = 0;
  CopyArray(MakeView(&from, DType::kInt32, {}), MakeView(&to, DType::kInt32, {}));
  EXPECT_EQ(to, 7);
  CopyArray(MakeView(static_cast<const void*>(nullptr), DType::kInt32, {3, 0}),
            MakeView(static_cast<void*>(nullptr), DType::kInt32, {3, 0}));
}

TEST(CopyArrayTest, AnyStridesOnEitherSide) {
  Random random(/*seed=*/1, /*stream=*/0);
  for (int repeat = 0; repeat < 200; ++repeat) {
    Shape shape(random.Below(4) + 1), whole(shape.size());
    Box from_box, to_box;
    for (size_t i = 0; i < shape.size(); ++i) {
      shape[i] = random.Below(4) + 1;
      whole[i] = 14;
      for (Box* box : {&from_box, &to_box}) {
        box->stride.push_back(random.Below(3) + 1);
        box->extent.push_back(shape[i]);
        box->offset.push_back(random.Below(4));
      }
    }
    const std::vector<int32_t> source = Counting(NumElements(whole));
    std::vector<int32_t> target(source.size(), -1);
    const ConstArrayView from = Slice(MakeView(source.data(), DType::kInt32, whole), from_box);
    const ArrayView to = Slice(MakeView(target.data(), DType::kInt32, whole), to_box);
    CopyArray(from, to);
    ASSERT_EQ(Elements(to), Elements(from)) << ToString(shape);
    // And nothing else.
    ASSERT_EQ(std::count(target.begin(), target.end(), -1), target.size() - NumElements(shape));
  }
}

TEST(TypedViewTest, AxesByName) {
  std::vector<int32_t> values = Counting(2 * 3 * 4 * 5);
  const BatchView<int32_t> batch(values.data(), 2, 3, 4, 5);
  EXPECT_EQ(batch.sample(1).frame(2)(3, 4), 119);
  EXPECT_EQ(batch.sample(1).frame(0).row(2)[1], 71);
  EXPECT_EQ(batch.size(), 120);
  EXPECT_EQ(batch.sample(0).size(), 60);
  EXPECT_EQ(batch.sample(0).frame(0).size(), 20);
  EXPECT_EQ(batch.sample(1).values().front(), 60);
  EXPECT_EQ(batch.sample(1).frame(1).values().front(), 80);
  batch.sample(0).frame(0)(0, 0) = -5;
  EXPECT_EQ(values[0], -5);
}

template <template <typename> typename View>
constexpr bool kConvertsToConstOnly =
    std::is_convertible_v<View<float>, View<const float>> &&
    !std::is_constructible_v<View<float>, View<const float>> &&
    !std::is_constructible_v<View<const double>, View<float>> &&
    std::is_trivially_copyable_v<View<float>> && std::is_trivially_copyable_v<View<const float>>;
static_assert(kConvertsToConstOnly<FrameView>);
static_assert(kConvertsToConstOnly<SequenceView>);
static_assert(kConvertsToConstOnly<BatchView>);

TEST(TypedViewTest, ConvertsToConst) {
  std::vector<float> values(24);
  const SequenceView<float> sequence(values.data(), 2, 3, 4);
  const SequenceView<const float> reading = sequence;
  EXPECT_EQ(reading.data(), values.data());
  EXPECT_EQ(reading.frames(), 2);
  EXPECT_EQ(reading.height(), 3);
  EXPECT_EQ(reading.width(), 4);
}

}  // namespace
}  // namespace seiche
