#include "experiments/comparison/variants.h"

#include <set>

#include "experiments/comparison/published.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

const Shape kDefault = {200, 100, 184, 184};
const Shape kFull = {3000, 100, 184, 184};

const Variant& Get(const std::vector<Variant>& variants, std::string_view id) {
  const Variant* variant = FindVariant(variants, id);
  EXPECT_NE(variant, nullptr) << id;
  return *variant;
}

TEST(VariantsTest, EveryPublishedRowIsAVariant) {
  const std::vector<Variant> variants = MakeVariants({.shape = kDefault});
  for (const PublishedRow& row : PublishedRows()) {
    EXPECT_NE(FindVariant(variants, row.variant), nullptr) << row.variant;
  }
}

TEST(VariantsTest, IdsAreUnique) {
  std::set<std::string> ids;
  for (const Variant& variant : MakeVariants({.shape = kDefault})) {
    EXPECT_TRUE(ids.insert(variant.id).second) << variant.id;
  }
}

TEST(VariantsTest, AutoRowsHaveThePublishedChunksAtAnyScale) {
  const std::vector<Variant> variants = MakeVariants({.shape = kDefault});
  EXPECT_EQ(Get(variants, "hdf5_auto_lzf").chunk_shape, (Shape{94, 7, 12, 12}));
  EXPECT_EQ(Get(variants, "hdf5_auto_lzf_small_files").chunk_shape, (Shape{32, 7, 12, 23}));
  EXPECT_EQ(Get(variants, "hdf5_guess_lzf").chunk_shape, (Shape{13, 7, 23, 23}));
}

TEST(VariantsTest, AtFullScaleTheGuessIsThePublishedRow) {
  const std::vector<Variant> variants = MakeVariants({.shape = kFull});
  EXPECT_EQ(FindVariant(variants, "hdf5_guess_lzf"), nullptr);
  EXPECT_EQ(Get(variants, "hdf5_manual_lzf_small_files").sequences_per_file, 500);
  EXPECT_EQ(Get(variants, "hdf5_manual_lzf_small_files").num_files(), 6);
}

TEST(VariantsTest, SmallFilesHoldASixth) {
  const std::vector<Variant> variants = MakeVariants({.shape = kDefault});
  const Variant& variant = Get(variants, "hdf5_auto_lzf_small_files");
  EXPECT_EQ(variant.sequences_per_file, 34);
  EXPECT_EQ(variant.num_files(), 6);
  EXPECT_EQ(variant.sequences_in_file(5), 30);
  EXPECT_EQ(variant.chunk_shape_of_file(0)[0], 32);
  EXPECT_EQ(variant.chunk_shape_of_file(5)[0], 30);
}

TEST(VariantsTest, ChunksAreCutToSmallDatasets) {
  const std::vector<Variant> variants = MakeVariants({.shape = {12, 5, 48, 48}});
  const Variant& variant = Get(variants, "hdf5_auto_lzf");
  EXPECT_EQ(variant.chunk_shape, (Shape{12, 5, 12, 12}));
  EXPECT_TRUE(IsCutBelowPublished(variant));
  EXPECT_FALSE(IsCutBelowPublished(Get(variants, "hdf5_manual_lzf")));
  EXPECT_FALSE(IsCutBelowPublished(Get(MakeVariants({.shape = kDefault}), "hdf5_auto_lzf")));
}

TEST(VariantsTest, LimitsApplyToUnpublishedRowsOnly) {
  const std::vector<Variant> variants =
      MakeVariants({.shape = kDefault, .extra_sequences = 40, .uncompressed_sequences = 50});
  EXPECT_EQ(Get(variants, "jpeg").sequences, 200);
  EXPECT_EQ(Get(variants, "hdf5_manual_gzip9").sequences, 40);
  EXPECT_EQ(Get(variants, "hdf5_contiguous").sequences, 50);
  EXPECT_EQ(Get(variants, "hdf5_manual_none").shape, (Shape{50, 100, 184, 184}));
}

TEST(VariantsTest, PaddingCountsWholeEdgeChunks) {
  const std::vector<Variant> variants = MakeVariants({.shape = kDefault});
  EXPECT_DOUBLE_EQ(Padding(Get(variants, "hdf5_manual_lzf")), 1);
  EXPECT_DOUBLE_EQ(Padding(Get(variants, "hdf5_contiguous")), 1);
  EXPECT_DOUBLE_EQ(Padding(Get(variants, "hdf5_auto_lzf")),
                   (3 * 94 / 200.0) * (15 * 7 / 100.0) * (16 * 12 / 184.0) * (16 * 12 / 184.0));
}

TEST(VariantsTest, OnlyChunksOfManySequencesAreShared) {
  for (const Variant& variant : MakeVariants({.shape = kDefault})) {
    const bool expected = variant.chunks == "Auto" || variant.chunks == "Guess";
    EXPECT_EQ(variant.shared_by_sequences, expected) << variant.id;
  }
}

TEST(VariantsTest, EstimatesFollowTheFormat) {
  const std::vector<Variant> variants = MakeVariants({.shape = kDefault});
  const int64_t raw = int64_t{200} * 13542400;
  EXPECT_EQ(EstimateBytes(Get(variants, "hdf5_contiguous")), raw);
  EXPECT_EQ(EstimateBytes(Get(variants, "hdf5_manual_gzip4")), raw / 8);
  EXPECT_EQ(EstimateBytes(Get(variants, "hdf5_manual_shuffle_gzip4")), raw / 4);
  EXPECT_EQ(EstimateBytes(Get(variants, "hdf5_manual_uint8_gzip4")), raw / 12);
}

TEST(VariantsTest, PeakCountsOneCopyAtATime) {
  const std::vector<Variant> variants = MakeVariants({.shape = kDefault});
  const Variant& raw = Get(variants, "hdf5_contiguous");
  const Variant& gzip = Get(variants, "hdf5_manual_gzip4");
  EXPECT_EQ(EstimatePeakBytes({}), 0);
  EXPECT_EQ(EstimatePeakBytes({gzip}), 2 * EstimateBytes(gzip));
  // The raw file and its copy are more than both files and the small copy.
  EXPECT_EQ(EstimatePeakBytes({gzip, raw}), 2 * EstimateBytes(raw));
}

// "Under 5 GB" is what the documentation promises.
TEST(VariantsTest, DefaultScaleStaysBelowFiveGigabytes) {
  EXPECT_LT(EstimatePeakBytes(MakeVariants(
                {.shape = kDefault, .extra_sequences = 40, .uncompressed_sequences = 50})),
            5e9);
}

TEST(VariantsTest, WriteSampleKeepsTheChunks) {
  const auto variants = MakeVariants({.shape = {200, 100, 184, 184}, .extra_sequences = 8});
  const auto sample = [&](const char* id) { return WriteSample(*FindVariant(variants, id), 10); };
  EXPECT_EQ(sample("jpeg").shape, Shape({10, 100, 184, 184}));
  EXPECT_EQ(sample("jpeg").sequences, 10);
  EXPECT_EQ(sample("hdf5_manual_lzf").shape[0], 10);
  EXPECT_EQ(sample("hdf5_manual_lzf").num_files(), 1);
  EXPECT_EQ(sample("hdf5_auto_lzf").shape[0], 94);
  EXPECT_EQ(sample("hdf5_auto_lzf").chunk_shape_of_file(0), Shape({94, 7, 12, 12}));
  EXPECT_EQ(sample("hdf5_manual_lzf_small_files").sequences, 10);  // of 34 a file
  EXPECT_EQ(sample("hdf5_auto_lzf_small_files").sequences, 32);
  EXPECT_EQ(sample("hdf5_manual_gzip9").sequences, 8);  // all there are
}

}  // namespace
}  // namespace seiche
