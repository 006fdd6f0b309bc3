#include "experiments/data/variant_manifest.h"

#include "absl/status/status_matchers.h"
#include "base/atomic_output.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

std::string Path(const std::string& name) { return JoinPath(testing::TempDir(), name); }

void Write(const std::string& path, const std::string& text) {
  EXPECT_THAT(WriteFileAtomically(DefaultFileSystem(), path, text, OverwritePolicy::kReplace),
              IsOk());
}

Variant SomeVariant() { return MakeVariants({.shape = {12, 4, 32, 32}})[2]; }

TEST(VariantManifestTest, RoundTrip) {
  const VariantManifest manifest = {.parameters = VariantParameters(SomeVariant(), {}, 17),
                                    .tree = {.files = 3, .bytes = 99, .crc32c = 0xfedcba98},
                                    .write_seconds = {1.25, 1.5},
                                    .copy_seconds = {0.1},
                                    .write_workers = 2};
  Write(Path("a.json"), ManifestText(manifest));
  const auto loaded = LoadManifest(Path("a.json"), DefaultFileSystem());
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->parameters, manifest.parameters);
  EXPECT_TRUE(loaded->tree.SameContents(manifest.tree));
  EXPECT_THAT(loaded->write_seconds, testing::ElementsAre(1.25, 1.5));
  EXPECT_THAT(loaded->copy_seconds, testing::ElementsAre(0.1));
  EXPECT_EQ(loaded->write_workers, 2);
  EXPECT_FALSE(loaded->quality.has_value());
}

TEST(VariantManifestTest, QualityIsKept) {
  Write(Path("d.json"), ManifestText({.quality = Quality{.psnr_db = 44.5, .max_error = 2.25}}));
  const auto loaded = LoadManifest(Path("d.json"), DefaultFileSystem());
  ASSERT_THAT(loaded, IsOk());
  ASSERT_TRUE(loaded->quality.has_value());
  EXPECT_EQ(loaded->quality->psnr_db, 44.5);
  EXPECT_EQ(loaded->quality->max_error, 2.25);
}

TEST(VariantManifestTest, WhateverTheFilesDependOnChangesTheParameters) {
  const Variant variant = SomeVariant();
  const Dataset dataset;
  const Json parameters = VariantParameters(variant, dataset, 1);
  EXPECT_NE(parameters, VariantParameters(variant, dataset, 2));

  Dataset other_data = dataset;
  other_data.jpeg.crc32c = 1;
  EXPECT_NE(parameters, VariantParameters(variant, other_data, 1));
  Dataset other_seed = dataset;
  other_seed.options.waves.seed = 2;
  EXPECT_NE(parameters, VariantParameters(variant, other_seed, 1));

  Variant changed = variant;
  changed.chunk_shape[1] = 2;
  EXPECT_NE(parameters, VariantParameters(changed, dataset, 1));
  changed = variant;
  changed.codecs = {"deflate:5"};
  EXPECT_NE(parameters, VariantParameters(changed, dataset, 1));
  changed = variant;
  changed.dtype = DType::kUInt8;
  EXPECT_NE(parameters, VariantParameters(changed, dataset, 1));
}

TEST(VariantManifestTest, DamageIsNamed) {
  EXPECT_THAT(LoadManifest(Path("none.json"), DefaultFileSystem()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none.json")));
  Write(Path("b.json"), "{");
  EXPECT_THAT(LoadManifest(Path("b.json"), DefaultFileSystem()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("b.json")));
  Write(Path("c.json"), "{\"format\": \"seiche.variant\", \"version\": 1}");
  EXPECT_THAT(LoadManifest(Path("c.json"), DefaultFileSystem()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("c.json")));
}

}  // namespace
}  // namespace seiche
