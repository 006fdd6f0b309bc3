#include "codecs/jpeg/baseline/inverse_dct.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "codecs/simd_targets.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using Block = std::array<int, 64>;  // [v][u]

// A constant of the factorisation with 13 bits.
constexpr int64_t Fixed(double value) { return static_cast<int64_t>(value * 8192 + 0.5); }

// One dimension, as the paper factors it: rotations by multiples of pi / 16, scaled by sqrt(8).
std::array<int64_t, 8> TransformOnce(const std::array<int64_t, 8>& in, int shift) {
  const int64_t even_sum = (in[2] + in[6]) * Fixed(0.541196100);
  const int64_t e2 = even_sum - in[6] * Fixed(1.847759065);
  const int64_t e3 = even_sum + in[2] * Fixed(0.765366865);
  const int64_t e0 = (in[0] + in[4]) * 8192, e1 = (in[0] - in[4]) * 8192;
  const std::array<int64_t, 4> even = {e0 + e3, e1 + e2, e1 - e2, e0 - e3};

  const int64_t odd_sum = (in[1] + in[3] + in[5] + in[7]) * Fixed(1.175875602);
  const int64_t z1 = -(in[7] + in[1]) * Fixed(0.899976223);
  const int64_t z2 = -(in[5] + in[3]) * Fixed(2.562915447);
  const int64_t z3 = -(in[7] + in[3]) * Fixed(1.961570560) + odd_sum;
  const int64_t z4 = -(in[5] + in[1]) * Fixed(0.390180644) + odd_sum;
  const std::array<int64_t, 4> odd = {
      in[1] * Fixed(1.501321110) + z1 + z4, in[3] * Fixed(3.072711026) + z2 + z3,
      in[5] * Fixed(2.053119869) + z2 + z4, in[7] * Fixed(0.298631336) + z1 + z3};

  std::array<int64_t, 8> out;
  const int64_t rounding = int64_t{1} << (shift - 1);
  for (int i = 0; i < 4; ++i) {
    out[i] = (even[i] + odd[i] + rounding) >> shift;
    out[7 - i] = (even[i] - odd[i] + rounding) >> shift;
  }
  return out;
}

std::array<uint8_t, 64> TransformPlainly(const Block& block) {
  int64_t rows[8][8];
  for (int u = 0; u < 8; ++u) {
    std::array<int64_t, 8> column;
    for (int v = 0; v < 8; ++v) column[v] = block[v * 8 + u];
    column = TransformOnce(column, 11);
    for (int y = 0; y < 8; ++y) rows[y][u] = column[y];
  }
  std::array<uint8_t, 64> levels;
  for (int y = 0; y < 8; ++y) {
    std::array<int64_t, 8> row;
    std::copy_n(rows[y], 8, row.begin());
    row = TransformOnce(row, 18);
    for (int x = 0; x < 8; ++x) {
      levels[y * 8 + x] = static_cast<uint8_t>(std::clamp<int64_t>(row[x] + 128, 0, 255));
    }
  }
  return levels;
}

class InverseDctTest : public testing::Test {
 protected:
  InverseDctTest() : seed_(std::random_device{}()), random_(seed_) {
    RecordProperty("seed", std::to_string(seed_));
  }
  ~InverseDctTest() override { hwy::SetSupportedTargetsForTest(0); }

  int Uniform(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

  // Coefficients whose absolute values add up to kMaxDctSum at most, often to just that.
  Block RandomBlock(DctExtent extent) {
    const int side = extent == DctExtent::kCorner ? 4 : 8;
    Block block = {};
    int left = kMaxDctSum;
    for (int i = Uniform(0, 80); i > 0; --i) {
      const int at = Uniform(0, side - 1) * 8 + Uniform(0, side - 1);
      left += std::abs(block[at]);
      block[at] = Uniform(-left, left) / (i == 1 ? 1 : Uniform(1, 20));
      left -= std::abs(block[at]);
    }
    return block;
  }

  const uint32_t seed_;
  std::mt19937 random_;
};

TEST_F(InverseDctTest, EveryInstructionSetGivesTheLevelsOfTheFactorisation) {
  SCOPED_TRACE(seed_);
  constexpr int kPitch = 40;
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (int i = 0; i < 2000; ++i) {
      const DctExtent extent = i % 2 == 0 ? DctExtent::kCorner : DctExtent::kFull;
      const int blocks = Uniform(1, DctGroup::kBlocks);
      DctGroup group;
      std::vector<Block> plain;
      std::vector<uint8_t> levels(8 * kPitch, 0xaa);
      std::vector<uint8_t*> targets;
      for (int block = 0; block < blocks; ++block) {
        plain.push_back(RandomBlock(extent));
        for (int at = 0; at < 64; ++at) {
          group.coefficients[DctGroup::Position(at / 8, at % 8) + block * DctGroup::kBlockStep] =
              static_cast<int16_t>(plain[block][at]);
        }
        targets.push_back(levels.data() + block * 9);
      }
      InverseDct(group, extent, targets, kPitch);
      for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < kPitch; ++x) {
          const int block = x / 9;
          const bool gap = x % 9 == 8 || block >= blocks;
          const int expected = gap ? 0xaa : TransformPlainly(plain[block])[y * 8 + x % 9];
          ASSERT_EQ(levels[y * kPitch + x], expected) << "block " << block;
        }
      }
    }
  }
}

TEST_F(InverseDctTest, FlatBlocks) {
  for (int dc = -kMaxDctSum; dc <= kMaxDctSum; ++dc) {
    ASSERT_EQ(FlatLevel(dc), TransformPlainly({dc})[0]) << dc;
    ASSERT_EQ(FlatLevel(dc), TransformPlainly({dc})[63]) << dc;
  }
}

TEST_F(InverseDctTest, PositionsOfAGroupAreAllDifferent) {
  std::vector<int> positions;
  for (int block = 0; block < DctGroup::kBlocks; ++block) {
    for (int at = 0; at < 64; ++at) {
      positions.push_back(DctGroup::Position(at / 8, at % 8) + block * DctGroup::kBlockStep);
      const bool corner = at / 8 < 4 && at % 8 < 4;
      EXPECT_EQ(positions.back() < DctGroup::kCornerSize, corner);
    }
  }
  std::sort(positions.begin(), positions.end());
  for (size_t i = 0; i < positions.size(); ++i) EXPECT_EQ(positions[i], i);
}

}  // namespace
}  // namespace seiche
