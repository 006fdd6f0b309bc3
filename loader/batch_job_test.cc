#include "loader/batch_job.h"

#include <cstring>
#include <memory>

#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::StatusIs;
using ::testing::ElementsAre;

// Rows whose values are their samples, in two outputs of two elements and one.
void Fill(BatchJob& job, std::vector<int64_t> samples, int64_t padding) {
  Batch::Outputs outputs = {
      {.name = "a", .dtype = DType::kInt64, .axes = "T", .sample_shape = {2}},
      {.name = "b", .dtype = DType::kInt64, .axes = "T", .sample_shape = {1}}};
  job.slot = std::make_unique<Batch::Slot>();
  job.slot->memory.Reserve(LayOut(outputs, static_cast<int64_t>(samples.size())));
  job.slot->outputs = std::make_shared<const Batch::Outputs>(std::move(outputs));
  job.slot->samples = std::move(samples);
  job.slot->padding = padding;
  for (int64_t row = 0; row < job.slot->rows(); ++row) {
    const int64_t values[] = {job.slot->samples[row], -job.slot->samples[row]};
    std::memcpy(job.slot->Row(0, row), values, 16);
    std::memcpy(job.slot->Row(1, row), values + 1, 8);
  }
}

void ExpectRows(const BatchJob& job) {
  for (int64_t row = 0; row < job.slot->rows(); ++row) {
    int64_t values[3];
    std::memcpy(values, job.slot->Row(0, row), 16);
    std::memcpy(values + 2, job.slot->Row(1, row), 8);
    const int64_t sample = job.slot->samples[row];
    EXPECT_THAT(values, ElementsAre(sample, -sample, -sample)) << row;
  }
}

TEST(BatchJobTest, RowsThatFailedAreDropped) {
  BatchJob job;
  Fill(job, {10, 11, 12, 13, 14, 15}, /*padding=*/2);
  for (const int64_t row : {4, 0, 2}) job.AddError(row, 7, absl::DataLossError("damaged"));
  EXPECT_EQ(job.DropFailedRows(), 3);
  EXPECT_THAT(job.slot->samples, ElementsAre(11, 13, 15));
  EXPECT_EQ(job.slot->padding, 1);
  ExpectRows(job);
}

TEST(BatchJobTest, AllOrNone) {
  BatchJob job;
  Fill(job, {5, 6}, 0);
  EXPECT_EQ(job.DropFailedRows(), 0);
  EXPECT_THAT(job.slot->samples, ElementsAre(5, 6));
  for (const int64_t row : {1, 0}) job.AddError(row, 1, absl::DataLossError("damaged"));
  EXPECT_EQ(job.DropFailedRows(), 2);
  EXPECT_EQ(job.slot->rows(), 0);
}

TEST(BatchJobTest, TheFirstErrorInThePlanStays) {
  BatchJob job;
  job.AddError(3, 20, absl::DataLossError("late"));
  job.AddError(3, 10, absl::UnavailableError("early"));
  job.AddError(3, 15, absl::DataLossError("between"));
  ASSERT_EQ(job.errors.size(), 1);
  EXPECT_THAT(job.errors.at(3).status, StatusIs(absl::StatusCode::kUnavailable, "early"));
}

}  // namespace
}  // namespace seiche
