#include "codecs/swell/small/tables.h"

#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace seiche {
namespace {

TEST(SmallTablesTest, FrequenciesAddUpAndForgetNobody) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    const int bits = kMinTableBits + round % 5;
    std::vector<uint64_t> counts(kTokens);
    // From flat to one symbol that outweighs all.
    for (uint64_t& count : counts) count = random() % 4 == 0 ? 0 : 1 + random() % (1 << round % 20);
    counts[round % kTokens] = uint64_t{1} << round % 40;
    const FrequencyTable table = MakeFrequencyTable(counts, bits);
    ASSERT_EQ(table.bits, bits);
    ASSERT_EQ(std::accumulate(table.frequencies.begin(), table.frequencies.end(), 0), 1 << bits);
    for (int i = 0; i < kTokens; ++i) ASSERT_EQ(table.frequencies[i] > 0, counts[i] > 0) << i;
  }
}

TEST(SmallTablesTest, FrequenciesComeCloseToTheEntropy) {
  std::vector<uint64_t> counts;
  for (int i = 0; i < 40; ++i) counts.push_back(1000000 >> i / 2);
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  const FrequencyTable table = MakeFrequencyTable(counts, 12);
  double entropy = 0;
  double cost = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    entropy -= counts[i] * std::log2(counts[i] / total);
    cost -= counts[i] * std::log2(table.frequencies[i] / 4096.0);
  }
  EXPECT_GE(cost, entropy);
  EXPECT_LT(cost, entropy * 1.002);
}

TEST(SmallTablesTest, NoCountsGiveTheFirstSymbolAll) {
  const FrequencyTable table = MakeFrequencyTable(std::vector<uint64_t>(5), 9);
  EXPECT_EQ(table.frequencies, (std::vector<uint16_t>{512, 0, 0, 0, 0}));
}

TEST(SmallTablesTest, LikeContextsShareATable) {
  SmallCounts counts;
  // Every context is one of three distributions.
  for (int context = 0; context < kAllContexts; ++context) {
    for (int i = 0; i < 20; ++i) {
      counts.tokens[context][i] = context % 3 == 0   ? 100
                                  : context % 3 == 1 ? 5000 >> i
                                                     : 10 + 20 * i;
    }
  }
  SmallModel model;
  FillTables(counts, model);
  ASSERT_EQ(model.tables.size(), 3);
  for (int context = 0; context < kAllContexts; ++context) {
    EXPECT_EQ(TableOf(context, model), TableOf(context % 3, model)) << context;
  }
}

TEST(SmallTablesTest, NeverMakesMoreTablesThanAllowed) {
  std::mt19937 random(5);
  SmallCounts counts;
  for (auto& tokens : counts.tokens) {
    for (uint32_t& count : tokens) count = random() % 100000;
  }
  SmallModel model;
  FillTables(counts, model);
  EXPECT_EQ(model.tables.size(), kMaxTables);
  std::set<int> used;
  for (int context = 0; context < kAllContexts; ++context) used.insert(TableOf(context, model));
  EXPECT_EQ(used.size(), kMaxTables);
}

TEST(SmallTablesTest, NoTokensStillGiveATable) {
  SmallModel model;
  FillTables(SmallCounts(), model);
  ASSERT_EQ(model.tables.size(), 1);
  EXPECT_EQ(model.flag_tables[0].frequencies[0], 4096);
}

}  // namespace
}  // namespace seiche
