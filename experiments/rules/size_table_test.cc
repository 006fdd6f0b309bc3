#include "experiments/rules/size_table.h"

#include "absl/status/status_matchers.h"
#include "experiments/comparison/variants.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

std::vector<VariantManifest> TwoManifests() {
  std::vector<VariantManifest> manifests;
  const std::vector<Variant> variants = MakeVariants({.shape = {6, 100, 184, 184}});
  for (const char* id : {"jpeg", "hdf5_auto_lzf_small_files"}) {
    manifests.push_back({.parameters = VariantParameters(*FindVariant(variants, id), {}, 0)});
  }
  manifests[0].tree = {.files = 600, .bytes = 1'500'000, .crc32c = 1};
  manifests[1].tree = {.files = 6, .bytes = 18'000'000, .crc32c = 2};
  return manifests;
}

TEST(SizeTableTest, Csv) {
  EXPECT_THAT(SizeTableCsv(TwoManifests()),
              IsOkAndHolds("variant,format,chunks,chunk_shape,compression,sequences,"
                           "sequences_per_file,files,bytes,digest\n"
                           "jpeg,JPEG,-,-,-,6,6,600,1500000,crc32c:00000001\n"
                           "hdf5_auto_lzf_small_files,HDF5,Auto,1 x 7 x 12 x 23,LZF,6,1,6,18000000,"
                           "crc32c:00000002\n"));
}

TEST(SizeTableTest, Markdown) {
  EXPECT_THAT(SizeTableMarkdown(TwoManifests()),
              IsOkAndHolds(HasSubstr("| hdf5_auto_lzf_small_files | HDF5 | Auto | 1 x 7 x 12 x 23 "
                                     "| LZF | 6 | 1 | 6 | 18000000 | 3.000 | 12.00 |\n")));
}

TEST(SizeTableTest, IncompleteManifestIsRefused) {
  VariantManifest manifest;
  manifest.parameters = {{"id", "x"}};
  EXPECT_THAT(SizeTableCsv({manifest}), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("format")));
}

}  // namespace
}  // namespace seiche
