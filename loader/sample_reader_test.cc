#include "loader/sample_reader.h"

#include <cstdint>
#include <new>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/fake_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::Each;

const auto kNeverAbandoned = [] { return false; };

// Samples [8,4,6] in chunks [3,2,4].
FakeStore::Options SmallChunks() { return {.grid = ChunkGrid({8, 4, 6}, {3, 2, 4})}; }
constexpr int kValues = 4 * 6;  // of a sample

class SampleReaderTest : public ::testing::Test {
 protected:
  absl::StatusOr<int64_t> ReadSample(const FakeStore& store, int64_t sample) {
    values_.assign(kValues, 0);
    return SampleReader(store, 0).Read({.offset = {sample, 0, 0}, .extent = {1, 4, 6}},
                                       MakeView(values_.data(), DType::kFloat32, {1, 4, 6}),
                                       worker_, kNeverAbandoned);
  }

  std::vector<float> values_;
  WorkerState worker_;
};

TEST_F(SampleReaderTest, DeliversEverySampleExactly) {
  const FakeStore store(SmallChunks());
  for (int64_t sample = 0; sample < 8; ++sample) {
    ASSERT_THAT(ReadSample(store, sample), IsOkAndHolds(0));
    for (int i = 0; i < kValues; ++i) ASSERT_EQ(values_[i], sample * kValues + i);
  }
}

TEST_F(SampleReaderTest, CountsWholeChunks) {
  const FakeStore store(SmallChunks());
  ASSERT_THAT(ReadSample(store, 7), IsOkAndHolds(0));
  LoaderStatistics statistics;
  worker_.counters.AddTo(statistics);
  EXPECT_EQ(statistics.chunks_decoded, 4);
  EXPECT_EQ(statistics.bytes_decoded, 4 * (3 * 2 * 4) * 4);
  EXPECT_EQ(statistics.bytes_read, statistics.bytes_decoded + 4 * 4);  // and checksums
  EXPECT_GT(statistics.read_seconds, 0);
  EXPECT_GT(statistics.decode_seconds, 0);
}

TEST_F(SampleReaderTest, MissingChunksAreFillAndReadNothing) {
  FakeStore::Options options = SmallChunks();
  options.missing = {0, 1, 2, 3};
  const FakeStore store(options);
  ASSERT_THAT(ReadSample(store, 0), IsOkAndHolds(0));
  EXPECT_THAT(values_, Each(FakeStore::kFill));
  EXPECT_EQ(store.chunks_read(), 0);
  EXPECT_EQ(worker_.counters.chunks_decoded.value(), 0);
}

TEST_F(SampleReaderTest, OneSlowReadForAllChunks) {
  FakeStore::Options options = SmallChunks();
  options.other = {0, 1, 2, 3};
  const FakeStore store(options);
  ASSERT_THAT(ReadSample(store, 1), IsOkAndHolds(kValues * 4));
  for (int i = 0; i < kValues; ++i) ASSERT_EQ(values_[i], kValues + i);
  EXPECT_EQ(store.slow_reads(), 1);
}

TEST_F(SampleReaderTest, OneSlowChunkMakesTheSampleSlow) {
  FakeStore::Options options = SmallChunks();
  options.other = {2};
  const FakeStore store(options);
  ASSERT_THAT(ReadSample(store, 2), IsOkAndHolds(kValues * 4));
  for (int i = 0; i < kValues; ++i) ASSERT_EQ(values_[i], 2 * kValues + i);
  EXPECT_EQ(store.slow_reads(), 1);
}

TEST_F(SampleReaderTest, DamageKeepsTheStoresMessage) {
  FakeStore::Options options = SmallChunks();
  options.damaged = {5};
  EXPECT_THAT(
      ReadSample(FakeStore(options), 3),
      StatusIs(absl::StatusCode::kDataLoss, "fake.h5: frames: chunk (1, 0, 1): checksum differs"));
}

TEST_F(SampleReaderTest, FailedReadsKeepTheStoresMessage) {
  FakeStore::Options options = SmallChunks();
  options.on_read = [](int64_t chunk) {
    return chunk == 6 ? absl::UnavailableError("fake.h5: read: Input/output error")
                      : absl::OkStatus();
  };
  EXPECT_THAT(ReadSample(FakeStore(options), 3),
              StatusIs(absl::StatusCode::kUnavailable, "fake.h5: read: Input/output error"));
}

TEST_F(SampleReaderTest, NoMemoryIsAnError) {
  FakeStore::Options options = SmallChunks();
  options.on_decode = [](int64_t) -> absl::Status { throw std::bad_alloc(); };
  EXPECT_THAT(
      ReadSample(FakeStore(options), 0),
      StatusIs(absl::StatusCode::kResourceExhausted,
               "fake.h5: frames: chunk (0, 0, 0): the system has no memory to decode it in"));
}

TEST_F(SampleReaderTest, AbandonsBetweenChunks) {
  const FakeStore store(SmallChunks());
  std::vector<float> values(kValues);
  int asked = 0;
  EXPECT_THAT(SampleReader(store, 0).Read({.offset = {0, 0, 0}, .extent = {1, 4, 6}},
                                          MakeView(values.data(), DType::kFloat32, {1, 4, 6}),
                                          worker_, [&] { return ++asked > 2; }),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(store.chunks_read(), 2);
}

}  // namespace
}  // namespace seiche
