#include "codecs/swell/fast/fast_coder.h"

#include <cstring>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "codecs/simd_targets.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using Bytes = std::vector<std::byte>;

// Collects rows and reads all that a sink may read.
class Collector final : public RowSink {
 public:
  Collector(int bits, int64_t height, int64_t width)
      : row_bytes_(width * bits / 8),
        readable_((width + kRowPadding) * bits / 8),
        height_(height) {}

  void Row(int64_t frame, int64_t row, const void* k) override {
    EXPECT_EQ(frame * height_ + row, rows_++);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(k) % 64, 0u);
    const auto* bytes = static_cast<const std::byte*>(k);
    const Bytes all(bytes, bytes + readable_);
    values.insert(values.end(), all.begin(), all.begin() + row_bytes_);
  }

  Bytes values;

 private:
  int64_t row_bytes_, readable_, height_, rows_ = 0;
};

struct Kind {
  int64_t frames, height, width;
  int bits;
};

// Integers of every size: runs of equal ones, small steps, now and then anything.
Bytes MakeIntegers(const Kind& kind, uint32_t seed) {
  std::mt19937_64 random(seed);
  const size_t count = kind.frames * kind.height * kind.width;
  std::vector<uint64_t> values(count);
  const uint64_t style = random() % 5;
  uint64_t value = random();
  for (size_t i = 0; i < count; ++i) {
    if (style == 0) value = 77;
    if (style == 1) value += random() % 3 - 1;
    if (style == 2) value = random();
    if (style == 3 && random() % 50 == 0) value = random() >> random() % 64;
    if (style == 4) value = uint64_t{0} - (i % 2 << (kind.bits - 1));
    values[i] = value;
  }
  Bytes bytes(count * kind.bits / 8);
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(bytes.data() + i * kind.bits / 8, &values[i], kind.bits / 8);
  }
  return bytes;
}

std::vector<Bytes> Encode(const Kind& kind, const Bytes& integers,
                          const std::vector<int64_t>& starts) {
  const auto encoder = MakeFastEncoder();
  Bytes model = {std::byte{1}};
  EXPECT_TRUE(encoder
                  ->Analyse({integers.data(), kind.bits, kind.frames, kind.height, kind.width},
                            starts, model)
                  .ok());
  EXPECT_TRUE(model.empty());
  std::vector<Bytes> groups(starts.size());
  for (size_t g = 0; g < starts.size(); ++g) encoder->EncodeGroup(g, groups[g]);
  return groups;
}

TEST(FastCoderTest, EveryInstructionSetAgrees) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  RecordProperty("seed", std::to_string(seed));
  std::mt19937 random(seed);
  GuardedBytes guarded(1 << 20);
  for (int round = 0; round < 150; ++round) {
    const auto up_to = [&](int64_t limit) { return 1 + static_cast<int64_t>(random() % limit); };
    const Kind kind = {up_to(7), up_to(round % 3 ? 9 : 70), up_to(round % 2 ? 12 : 150),
                       16 << round % 3};
    SCOPED_TRACE(testing::Message() << kind.frames << "," << kind.height << "," << kind.width
                                    << " of " << kind.bits << " bits, round " << round);
    const Bytes integers = MakeIntegers(kind, random());
    const size_t frame_bytes = integers.size() / kind.frames;
    const std::vector<int64_t> starts =
        kind.frames > 3 ? std::vector<int64_t>{0, 3} : std::vector<int64_t>{0};
    std::vector<Bytes> expected;
    for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
      SCOPED_TRACE(hwy::TargetName(target));
      hwy::SetSupportedTargetsForTest(target);
      const std::vector<Bytes> groups = Encode(kind, integers, starts);
      if (expected.empty()) expected = groups;
      ASSERT_EQ(groups, expected);
      const auto decoder = MakeFastDecoder();
      ASSERT_TRUE(decoder->Open({}, kind.bits, kind.height, kind.width).ok());
      for (size_t g = 0; g < starts.size(); ++g) {
        const int64_t end = g + 1 < starts.size() ? starts[g + 1] : kind.frames;
        for (int64_t frames : {end - starts[g], int64_t{1}}) {
          Collector sink(kind.bits, kind.height, kind.width);
          ASSERT_TRUE(decoder->DecodeGroup(guarded.Tail(groups[g]), frames, sink).ok());
          const auto from = integers.begin() + starts[g] * frame_bytes;
          ASSERT_EQ(sink.values, Bytes(from, from + frames * frame_bytes));
        }
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(FastCoderTest, SurvivesDamage) {
  GuardedBytes guarded(1 << 16);
  std::mt19937 random(7);
  for (int bits : {16, 32, 64}) {
    const Kind kind = {3, 9, 21, bits};
    const Bytes group = Encode(kind, MakeIntegers(kind, bits), {0})[0];
    for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
      hwy::SetSupportedTargetsForTest(target);
      const auto decoder = MakeFastDecoder();
      ASSERT_TRUE(decoder->Open({}, bits, kind.height, kind.width).ok());
      for (size_t size = 0; size < group.size(); ++size) {
        Collector sink(bits, kind.height, kind.width);
        const absl::Status status = decoder->DecodeGroup(
            guarded.Tail(absl::MakeConstSpan(group).first(size)), kind.frames, sink);
        EXPECT_THAT(status, absl_testing::StatusIs(absl::StatusCode::kDataLoss)) << size;
      }
      for (size_t at = 0; at < group.size(); ++at) {
        Bytes damaged = group;
        damaged[at] ^= static_cast<std::byte>(1 + random() % 255);
        Collector sink(bits, kind.height, kind.width);
        const absl::Status status = decoder->DecodeGroup(guarded.Tail(damaged), kind.frames, sink);
        EXPECT_TRUE(status.ok() || absl::IsDataLoss(status)) << status;
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(FastCoderTest, TakesTheAxesThatSuit) {
  // A ramp in t that differs from pixel to pixel: only the difference along t is constant.
  std::mt19937 random(3);
  std::vector<int16_t> values(6 * 40 * 40);
  for (int i = 0; i < 1600; ++i) {
    const int start = static_cast<int>(random() % 20000) - 10000;
    for (int t = 0; t < 6; ++t) values[t * 1600 + i] = static_cast<int16_t>(start + 3 * t);
  }
  Bytes bytes(values.size() * 2);
  std::memcpy(bytes.data(), values.data(), bytes.size());
  const Bytes group = Encode({6, 40, 40, 16}, bytes, {0})[0];
  const std::optional<FastGroup> parsed = FastGroup::Parse(group);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_TRUE(parsed->predictor & kDifferenceT);
  EXPECT_EQ(parsed->block_rows, 4);
  EXPECT_LT(group.size(), 1600 * 2 * 3 / 2);
}

}  // namespace
}  // namespace seiche
