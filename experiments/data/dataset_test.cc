#include "experiments/data/dataset.h"

#include <cstring>

#include "absl/status/status_matchers.h"
#include "base/atomic_output.h"
#include "experiments/data/dataset_generator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/open.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

class DatasetTest : public testing::Test {
 protected:
  DatasetTest() {
    folder_ =
        JoinPath(testing::TempDir(), testing::UnitTest::GetInstance()->current_test_info()->name());
    EXPECT_THAT(files_.RemoveAll(folder_), IsOk());
  }

  absl::StatusOr<Dataset> Generate(int workers = 2) {
    WorkerPool pool(workers);
    return GenerateDataset(kOptions, folder_, pool, files_);
  }

  const DatasetOptions kOptions = {.sequences = 3,
                                   .waves = {.seed = 7, .frames = 4, .grid_points = 32}};
  FileSystem& files_ = DefaultFileSystem();
  std::string folder_;
};

TEST_F(DatasetTest, HoldsSequencesPictureAndDescription) {
  const auto dataset = Generate();
  ASSERT_THAT(dataset, IsOk());
  EXPECT_EQ(dataset->jpeg.files, 12);
  EXPECT_TRUE(files_.Exists(JoinPath(folder_, "waves.png")));
  const auto store = OpenStore(dataset->jpeg_path());
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->fields()[0].shape(), kOptions.shape());
  EXPECT_THAT(VerifyDataset(*dataset, files_), IsOk());
}

TEST_F(DatasetTest, NormalisationIsThatOfTheDecodedValues) {
  const auto dataset = Generate();
  ASSERT_THAT(dataset, IsOk());
  const auto store = OpenStore(dataset->jpeg_path());
  ASSERT_THAT(store, IsOk());
  std::vector<float> values(NumElements(kOptions.shape()));
  ASSERT_THAT((*store)->Read(0, WholeBox(kOptions.shape()),
                             MakeView(values.data(), DType::kFloat32, kOptions.shape())),
              IsOk());
  double sum = 0;
  float low = 1, high = 0;
  for (const float value : values) {
    sum += value;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  EXPECT_NEAR(dataset->normalisation.mean, sum / static_cast<double>(values.size()), 1e-9);
  EXPECT_EQ(dataset->normalisation.minimum, low);
  EXPECT_EQ(dataset->normalisation.maximum, high);
  EXPECT_GT(dataset->normalisation.standard_deviation, 0);
}

TEST_F(DatasetTest, JpegLosesALittle) {
  const auto dataset = Generate();
  ASSERT_THAT(dataset, IsOk());
  EXPECT_GT(dataset->quality.psnr_db, 20);
  EXPECT_GT(dataset->quality.max_error, 0);
}

TEST_F(DatasetTest, LoadsWhatWasGenerated) {
  const auto made = Generate();
  ASSERT_THAT(made, IsOk());
  const auto loaded = LoadDataset(folder_, files_);
  ASSERT_THAT(loaded, IsOk());
  EXPECT_TRUE(loaded->options == kOptions);
  EXPECT_TRUE(loaded->jpeg.SameContents(made->jpeg));
  EXPECT_EQ(loaded->normalisation.standard_deviation, made->normalisation.standard_deviation);
  EXPECT_EQ(loaded->quality.psnr_db, made->quality.psnr_db);
}

TEST_F(DatasetTest, SameFilesForAnyNumberOfThreads) {
  const auto one = Generate(1);
  ASSERT_THAT(one, IsOk());
  const auto json = ReadFile(files_, JoinPath(folder_, "dataset.json"));
  const auto png = ReadFile(files_, JoinPath(folder_, "waves.png"));
  const auto three = Generate(3);
  ASSERT_THAT(three, IsOk());
  EXPECT_TRUE(one->jpeg.SameContents(three->jpeg));
  EXPECT_EQ(*json, *ReadFile(files_, JoinPath(folder_, "dataset.json")));
  EXPECT_EQ(*png, *ReadFile(files_, JoinPath(folder_, "waves.png")));
}

TEST_F(DatasetTest, NoneThere) {
  EXPECT_THAT(LoadDataset(folder_, files_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("dataset.json")));
}

TEST_F(DatasetTest, DescriptionOfAnotherKindIsRefused) {
  ASSERT_THAT(files_.MakeDirectories(folder_), IsOk());
  const std::string path = JoinPath(folder_, "dataset.json");
  ASSERT_THAT(WriteFileAtomically(files_, path, "{\"format\": \"x\", \"version\": 1}",
                                  OverwritePolicy::kRefuse),
              IsOk());
  EXPECT_THAT(LoadDataset(folder_, files_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("dataset.json: is x version 1")));
}

TEST_F(DatasetTest, MissingFrameIsFound) {
  const auto dataset = Generate();
  ASSERT_THAT(dataset, IsOk());
  const auto list = ListTree(files_, dataset->jpeg_path());
  ASSERT_THAT(list, IsOk());
  ASSERT_THAT(files_.RemoveAll(list->back().path), IsOk());
  EXPECT_THAT(VerifyDataset(*dataset, files_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("11 files of")));
}

TEST_F(DatasetTest, OtherWavesAreFound) {
  auto dataset = Generate();
  ASSERT_THAT(dataset, IsOk());
  dataset->options.waves.seed = 8;
  EXPECT_THAT(VerifyDataset(*dataset, files_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("makes another frame today")));
}

}  // namespace
}  // namespace seiche
