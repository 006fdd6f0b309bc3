#include "codecs/swell/small/model.h"

#include <algorithm>
#include <random>
#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/swell/small/tables.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

SmallModel MakeModel(SmallStencil stencil, int sets) {
  std::mt19937 random(7);
  SmallModel model;
  model.stencil = stencil;
  model.lanes = 96;
  model.sets = sets;
  const std::vector<StencilTap> taps = StencilTaps(stencil);
  for (int set = 0; set < sets; ++set) {
    for (size_t i = 0; i < taps.size() && taps[i].dt <= set; ++i) {
      model.coefficients[set][i] = static_cast<int16_t>(random());
    }
  }
  for (uint8_t& table : model.first_contexts) table = random() % 3;
  for (uint8_t& table : model.flagged_contexts) table = random() % 3;
  if (sets > 1) {
    for (uint8_t& table : model.contexts) table = random() % 3;
  }
  // Dense, with holes, and of a single symbol.
  std::vector<uint64_t> counts(kTokens);
  for (uint64_t& count : counts) count = 1 + random() % 1000;
  model.tables.push_back(MakeFrequencyTable(counts, 12));
  for (int i = 3; i < 40; ++i) counts[i] = 0;
  model.tables.push_back(MakeFrequencyTable(counts, 8));
  model.tables.push_back(MakeFrequencyTable(std::vector<uint64_t>(kTokens), 10));
  std::vector<uint64_t> flags(256);
  flags[0] = 1000;
  model.flag_tables[0] = MakeFrequencyTable(flags, 12);
  flags[255] = 3;
  model.flag_tables[1] = MakeFrequencyTable(flags, 12);
  return model;
}

Bytes Append(const SmallModel& model) {
  Bytes bytes;
  AppendModel(model, bytes);
  return bytes;
}

void ExpectSame(const FrequencyTable& a, const FrequencyTable& b) {
  EXPECT_EQ(a.bits, b.bits);
  EXPECT_EQ(a.frequencies, b.frequencies);
}

TEST(SmallModelTest, ComesBackAsItWas) {
  for (const SmallStencil stencil : kSmallStencils) {
    for (int sets = 1; sets <= 3; ++sets) {
      const SmallModel model = MakeModel(stencil, sets);
      const auto parsed = ParseModel(Append(model));
      ASSERT_THAT(parsed, IsOk());
      EXPECT_EQ(parsed->stencil, model.stencil);
      EXPECT_EQ(parsed->lanes, model.lanes);
      EXPECT_EQ(parsed->sets, model.sets);
      EXPECT_EQ(parsed->coefficients, model.coefficients);
      EXPECT_EQ(parsed->first_contexts, model.first_contexts);
      EXPECT_EQ(parsed->flagged_contexts, model.flagged_contexts);
      EXPECT_EQ(parsed->contexts, model.contexts);
      ASSERT_EQ(parsed->tables.size(), 3);
      for (int i = 0; i < 3; ++i) ExpectSame(parsed->tables[i], model.tables[i]);
      for (int i = 0; i < 2; ++i) ExpectSame(parsed->flag_tables[i], model.flag_tables[i]);
    }
  }
}

TEST(SmallModelTest, RefusesWhatMakesNoSense) {
  const Bytes good = Append(MakeModel(SmallStencil::kDiamond, 1));
  const auto expect = [&good](size_t at, int value, const char* reason) {
    Bytes bytes = good;
    bytes[at] = std::byte(value);
    EXPECT_THAT(ParseModel(bytes), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(reason)))
        << at << " " << value;
  };
  expect(0, 3, "names an unknown stencil");
  expect(1, 0, "has no such number of lanes");
  expect(1, 9, "has no such number of lanes");
  expect(2, 0, "has no such number of coefficients");
  expect(2, 4, "has no such number of coefficients");
  expect(3, 0, "has no such number of tables");
  expect(3, 17, "has no such number of tables");
  constexpr size_t kContextsAt = 4 + 3 * 2;
  expect(kContextsAt, 3, "names a table that does not exist");
  constexpr size_t kTableAt = kContextsAt + 16 + 2;
  expect(kTableAt, 13, "has a table of a size that is not allowed");
  expect(kTableAt, 11, "has a table whose sum is wrong");
  Bytes longer = good;
  longer.push_back(std::byte{0});
  EXPECT_THAT(ParseModel(longer),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is longer than it says")));
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_THAT(ParseModel(absl::MakeConstSpan(good).subspan(0, size)),
                StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
}

TEST(SmallModelTest, TokensAndRawBitsGiveResidualsBack) {
  for (int zigzag = 0; zigzag < 65536; ++zigzag) {
    const SmallToken token = TokenOf(static_cast<uint16_t>(zigzag));
    ASSERT_LT(token.token, kTokens);
    if (zigzag < kDirectTokens) {
      ASSERT_EQ(token.token, zigzag);
      ASSERT_EQ(token.bits, 0);
    } else {
      ASSERT_EQ(token.bits, RawBits(token.token));
      ASSERT_EQ(ZigzagOf(token.token, token.raw), zigzag);
    }
  }
}

TEST(SmallModelTest, TapsGoBackInTimeAndLeftToRight) {
  const std::vector<StencilTap> diamond = StencilTaps(SmallStencil::kDiamond);
  ASSERT_EQ(diamond.size(), 29);
  EXPECT_EQ(diamond[0].dy, -1);
  EXPECT_EQ(diamond[0].dx, -1);
  EXPECT_EQ(diamond[3].dt, 1);
  EXPECT_EQ(diamond[3].dy, -2);
  EXPECT_EQ(diamond[3].dx, 0);
  EXPECT_EQ(diamond[28].dt, 2);
  EXPECT_EQ(diamond[28].dy, 2);
  EXPECT_EQ(StencilTaps(SmallStencil::kSquare).size(), 58);
  const std::vector<StencilTap> triangle = StencilTaps(SmallStencil::kTriangle);
  ASSERT_EQ(triangle.size(), 44);
  EXPECT_EQ(triangle[6].dt, 1);
  EXPECT_EQ(triangle[6].dy, -1);
  EXPECT_EQ(triangle[24].dt, 1);
  EXPECT_EQ(triangle[24].dy, 3);
  EXPECT_EQ(triangle[24].dx, 0);
}

}  // namespace
}  // namespace seiche
