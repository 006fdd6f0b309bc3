#include "experiments/waves/wave_generator.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "base/crc32c.h"
#include "base/worker_pool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using absl_testing::IsOk;
using absl_testing::StatusIs;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr WaveOptions kSmall = {.seed = 4, .frames = 3, .grid_points = 32};

template <typename T>
uint32_t Extend(uint32_t crc, const SequenceView<const T>& view) {
  return ExtendCrc32c(crc, {reinterpret_cast<const std::byte*>(view.data()),
                            static_cast<size_t>(view.size()) * sizeof(T)});
}

TEST(WaveGeneratorTest, SequencesComeInOrderAndAreTheSameForAnyNumberOfWorkers) {
  std::vector<uint32_t> digests;
  for (int workers : {1, 2, 3, 7}) {
    WorkerPool pool(workers);
    std::vector<int64_t> indices;
    uint32_t crc = 0;
    ASSERT_THAT(GenerateWaves(kSmall, {}, 5, 25, pool,
                              [&](const WaveSequence& sequence) {
                                indices.push_back(sequence.index);
                                crc = Extend(crc, sequence.height);
                                crc = Extend(crc, sequence.levels);
                                crc = Extend(crc, sequence.images);
                                return absl::OkStatus();
                              }),
                IsOk());
    ASSERT_EQ(indices.size(), 20);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(indices[i], 5 + i);
    digests.push_back(crc);
  }
  EXPECT_THAT(digests, testing::Each(digests[0]));
}

TEST(WaveGeneratorTest, ARangeIsAPartOfAllSequences) {
  WorkerPool pool(2);
  std::vector<float> whole, part;
  const auto append_to = [](std::vector<float>& out) {
    return [&out](const WaveSequence& sequence) {
      out.insert(out.end(), sequence.height.data(),
                 sequence.height.data() + sequence.height.size());
      return absl::OkStatus();
    };
  };
  ASSERT_THAT(GenerateWaves(kSmall, {}, 0, 4, pool, append_to(whole)), IsOk());
  ASSERT_THAT(GenerateWaves(kSmall, {}, 2, 4, pool, append_to(part)), IsOk());
  whole.erase(whole.begin(), whole.begin() + whole.size() / 2);
  EXPECT_EQ(part, whole);
}

TEST(WaveGeneratorTest, AnErrorOfTheSinkStopsIt) {
  for (int workers : {1, 4}) {
    WorkerPool pool(workers);
    std::vector<int64_t> indices;
    EXPECT_THAT(GenerateWaves(kSmall, {}, 0, 100, pool,
                              [&](const WaveSequence& sequence) -> absl::Status {
                                indices.push_back(sequence.index);
                                if (sequence.index == 2) {
                                  return absl::ResourceExhaustedError("disk full");
                                }
                                return absl::OkStatus();
                              }),
                StatusIs(absl::StatusCode::kResourceExhausted, "disk full"));
    EXPECT_THAT(indices, ElementsAre(0, 1, 2));
  }
}

TEST(WaveGeneratorTest, AnEmptyRangeIsNoError) {
  WorkerPool pool(2);
  EXPECT_THAT(GenerateWaves(kSmall, {}, 3, 3, pool,
                            [](const WaveSequence&) { return absl::InternalError("called"); }),
              IsOk());
}

TEST(WaveGeneratorTest, RefusesBadArguments) {
  WorkerPool pool(2);
  std::vector<int64_t> indices;
  const auto generate = [&](const WaveOptions& options, int64_t first, int64_t last) {
    return GenerateWaves(options, {}, first, last, pool, [&](const WaveSequence& sequence) {
      indices.push_back(sequence.index);
      return absl::OkStatus();
    });
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(generate(kSmall, -1, 3),
              StatusIs(kInvalid, "no range of sequences: first -1, last 3"));
  EXPECT_THAT(generate(kSmall, 3, 2), StatusIs(kInvalid, "no range of sequences: first 3, last 2"));
  EXPECT_THAT(generate({.frames = 0}, 0, 1),
              StatusIs(kInvalid, "frames must be in [1, 10000], not 0"));
  EXPECT_THAT(indices, IsEmpty());
}

}  // namespace
}  // namespace seiche
