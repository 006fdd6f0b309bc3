// Encoder, decoder and reference decoder of the levels `small` and `smallest` against each other.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "codecs/simd_targets.h"
#include "codecs/swell/group_coder.h"
#include "codecs/swell/small/decoder.h"
#include "codecs/swell/small/encoder.h"
#include "codecs/swell/small/reference.h"
#include "codecs/test_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;
using Values = std::vector<int16_t>;

struct Extents {
  int64_t frames;
  int64_t height;
  int64_t width;
  int64_t group_frames;
};

constexpr Extents kExtents[] = {
    {1, 1, 1, 1},   {1, 1, 500, 1}, {3, 5, 1, 2},    {7, 9, 31, 3},   {4, 6, 32, 4},
    {5, 3, 33, 5},  {3, 8, 63, 2},  {3, 8, 64, 1},   {2, 4, 65, 2},   {2, 3, 256, 2},
    {2, 3, 257, 2}, {3, 2, 300, 3}, {6, 40, 184, 3}, {2, 2, 1100, 2}, {20, 1, 40, 20},
};

enum class Kind { kWaves, kZeros, kConstant, kNoise, kFaintNoise, kExtremes, kSparse };
constexpr Kind kKinds[] = {Kind::kWaves,      Kind::kZeros,    Kind::kConstant, Kind::kNoise,
                           Kind::kFaintNoise, Kind::kExtremes, Kind::kSparse};

Values MakeValues(Kind kind, const Extents& e, uint32_t seed) {
  const int64_t n = e.frames * e.height * e.width;
  Values values(n);
  std::mt19937 random(seed);
  const std::vector<float> waves =
      kind == Kind::kWaves ? WaveFrames(e.frames, e.height, e.width, seed) : std::vector<float>(n);
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t number = random();
    switch (kind) {
      case Kind::kWaves:
        values[i] = static_cast<int16_t>(waves[i] * 1000);
        break;
      case Kind::kZeros:
        break;
      case Kind::kConstant:
        values[i] = -12345;
        break;
      case Kind::kNoise:
        values[i] = static_cast<int16_t>(number);
        break;
      case Kind::kFaintNoise:
        values[i] = static_cast<int16_t>(number % 5);
        break;
      case Kind::kExtremes:
        values[i] = number % 3 == 0 ? INT16_MIN : number % 3 == 1 ? INT16_MAX : int16_t{0};
        break;
      case Kind::kSparse:
        values[i] = number % 97 == 0 ? static_cast<int16_t>(number >> 16) : int16_t{7};
        break;
    }
  }
  return values;
}

struct Encoded {
  Bytes model;
  std::vector<int64_t> starts;
  std::vector<Bytes> groups;
};

Encoded Encode(const Values& values, const Extents& e, SmallStencil stencil) {
  Encoded encoded;
  for (int64_t start = 0; start < e.frames; start += e.group_frames) {
    encoded.starts.push_back(start);
  }
  const auto encoder = MakeSmallEncoder(stencil);
  const Cube cube = {values.data(), 16, e.frames, e.height, e.width};
  EXPECT_THAT(encoder->Analyse(cube, encoded.starts, encoded.model), IsOk());
  for (size_t g = 0; g < encoded.starts.size(); ++g) {
    encoder->EncodeGroup(g, encoded.groups.emplace_back());
  }
  return encoded;
}

// Collects rows, which it expects in order, and reads all the padding that it may.
class Collector : public RowSink {
 public:
  Collector(int64_t height, int64_t width) : height_(height), width_(width) {}

  void Row(int64_t frame, int64_t row, const void* k) override {
    ASSERT_EQ(frame * height_ + row, rows_++);
    ASSERT_EQ(reinterpret_cast<uintptr_t>(k) % 64, 0);
    Values padded(width_ + kRowPadding);
    std::memcpy(padded.data(), k, padded.size() * sizeof(int16_t));
    values_.insert(values_.end(), padded.begin(), padded.begin() + width_);
  }
  const Values& values() const { return values_; }

 private:
  int64_t height_;
  int64_t width_;
  int64_t rows_ = 0;
  Values values_;
};

absl::StatusOr<Values> Decode(absl::Span<const std::byte> model, absl::Span<const std::byte> group,
                              int64_t frames, const Extents& e) {
  const auto decoder = MakeSmallDecoder();
  if (absl::Status status = decoder->Open(model, 16, e.height, e.width); !status.ok()) {
    return status;
  }
  Collector collector(e.height, e.width);
  if (absl::Status status = decoder->DecodeGroup(group, frames, collector); !status.ok()) {
    return status;
  }
  return collector.values();
}

int64_t GroupFrames(const Extents& e, int64_t start) {
  return std::min(e.group_frames, e.frames - start);
}

Values GroupValues(const Values& values, const Extents& e, int64_t start, int64_t frames) {
  const int64_t pixels = e.height * e.width;
  return Values(values.begin() + start * pixels, values.begin() + (start + frames) * pixels);
}

std::string Describe(const Extents& e, Kind kind, SmallStencil stencil, uint32_t seed) {
  return absl::StrCat("[", e.frames, ",", e.height, ",", e.width, "] by ", e.group_frames, " kind ",
                      static_cast<int>(kind), " stencil ", static_cast<int>(stencil), " seed ",
                      seed);
}

class SmallTest : public testing::TestWithParam<SmallStencil> {};

INSTANTIATE_TEST_SUITE_P(Stencils, SmallTest, testing::ValuesIn(kSmallStencils));

TEST_P(SmallTest, EveryInstructionSetAgreesWithTheReference) {
  const uint32_t seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  for (const Extents& e : kExtents) {
    for (const Kind kind : kKinds) {
      SCOPED_TRACE(Describe(e, kind, GetParam(), seed));
      const Values values = MakeValues(kind, e, seed);
      hwy::SetSupportedTargetsForTest(0);
      const Encoded encoded = Encode(values, e, GetParam());
      for (size_t g = 0; g < encoded.groups.size(); ++g) {
        const int64_t frames = GroupFrames(e, encoded.starts[g]);
        const auto plain =
            DecodeSmallPlainly(encoded.model, encoded.groups[g], frames, e.height, e.width);
        ASSERT_THAT(plain, IsOk());
        ASSERT_EQ(*plain, GroupValues(values, e, encoded.starts[g], frames));
      }
      for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
        SCOPED_TRACE(hwy::TargetName(target));
        hwy::SetSupportedTargetsForTest(target);
        const Encoded again = Encode(values, e, GetParam());
        ASSERT_EQ(again.model, encoded.model);
        ASSERT_EQ(again.groups, encoded.groups);
        for (size_t g = 0; g < encoded.groups.size(); ++g) {
          const int64_t frames = GroupFrames(e, encoded.starts[g]);
          const auto decoded = Decode(encoded.model, encoded.groups[g], frames, e);
          ASSERT_THAT(decoded, IsOk());
          ASSERT_EQ(*decoded, GroupValues(values, e, encoded.starts[g], frames));
        }
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST_P(SmallTest, FewerFramesNeedNoMoreThanTheirBytes) {
  const Extents e = {6, 20, 70, 6};
  const Values values = MakeValues(Kind::kNoise, e, 1);
  const Encoded encoded = Encode(values, e, GetParam());
  for (int64_t frames = 0; frames <= e.frames; ++frames) {
    const auto decoded = Decode(encoded.model, encoded.groups[0], frames, e);
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(*decoded, GroupValues(values, e, 0, frames));
  }
}

TEST_P(SmallTest, RefusesGroupsCutAtAnyLength) {
  const Extents e = {3, 6, 40, 3};
  for (const Kind kind : {Kind::kWaves, Kind::kNoise}) {
    const Encoded encoded = Encode(MakeValues(kind, e, 3), e, GetParam());
    const Bytes& group = encoded.groups[0];
    GuardedBytes guarded(group.size());
    for (size_t size = 0; size < group.size(); ++size) {
      const absl::Span<const std::byte> cut =
          guarded.Tail(absl::MakeConstSpan(group).subspan(0, size));
      ASSERT_THAT(Decode(encoded.model, cut, e.frames, e),
                  StatusIs(absl::StatusCode::kDataLoss, HasSubstr("swell: a")))
          << size << " of " << group.size();
    }
    EXPECT_THAT(Decode(encoded.model, guarded.Tail(group), e.frames, e), IsOk());
  }
}

TEST_P(SmallTest, RefusesModelsCutAtAnyLength) {
  const Extents e = {3, 6, 40, 3};
  const Encoded encoded = Encode(MakeValues(Kind::kWaves, e, 3), e, GetParam());
  for (size_t size = 0; size < encoded.model.size(); ++size) {
    const auto cut = absl::MakeConstSpan(encoded.model).subspan(0, size);
    ASSERT_THAT(Decode(cut, encoded.groups[0], e.frames, e),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the model of level small")))
        << size;
  }
}

// The decoder and the reference make the same of damage, whatever it is, on every instruction set.
void ExpectSameOfDamaged(absl::Span<const std::byte> model, absl::Span<const std::byte> group,
                         const Extents& e) {
  const auto plain = DecodeSmallPlainly(model, group, e.frames, e.height, e.width);
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    const auto decoded = Decode(model, group, e.frames, e);
    ASSERT_EQ(decoded.status(), plain.status());
    if (plain.ok()) {
      ASSERT_EQ(*decoded, *plain);
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST_P(SmallTest, BitFlipsAreDecodedAlikeOrRefused) {
  const Extents e = {3, 5, 40, 3};
  const Encoded encoded = Encode(MakeValues(Kind::kWaves, e, 5), e, GetParam());
  const Bytes& group = encoded.groups[0];
  GuardedBytes guarded(group.size());
  for (size_t bit = 0; bit < 8 * group.size(); ++bit) {
    Bytes damaged = group;
    damaged[bit / 8] ^= std::byte(1 << bit % 8);
    ASSERT_NO_FATAL_FAILURE(ExpectSameOfDamaged(encoded.model, guarded.Tail(damaged), e)) << bit;
  }
  for (size_t bit = 0; bit < 8 * encoded.model.size(); ++bit) {
    Bytes damaged = encoded.model;
    damaged[bit / 8] ^= std::byte(1 << bit % 8);
    ASSERT_NO_FATAL_FAILURE(ExpectSameOfDamaged(damaged, guarded.Tail(group), e)) << bit;
  }
}

TEST_P(SmallTest, RandomGroupsAreDecodedAlikeOrRefused) {
  const uint32_t seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const Extents e = {3, 4, 300, 3};
  // A model that knows all kinds of tokens.
  const Encoded encoded = Encode(MakeValues(Kind::kExtremes, e, seed), e, GetParam());
  GuardedBytes guarded(encoded.groups[0].size() * 2);
  for (int round = 0; round < 200; ++round) {
    Bytes group(random() % (encoded.groups[0].size() * 2));
    for (std::byte& byte : group) byte = std::byte(random());
    // Sizes of streams that may fit.
    if (group.size() > 16) {
      const uint32_t sizes[2] = {static_cast<uint32_t>(random() % 64),
                                 static_cast<uint32_t>(random() % group.size())};
      std::memcpy(group.data() + 2, sizes, sizeof(sizes));
    }
    ASSERT_NO_FATAL_FAILURE(ExpectSameOfDamaged(encoded.model, guarded.Tail(group), e)) << round;
  }
}

TEST_P(SmallTest, LearnsWhatRepeats) {
  // Plane waves obey a linear recursion, which the fit finds; other data cost about what they hold.
  const Extents e = {20, 64, 96, 20};
  const auto size = [&](Kind kind) {
    const Encoded encoded = Encode(MakeValues(kind, e, 7), e, GetParam());
    return encoded.model.size() + encoded.groups[0].size();
  };
  const size_t raw = e.frames * e.height * e.width * sizeof(int16_t);
  EXPECT_LT(size(Kind::kZeros), 1000);
  EXPECT_LT(size(Kind::kWaves), raw / 4);
  EXPECT_LT(size(Kind::kNoise), raw + raw / 16);
}

TEST(SmallLimitsTest, CodesSixteenBitsOnly) {
  const std::vector<int32_t> values(4);
  Bytes model;
  const int64_t starts[] = {0};
  EXPECT_THAT(MakeSmallEncoder(SmallStencil::kDiamond)
                  ->Analyse({values.data(), 32, 1, 2, 2}, starts, model),
              StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("16 bits")));
  EXPECT_THAT(MakeSmallDecoder()->Open(model, 32, 2, 2),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("no integers of 32 bits")));
}

}  // namespace
}  // namespace seiche
