#include "loader/statistics.h"

#include <cstdint>

#include "base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/counters.h"

namespace seiche {
namespace {

TEST(LoaderStatisticsTest, ReadAmplification) {
  LoaderStatistics statistics;
  EXPECT_EQ(statistics.read_amplification(), 0);
  statistics.bytes_decoded = 300;
  statistics.bytes_delivered = 200;
  EXPECT_EQ(statistics.read_amplification(), 1.5);
}

TEST(LoaderStatisticsTest, OneLineOfText) {
  LoaderStatistics statistics{.batches = 2,
                              .samples = 20,
                              .bytes_read = 1'000'000,
                              .reads = 12,
                              .bytes_decoded = 8'000'000,
                              .bytes_delivered = 4'000'000,
                              .chunks_decoded = 40,
                              .read_seconds = 0.25,
                              .decode_seconds = 1.5,
                              .idle_seconds = 0.125,
                              .wait_seconds = 3.5,
                              .epoch_seconds = 2,
                              .epoch_wait_seconds = 0.5,
                              .batches_ready = 3,
                              .batches_in_work = 1};
  EXPECT_EQ(
      statistics.ToString(),
      "2 batches of 20 samples, 4.0 MB delivered; read 1.0 MB in 0.250 s (12 reads), decoded 8.0 "
      "MB (40 chunks, 2.00 times what was delivered) in 1.500 s, copied in 0.000 s; workers "
      "idle 0.125 s, consumer waited 3.500 s, 25 % of this epoch; 3 batches ready, 1 in work");
  statistics.bytes_slow = 400'000;
  statistics.epoch_chunks = 20;
  statistics.epoch_chunk_decodes = 30;
  statistics.samples_skipped = 2;
  statistics.slow_fields = {{"images", "compact layout"}};
  EXPECT_THAT(statistics.ToString(),
              ::testing::EndsWith("; 1.50 decodes a chunk in this epoch; 2 samples skipped; 0.4 MB "
                                  "through libhdf5 in 0.000 s; field images is read slowly: "
                                  "compact layout"));
}

TEST(LoaderStatisticsTest, Json) {
  const LoaderStatistics statistics{.batches = 3,
                                    .wait_seconds = 3.5,
                                    .epoch_seconds = 2,
                                    .epoch_wait_seconds = 0.5,
                                    .epoch_chunks = 4,
                                    .epoch_chunk_decodes = 5,
                                    .slow_fields = {{"images", "compact layout"}}};
  const auto json = ParseJson(statistics.ToJson(), "statistics");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["batches"], 3);
  EXPECT_EQ((*json)["decodes_per_chunk"], 1.25);
  EXPECT_EQ((*json)["stall_share"], 0.25);
  EXPECT_EQ((*json)["slow_fields"]["images"], "compact layout");
}

TEST(CountersTest, AddUp) {
  WorkerCounters first, second;
  first.bytes_read.Add(3);
  first.bytes_read.Add(4);
  second.bytes_read.Add(5);
  second.read_nanos.Add(500'000'000);
  LoaderStatistics statistics;
  first.AddTo(statistics);
  second.AddTo(statistics);
  EXPECT_EQ(statistics.bytes_read, 12);
  EXPECT_EQ(statistics.read_seconds, 0.5);
}

TEST(CountersTest, WorkersShareNoCacheLine) {
  WorkerCounters counters[2];
  EXPECT_GE(reinterpret_cast<char*>(&counters[1]) - reinterpret_cast<char*>(&counters[0]),
            kCacheLine);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(&counters[0]) % kCacheLine, 0);
}

}  // namespace
}  // namespace seiche
