#include "experiments/peers/seiche_reader.h"

#include <vector>

#include "absl/status/status_matchers.h"
#include "experiments/peers/plan.h"
#include "experiments/peers/prepared_files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/order/sampler.h"
#include "loader/order/shuffle_quality.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/open.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

constexpr int64_t kSequences = 7, kFrames = 3, kPoints = 8;

class SeicheReaderTest : public testing::Test {
 protected:
  SeicheReaderTest() : path_(JoinPath(testing::TempDir(), "waves.h5")) {
    const Shape shape = {kSequences, kFrames, kPoints, kPoints};
    auto writer = Hdf5Writer::Create(path_, {.shape = shape,
                                             .chunk_shape = {1, kFrames, kPoints, kPoints},
                                             .codecs = {"lzf"},
                                             .overwrite = OverwritePolicy::kReplace});
    EXPECT_THAT(writer, IsOk());
    std::vector<float> sequence(kFrames * kPoints * kPoints);
    for (int64_t i = 0; i < kSequences; ++i) {
      for (size_t j = 0; j < sequence.size(); ++j) sequence[j] = static_cast<float>(i * 1000 + j);
      EXPECT_THAT((*writer)->Append(MakeView(static_cast<const void*>(sequence.data()),
                                             DType::kFloat32, {kFrames, kPoints, kPoints})),
                  IsOk());
    }
    EXPECT_THAT((*writer)->Finish(), IsOk());
    plan_.selection = {.shape = shape, .seed = 5};
    plan_.files = {{.id = "manual_lzf"}};
    row_ = {.file = "manual_lzf", .workers = 2, .batch_size = 2, .batches = 3};
  }

  ReadRequest Request(int repeat) {
    return {.path = path_,
            .workers = 2,
            .batches = BatchesOf(plan_, row_, repeat),
            .seed = 5,
            .epoch = EpochOfRepeat(repeat)};
  }

  std::string path_;
  PeerPlan plan_;
  PeerRow row_;
};

TEST_F(SeicheReaderTest, DeliversTheSamplesOfEveryRepeat) {
  for (const int repeat : {0, 1, 2}) {
    const auto time = ReadWithSeiche(Request(repeat));
    ASSERT_THAT(time, IsOk());
    EXPECT_EQ(time->samples, 6);
    EXPECT_GT(time->seconds, 0);
    EXPECT_GT(time->first_batch_seconds, 0);
    EXPECT_LE(time->first_batch_seconds, time->seconds);
    EXPECT_GE(time->cpu_seconds, 0);
  }
}

TEST_F(SeicheReaderTest, ChecksumIsThatOfTheStoredValues) {
  ReadRequest request = Request(-1);
  ASSERT_EQ(request.batches.size(), 1);
  request.check = true;
  const auto store = OpenStore(path_);
  ASSERT_THAT(store, IsOk());
  const auto time = ReadWithSeiche(request);
  ASSERT_THAT(time, IsOk());
  EXPECT_THAT(ChecksumOf(**store, 0, request.batches[0]), IsOkAndHolds(time->checksum));
  EXPECT_NE(*ChecksumOf(**store, 0, {request.batches[0][1], request.batches[0][0]}),
            time->checksum);
}

TEST_F(SeicheReaderTest, OtherSamplesThanAskedForAreAnError) {
  ReadRequest request = Request(0);
  request.seed = 6;
  EXPECT_THAT(ReadWithSeiche(request),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("other samples")));
}

TEST_F(SeicheReaderTest, DeliversWindows) {
  plan_.files[0].window = 2;
  ReadRequest request = Request(-1);
  request.window = 2;
  request.check = true;
  const auto store = OpenStore(path_);
  ASSERT_THAT(store, IsOk());
  const auto time = ReadWithSeiche(request);
  ASSERT_THAT(time, IsOk());
  EXPECT_THAT(ChecksumOf(**store, 2, request.batches[0]), IsOkAndHolds(time->checksum));
  EXPECT_EQ(time->checked, request.batches[0]);
  EXPECT_EQ(time->decodes_per_chunk, 1);
  // Of so few samples, not quite 1.
  const Sampler sampler({}, NumSamples(plan_, plan_.files[0]), 5, EpochOfRepeat(-1));
  EXPECT_EQ(time->shuffle_quality, MeasureShuffle(sampler).value());
}

TEST_F(SeicheReaderTest, ChunkAwareOrderHasSamplesOfItsOwn) {
  ReadRequest request = Request(-1);
  request.chunk_aware = true;
  request.check = true;
  const auto store = OpenStore(path_);
  ASSERT_THAT(store, IsOk());
  const auto time = ReadWithSeiche(request);
  ASSERT_THAT(time, IsOk());
  EXPECT_EQ(time->checked.size(), request.batches[0].size());
  EXPECT_THAT(ChecksumOf(**store, 0, time->checked), IsOkAndHolds(time->checksum));
}

TEST_F(SeicheReaderTest, UnmappedFilesGiveTheSame) {
  ReadRequest request = Request(-1);
  request.check = true;
  const auto mapped = ReadWithSeiche(request);
  request.memory_map = false;
  const auto plain = ReadWithSeiche(request);
  ASSERT_THAT(mapped, IsOk());
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ(plain->checksum, mapped->checksum);
}

TEST_F(SeicheReaderTest, BudgetIsTheLoaders) {
  ReadRequest request = Request(0);
  request.memory_budget = 1;
  EXPECT_THAT(ReadWithSeiche(request),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("memory_budget")));
}

TEST_F(SeicheReaderTest, ChecksumOfWindowsCountsFramesThatStartOne) {
  const auto store = OpenStore(path_);
  ASSERT_THAT(store, IsOk());
  // Windows of 3 of 3 frames are whole sequences; of 1 frame, three make one.
  EXPECT_EQ(*ChecksumOf(**store, 3, {4}), *ChecksumOf(**store, 0, {4}));
  EXPECT_EQ(*ChecksumOf(**store, 1, {12, 13, 14}), *ChecksumOf(**store, 0, {4}));
  EXPECT_NE(*ChecksumOf(**store, 2, {2}), *ChecksumOf(**store, 2, {3}));
}

}  // namespace
}  // namespace seiche
