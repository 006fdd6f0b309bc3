#include "codecs/jpeg/baseline/huffman_lookup.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "codecs/jpeg/baseline/test_stream.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

class HuffmanLookupTest : public testing::Test {
 protected:
  HuffmanLookupTest() : seed_(std::random_device{}()), random_(seed_) {
    RecordProperty("seed", std::to_string(seed_));
  }

  const uint32_t seed_;
  std::mt19937 random_;
};

// The definition, bit by bit, without an end that follows: F.2.2.1 to F.2.2.3.
Symbol FindPlainly(const HuffmanSpec& spec, bool is_dc, uint64_t window) {
  const std::vector<TestCode> codes = CodesOf(spec);
  for (int symbol = 0; symbol < 256; ++symbol) {
    const auto [bits, length] = codes[symbol];
    if (length == 0 || window >> (64 - length) != bits) continue;
    const int size = symbol & 15;
    Symbol found{.length = static_cast<uint8_t>(length + size)};
    found.step = is_dc ? 1 : (symbol >> 4) + 1;
    if (size > 0) {
      const int value = static_cast<int>(window << length >> (64 - size));
      found.value = value >> (size - 1) ? value : value - (1 << size) + 1;
    } else if (!is_dc && symbol == 0) {
      found.step = 0;
    } else if (!is_dc && symbol != 0xf0) {
      return {};
    }
    return found;
  }
  return {};
}

std::vector<uint8_t> SymbolsUpTo(int last) {
  std::vector<uint8_t> symbols;
  for (int symbol = 0; symbol <= last; ++symbol) symbols.push_back(symbol);
  return symbols;
}

TEST_F(HuffmanLookupTest, FindsWhatTheStandardDefines) {
  SCOPED_TRACE(seed_);
  for (int i = 0; i < 100; ++i) {
    const bool is_dc = i % 2 == 0;
    const HuffmanSpec spec = RandomCode(SymbolsUpTo(is_dc ? 15 : 255), random_);
    HuffmanLookup table;
    ASSERT_TRUE(table.Assign(spec, is_dc));
    for (int j = 0; j < 200; ++j) {
      const uint64_t window = (uint64_t{random_()} << 32 | random_()) | (j == 0 ? ~uint64_t{0} : 0);
      const Symbol symbol = table.Find(window), expected = FindPlainly(spec, is_dc, window);
      ASSERT_EQ(symbol.length, expected.length) << std::hex << window;
      ASSERT_EQ(symbol.value, expected.value) << std::hex << window;
      if (symbol.length > 0) {
        ASSERT_EQ(symbol.step, expected.step) << std::hex << window;
      }
    }
  }
}

TEST_F(HuffmanLookupTest, RunsAreTheSymbolsOneByOne) {
  SCOPED_TRACE(seed_);
  int pairs = 0, ends = 0;
  for (int i = 0; i < 50; ++i) {
    const HuffmanSpec dc = RandomCode(SymbolsUpTo(11), random_);
    const HuffmanSpec ac = RandomCode(SymbolsUpTo(255), random_);
    BlockTables tables;
    ASSERT_TRUE(tables.Assign(dc, ac));
    EXPECT_EQ(tables.ac_run(0).steps, seiche::Run::kNone);
    ASSERT_TRUE(tables.Assign(dc, ac));
    for (int j = 0; j < 400; ++j) {
      const bool is_dc = j % 2 == 0;
      const uint64_t window = uint64_t{random_()} << 32 | random_();
      const seiche::Run run = is_dc ? tables.dc_run(window) : tables.ac_run(window);
      if (run.steps == seiche::Run::kNone) {
        const Symbol symbol = FindPlainly(is_dc ? dc : ac, is_dc, window);
        ASSERT_TRUE(symbol.length == 0 || symbol.length > BlockTables::kRunBits);
        continue;
      }
      int length = 0, steps = 0;
      const auto expect = [&](bool is_dc, int step, int value) {
        const Symbol symbol = FindPlainly(is_dc ? dc : ac, is_dc, window << length);
        ASSERT_GT(symbol.length, 0);
        length += symbol.length;
        if (!is_dc) steps += symbol.step;
        EXPECT_EQ(symbol.step, step);
        EXPECT_EQ(symbol.value, value);
      };
      if (is_dc) {
        expect(true, 1, run.values[0]);
      } else if (run.first_step > 0) {
        expect(false, run.first_step, run.values[0]);
      }
      if (run.steps > run.first_step) {
        expect(false, run.steps - run.first_step, run.values[1]);
        ++pairs;
      } else {
        EXPECT_EQ(run.values[1], 0);
      }
      if (run.ends_block) {
        expect(false, 0, 0);
        ++ends;
      }
      ASSERT_EQ(length, run.length);
      ASSERT_EQ(steps, run.steps);
      ASSERT_LE(length, BlockTables::kRunBits);
    }
  }
  EXPECT_GT(pairs, 0);
  EXPECT_GT(ends, 0);
}

TEST_F(HuffmanLookupTest, RefusesIllegalCodes) {
  HuffmanLookup table;
  HuffmanSpec spec;
  EXPECT_TRUE(table.Assign(spec, /*is_dc=*/true));
  EXPECT_EQ(table.Find(0).length, 0);
  spec.counts = {1};
  EXPECT_TRUE(table.Assign(spec, /*is_dc=*/true));
  spec.counts = {2};  // 0 and 1: all ones
  EXPECT_FALSE(table.Assign(spec, /*is_dc=*/true));
  spec.counts = {1, 2};
  EXPECT_FALSE(table.Assign(spec, /*is_dc=*/true));
  spec.counts = {1};
  spec.symbols[0] = 16;
  EXPECT_FALSE(table.Assign(spec, /*is_dc=*/true));
  EXPECT_TRUE(table.Assign(spec, /*is_dc=*/false));
}

TEST_F(HuffmanLookupTest, TablesFollowTheirSpecifications) {
  BlockTables tables;
  const HuffmanSpec dc = RandomCode({0, 1, 2, 3}, random_);
  HuffmanSpec ac;
  ac.counts = {1, 1};
  ac.symbols = {0x11, 0x00};
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(tables.Assign(dc, ac));
    EXPECT_EQ(tables.ac.Find(0).step, 2);
  }
  EXPECT_EQ(tables.ac_run(0).first_step, 2);
  ac.symbols[0] = 0x21;
  ASSERT_TRUE(tables.Assign(dc, ac));
  EXPECT_EQ(tables.ac.Find(0).step, 3);
  EXPECT_EQ(tables.ac_run(0).steps, seiche::Run::kNone);
  HuffmanSpec illegal;
  illegal.counts = {2};
  EXPECT_FALSE(tables.Assign(illegal, ac));
  EXPECT_FALSE(tables.Assign(illegal, ac));
}

}  // namespace
}  // namespace seiche
