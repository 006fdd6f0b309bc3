#include "loader/plan/read_simulation.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/loader.h"
#include "loader/testing/fake_store.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;

// A loader that does all this says the same.
void ExpectAsLoaded(const std::shared_ptr<const SequenceStore>& store,
                    const LoaderOptions& options) {
  const auto cost = SimulateReads(store, options);
  ASSERT_THAT(cost, IsOk());
  auto loader = Loader::Create(store, options);
  ASSERT_THAT(loader, IsOk());
  while (true) {
    auto batch = (*loader)->Next();
    ASSERT_THAT(batch, IsOk());
    if (!batch->has_value()) break;
  }
  const LoaderStatistics statistics = (*loader)->statistics();
  EXPECT_EQ(cost->samples, statistics.samples);
  EXPECT_EQ(cost->bytes_delivered, statistics.bytes_delivered);
  EXPECT_EQ(cost->chunks, statistics.epoch_chunks);
  EXPECT_EQ(cost->decodes, statistics.chunks_decoded);
  EXPECT_EQ(cost->bytes_decoded, statistics.bytes_decoded);
  EXPECT_EQ(cost->bytes_read, statistics.bytes_read);
  EXPECT_EQ(cost->shuffle.value(), statistics.shuffle_quality);
}

TEST(ReadSimulationTest, AsLoaded) {
  const std::vector<ChunkGrid> grids = {ChunkGrid({30, 8, 4, 5}, {1, 8, 4, 5}),
                                        ChunkGrid({30, 8, 4, 5}, {7, 3, 2, 5}),
                                        ChunkGrid({5, 40, 4, 5}, {1, 9, 4, 5})};
  for (const ChunkGrid& grid : grids) {
    const auto store = std::make_shared<FakeStore>(FakeStore::Options{.grid = grid});
    for (const Order order : {Order::kSequential, Order::kUniform, Order::kChunkAware}) {
      for (const bool windows : {false, true}) {
        SCOPED_TRACE(absl::StrCat(ToString(grid.chunk_shape()), " order ", static_cast<int>(order),
                                  " windows ", windows));
        LoaderOptions options = {.batch_size = 3, .order = order, .workers = 2};
        if (windows) options.sample.windows = {{"", 0, 3}};
        ExpectAsLoaded(store, options);
        options.decode_once = false;
        ExpectAsLoaded(store, options);
      }
    }
  }
}

// The published chunk shape, 3000 sequences: 40.6 GB, planned in a moment.
TEST(ReadSimulationTest, PublishedSize) {
  const auto store = std::make_shared<GridStore>(GridStore::Options{
      .fields = {GridStore::MakeField("images", {3000, 100, 184, 184}, {94, 7, 12, 12})}});
  LoaderOptions options = {.batch_size = 10,
                           .order = Order::kChunkAware,
                           .workers = 2,
                           .memory_budget = int64_t{4} << 30};
  const auto aware = SimulateReads(store, options);
  ASSERT_THAT(aware, IsOk());
  options.order = Order::kUniform;
  const auto uniform = SimulateReads(store, options);
  ASSERT_THAT(uniform, IsOk());
  EXPECT_EQ(aware->samples, 3000);
  EXPECT_EQ(aware->chunks, 32 * 15 * 16 * 16);
  EXPECT_EQ(aware->chunks, uniform->chunks);
  EXPECT_GT(uniform->decodes_per_chunk(), 4 * aware->decodes_per_chunk());
  EXPECT_GT(uniform->shuffle.value(), aware->shuffle.value());

  // Two rows of chunks fit, so each is decoded once.
  EXPECT_LT(aware->decodes_per_chunk(), 1.05);
  options.order = Order::kSequential;
  const auto sequential = SimulateReads(store, options);
  ASSERT_THAT(sequential, IsOk());
  EXPECT_LT(sequential->decodes_per_chunk(), 1.05);
}

}  // namespace
}  // namespace seiche
