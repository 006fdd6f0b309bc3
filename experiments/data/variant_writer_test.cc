#include "experiments/data/variant_writer.h"

#include "absl/status/status_matchers.h"
#include "experiments/data/dataset_generator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/open.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;

constexpr int64_t kSequences = 13;

class VariantWriterTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    FileSystem& files = DefaultFileSystem();
    const std::string folder = JoinPath(testing::TempDir(), "dataset");
    ASSERT_THAT(files.RemoveAll(folder), IsOk());
    WorkerPool pool(2);
    auto dataset = GenerateDataset(
        {.sequences = kSequences, .waves = {.seed = 3, .frames = 5, .grid_points = 32}}, folder,
        pool, files);
    ASSERT_THAT(dataset, IsOk());
    dataset_ = new Dataset(*std::move(dataset));
    auto source = OpenStore(dataset_->jpeg_path());
    ASSERT_THAT(source, IsOk());
    source_ = source->release();
  }

  static std::vector<Variant> Variants() {
    return MakeVariants({.shape = dataset_->options.shape()});
  }

  // An empty folder of its own.
  std::string Folder(const std::string& name) {
    const std::string folder = JoinPath(testing::TempDir(), name);
    EXPECT_THAT(files_.RemoveAll(folder), IsOk());
    EXPECT_THAT(files_.MakeDirectories(folder), IsOk());
    return folder;
  }

  absl::StatusOr<double> Write(const Variant& variant, const std::string& folder) {
    return WriteVariant(variant, *source_, VariantAttributes(variant, *dataset_), folder, pool_,
                        files_);
  }

  static Dataset* dataset_;
  static const SequenceStore* source_;
  FileSystem& files_ = DefaultFileSystem();
  WorkerPool pool_{2};
};

Dataset* VariantWriterTest::dataset_ = nullptr;
const SequenceStore* VariantWriterTest::source_ = nullptr;

TEST_F(VariantWriterTest, EveryVariantHoldsTheSameValues) {
  for (const Variant& variant : Variants()) {
    if (variant.container == Container::kJpegFolders) continue;
    if (!EncoderMark(variant, *source_).ok()) continue;  // left out of this build
    const std::string folder = Folder(variant.id);
    const auto seconds = Write(variant, folder);
    ASSERT_THAT(seconds, IsOk()) << variant.id;
    EXPECT_GT(*seconds, 0);
    const auto store = OpenVariant(variant, folder);
    ASSERT_THAT(store, IsOk()) << variant.id;
    EXPECT_EQ((*store)->fields()[0].shape(), variant.shape) << variant.id;
    EXPECT_EQ((*store)->fields()[0].dtype, variant.dtype) << variant.id;
    std::vector<int64_t> all(kSequences);
    for (int64_t i = 0; i < kSequences; ++i) all[i] = i;
    EXPECT_THAT(CompareSequences(*source_, **store, all, variant.bound), IsOk()) << variant.id;
  }
}

TEST_F(VariantWriterTest, ReencodedJpegFoldersOpen) {
  const Variant variant = Variants()[0];
  const std::string folder = Folder("reencoded");
  ASSERT_THAT(Write(variant, folder), IsOk());
  const auto store = OpenVariant(variant, folder);
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->size(), kSequences);
}

TEST_F(VariantWriterTest, SmallFilesAreSeveral) {
  const std::vector<Variant> variants = Variants();
  const Variant* variant = FindVariant(variants, "hdf5_manual_lzf_small_files");
  ASSERT_NE(variant, nullptr);
  const std::string folder = Folder("small_files");
  ASSERT_THAT(Write(*variant, folder), IsOk());
  // 13 sequences in files of ceil(13 / 6).
  EXPECT_EQ(files_.List(folder)->size(), 5);
  EXPECT_TRUE(files_.Exists(JoinPath(folder, "images_4.h5")));
}

TEST_F(VariantWriterTest, AttributesTellNormalisationAndOrigin) {
  const std::vector<Variant> variants = Variants();
  const Variant* variant = FindVariant(variants, "hdf5_manual_uint8_gzip4");
  const std::string folder = Folder("attributes");
  ASSERT_THAT(Write(*variant, folder), IsOk());
  const auto store = OpenVariant(*variant, folder);
  ASSERT_THAT(store, IsOk());
  const auto attributes = (*store)->Attributes(0);
  for (const char* name :
       {"mean", "standard_deviation", "minimum", "maximum", "seed", "dataset_digest"}) {
    EXPECT_THAT(attributes, Contains(Key(name)));
  }
  EXPECT_THAT(attributes, Contains(std::pair<std::string, std::string>("seed", "3")));
  EXPECT_THAT(attributes, Contains(Key("maximum")));
}

TEST_F(VariantWriterTest, SameBytesEveryTime) {
  const std::vector<Variant> variants = Variants();
  for (const char* id : {"hdf5_manual_gzip4", "hdf5_auto_lzf"}) {
    const Variant* variant = FindVariant(variants, id);
    const std::string first = Folder("first"), second = Folder("second");
    ASSERT_THAT(Write(*variant, first), IsOk());
    ASSERT_THAT(Write(*variant, second), IsOk());
    const auto a = SummariseTree(files_, first), b = SummariseTree(files_, second);
    ASSERT_THAT(b, IsOk());
    EXPECT_TRUE(a->SameContents(*b)) << id;
  }
}

TEST_F(VariantWriterTest, OtherValuesAreFound) {
  const std::vector<Variant> variants = Variants();
  const Variant* variant = FindVariant(variants, "hdf5_manual_lzf");
  // Sequences 5 and 6 of the source as 0 and 1.
  const auto source = OpenStore(dataset_->jpeg_path());
  const std::string folder = Folder("other");
  ASSERT_THAT(Write(*variant, folder), IsOk());
  const std::string jpegs = Folder("jpegs");
  ASSERT_THAT(CopyTree(files_, JoinPath(dataset_->jpeg_path(), "05"), JoinPath(jpegs, "0")),
              IsOk());
  const auto other = OpenStore(jpegs);
  ASSERT_THAT(other, IsOk());
  const auto store = OpenVariant(*variant, folder);
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT(CompareSequences(**other, **store, {0}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("sequence 0 is not what was")));
}

TEST_F(VariantWriterTest, EncoderMarksDifferByCodec) {
  const std::vector<Variant> variants = Variants();
  const auto gzip1 = EncoderMark(*FindVariant(variants, "hdf5_manual_gzip1"), *source_);
  const auto gzip9 = EncoderMark(*FindVariant(variants, "hdf5_manual_gzip9"), *source_);
  ASSERT_THAT(gzip1, IsOk());
  ASSERT_THAT(gzip9, IsOk());
  EXPECT_NE(*gzip1, *gzip9);
  EXPECT_EQ(*EncoderMark(*FindVariant(variants, "hdf5_contiguous"), *source_), 0u);
}

TEST_F(VariantWriterTest, UnknownCodecIsNamed) {
  Variant variant = *FindVariant(Variants(), "hdf5_manual_lzf");
  variant.codecs = {"nonesuch"};
  EXPECT_THAT(EncoderMark(variant, *source_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nonesuch")));
}

}  // namespace
}  // namespace seiche
