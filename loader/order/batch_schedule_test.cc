#include "loader/order/batch_schedule.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

using Options = BatchSchedule::Options;
using RandomBits = std::mt19937_64;

int64_t Between(RandomBits& random, int64_t low, int64_t high) {
  return std::uniform_int_distribution<int64_t>(low, high)(random);
}

Options OfShard(Options options, int64_t shard) {
  options.shard_index = shard;
  return options;
}

// First position, count and padding of all batches of all shards, in the global order.
struct Piece {
  int64_t first, count, padding;
  friend bool operator==(const Piece&, const Piece&) = default;
};

std::vector<Piece> GlobalOrder(const Options& options) {
  std::vector<Piece> pieces;
  for (int64_t shard = 0; shard < options.shard_count; ++shard) {
    const BatchSchedule schedule(OfShard(options, shard));
    for (int64_t batch = 0; batch < schedule.num_batches(); ++batch) {
      const BatchSchedule::Rows rows = schedule.At(batch);
      pieces.push_back({rows.first_position, rows.count, rows.padding});
    }
  }
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.first < b.first; });
  return pieces;
}

Options RandomOptions(RandomBits& random) {
  Options options{.samples = Between(random, 1, 60),
                  .batch_size = Between(random, 1, Between(random, 1, 80)),
                  .shard_count = Between(random, 1, 6)};
  options.last_batch = static_cast<LastBatch>(Between(random, 0, 2));
  if (Between(random, 0, 2) == 0) options.max_batches = Between(random, 0, 12);
  return options;
}

TEST(BatchScheduleTest, AnExampleOfEachKind) {
  const Options options{.samples = 10, .batch_size = 3, .shard_count = 3};
  EXPECT_THAT(GlobalOrder(options),
              ElementsAre(Piece{0, 3, 0}, Piece{3, 3, 0}, Piece{6, 3, 0}, Piece{9, 1, 0}));
  Options drop = options;
  drop.last_batch = LastBatch::kDrop;
  EXPECT_THAT(GlobalOrder(drop), ElementsAre(Piece{0, 3, 0}, Piece{3, 3, 0}, Piece{6, 3, 0}));
  EXPECT_EQ(BatchSchedule(drop).dropped(), 1);
  Options pad = options;
  pad.last_batch = LastBatch::kPad;
  EXPECT_THAT(GlobalOrder(pad), ElementsAre(Piece{0, 3, 0}, Piece{3, 3, 0}, Piece{6, 3, 0},
                                            Piece{9, 3, 2}, Piece{12, 3, 3}, Piece{15, 3, 3}));
  EXPECT_EQ(BatchSchedule(pad).dropped(), 0);
  EXPECT_EQ(BatchSchedule(pad).Wrapped(9), 9);
  EXPECT_EQ(BatchSchedule(pad).Wrapped(10), 0);
  EXPECT_EQ(BatchSchedule(pad).Wrapped(17), 7);
}

// Batches lie side by side from position 0 on, full but for the last; padding is what lies behind
// the samples.
TEST(BatchScheduleTest, EveryPositionOnce) {
  RandomBits random(1);
  for (int i = 0; i < 5000; ++i) {
    const Options options = RandomOptions(random);
    const std::vector<Piece> pieces = GlobalOrder(options);
    const int64_t full = std::min(options.batch_size, options.samples);
    int64_t end = 0, padding = 0;
    for (size_t p = 0; p < pieces.size(); ++p) {
      ASSERT_EQ(pieces[p].first, end);
      if (p + 1 < pieces.size() || options.last_batch != LastBatch::kKeep) {
        ASSERT_EQ(pieces[p].count, full);
      }
      ASSERT_GE(pieces[p].count, 1);
      ASSERT_LE(pieces[p].count, full);
      end += pieces[p].count;
      ASSERT_EQ(pieces[p].padding, std::clamp<int64_t>(end - options.samples, 0, full));
      padding += pieces[p].padding;
    }
    if (options.max_batches >= 0) {
      ASSERT_LE(pieces.size(), options.max_batches * options.shard_count);
      continue;
    }
    switch (options.last_batch) {
      case LastBatch::kKeep:
        ASSERT_EQ(end, options.samples);
        break;
      case LastBatch::kPad:
        ASSERT_EQ(end - padding, options.samples);
        ASSERT_LT(padding, full * options.shard_count) << "more than a batch of every shard";
        break;
      case LastBatch::kDrop:
        ASSERT_EQ(end + BatchSchedule(options).dropped(), options.samples);
        // Never more than what does not make a batch of every shard.
        ASSERT_LT(BatchSchedule(options).dropped(), options.batch_size * options.shard_count);
        break;
    }
  }
}

TEST(BatchScheduleTest, ShardsTakeTurns) {
  RandomBits random(2);
  for (int i = 0; i < 2000; ++i) {
    const Options options = RandomOptions(random);
    std::vector<int64_t> counts;
    for (int64_t shard = 0; shard < options.shard_count; ++shard) {
      const BatchSchedule schedule(OfShard(options, shard));
      counts.push_back(schedule.num_batches());
      for (int64_t batch = 0; batch < schedule.num_batches(); ++batch) {
        const int64_t size = std::min(options.batch_size, options.samples);
        ASSERT_EQ(schedule.At(batch).first_position, (batch * options.shard_count + shard) * size);
        ASSERT_EQ(schedule.Number(batch), batch);
      }
    }
    if (options.last_batch != LastBatch::kKeep) {
      ASSERT_THAT(counts, Each(counts[0]));
    }
    // Lower shards have the batch more.
    ASSERT_TRUE(std::is_sorted(counts.rbegin(), counts.rend()));
    ASSERT_LE(counts.front() - counts.back(), 1);
    if (options.max_batches >= 0) {
      ASSERT_LE(counts[0], options.max_batches);
    }
  }
}

TEST(BatchScheduleTest, MaxBatchesCutsTheOrder) {
  RandomBits random(3);
  for (int i = 0; i < 2000; ++i) {
    Options options = RandomOptions(random);
    options.max_batches = -1;
    const std::vector<Piece> all = GlobalOrder(options);
    options.max_batches = Between(random, 0, 12);
    const std::vector<Piece> some = GlobalOrder(options);
    const auto expected = static_cast<size_t>(options.max_batches * options.shard_count);
    ASSERT_EQ(some.size(), std::min(all.size(), expected));
    ASSERT_TRUE(std::equal(some.begin(), some.end(), all.begin()));
  }
}

// Stopped after any number of batches of every shard and gone on with: the rest of the order, on as
// many shards as one likes.
TEST(BatchScheduleTest, GoesOnAnywhere) {
  RandomBits random(4);
  for (int i = 0; i < 5000; ++i) {
    Options options = RandomOptions(random);
    options.max_batches = -1;
    const std::vector<Piece> all = GlobalOrder(options);
    const int64_t most = BatchSchedule(OfShard(options, options.shard_count - 1)).num_batches();
    const int64_t delivered = Between(random, 0, most);
    Options rest = options;
    rest.first_batch = BatchSchedule(options).Resume(delivered);
    ASSERT_EQ(rest.first_batch, delivered * options.shard_count);
    // Dropping and padding depend on the number of shards.
    if (options.last_batch == LastBatch::kKeep) rest.shard_count = Between(random, 1, 7);
    const std::vector<Piece> pieces = GlobalOrder(rest);
    ASSERT_EQ(pieces.size(), all.size() - rest.first_batch);
    ASSERT_TRUE(std::equal(pieces.begin(), pieces.end(), all.begin() + rest.first_batch));
    if (rest.shard_count == options.shard_count) {
      const BatchSchedule schedule(OfShard(rest, Between(random, 0, rest.shard_count - 1)));
      for (int64_t batch = 0; batch < schedule.num_batches(); ++batch) {
        ASSERT_EQ(schedule.Number(batch), delivered + batch);
      }
    }
    // From the middle of what was resumed.
    ASSERT_EQ(BatchSchedule(rest).Resume(3), rest.first_batch + 3 * rest.shard_count);
  }
}

// Each shard numbers its batches of the whole epoch 0, 1, ..., wherever the epoch goes on.
TEST(BatchScheduleTest, NumbersCountFromTheEpochsBeginning) {
  for (int64_t first = 0; first < 20; ++first) {
    for (int64_t shard = 0; shard < 3; ++shard) {
      const BatchSchedule schedule({.samples = 40,
                                    .batch_size = 2,
                                    .shard_index = shard,
                                    .shard_count = 3,
                                    .first_batch = first});
      for (int64_t batch = 0; batch < schedule.num_batches(); ++batch) {
        const int64_t global = schedule.At(batch).first_position / 2;
        ASSERT_GE(global, first);
        ASSERT_EQ(global % 3, shard);
        ASSERT_EQ(schedule.Number(batch), global / 3);
      }
    }
  }
}

TEST(BatchScheduleTest, BehindTheEndThereIsNothing) {
  for (const LastBatch last : {LastBatch::kKeep, LastBatch::kDrop, LastBatch::kPad}) {
    for (int64_t first : {int64_t{5}, int64_t{6}, int64_t{1} << 61}) {
      EXPECT_EQ(
          BatchSchedule({.samples = 10, .batch_size = 2, .last_batch = last, .first_batch = first})
              .num_batches(),
          0);
    }
  }
}

TEST(BatchScheduleTest, BatchesLargerThanTheEpoch) {
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  const Options options{.samples = 10, .batch_size = kHuge, .shard_count = 2};
  EXPECT_THAT(GlobalOrder(options), ElementsAre(Piece{0, 10, 0}));
  Options drop = options;
  drop.last_batch = LastBatch::kDrop;
  EXPECT_THAT(GlobalOrder(drop), ElementsAre());
  EXPECT_EQ(BatchSchedule(drop).dropped(), 10);
  Options pad = options;
  pad.last_batch = LastBatch::kPad;
  EXPECT_THAT(GlobalOrder(pad), ElementsAre(Piece{0, 10, 0}, Piece{10, 10, 10}));
}

TEST(BatchScheduleTest, NumbersNearTheLimit) {
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  const BatchSchedule schedule({.samples = kHuge, .batch_size = 1000, .max_batches = kHuge});
  EXPECT_EQ(schedule.num_batches(), kHuge / 1000 + 1);
  const BatchSchedule::Rows rows = schedule.At(schedule.num_batches() - 1);
  EXPECT_EQ(rows.first_position + (rows.count - 1), kHuge - 1);
  EXPECT_EQ(rows.padding, 0);
}

}  // namespace
}  // namespace seiche
