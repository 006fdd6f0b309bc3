#include "experiments/comparison/variant_spec.h"

#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Shape kDataset = {200, 100, 184, 184};

// The words for a published row give that row.
TEST(VariantSpecTest, PublishedRowsInWords) {
  const struct {
    const char* id;
    VariantSpec spec;
  } kCases[] = {
      {"jpeg", {.format = "jpeg"}},
      {"hdf5_auto_lzf", {.chunks = "auto"}},
      {"hdf5_manual_lzf", {}},
      {"hdf5_manual_gzip4", {.compression = "gzip:4"}},
      {"hdf5_auto_lzf_small_files", {.chunks = "auto500", .sequences_per_file = 34}},
      {"hdf5_guess_lzf", {.chunks = "guess"}},
      {"hdf5_manual_shuffle_gzip4", {.compression = "shuffle+gzip:4"}},
      {"hdf5_manual_uint8_gzip4", {.compression = "gzip:4", .dtype = "uint8"}},
      {"hdf5_manual_none", {.compression = "none"}},
      {"hdf5_contiguous", {.chunks = "contiguous", .compression = "none"}},
  };
  const std::vector<Variant> variants = MakeVariants({.shape = kDataset});
  for (const auto& [id, spec] : kCases) {
    const auto variant = ParseVariant(spec, kDataset);
    ASSERT_THAT(variant, IsOk()) << id;
    const Variant& expected = *FindVariant(variants, id);
    EXPECT_EQ(variant->format, expected.format) << id;
    EXPECT_EQ(variant->chunks, expected.chunks) << id;
    EXPECT_EQ(variant->compression, expected.compression) << id;
    EXPECT_EQ(variant->container, expected.container) << id;
    EXPECT_EQ(variant->chunking, expected.chunking) << id;
    EXPECT_EQ(variant->codecs, expected.codecs) << id;
    EXPECT_EQ(variant->dtype, expected.dtype) << id;
    EXPECT_EQ(variant->sequences_per_file, expected.sequences_per_file) << id;
    EXPECT_EQ(variant->chunk_shape, expected.chunk_shape) << id;
    EXPECT_EQ(variant->shared_by_sequences, expected.shared_by_sequences) << id;
  }
}

TEST(VariantSpecTest, ChunksByExtentsAreCutToTheFile) {
  const auto variant = ParseVariant({.chunks = "8,25,92,999", .sequences_per_file = 4}, kDataset);
  ASSERT_THAT(variant, IsOk());
  EXPECT_EQ(variant->chunk_shape, (Shape{4, 25, 92, 184}));
}

TEST(VariantSpecTest, GzipIsDeflate) {
  const auto variant = ParseVariant({.compression = "gzip+fletcher32"}, kDataset);
  ASSERT_THAT(variant, IsOk());
  EXPECT_THAT(variant->codecs, ElementsAre("deflate", "fletcher32"));
  EXPECT_EQ(variant->compression, "GZIP + FLETCHER32");
}

TEST(VariantSpecTest, NonsenseIsNamed) {
  const struct {
    VariantSpec spec;
    const char* message;
  } kCases[] = {
      {{.format = "zarr"}, "format \"zarr\": hdf5 or jpeg are possible"},
      {{.chunks = "big"}, "chunks \"big\": manual, auto"},
      {{.chunks = "1,2,3"}, "chunks \"1,2,3\""},
      {{.chunks = "1,0,3,4"}, "chunks \"1,0,3,4\""},
      {{.chunks = "1,-2,3,4"}, "chunks \"1,-2,3,4\""},
      {{.dtype = "int8"}, "dtype \"int8\": float32 or uint8 are possible"},
      {{.sequences_per_file = -1}, "sequences_per_file -1: 0 (all) to 200"},
      {{.sequences_per_file = 201}, "sequences_per_file 201"},
      {{.chunks = "contiguous"}, "compression \"lzf\" needs chunks"},
  };
  for (const auto& [spec, message] : kCases) {
    EXPECT_THAT(ParseVariant(spec, kDataset),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
  }
}

}  // namespace
}  // namespace seiche
