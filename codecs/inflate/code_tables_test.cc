#include "codecs/inflate/code_tables.h"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "codecs/inflate/test_stream.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using Lengths = std::vector<uint8_t>;

// 57 bits at least, from bit `at` on.
uint64_t BitsAt(const std::vector<std::byte>& bytes, size_t at) {
  uint64_t bits = 0;
  for (size_t i = 0; i < 8 && at / 8 + i < bytes.size(); ++i) {
    bits |= static_cast<uint64_t>(bytes[at / 8 + i]) << (8 * i);
  }
  return bits >> at % 8;
}

// What a walk through tables finds up to the end of the block.
struct Walk {
  std::vector<DeflateToken> tokens;
  int steps = 0;
  bool damaged = false;
};

Walk WalkThrough(const InflateTables& tables, const std::vector<std::byte>& bytes, size_t at) {
  Walk walk;
  size_t half = 0;
  int waiting = 0;  // a length
  while (at < 8 * bytes.size()) {
    ++walk.steps;
    uint64_t bits = BitsAt(bytes, at);
    uint64_t entry = tables.entries[half + (bits & kTableMask)];
    if (IsException(entry) && !(entry & (kEndOfBlock | kInvalid))) {
      at += entry & 63;
      bits >>= entry & 63;
      entry = tables.entries[LinkedIndex(entry, bits)];
    }
    if (IsException(entry)) {
      walk.damaged = (entry & kInvalid) != 0;
      return walk;
    }
    at += entry & 0xff;
    const int size = static_cast<int>(entry >> kLengthShift & kLengthMask);
    if (entry & kLiteral) {
      EXPECT_EQ(entry >> 56, 1);
      for (int i = 0; i < size; ++i) {
        walk.tokens.push_back({static_cast<int>(entry >> (kBaseShift + 8 * i) & 0xff), 0});
      }
    } else if (entry & kLengthOnly) {
      waiting = static_cast<int>(ValueOf(entry, bits));
    } else {
      walk.tokens.push_back({waiting + size, static_cast<int>(ValueOf(entry, bits))});
      waiting = 0;
    }
    half = entry & kLengthOnly ? kTableSize : 0;
  }
  ADD_FAILURE() << "no end of block";
  return walk;
}

std::vector<DeflateToken> RandomTokens(std::mt19937& random) {
  std::vector<DeflateToken> tokens(1000);
  for (DeflateToken& token : tokens) {
    if (random() % 2 == 0) {
      token.value = static_cast<int>(random() % 256);
    } else {
      token = {static_cast<int>(3 + random() % 256),
               static_cast<int>(1 + (random() % 32768 >> random() % 16))};
    }
  }
  return tokens;
}

void ExpectEqual(const std::vector<DeflateToken>& found, const std::vector<DeflateToken>& tokens) {
  ASSERT_EQ(found.size(), tokens.size());
  for (size_t i = 0; i < tokens.size(); ++i) {
    ASSERT_EQ(found[i].value, tokens[i].value) << i;
    ASSERT_EQ(found[i].distance, tokens[i].distance) << i;
  }
}

std::unique_ptr<InflateTables> Built(const BlockCodes& codes) {
  auto tables = std::make_unique<InflateTables>();
  EXPECT_TRUE(tables->Build(codes.literals, codes.distances));
  return tables;
}

TEST(CodeTablesTest, TellTokensOfRandomCodes) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const BlockCodes codes = BlockCodes::Random(random);
    const std::vector<DeflateToken> tokens = RandomTokens(random);
    StreamWriter writer;
    writer.Tokens(tokens, codes);
    ExpectEqual(WalkThrough(*Built(codes), writer.Finish(), 16).tokens, tokens);
  }
}

TEST(CodeTablesTest, TellTokensOfTheFixedCodes) {
  std::mt19937 random(1);
  const std::vector<DeflateToken> tokens = RandomTokens(random);
  StreamWriter writer;
  writer.Tokens(tokens, BlockCodes::Fixed());
  const Walk walk = WalkThrough(*Built(BlockCodes::Fixed()), writer.Finish(), 16);
  ExpectEqual(walk.tokens, tokens);
}

// Code lengths of 257 symbols or more, those that are not named having none.
Lengths LengthsOf(const std::vector<std::pair<int, uint8_t>>& named, int symbols = 286) {
  Lengths lengths(symbols);
  for (const auto& [symbol, length] : named) lengths[symbol] = length;
  return lengths;
}

TEST(CodeTablesTest, AStepTellsAMatchOrThreeLiterals) {
  // A length of 4 or 13 to 14, each with a distance of 2 or 129 to 192; and literals.
  const BlockCodes codes = {LengthsOf({{'a', 2}, {'b', 3}, {256, 3}, {258, 2}, {266, 2}}),
                            LengthsOf({{1, 1}, {14, 1}}, 30)};
  const std::vector<DeflateToken> tokens = {{'a'}, {'b'}, {'a'}, {4, 2}, {14, 192}, {13, 129}};
  StreamWriter writer;
  writer.Tokens(tokens, codes);
  const Walk walk = WalkThrough(*Built(codes), writer.Finish(), 16);
  ExpectEqual(walk.tokens, tokens);
  EXPECT_EQ(walk.steps, 5);
}

TEST(CodeTablesTest, MostlyLiteralsAreToldOneByOne) {
  Lengths literals(257, 8);
  literals[255] = literals[256] = 9;
  const BlockCodes codes = {literals, {1}};
  EXPECT_TRUE(Built(codes)->mostly_literals);
  EXPECT_FALSE(Built(BlockCodes::Fixed())->mostly_literals);
  const std::vector<DeflateToken> tokens = {{'a'}, {'b'}, {'c'}};
  StreamWriter writer;
  writer.Tokens(tokens, codes);
  EXPECT_EQ(WalkThrough(*Built(codes), writer.Finish(), 16).steps, 4);
}

TEST(CodeTablesTest, SymbolsWithoutAMeaningAreInvalid) {
  const auto tables = Built(BlockCodes::Fixed());
  const std::vector<uint32_t> literals = CanonicalCodes(BlockCodes::Fixed().literals);
  for (const int symbol : {286, 287}) EXPECT_TRUE(tables->entries[literals[symbol]] & kInvalid);
  const std::vector<uint32_t> distances = CanonicalCodes(BlockCodes::Fixed().distances);
  for (const int symbol : {30, 31}) {
    EXPECT_TRUE(tables->entries[kTableSize + distances[symbol]] & kInvalid);
  }
}

TEST(CodeTablesTest, DistancesOfOneSymbolOrNone) {
  const Lengths literals = LengthsOf({{'a', 1}, {256, 2}, {257, 2}});
  const auto one = Built({literals, LengthsOf({{3, 1}}, 4)});
  for (size_t i = 0; i < kTableSize; ++i) EXPECT_EQ(ValueOf(one->entries[kTableSize + i], i), 4);
  const auto none = Built({literals, {0}});
  for (size_t i = 0; i < kTableSize; ++i) EXPECT_TRUE(none->entries[kTableSize + i] & kInvalid);
}

TEST(CodeTablesTest, RefusesLengthsOfNoCompleteCode) {
  InflateTables tables;
  const Lengths good = LengthsOf({{'a', 1}, {256, 1}});
  EXPECT_TRUE(tables.Build(good, Lengths({1, 1})));
  EXPECT_FALSE(tables.Build(good, Lengths({1, 2})));
  EXPECT_FALSE(tables.Build(good, Lengths({2})));
  EXPECT_FALSE(tables.Build(good, Lengths({1, 1, 1})));
  EXPECT_FALSE(tables.Build(LengthsOf({}), Lengths({1, 1})));
  EXPECT_FALSE(tables.Build(LengthsOf({{256, 1}}), Lengths({1, 1})));
  EXPECT_FALSE(tables.Build(LengthsOf({{'a', 1}, {256, 2}}), Lengths({1, 1})));
  EXPECT_FALSE(tables.Build(LengthsOf({{'a', 1}, {'b', 1}, {256, 15}}), Lengths({1, 1})));
  std::array<uint64_t, 128> codes;
  EXPECT_TRUE(BuildLengthCodes(Lengths(16, 4), absl::MakeSpan(codes)));
  EXPECT_FALSE(BuildLengthCodes(Lengths(15, 4), absl::MakeSpan(codes)));
  EXPECT_FALSE(BuildLengthCodes(Lengths(17, 4), absl::MakeSpan(codes)));
}

}  // namespace
}  // namespace seiche
