#include "experiments/waves/portable_exp.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/random.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

TEST(PortableExpTest, AgreesWithTheLibrary) {
  constexpr uint64_t kSeed = 7;
  Random random(kSeed, 0);
  for (int i = 0; i < 200000; ++i) {
    const double x = -708 + 1417 * random.Uniform();
    const double expected = std::exp(x);
    ASSERT_NEAR(PortableExp(x) / expected, 1, 2 * std::numeric_limits<double>::epsilon())
        << "x = " << x << ", seed " << kSeed;
  }
}

TEST(PortableExpTest, ExactAtZeroAndZeroFarBelow) {
  EXPECT_EQ(PortableExp(0), 1);
  EXPECT_EQ(PortableExp(-708.5), 0);
  EXPECT_EQ(PortableExp(-1e300), 0);
  EXPECT_EQ(PortableExp(-std::numeric_limits<double>::infinity()), 0);
}

// Generated data depends on these bits.
TEST(PortableExpTest, KnownBits) {
  EXPECT_EQ(std::bit_cast<uint64_t>(PortableExp(1)), 0x4005bf0a8b14576a);
  EXPECT_EQ(std::bit_cast<uint64_t>(PortableExp(-0.5)), 0x3fe368b2fc6f960a);
  EXPECT_EQ(std::bit_cast<uint64_t>(PortableExp(-100.25)), 0x36e4acd31e167ebb);
}

}  // namespace
}  // namespace seiche
