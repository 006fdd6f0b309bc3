#include "base/plane_walk.h"

#include <set>
#include <tuple>
#include <vector>

#include "base/random.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using Place = PlaneWalk::Place;
// Offset in the one array, in the other, and index along the axis kept apart.
using Visits = std::multiset<std::tuple<int64_t, int64_t, int64_t>>;

// From the definition, one element at a time.
Visits Expected(const Shape& shape, const Shape& from, const Shape& to, int apart) {
  Visits visits;
  for (int64_t n = 0; n < NumElements(shape); ++n) {
    int64_t rest = n, from_offset = 0, to_offset = 0, index = 0;
    for (size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) {
      const int64_t i = rest % shape[axis];
      from_offset += i * from[axis];
      to_offset += i * to[axis];
      if (static_cast<int>(axis) == apart) index = i;
    }
    visits.insert({from_offset, to_offset, index});
  }
  return visits;
}

Visits Walked(const Shape& shape, const Shape& from, const Shape& to, int apart,
              std::vector<std::byte>& a, std::vector<std::byte>& b) {
  Visits visits;
  const PlaneWalk walk(shape, from, to, apart);
  const Plane& plane = walk.plane();
  walk.ForEach(a.data(), b.data(), [&](const std::byte* source, std::byte* target, int64_t index) {
    for (int64_t y = 0; y < plane.rows; ++y) {
      for (int64_t x = 0; x < plane.count; ++x) {
        if (walk.apart() == Place::kRows) index = y;
        if (walk.apart() == Place::kElements) index = x;
        visits.insert({source - a.data() + y * plane.from_row + x * plane.from_step,
                       target - b.data() + y * plane.to_row + x * plane.to_step, index});
      }
    }
  });
  return visits;
}

TEST(PlaneWalkTest, VisitsEveryElementOnce) {
  std::vector<std::byte> a(1 << 16), b(1 << 16);
  Random random(/*seed=*/20, /*stream=*/0);
  for (int round = 0; round < 2000; ++round) {
    Shape shape(random.Below(7)), from_shape, to_shape;
    for (int64_t& extent : shape) extent = random.Below(16) == 0 ? 0 : 1 + random.Below(4);
    for (const int64_t extent : shape) {
      from_shape.push_back(extent + (random.Below(4) == 0));
      to_shape.push_back(extent + (random.Below(4) == 0));
    }
    const Shape from = RowMajorStrides(from_shape, 2);
    const Shape to = RowMajorStrides(to_shape, 4);
    const int apart = static_cast<int>(random.Below(shape.size() + 1)) - 1;
    ASSERT_EQ(Walked(shape, from, to, apart, a, b), Expected(shape, from, to, apart))
        << "round " << round << ": " << ToString(shape) << ", axis " << apart << " apart";
  }
}

TEST(PlaneWalkTest, ContiguousArraysAreOneRow) {
  const Shape shape = {2, 3, 1, 4};
  const PlaneWalk walk(shape, RowMajorStrides(shape, 2), RowMajorStrides(shape, 4));
  EXPECT_EQ(walk.plane().rows, 1);
  EXPECT_EQ(walk.plane().count, 24);
  EXPECT_EQ(walk.plane().from_step, 2);
  EXPECT_EQ(walk.plane().to_step, 4);
  EXPECT_EQ(walk.apart(), Place::kNowhere);
}

TEST(PlaneWalkTest, KeepsAnAxisApart) {
  const Shape shape = {5, 2, 3, 4};
  const Shape strides = RowMajorStrides(shape, 1);
  EXPECT_EQ(PlaneWalk(shape, strides, strides, 0).apart(), Place::kRows);
  EXPECT_EQ(PlaneWalk(shape, strides, strides, 0).plane().count, 24);
  EXPECT_EQ(PlaneWalk(shape, strides, strides, 1).apart(), Place::kRows);
  EXPECT_EQ(PlaneWalk(shape, strides, strides, 3).apart(), Place::kElements);
  EXPECT_EQ(PlaneWalk(shape, strides, strides, 3).plane().rows, 30);
  const Shape gaps = {48, 24, 6, 1};
  EXPECT_EQ(PlaneWalk(shape, gaps, strides, 1).apart(), Place::kOutside);
}

}  // namespace
}  // namespace seiche
