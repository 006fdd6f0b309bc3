#include "codecs/swell/swell_codec.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "base/array_view.h"
#include "codecs/simd_targets.h"
#include "codecs/swell/reference_decoder.h"
#include "codecs/swell/stream_header.h"
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

constexpr DType kDTypes[] = {DType::kInt8,    DType::kInt16,   DType::kInt32,   DType::kInt64,
                             DType::kUInt8,   DType::kUInt16,  DType::kUInt32,  DType::kUInt64,
                             DType::kFloat16, DType::kFloat32, DType::kFloat64, DType::kBFloat16};

constexpr SwellLevel kLevels[] = {SwellLevel::kFast, SwellLevel::kSmall, SwellLevel::kSmallest};

struct Array {
  DType dtype;
  Shape shape;
  Bytes bytes;

  ConstArrayView view() const {
    return MakeView(static_cast<const void*>(bytes.data()), dtype, shape);
  }
  template <typename T>
  T at(size_t i) const {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    return value;
  }
};

template <typename T>
Array MakeArray(const Shape& shape, const std::vector<T>& values) {
  Array array = {kDTypeOf<T>, shape, Bytes(values.size() * sizeof(T))};
  std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
  return array;
}

Bytes Encode(const SwellOptions& options, const Array& array) {
  auto codec = MakeSwellCodec(options);
  EXPECT_THAT(codec, IsOk());
  CodecScratch scratch;
  Bytes encoded;
  EXPECT_THAT((*codec)->Encode(array.view(), encoded, scratch), IsOk());
  return encoded;
}

absl::StatusOr<Array> Decode(absl::Span<const std::byte> encoded,
                             const DecodeOptions& options = {}) {
  CodecScratch scratch;
  const auto codec = MakeSwellCodec();
  auto info = (*codec)->Inspect(encoded);
  if (!info.ok()) return info.status();
  if (options.frames >= 0) {
    info->shape[0] = options.frames;
  } else {
    info->shape[0] -= options.first_frame;
  }
  const int64_t elements = NumElements(info->shape);
  if (elements > 1 << 22) return absl::DataLossError("too large for this test");
  Array array = {info->dtype, info->shape, Bytes(elements * SizeOf(info->dtype))};
  const absl::Status status = (*codec)->Decode(
      encoded, options, MakeView(static_cast<void*>(array.bytes.data()), array.dtype, array.shape),
      scratch);
  if (!status.ok()) return status;
  return array;
}

// Bits of every kind: smooth steps, runs, noise, special floats.
Array MakeBits(DType dtype, const Shape& shape, uint32_t seed) {
  std::mt19937_64 random(seed);
  const size_t size = SizeOf(dtype);
  const size_t count = NumElements(shape);
  Array array = {dtype, shape, Bytes(count * size)};
  const uint64_t style = random() % 6;
  uint64_t value = random() >> random() % 64;
  for (size_t i = 0; i < count; ++i) {
    if (style == 1) value += random() % 5;
    if (style == 2) value = random();
    if (style == 3 && random() % 30 == 0) value = random();
    if (style == 4) value = random() % 3 << (8 * size - 2);
    if (style == 5) {
      const double number = std::sin(0.01 * i) * (random() % 40 == 0 ? NAN : 3);
      if (dtype == DType::kFloat32) {
        value = std::bit_cast<uint32_t>(static_cast<float>(number));
      } else {
        value = std::bit_cast<uint64_t>(number);
      }
    }
    std::memcpy(array.bytes.data() + i * size, &value, size);
  }
  return array;
}

Shape RandomShape(std::mt19937& random) {
  Shape shape(1 + random() % 4);
  for (int64_t& extent : shape) extent = 1 + random() % (random() % 4 == 0 ? 40 : 9);
  return shape;
}

TEST(SwellCodecTest, EveryDTypeShapeAndInstructionSetAgreesWithTheReference) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  RecordProperty("seed", std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 400; ++round) {
    const Array array =
        MakeBits(kDTypes[round % std::size(kDTypes)], RandomShape(random), random());
    SCOPED_TRACE(testing::Message()
                 << Name(array.dtype) << ToString(array.shape) << " round " << round);
    const SwellOptions options = {.level = kLevels[random() % 3],
                                  .group_frames = 1 + static_cast<int64_t>(random() % 5)};
    Bytes expected;
    for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
      SCOPED_TRACE(hwy::TargetName(target));
      hwy::SetSupportedTargetsForTest(target);
      const Bytes encoded = Encode(options, array);
      if (expected.empty()) expected = encoded;
      ASSERT_EQ(encoded, expected);
      ASSERT_LE(encoded.size(), array.bytes.size() + 64);
      const auto decoded = Decode(encoded);
      ASSERT_THAT(decoded, IsOk());
      ASSERT_EQ(decoded->dtype, array.dtype);
      ASSERT_EQ(decoded->shape, array.shape);
      ASSERT_EQ(decoded->bytes, array.bytes);
    }
    const auto reference = DecodeByReference(expected);
    ASSERT_TRUE(reference.has_value());
    ASSERT_EQ(*reference, array.bytes);
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(SwellCodecTest, AnyFramesAlone) {
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    const Array array =
        MakeBits(kDTypes[round % std::size(kDTypes)], RandomShape(random), random());
    const Bytes encoded = Encode(
        {.level = kLevels[round % 3], .group_frames = 1 + static_cast<int64_t>(random() % 5)},
        array);
    const size_t frame = array.bytes.size() / array.shape[0];
    for (int64_t first = 0; first <= array.shape[0]; ++first) {
      for (int64_t frames : {int64_t{-1}, int64_t{0}, (array.shape[0] - first + 1) / 2}) {
        const auto decoded = Decode(encoded, {.first_frame = first, .frames = frames});
        ASSERT_THAT(decoded, IsOk());
        const int64_t end = frames < 0 ? array.shape[0] : first + frames;
        ASSERT_EQ(decoded->bytes,
                  Bytes(array.bytes.begin() + first * frame, array.bytes.begin() + end * frame));
      }
    }
  }
}

// However many axes a range of elements begins and ends in the middle of.
TEST(SwellCodecTest, AnyElementsAlone) {
  std::mt19937 random(6);
  for (int round = 0; round < 120; ++round) {
    const Array array =
        MakeBits(kDTypes[round % std::size(kDTypes)], RandomShape(random), random());
    const auto size = static_cast<int64_t>(SizeOf(array.dtype));
    const int64_t count = NumElements(array.shape);
    const Bytes encoded = Encode(
        {.level = kLevels[round % 3], .group_frames = 1 + static_cast<int64_t>(random() % 5)},
        array);
    CodecScratch scratch;
    for (int part = 0; part < 20; ++part) {
      const int64_t first = random() % (count + 1);
      Bytes out(random() % (count - first + 1) * size);
      ASSERT_THAT(DecodeSwellElements(encoded, count, first, size, absl::MakeSpan(out), scratch),
                  IsOk());
      ASSERT_TRUE(std::equal(out.begin(), out.end(), array.bytes.begin() + first * size));
    }
    Bytes more((count + 1) * size);
    EXPECT_THAT(DecodeSwellElements(encoded, count, 0, size, absl::MakeSpan(more), scratch),
                StatusIs(absl::StatusCode::kDataLoss));
    EXPECT_THAT(DecodeSwellElements(encoded, count, 0, 2 * size, absl::MakeSpan(more), scratch),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("elements of")));
  }
}

// A stream whose header says that its frames are of `height` rows: everything else is that of
// `encoded`, of one group.
Bytes WithHeight(const Bytes& encoded, int64_t height) {
  StreamHeader header = *ParseHeader(encoded);
  header.info.shape[header.info.shape.size() - 2] = height;
  Bytes other = WriteHeader(header);
  for (const auto& group : header.groups) {
    other.insert(other.end(), group.bytes.begin(), group.bytes.end());
  }
  return other;
}

// Whoever asks for some elements has no array of that size to notice it by.
TEST(SwellCodecTest, FramesOfAnySizeAreRefused) {
  const Array array = MakeArray<float>({1, 8, 16384}, WaveFrames(1, 8, 16384, 4));
  for (const SwellLevel level : kLevels) {
    const Bytes encoded =
        Encode({.level = level, .mode = SwellMode::kAbsolute, .bound = 1e-3}, array);
    for (const int64_t height : {int64_t{9}, int64_t{1} << 20, int64_t{111167824183472}}) {
      const Bytes other = WithHeight(encoded, height);
      Bytes out(100 * sizeof(float));
      CodecScratch scratch;
      for (const int64_t elements : {int64_t{8}, height}) {
        EXPECT_THAT(DecodeSwellElements(other, elements * 16384, 0, sizeof(float),
                                        absl::MakeSpan(out), scratch),
                    StatusIs(absl::StatusCode::kDataLoss))
            << height;
      }
    }
  }
}

TEST(SwellCodecTest, RelativeBoundsWhereTheRangeIsNoDouble) {
  std::mt19937 random(8);
  std::vector<double> values(3000);
  for (double& value : values) value = (static_cast<double>(random()) / 0x1p31 - 1) * 1.7e308;
  const Array array = MakeArray<double>({3, 20, 50}, values);
  for (const SwellLevel level : kLevels) {
    const Bytes encoded =
        Encode({.level = level, .mode = SwellMode::kRelative, .bound = 1e-3}, array);
    std::vector<double> decoded(values.size());
    CodecScratch scratch;
    ASSERT_THAT(DecodeSwellElements(encoded, 3000, 0, sizeof(double),
                                    absl::MakeSpan(reinterpret_cast<std::byte*>(decoded.data()),
                                                   decoded.size() * sizeof(double)),
                                    scratch),
                IsOk());
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_LE(std::abs(values[i] - decoded[i]), 1e-3 * 2 * 1.7e308);
    }
  }
}

// Waves that are no multiples of anything, with a few values that no integer stands for.
template <typename T>
std::vector<T> Rough(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<T> values(count);
  for (size_t i = 0; i < count; ++i) {
    values[i] = static_cast<T>(std::sin(0.37 * i) * 2 + 1e-3 * (random() % 1000));
    if (random() % 97 == 0) values[i] = std::numeric_limits<T>::quiet_NaN();
    if (random() % 97 == 0) values[i] = -std::numeric_limits<T>::infinity();
    if (random() % 97 == 0) values[i] = std::numeric_limits<T>::max();
    if (random() % 97 == 0) values[i] = std::numeric_limits<T>::denorm_min();
  }
  return values;
}

// A damaged group is noticed by exactly those windows that have elements of it.
TEST(SwellCodecTest, OtherGroupsAreNotLookedAt) {
  const Array array = MakeArray<float>({2, 10, 9, 11}, WaveFrames(20, 9, 11, 4));
  const Bytes encoded = Encode({.level = SwellLevel::kFast, .group_frames = 3}, array);
  const auto header = ParseHeader(encoded);
  ASSERT_THAT(header, IsOk());
  ASSERT_EQ(header->groups.size(), 8);
  for (size_t group = 0; group < 8; ++group) {
    Bytes damaged = encoded;
    damaged[header->groups[group].bytes.data() - encoded.data() + 15] ^= std::byte{1};
    const int64_t start = group / 4 * 10 + group % 4 * 3;
    const int64_t end = start + (group % 4 == 3 ? 1 : 3);
    for (int64_t first = 0; first < 20; ++first) {
      for (int64_t last = first; last < 20; ++last) {
        Bytes out((last - first + 1) * 99 * sizeof(float));
        CodecScratch scratch;
        const absl::Status status = DecodeSwellElements(damaged, 20 * 99, first * 99, sizeof(float),
                                                        absl::MakeSpan(out), scratch);
        EXPECT_EQ(status.ok(), last < start || first >= end)
            << group << ' ' << first << ' ' << last;
      }
    }
  }
}

template <typename T>
void ExpectBound(double bound) {
  const Array array = MakeArray<T>({7, 20, 30}, Rough<T>(4200, 1));
  const Bytes encoded = Encode({.mode = SwellMode::kAbsolute, .bound = bound}, array);
  const auto decoded = Decode(encoded);
  ASSERT_THAT(decoded, IsOk());
  const auto reference = DecodeByReference(encoded);
  ASSERT_TRUE(reference.has_value());
  EXPECT_EQ(*reference, decoded->bytes);
  for (size_t i = 0; i < 4200; ++i) {
    const T x = array.at<T>(i);
    const T y = decoded->at<T>(i);
    if (std::isfinite(x)) {
      ASSERT_LE(std::abs(static_cast<long double>(x) - y), bound) << i;
    } else {
      ASSERT_EQ(std::memcmp(&x, &y, sizeof(T)), 0) << i;
    }
  }
}

TEST(SwellCodecTest, KeepsEveryBound) {
  for (double bound = 1e300; bound > 1e-320; bound /= 2.7) {
    SCOPED_TRACE(bound);
    ExpectBound<float>(bound);
    ExpectBound<double>(bound);
  }
}

TEST(SwellCodecTest, RelativeBoundsAreOfTheRange) {
  std::vector<float> values(1000);
  for (int i = 0; i < 1000; ++i) values[i] = 100 + std::sin(0.1f * i) * 4;
  const Array array = MakeArray<float>({10, 10, 10}, values);
  const Bytes encoded = Encode({.mode = SwellMode::kRelative, .bound = 0.01}, array);
  const auto decoded = Decode(encoded);
  ASSERT_THAT(decoded, IsOk());
  float largest = 0;
  for (int i = 0; i < 1000; ++i) {
    largest = std::max(largest, std::abs(decoded->at<float>(i) - values[i]));
  }
  EXPECT_LE(largest, 0.08);
  EXPECT_GT(largest, 0.04);  // makes use of it
}

TEST(SwellCodecTest, MultiplesAreKeptExactlyWhereABoundCostsMore) {
  const Array waves = MakeArray<float>({10, 60, 64}, WaveFrames(10, 60, 64, 1));
  for (const SwellLevel level : {SwellLevel::kFast, SwellLevel::kSmall, SwellLevel::kSmallest}) {
    const size_t lossless = Encode({.level = level}, waves).size();
    const size_t bound_field = 8;
    // Of the step, 1 / 255: less than half of it, and more, up to all.
    for (const double part : {0.1, 0.4, 0.51, 0.7, 0.99}) {
      const Bytes encoded =
          Encode({.level = level, .mode = SwellMode::kAbsolute, .bound = part / 255}, waves);
      EXPECT_LE(encoded.size(), lossless + bound_field) << part;
      const auto decoded = Decode(encoded);
      ASSERT_THAT(decoded, IsOk());
      for (int64_t i = 0; i < 10 * 60 * 64; ++i) {
        const double error = double{decoded->at<float>(i)} - double{waves.at<float>(i)};
        ASSERT_LE(std::abs(error), part < 0.5 ? 0 : part / 255) << part;
      }
    }
    // Several steps are made use of.
    const Bytes coarse =
        Encode({.level = level, .mode = SwellMode::kAbsolute, .bound = 4.0 / 255}, waves);
    EXPECT_LT(coarse.size() * 5, lossless * 4);
  }
}

TEST(SwellCodecTest, FindsWhatValuesAreMultiplesOf) {
  std::vector<float> shaded = WaveFrames(10, 60, 64, 1);
  const Array waves = MakeArray<float>({10, 60, 64}, shaded);
  const Bytes encoded = Encode({.level = SwellLevel::kFast}, waves);
  EXPECT_LT(encoded.size() * 8, waves.bytes.size());
  // A hole and a few negative zeros cost little.
  for (int i = 500; i < 9000; ++i) shaded[i] = NAN;
  for (int i = 10000; i < 10100; i += 10) shaded[i] = -0.0f;
  const Array holes = MakeArray<float>({10, 60, 64}, shaded);
  const Bytes with_holes = Encode({.level = SwellLevel::kFast}, holes);
  EXPECT_LT(with_holes.size(), encoded.size() + 300);
  const auto decoded = Decode(with_holes);
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->bytes, holes.bytes);
}

TEST(SwellCodecTest, EveryLevelIsUsedWhereItIsOfUse) {
  const Array waves = MakeArray<float>({10, 60, 64}, WaveFrames(10, 60, 64, 1));
  size_t last = waves.bytes.size();
  for (const SwellLevel level : kLevels) {
    const Bytes encoded = Encode({.level = level}, waves);
    EXPECT_EQ(ParseHeader(encoded)->level, level);
    EXPECT_LT(encoded.size(), last);
    if (level != SwellLevel::kSmall) last = encoded.size();
    EXPECT_EQ(Decode(encoded)->bytes, waves.bytes);
    const auto reference = DecodeByReference(encoded);
    ASSERT_TRUE(reference.has_value());
    EXPECT_EQ(*reference, waves.bytes);
  }
  Array noise = {DType::kInt16, {10, 20, 20}, MakeData(DataKind::kRandom, 8000, 1)};
  EXPECT_EQ(ParseHeader(Encode({}, noise))->level, SwellLevel::kRaw);
  // Integers of more than 16 bits are none for the other levels.
  std::vector<float> rough(4000);
  for (int i = 0; i < 4000; ++i) rough[i] = std::sqrt(static_cast<float>(i));
  EXPECT_EQ(ParseHeader(Encode({}, MakeArray<float>({10, 20, 20}, rough)))->level,
            SwellLevel::kFast);
}

TEST(SwellCodecTest, DecodesIntoStrides) {
  const Array array = MakeBits(DType::kFloat32, {3, 5, 7}, 1);
  const Bytes encoded = Encode({}, array);
  Array large = {DType::kFloat32, {6, 9, 8}, Bytes(6 * 9 * 8 * 4, std::byte{0xab})};
  const ArrayView out =
      Slice(MakeView(static_cast<void*>(large.bytes.data()), large.dtype, large.shape),
            {.offset = {1, 2, 1}, .extent = {3, 5, 7}, .stride = {2, 1, 1}});
  CodecScratch scratch;
  const auto codec = MakeSwellCodec();
  ASSERT_THAT((*codec)->Decode(encoded, {}, out, scratch), IsOk());
  Array dense = {DType::kFloat32, {3, 5, 7}, Bytes(array.bytes.size())};
  CopyArray(out, MakeView(static_cast<void*>(dense.bytes.data()), dense.dtype, dense.shape));
  EXPECT_EQ(dense.bytes, array.bytes);
  EXPECT_EQ(std::count(large.bytes.begin(), large.bytes.end(), std::byte{0xab}) >=
                static_cast<int64_t>(large.bytes.size() - array.bytes.size()),
            true);
  // And encodes from them.
  Bytes again;
  ASSERT_THAT((*codec)->Encode(out, again, scratch), IsOk());
  EXPECT_EQ(again, encoded);
}

TEST(SwellCodecTest, TruncationAndFlipsAreDataLoss) {
  GuardedBytes guarded(1 << 16);
  for (const Array& array :
       {MakeArray<float>({2, 9, 11}, Rough<float>(198, 2)), MakeBits(DType::kUInt8, {40}, 2)}) {
    const Bytes encoded = Encode({.group_frames = 1}, array);
    for (size_t size = 0; size < encoded.size(); ++size) {
      EXPECT_THAT(Decode(guarded.Tail(absl::MakeConstSpan(encoded).first(size))),
                  StatusIs(absl::StatusCode::kDataLoss));
    }
    for (size_t bit = 0; bit < 8 * encoded.size(); ++bit) {
      Bytes damaged = encoded;
      damaged[bit / 8] ^= std::byte{1} << bit % 8;
      EXPECT_THAT(Decode(guarded.Tail(damaged)), StatusIs(absl::StatusCode::kDataLoss)) << bit;
    }
  }
}

// Encoders cut it, but a stream may say that a group has more frames than there are.
TEST(SwellCodecTest, GroupsMayBeLongerThanTheArray) {
  const Array array = MakeArray<float>({3, 9, 11}, Rough<float>(297, 2));
  const Bytes encoded = Encode({.level = SwellLevel::kFast}, array);
  auto header = ParseHeader(encoded);
  ASSERT_THAT(header, IsOk());
  ASSERT_EQ(header->groups.size(), 1);
  header->group_frames = std::numeric_limits<int64_t>::max();
  Bytes longer = WriteHeader(*header);
  const auto group = header->groups[0].bytes;
  longer.insert(longer.end(), group.begin(), group.end());
  const auto decoded = Decode(longer);
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->bytes, array.bytes);
}

TEST(SwellCodecTest, SaysWhatIsWrong) {
  EXPECT_THAT(MakeSwellCodec({.group_frames = 0}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(MakeSwellCodec({.level = SwellLevel::kRaw}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(MakeSwellCodec({.bound = 1}), StatusIs(absl::StatusCode::kInvalidArgument));
  for (double bound : {0.0, -1.0, double{NAN}, double{INFINITY}}) {
    EXPECT_THAT(MakeSwellCodec({.mode = SwellMode::kAbsolute, .bound = bound}),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  const auto codec = MakeSwellCodec();
  CodecScratch scratch;
  Bytes encoded;
  EXPECT_THAT((*codec)->Encode(MakeBits(DType::kInt8, {1, 1, 1, 1, 2}, 1).view(), encoded, scratch),
              StatusIs(absl::StatusCode::kInvalidArgument));
  const Array array = MakeBits(DType::kInt16, {4, 6}, 1);
  encoded = Encode({}, array);
  Bytes out(48);
  const auto decode = [&](DType dtype, const Shape& shape, const DecodeOptions& options) {
    return (*codec)->Decode(encoded, options,
                            MakeView(static_cast<void*>(out.data()), dtype, shape), scratch);
  };
  EXPECT_THAT(decode(DType::kInt16, {4, 6}, {}), IsOk());
  EXPECT_THAT(decode(DType::kInt16, {6, 4}, {}), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(decode(DType::kUInt16, {4, 6}, {}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(decode(DType::kInt16, {4, 6}, {.scale = 2}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(decode(DType::kInt16, {2, 6}, {.first_frame = 3, .frames = 2}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT((*codec)->Inspect({}), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("swell")));
}

TEST(SwellCodecTest, EmptyArrays) {
  for (const Shape& shape : {Shape{0}, Shape{3, 0}, Shape{0, 5, 5}, Shape{2, 0, 4, 4}}) {
    const Array array = {DType::kFloat64, shape, {}};
    const auto decoded = Decode(Encode({}, array));
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->shape, shape);
  }
}

}  // namespace
}  // namespace seiche
