#include "experiments/comparison/claims.h"

#include <set>

#include "experiments/comparison/synthetic_rows.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::HasSubstr;

const Claim* Find(const std::vector<Claim>& claims, std::string_view id) {
  for (const Claim& claim : claims) {
    if (claim.id == id) return &claim;
  }
  return nullptr;
}

Claim Judged(const Measurements& measurements, std::string_view id) {
  const std::vector<Claim> claims = JudgeClaims(measurements);
  const Claim* claim = Find(claims, id);
  EXPECT_NE(claim, nullptr) << id;
  return claim == nullptr ? Claim{} : *claim;
}

// The published figures on the published machine confirm themselves.
TEST(ClaimsTest, PublishedFiguresHold) {
  const std::vector<Claim> claims = JudgeClaims({.rows = SyntheticRows(), .cores = 8});
  for (const char* id :
       {"1", "3-size", "3-speed", "4", "5-sublinear", "5-4workers", "5-8workers"}) {
    const Claim* claim = Find(claims, id);
    ASSERT_NE(claim, nullptr) << id;
    EXPECT_EQ(claim->holds, true) << id << ": " << claim->why;
    ASSERT_TRUE(claim->ratio.has_value()) << id;
    ASSERT_TRUE(claim->published.has_value()) << id;
    EXPECT_NEAR(*claim->ratio, *claim->published, 0.01 * *claim->published) << id;
  }
}

TEST(ClaimsTest, EveryClaimHasAStatementAndAReasonInOneLine) {
  for (const int cores : {1, 2, 4, 8}) {
    std::set<std::string> ids;
    for (const Claim& claim : JudgeClaims({.rows = SyntheticRows(200), .cores = cores})) {
      EXPECT_TRUE(ids.insert(claim.id).second) << claim.id;
      EXPECT_FALSE(claim.statement.empty()) << claim.id;
      EXPECT_FALSE(claim.why.empty()) << claim.id;
      EXPECT_EQ(claim.why.find('\n'), std::string::npos) << claim.id;
    }
  }
}

TEST(ClaimsTest, NothingMeasuredDecidesNothing) {
  for (const Claim& claim : JudgeClaims({.rows = {}, .cores = 8})) {
    EXPECT_EQ(claim.holds, std::nullopt) << claim.id;
    EXPECT_FALSE(claim.why.empty()) << claim.id;
  }
}

TEST(ClaimsTest, FourWorkersNeedFourCores) {
  const std::vector<Claim> claims = JudgeClaims({.rows = SyntheticRows(), .cores = 2});
  for (const char* id : {"1", "2", "5-4workers", "5-8workers"}) {
    const Claim* claim = Find(claims, id);
    ASSERT_NE(claim, nullptr) << id;
    EXPECT_EQ(claim->holds, std::nullopt) << id;
    EXPECT_NEAR(*claim->ratio, *claim->published, 1e-9) << id;
    EXPECT_THAT(claim->why, HasSubstr("this machine has 2")) << id;
  }
}

TEST(ClaimsTest, CompanionsCompareAtTheWorkersThatThereAre) {
  const std::vector<Claim> claims = JudgeClaims({.rows = SyntheticRows(), .cores = 3});
  const Claim* chunks = Find(claims, "1-here");
  ASSERT_NE(chunks, nullptr);
  EXPECT_EQ(chunks->holds, true);
  EXPECT_NEAR(*chunks->published, 1.413 / 0.022, 1e-9);
  EXPECT_THAT(chunks->statement, HasSubstr("2 workers"));
  EXPECT_EQ(Find(JudgeClaims({.rows = SyntheticRows(), .cores = 4}), "1-here"), nullptr);
}

TEST(ClaimsTest, ChunkingDoesNotHoldWhenAutoIsFast) {
  std::vector<Row> rows = SyntheticRows();
  SetRead(RowOf(rows, "hdf5_auto_lzf"), 4, 0.1);
  const Claim claim = Judged({.rows = rows, .cores = 4}, "1");
  EXPECT_EQ(claim.holds, false);
  EXPECT_NEAR(*claim.ratio, 0.1 / 0.013, 1e-9);
}

TEST(ClaimsTest, ChunkingIsNotDecidedByChunksCutToAFewSequences) {
  const Claim claim = Judged({.rows = SyntheticRows(12), .cores = 4}, "1");
  EXPECT_EQ(claim.holds, std::nullopt);
  EXPECT_THAT(claim.why, HasSubstr("this dataset has only 12"));
}

TEST(ClaimsTest, JpegClaimSaysWhoseSpeedItIs) {
  std::vector<Row> rows = SyntheticRows();
  SetRead(RowOf(rows, "jpeg"), 4, 0.015);
  const Claim own = Judged({.rows = rows, .cores = 4}, "2");
  EXPECT_EQ(own.holds, false);
  EXPECT_THAT(own.why, HasSubstr("decided by our JPEG decoder, not by the format"));
  const Claim python = Judged({.rows = rows, .cores = 4, .own_decoders = false}, "2");
  EXPECT_THAT(python.why, testing::Not(HasSubstr("our JPEG decoder")));
}

TEST(ClaimsTest, CompressibleDataIsNamed) {
  std::vector<Row> rows = SyntheticRows();
  RowOf(rows, "jpeg").bytes /= 4;
  EXPECT_THAT(Judged({.rows = rows, .cores = 4}, "2").why,
              HasSubstr("takes 4.00x less than the published"));
  EXPECT_THAT(CompressibilityNote(rows), HasSubstr("JPEG 0.20 MB a sequence against 0.8 (4.0x)"));
}

TEST(ClaimsTest, RepeatsOnBothSidesOfTheThresholdDecideNothing) {
  std::vector<Row> rows = SyntheticRows();
  RowOf(rows, "jpeg").read[2].seconds = {0.05, 0.085, 0.12};
  const Claim claim = Judged({.rows = rows, .cores = 4}, "2");
  EXPECT_EQ(claim.holds, std::nullopt);
  EXPECT_THAT(claim.why, HasSubstr("on both sides of"));
}

TEST(ClaimsTest, SizesOutOfOrderDoNotHold) {
  std::vector<Row> rows = SyntheticRows();
  RowOf(rows, "hdf5_auto_lzf").bytes = RowOf(rows, "hdf5_manual_lzf").bytes - 1;
  EXPECT_EQ(Judged({.rows = rows, .cores = 4}, "3-size").holds, false);
}

TEST(ClaimsTest, SizesNameThePaddingOfFewSequences) {
  EXPECT_THAT(Judged({.rows = SyntheticRows(200), .cores = 4}, "3-size").why,
              HasSubstr("beyond the data's edges at 200 sequences"));
}

TEST(ClaimsTest, FasterJpegOverturnsTheSpeedOrder) {
  std::vector<Row> rows = SyntheticRows();
  SetRead(RowOf(rows, "jpeg"), 2, 0.01);
  const Claim claim = Judged({.rows = rows, .cores = 2}, "3-speed");
  EXPECT_EQ(claim.holds, false);
  EXPECT_THAT(claim.why, HasSubstr("with 2 workers"));
}

TEST(ClaimsTest, BigFilesNeedThePublishedNumberOfSequences) {
  const Claim claim = Judged({.rows = SyntheticRows(200), .cores = 4}, "4");
  EXPECT_EQ(claim.holds, std::nullopt);
  EXPECT_TRUE(claim.ratio.has_value());
  EXPECT_THAT(claim.why, HasSubstr("the claim is about 3000"));
}

TEST(ClaimsTest, SlowBigFileDoesNotHold) {
  std::vector<Row> rows = SyntheticRows();
  SetRead(RowOf(rows, "hdf5_manual_lzf"), 4, 0.032);
  EXPECT_EQ(Judged({.rows = rows, .cores = 4}, "4").holds, false);
}

TEST(ClaimsTest, LinearSpeedupIsNotSublinear) {
  std::vector<Row> rows = SyntheticRows();
  for (const char* id : {"jpeg", "hdf5_auto_lzf", "hdf5_manual_lzf", "hdf5_manual_gzip4"}) {
    SetRead(RowOf(rows, id), 2, RowOf(rows, id).read[0].seconds[0] / 2);
  }
  const Claim claim = Judged({.rows = rows, .cores = 2}, "5-sublinear");
  EXPECT_EQ(claim.holds, false);
  EXPECT_NEAR(*claim.ratio, 2, 1e-9);
  EXPECT_EQ(Judged({.rows = rows, .cores = 1}, "5-sublinear").holds, std::nullopt);
}

Claim WrittenIn(const std::vector<double>& jpeg, const std::vector<double>& lzf) {
  std::vector<Row> rows = SyntheticRows();
  RowOf(rows, "jpeg").write_seconds = jpeg;
  RowOf(rows, "hdf5_manual_lzf").write_seconds = lzf;
  return Judged({.rows = rows, .cores = 4}, "7-write");
}

TEST(ClaimsTest, WritingIsDecidedByTheRepeats) {
  EXPECT_EQ(WrittenIn({1.1, 1.1, 1.1}, {1, 1, 1}).holds, true);
  EXPECT_EQ(WrittenIn({1, 1, 1}, {1.1, 1.1, 1.1}).holds, false);
  const Claim close = WrittenIn({1, 1.1, 1.3, 1.4, 1.5}, {0.9, 1.1, 1.2, 1.3, 1.4});
  EXPECT_EQ(close.holds, std::nullopt);
  EXPECT_THAT(close.why, HasSubstr("the repeats give 0.85x to 1.27x, on both sides of 1.00x"));
  EXPECT_EQ(WrittenIn({}, {1, 1, 1}).why, "writing was not timed");
}

TEST(ClaimsTest, TimesOfOneOrTwoRepeatsHaveToDifferALot) {
  EXPECT_EQ(WrittenIn({2}, {1}).holds, true);
  EXPECT_EQ(WrittenIn({1}, {2, 2}).holds, false);
  for (const double lzf : {0.9, 1.0, 1.1}) {
    EXPECT_EQ(WrittenIn({1}, {lzf}).holds, std::nullopt);
    EXPECT_EQ(WrittenIn({1, 1, 1}, {lzf}).holds, std::nullopt);
  }
}

TEST(ClaimsTest, GzipLevelsTradeSizeForTime) {
  std::vector<Row> rows = SyntheticRows();
  RowOf(rows, "hdf5_manual_gzip1").bytes = 13e9;
  RowOf(rows, "hdf5_manual_gzip9").bytes = 11e9;
  RowOf(rows, "hdf5_manual_gzip1").write_seconds = {0.01, 0.011, 0.01};
  RowOf(rows, "hdf5_manual_gzip9").write_seconds = {0.1, 0.11, 0.1};
  EXPECT_EQ(Judged({.rows = rows, .cores = 4}, "6-gzip-levels").holds, true);
  RowOf(rows, "hdf5_manual_gzip9").bytes = 14e9;
  EXPECT_EQ(Judged({.rows = rows, .cores = 4}, "6-gzip-levels").holds, false);
}

TEST(ClaimsTest, GzipLevelsAreOpenIfAnyStepIs) {
  std::vector<Row> rows = SyntheticRows();
  RowOf(rows, "hdf5_manual_gzip1").bytes = 13e9;
  RowOf(rows, "hdf5_manual_gzip9").bytes = 11e9;
  RowOf(rows, "hdf5_manual_gzip1").write_seconds = {1, 1, 1, 1, 1};
  RowOf(rows, "hdf5_manual_gzip4").write_seconds = {1.05, 1.05, 1.05, 1.05, 1.05};
  RowOf(rows, "hdf5_manual_gzip9").write_seconds = {0.9, 0.95, 1.12, 1.3, 1.4};
  EXPECT_EQ(Judged({.rows = rows, .cores = 4}, "6-gzip-levels").holds, std::nullopt);
  RowOf(rows, "hdf5_manual_gzip4").write_seconds = {0.9, 0.9, 0.9, 0.9, 0.9};
  EXPECT_EQ(Judged({.rows = rows, .cores = 4}, "6-gzip-levels").holds, false);
}

TEST(ClaimsTest, SzipLeftOutOfTheBuildSaysSo) {
  std::vector<Row> rows = SyntheticRows();
  RowOf(rows, "hdf5_manual_szip").unavailable = "this build has no SZIP";
  const Claim claim = Judged({.rows = rows, .cores = 4}, "6-szip");
  EXPECT_EQ(claim.holds, std::nullopt);
  EXPECT_EQ(claim.why, "this build has no SZIP");
}

TEST(ClaimsTest, SzipIsAnAlternativeIfSmallerOrFaster) {
  std::vector<Row> rows = SyntheticRows();
  SetRead(RowOf(rows, "hdf5_manual_szip"), 4, 0.05);
  RowOf(rows, "hdf5_manual_szip").bytes = 11e9;
  EXPECT_EQ(Judged({.rows = rows, .cores = 4}, "6-szip").holds, true);
  RowOf(rows, "hdf5_manual_szip").bytes = 13e9;
  EXPECT_EQ(Judged({.rows = rows, .cores = 4}, "6-szip").holds, false);
}

TEST(ClaimsTest, JpegArtefactsAreMeasured) {
  const Claim claim = Judged({.rows = SyntheticRows(), .cores = 4}, "6-jpeg-artefacts");
  EXPECT_EQ(claim.holds, true);
  EXPECT_THAT(claim.why, HasSubstr("PSNR 48.2 dB, largest error 32/255"));
}

TEST(ClaimsTest, StagingComparesBytesASecond) {
  std::vector<Row> rows = SyntheticRows();
  const Claim claim = Judged({.rows = rows, .cores = 4}, "7-staging");
  EXPECT_EQ(claim.holds, true);
  EXPECT_NEAR(*claim.ratio, (17.0 / 30) / (2.4 / 60), 1e-6);
  RowOf(rows, "jpeg").copy_seconds.clear();
  EXPECT_EQ(Judged({.rows = rows, .cores = 4}, "7-staging").holds, std::nullopt);
}

TEST(ClaimsTest, Verdicts) {
  EXPECT_EQ(VerdictText(true), "holds");
  EXPECT_EQ(VerdictText(false), "does not hold");
  EXPECT_EQ(VerdictText(std::nullopt), "not decidable here");
}

}  // namespace
}  // namespace seiche
