#include "experiments/peers/peer_result.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::ElementsAre;

// Repeats of 10 samples that take so many seconds each; CPU twice that, first batch a tenth.
PeerResult Result(const std::string& file, const std::string& reader, int workers,
                  const std::vector<double>& seconds) {
  PeerResult result{.row = {.file = file,
                            .reader = reader,
                            .peer = reader == "seiche" ? "" : reader,
                            .workers = workers}};
  for (const double time : seconds) {
    result.repeats.push_back({.seconds = time,
                              .cpu_seconds = 2 * time,
                              .first_batch_seconds = time / 10,
                              .samples = 10});
  }
  return result;
}

PeerResult Failed(const std::string& file, const std::string& reader) {
  return {.row = {.file = file, .reader = reader, .workers = 2}, .error = "not installed"};
}

TEST(PeerResultTest, MediansAndSpread) {
  const PeerResult result = Result("a", "h5py", 2, {0.3, 0.1, 0.2});
  EXPECT_DOUBLE_EQ(result.ms(), 20);
  EXPECT_DOUBLE_EQ(result.cpu_ms(), 40);
  EXPECT_DOUBLE_EQ(result.first_batch_ms(), 20);
  EXPECT_DOUBLE_EQ(result.spread(), 1);
}

TEST(PeerResultTest, BestIsTheFastestOfEveryReaderOfEveryFile) {
  const std::vector<PeerResult> results = {Result("a", "x", 1, {2}), Result("a", "x", 2, {1}),
                                           Result("a", "x", 4, {3}), Result("a", "y", 1, {5}),
                                           Result("b", "x", 8, {4}), Failed("b", "y")};
  EXPECT_THAT(BestOf(results), ElementsAre(&results[1], &results[3], &results[4]));
}

TEST(PeerResultTest, RatiosAreAgainstOursWithTwoWorkers) {
  const std::vector<PeerResult> results = {
      Result("a", "seiche", 1, {4}), Result("a", "seiche", 2, {2}), Result("a", "seiche", 8, {1}),
      Result("a", "x", 4, {9}),      Result("a", "x", 0, {7}),      Failed("a", "y")};
  const std::vector<PeerRatio> ratios = RatiosOf(results);
  ASSERT_EQ(ratios.size(), 1);
  EXPECT_EQ(ratios[0].ours, &results[1]);
  EXPECT_EQ(ratios[0].peer, &results[4]);
  EXPECT_DOUBLE_EQ(ratios[0].ratio(), 3.5);
}

TEST(PeerResultTest, PythonIsOurs) {
  std::vector<PeerResult> results = {Result("a", "seiche", 2, {2}), Result("a", "x", 4, {9}),
                                     Result("a", "seiche (Python)", 2, {3})};
  results[2].row.peer = kPythonPeer;
  const std::vector<PeerRatio> ratios = RatiosOf(results);
  ASSERT_EQ(ratios.size(), 2);
  EXPECT_EQ(ratios[1].ours, &results[2]);
  EXPECT_DOUBLE_EQ(ratios[1].ratio(), 3);
}

TEST(PeerResultTest, NoRatiosWithoutOurs) {
  const std::vector<PeerResult> results = {Result("a", "seiche", 1, {4}), Result("a", "x", 2, {9}),
                                           Failed("b", "seiche"), Result("b", "x", 2, {9})};
  EXPECT_TRUE(RatiosOf(results).empty());
}

}  // namespace
}  // namespace seiche
