#include "loader/plan/chunk_expiry.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status_matchers.h"
#include "gtest/gtest.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

GridStore Store(const Shape& shape, const Shape& chunk) {
  return GridStore({.fields = {GridStore::MakeField("u", shape, chunk)}});
}

// Whether the sample has an element in the chunk.
bool Needs(const GridStore& store, const SampleMap& map, int64_t sample, int64_t chunk) {
  const Box at = store.fields()[0].grid.BoxOf(chunk);
  for (int output = 0; output < static_cast<int>(map.outputs().size()); ++output) {
    Box box;
    map.SetBox(output, sample, 0, box);
    bool inside = true;
    for (size_t i = 0; i < at.offset.size(); ++i) {
      bool on_axis = false;
      for (int64_t k = 0; k < box.extent[i]; ++k) {
        const int64_t index = box.offset[i] + k * box.stride_of(static_cast<int>(i));
        on_axis |= index >= at.offset[i] && index < at.offset[i] + at.extent[i];
      }
      inside &= on_axis;
    }
    if (inside) return true;
  }
  return false;
}

// The position behind the last one that needs each chunk.
std::vector<int64_t> LastNeeds(const GridStore& store, const SampleMap& map,
                               const Sampler& sampler) {
  std::vector<int64_t> ends(store.fields()[0].grid.num_chunks(), 0);
  for (int64_t position = 0; position < sampler.size(); ++position) {
    for (size_t chunk = 0; chunk < ends.size(); ++chunk) {
      if (Needs(store, map, sampler(position), static_cast<int64_t>(chunk))) {
        ends[chunk] = position + 1;
      }
    }
  }
  return ends;
}

struct Case {
  Shape shape, chunk;
  SampleOptions samples = {};
};

std::vector<Case> Cases() {
  return {{{20, 6, 4}, {7, 3, 4}},
          {{20, 6, 4}, {7, 6, 4}, {.windows = {{"", 0, 2}}}},
          {{40, 4, 5}, {9, 4, 5}, {.windows = {{"input", 0, 3}, {"target", 5, 2}}}},
          {{40, 4, 5}, {6, 2, 5}, {.windows = {{"", 0, 4}}, .frame_stride = 3, .step = 2}}};
}

TEST(ChunkExpiryTest, ExactInSequence) {
  for (const Case& c : Cases()) {
    const GridStore store = Store(c.shape, c.chunk);
    const auto map = SampleMap::Create(store, c.samples, 0);
    ASSERT_THAT(map, absl_testing::IsOk());
    const Sampler sampler({.order = Order::kSequential, .block_samples = 7}, map->size(), 0, 0);
    ChunkExpiry expiry({.store = &store, .map = &*map, .sampler = &sampler});
    const std::vector<int64_t> ends = LastNeeds(store, *map, sampler);
    const ChunkGrid& grid = store.fields()[0].grid;
    for (int64_t chunk = 0; chunk < grid.num_chunks(); ++chunk) {
      // What holds is a row of chunks, whose last sample may lie in another chunk of it.
      int64_t row_end = 1;
      for (int64_t other = 0; other < grid.num_chunks(); ++other) {
        if (grid.BoxOf(other).offset[0] != grid.BoxOf(chunk).offset[0]) continue;
        row_end = std::max(row_end, ends[other]);
      }
      EXPECT_EQ(expiry(0, chunk), row_end) << "chunk " << chunk;
    }
  }
}

TEST(ChunkExpiryTest, AtTheEndOfItsWindow) {
  const GridStore store = Store({40, 6, 4}, {5, 3, 4});
  const auto map = SampleMap::Create(store, {}, 0);
  ASSERT_THAT(map, absl_testing::IsOk());
  const Sampler sampler({.order = Order::kChunkAware, .block_samples = 5, .window_blocks = 2}, 40,
                        3, 1);
  const std::vector<int64_t> ends = LastNeeds(store, *map, sampler);
  for (int64_t chunk = 0; chunk < store.fields()[0].grid.num_chunks(); ++chunk) {
    // For a batch that begins in the chunk's window and ends in the next.
    const int64_t last = ends[chunk] - 1;
    ChunkExpiry expiry({.store = &store,
                        .map = &*map,
                        .sampler = &sampler,
                        .first_position = last,
                        .last_position = std::min<int64_t>(39, last + 8)});
    EXPECT_EQ(expiry(0, chunk), sampler.WindowEnd(last));
    EXPECT_GE(expiry(0, chunk), ends[chunk]);
  }
}

TEST(ChunkExpiryTest, NotBeforeTheBatchIsDelivered) {
  const GridStore store = Store({20, 6, 4}, {5, 6, 4});
  const auto map = SampleMap::Create(store, {}, 0);
  ASSERT_THAT(map, absl_testing::IsOk());
  // A last batch may be padded with samples that have been long ago.
  for (const Order order : {Order::kSequential, Order::kChunkAware}) {
    const Sampler sampler({.order = order, .block_samples = 5}, 20, 0, 0);
    ChunkExpiry expiry({.store = &store,
                        .map = &*map,
                        .sampler = &sampler,
                        .first_position = 25,
                        .last_position = 19});
    EXPECT_EQ(expiry(0, 0), 26);
  }
}

TEST(ChunkExpiryTest, NeverWhereAllAreKept) {
  const GridStore store = Store({20, 6, 4}, {5, 6, 4});
  const auto map = SampleMap::Create(store, {}, 0);
  ASSERT_THAT(map, absl_testing::IsOk());
  const Sampler sampler({}, 20, 0, 0);
  ChunkExpiry expiry({.store = &store, .map = &*map, .sampler = &sampler, .keep_all = true});
  EXPECT_EQ(expiry(0, 1), std::numeric_limits<int64_t>::max());
}

}  // namespace
}  // namespace seiche
