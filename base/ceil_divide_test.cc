#include "base/ceil_divide.h"

#include <limits>

#include "gtest/gtest.h"

namespace seiche {
namespace {

TEST(CeilDivideTest, PiecesThatCoverALength) {
  for (int64_t length = 0; length < 60; ++length) {
    for (int64_t piece = 1; piece < 20; ++piece) {
      const int64_t pieces = CeilDivide(length, piece);
      EXPECT_GE(pieces * piece, length);
      EXPECT_LT((pieces - 1) * piece, length);
    }
  }
}

TEST(CeilDivideTest, DoesNotOverflow) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(CeilDivide(kMax, 1), kMax);
  EXPECT_EQ(CeilDivide(kMax, 2), kMax / 2 + 1);
  EXPECT_EQ(CeilDivide(kMax, kMax), 1);
  EXPECT_EQ(CeilDivide(0, kMax), 0);
}

}  // namespace
}  // namespace seiche
