#include "codecs/jpeg/levels.h"

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

uint32_t Bits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

// Restores the choice of instruction set when a test ends.
class LevelsTest : public testing::Test {
 protected:
  ~LevelsTest() override { hwy::SetSupportedTargetsForTest(0); }
};

TEST_F(LevelsTest, EveryInstructionSetGivesTheBitsOfScalarCode) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (size_t size : {0, 1, 7, 15, 16, 17, 63, 64, 65, 184, 1000}) {
      std::vector<uint8_t> levels(size);
      for (uint8_t& level : levels) level = random();
      const float scale = size % 2 == 0 ? 1 : 3.7f, offset = size % 2 == 0 ? 0 : -0.41f;
      std::vector<float> values(size + 1, -1);
      LevelsToFloat(levels, scale, offset, absl::MakeSpan(values).first(size));
      for (size_t i = 0; i < size; ++i) {
        const float unscaled = levels[i] * (1 / 255.0f);
        const float scaled = unscaled * scale;
        ASSERT_EQ(Bits(values[i]), Bits(scaled + offset)) << "level " << int{levels[i]};
      }
      ASSERT_EQ(values[size], -1) << "written past the end";
    }
  }
}

TEST_F(LevelsTest, NeutralScaleKeepsTheProduct) {
  std::vector<uint8_t> levels(256);
  for (int i = 0; i < 256; ++i) levels[i] = i;
  std::vector<float> values(256);
  LevelsToFloat(levels, 1, 0, absl::MakeSpan(values));
  for (int i = 0; i < 256; ++i) EXPECT_EQ(Bits(values[i]), Bits(i * (1 / 255.0f)));
}

}  // namespace
}  // namespace seiche
