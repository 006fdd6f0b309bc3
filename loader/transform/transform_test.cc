#include "loader/transform/transform.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "base/random.h"
#include "codecs/simd_targets.h"
#include "codecs/test_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"
#include "loader/transform/transform_reference.h"

namespace seiche {
namespace {

using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using Bytes = std::vector<std::byte>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

constexpr DType kStored[] = {DType::kInt8,    DType::kInt16,   DType::kInt32,   DType::kInt64,
                             DType::kUInt8,   DType::kUInt16,  DType::kUInt32,  DType::kUInt64,
                             DType::kFloat16, DType::kFloat32, DType::kFloat64, DType::kBFloat16};

std::vector<DType> OutputsOf(DType stored) {
  std::vector<DType> outputs = {DType::kFloat32, DType::kFloat16, DType::kBFloat16, DType::kUInt8};
  if (std::ranges::find(outputs, stored) == outputs.end()) outputs.push_back(stored);
  return outputs;
}

// ---- Values

template <typename Value>
void Append(Bytes& bytes, Value value) {
  const auto* const begin = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), begin, begin + sizeof(value));
}

// Around everything that a rounding to a smaller type could trip over.
std::vector<double> CriticalNumbers() {
  std::vector<double> numbers = {0.0,     kInfinity, kNaN,    0x1p-149,   0x1p-126, 0x1p-133,
                                 65504,   65519,     65520,   65536,      FLT_MAX,  DBL_MAX,
                                 DBL_MIN, 0x1p-1074, 0x1p128, 9.96921e36, 3.4e38,   0x1.ffp127};
  for (int half = 0; half <= 2 * 258; ++half) numbers.push_back(half / 2.0);
  for (const int bits : {15, 16, 31, 32, 53, 63, 64}) {
    for (const double near : {-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5}) {
      numbers.push_back(std::ldexp(1.0, bits) + near);
    }
  }
  // Halfway between neighbours of float16, bfloat16 and float32, small numbers of theirs included.
  for (const int digits : {8, 11, 24}) {
    for (const int exponent :
         {-150, -149, -140, -134, -133, -127, -26, -25, -24, -15, -14, 0, 15}) {
      for (const int steps : {1, 2, 3, 4, 5, (1 << digits) - 1, (1 << digits) + 1}) {
        numbers.push_back(std::ldexp(steps, exponent));
        numbers.push_back(std::ldexp(steps, exponent - digits));
      }
    }
  }
  for (size_t i = 0, n = numbers.size(); i < n; ++i) {
    const double number = numbers[i];
    for (const double next : {std::nextafter(number, 0.0), std::nextafter(number, kInfinity),
                              double{std::nextafterf(static_cast<float>(number), 0.0f)},
                              double{std::nextafterf(static_cast<float>(number), INFINITY)}}) {
      numbers.push_back(next);
    }
  }
  for (size_t i = 0, n = numbers.size(); i < n; ++i) numbers.push_back(-numbers[i]);
  return numbers;
}

// All values of a type of 8 or 16 bits; critical and random ones of a larger.
Bytes ValuesOf(DType dtype, uint64_t seed) {
  Bytes bytes;
  const size_t size = SizeOf(dtype);
  if (size <= 2) {
    for (int bits = 0; bits < (size == 1 ? 1 << 8 : 1 << 16); ++bits) {
      if (size == 1) Append(bytes, static_cast<uint8_t>(bits));
      if (size == 2) Append(bytes, static_cast<uint16_t>(bits));
    }
    return bytes;
  }
  Random random(seed, static_cast<uint64_t>(dtype));
  std::vector<double> numbers = CriticalNumbers();
  for (int i = 0; i < 2000; ++i) {
    numbers.push_back(std::ldexp(random.Uniform() - 0.5, static_cast<int>(random.Below(60)) - 30));
  }
  for (const double number : numbers) {
    bytes.resize(bytes.size() + size);
    StoreElement(dtype, number, &bytes[bytes.size() - size]);
  }
  for (int i = 0; i < 2000; ++i) {
    const uint64_t bits = random.Next();
    if (size == 4) Append(bytes, static_cast<uint32_t>(bits));
    if (size == 8) Append(bytes, bits);
  }
  return bytes;
}

// Calls `check` for each instruction set that this machine has.
template <typename Check>
void ForEachTarget(const Check& check) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check();
    if (testing::Test::HasFatalFailure()) break;
  }
  hwy::SetSupportedTargetsForTest(0);
}

// A [n / channels, channels] array, or [n] without channels.
void CheckValues(DType stored, const TransformOptions& options, const Bytes& values) {
  const int64_t channels = std::max<size_t>({1, options.scale.size(), options.offset.size()});
  const int64_t rows = values.size() / SizeOf(stored) / channels;
  const DType output = options.dtype.value_or(stored);
  const ConstArrayView from =
      MakeView(static_cast<const void*>(values.data()), stored, {rows, channels});
  Bytes expected(rows * channels * SizeOf(output));
  ApplyPlainly(stored, options, from,
               MakeView(static_cast<void*>(expected.data()), output, {rows, channels}), 0);
  ForEachTarget([&] {
    const auto transform = ElementTransform::Create(stored, options);
    ASSERT_TRUE(transform.ok()) << transform.status();
    Bytes actual(expected.size());
    transform->Apply(from, MakeView(static_cast<void*>(actual.data()), output, {rows, channels}));
    const int64_t i = FirstDifference(output, actual, expected);
    const int64_t at = std::max<int64_t>(i, 0);
    ASSERT_EQ(i, -1) << Name(stored) << " to " << Name(output) << ": value "
                     << LoadElement(stored, &values[at * SizeOf(stored)]) << " became "
                     << LoadElement(output, &actual[at * SizeOf(output)]) << ", not "
                     << LoadElement(output, &expected[at * SizeOf(output)]);
  });
}

class EveryStoredTypeTest : public testing::TestWithParam<DType> {};

TEST_P(EveryStoredTypeTest, AgreesWithTheDefinition) {
  const DType stored = GetParam();
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  const Bytes values = ValuesOf(stored, seed);
  for (const DType output : OutputsOf(stored)) {
    const std::vector<TransformOptions> cases = {
        {.dtype = output},
        {.dtype = output, .scale = {0.37}, .offset = {-12.34}},
        {.dtype = output, .scale = {-1.0}},
        {.dtype = output, .scale = {0x1p-24}, .offset = {0x1p-140}},
        {.dtype = output, .scale = {1e30}},
        {.dtype = output, .offset = {0.5}},
        {.dtype = output, .scale = {1.0 / 255, 2.5, -7}, .offset = {0, 1, -3}, .channel_axis = 1},
    };
    for (const TransformOptions& options : cases) {
      CheckValues(stored, options, values);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(EveryStoredTypeTest, ReplacesWhatIsMissing) {
  const DType stored = GetParam();
  const Bytes values = ValuesOf(stored, /*seed=*/3);
  for (const DType output : OutputsOf(stored)) {
    if (!IsFloat(output)) continue;
    for (const double missing : {0.0, 7.0, -2.0, 100.0, 255.0, -32768.0, 65504.0, 2147483647.0, 0.5,
                                 0x1p53, 0x1p63, -0x1p63, 1e300, kNaN, kInfinity}) {
      SCOPED_TRACE(missing);
      CheckValues(stored, {.dtype = output, .missing = missing}, values);
      CheckValues(stored, {.dtype = output, .scale = {2}, .offset = {1}, .missing = missing},
                  values);
      if (HasFatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, EveryStoredTypeTest, testing::ValuesIn(kStored),
                         [](const auto& info) { return std::string(Name(info.param)); });

// ---- Shapes

// An array of `shape` in `memory`, with axes in any order in memory, gaps and strides.
ArrayView RandomView(const Shape& shape, DType dtype, Random& random, Bytes& memory) {
  std::vector<size_t> order(shape.size());
  std::iota(order.begin(), order.end(), 0);
  if (random.Below(3) == 0) {
    for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  }
  ArrayView view = {nullptr, dtype, shape, Shape(shape.size())};
  int64_t bytes = SizeOf(dtype);
  for (size_t i = order.size(); i-- > 0;) {
    const int64_t stride = random.Below(6) == 0 ? 2 : 1;
    view.strides[order[i]] = bytes * stride;
    bytes *= shape[order[i]] * stride + (random.Below(4) == 0);
  }
  memory.assign(bytes, std::byte{0xee});
  view.data = memory.data();
  return view;
}

Shape RandomShape(Random& random) {
  Shape shape(1 + random.Below(5));
  for (int64_t& extent : shape) extent = 1 + random.Below(random.Below(4) == 0 ? 70 : 5);
  if (random.Below(20) == 0) shape[0] = 0;
  if (random.Below(10) == 0) shape.back() = 300 + random.Below(300);
  while (NumElements(shape) > 20000) shape.erase(shape.begin());
  return shape;
}

TEST(ElementTransformTest, AnyShapeAndStrides) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed, 0);
  const std::vector<int64_t> targets = hwy::SupportedAndGeneratedTargets();
  for (int round = 0; round < 3000; ++round) {
    const Shape shape = RandomShape(random);
    const DType stored = kStored[random.Below(std::size(kStored))];
    const std::vector<DType> outputs = OutputsOf(stored);
    TransformOptions options = {.dtype = outputs[random.Below(outputs.size())]};
    options.channel_axis = static_cast<int>(random.Below(shape.size() + 1)) - 1;
    int64_t first_channel = 0, channels = 1;
    if (options.channel_axis >= 0) {
      first_channel = random.Below(2) * random.Below(5);
      channels = first_channel + shape[options.channel_axis] + random.Below(2) * random.Below(3);
    }
    const bool scale_varies = random.Below(2), offset_varies = random.Below(2);
    for (int64_t i = 0; i < (scale_varies ? channels : 1); ++i) {
      options.scale.push_back(random.Uniform() * 3 - 1);
    }
    for (int64_t i = 0; i < (offset_varies ? channels : 1); ++i) {
      options.offset.push_back(random.Uniform() * 30 - 10);
    }
    Bytes from_memory, memory;
    const ArrayView from = RandomView(shape, stored, random, from_memory);
    for (std::byte& byte : from_memory) byte = static_cast<std::byte>(random.Next());
    const ArrayView to = RandomView(shape, *options.dtype, random, memory);
    hwy::SetSupportedTargetsForTest(targets[random.Below(targets.size())]);
    const auto transform = ElementTransform::Create(stored, options);
    ASSERT_TRUE(transform.ok()) << transform.status();
    transform->Apply(from, to, first_channel);
    const Bytes actual = memory;
    std::ranges::fill(memory, std::byte{0xee});
    ApplyPlainly(stored, options, from, to, first_channel);
    ASSERT_EQ(FirstDifference(*options.dtype, actual, memory), -1)
        << "round " << round << ": " << ToString(shape) << " " << Name(stored) << " to "
        << Name(*options.dtype) << ", channel axis " << options.channel_axis << " from "
        << first_channel << " of " << channels;
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(ElementTransformTest, StaysInsideOddLengths) {
  GuardedBytes input(4096), output(4096);
  for (const DType stored : kStored) {
    for (const DType dtype : OutputsOf(stored)) {
      const TransformOptions uniform = {.dtype = dtype, .scale = {3}};
      const TransformOptions interleaved = {
          .dtype = dtype, .scale = {1, 2, 3}, .offset = {5, 6, 7}, .channel_axis = 1};
      for (int64_t n = 0; n <= 102; n += n < 36 ? 3 : 11) {
        for (const TransformOptions& options : {uniform, interleaved}) {
          const Bytes values = MakeData(DataKind::kRandom, n * SizeOf(stored), /*seed=*/1);
          const Shape shape = {n / 3, 3};
          const auto from =
              MakeView(static_cast<const void*>(input.Tail(values).data()), stored, shape);
          Bytes expected(NumElements(shape) * SizeOf(dtype));
          ApplyPlainly(stored, options, from,
                       MakeView(static_cast<void*>(expected.data()), dtype, shape), 0);
          const absl::Span<std::byte> to = output.Tail(expected.size());
          ForEachTarget([&] {
            ElementTransform::Create(stored, options)
                ->Apply(from, MakeView(static_cast<void*>(to.data()), dtype, shape));
            ASSERT_EQ(FirstDifference(dtype, to, expected), -1)
                << n << " " << Name(stored) << " to " << Name(dtype);
          });
        }
      }
    }
  }
}

// ---- By hand

template <typename To, typename From>
std::vector<To> Apply(const std::vector<From>& values, const TransformOptions& options) {
  const auto transform = ElementTransform::Create(kDTypeOf<From>, options);
  EXPECT_TRUE(transform.ok()) << transform.status();
  EXPECT_EQ(SizeOf(transform->output()), sizeof(To));
  std::vector<To> result(values.size());
  const Shape shape = {static_cast<int64_t>(values.size())};
  transform->Apply(MakeView(static_cast<const void*>(values.data()), kDTypeOf<From>, shape),
                   MakeView(static_cast<void*>(result.data()), transform->output(), shape));
  return result;
}

TEST(ElementTransformTest, ScalesAsClimateForecastsDo) {
  const auto kelvin = Apply<float, int16_t>(
      {0, 100, -32767, -100},
      {.dtype = DType::kFloat32, .scale = {0.5}, .offset = {273}, .missing = -32767});
  EXPECT_EQ(kelvin[0], 273);
  EXPECT_EQ(kelvin[1], 323);
  EXPECT_TRUE(std::isnan(kelvin[2]));
  EXPECT_EQ(kelvin[3], 223);
}

TEST(ElementTransformTest, RoundsTiesToEvenAndSaturates) {
  EXPECT_THAT((Apply<uint8_t, float>({0.5f, 1.5f, 2.5f, 254.5f, 255.5f, -0.6f, 1e9f, -1e9f, NAN},
                                     {.dtype = DType::kUInt8})),
              ElementsAre(0, 2, 2, 254, 255, 0, 255, 0, 0));
  EXPECT_THAT((Apply<uint16_t, float>({1, -2, 65504, 65519.996f, 65520, 0x1p-24f, 0x1p-25f, -0.0f},
                                      {.dtype = DType::kFloat16})),
              ElementsAre(0x3c00, 0xc000, 0x7bff, 0x7bff, 0x7c00, 1, 0, 0x8000));
  EXPECT_THAT((Apply<uint16_t, double>({1, 0x1.01p0, 0x1.03p0, 0x1.0100000000001p0},
                                       {.dtype = DType::kBFloat16})),
              ElementsAre(0x3f80, 0x3f80, 0x3f82, 0x3f81));
}

TEST(ElementTransformTest, IsACopyWhereNothingChanges) {
  const auto identity = [](DType stored, const TransformOptions& options) {
    return ElementTransform::Create(stored, options)->identity();
  };
  EXPECT_TRUE(identity(DType::kFloat32, {}));
  EXPECT_TRUE(identity(DType::kInt64, {.dtype = DType::kInt64}));
  EXPECT_TRUE(identity(DType::kUInt8, {.scale = {1, 1}, .offset = {0}, .channel_axis = 0}));
  EXPECT_TRUE(identity(DType::kFloat32, {.missing = kNaN}));
  EXPECT_TRUE(identity(DType::kFloat32, {.missing = 1e300}));
  EXPECT_FALSE(identity(DType::kFloat32, {.missing = 1e30}));
  EXPECT_FALSE(identity(DType::kFloat32, {.dtype = DType::kFloat16}));
  EXPECT_FALSE(identity(DType::kFloat32, {.scale = {1, 2}, .channel_axis = 0}));
  const int64_t large = (int64_t{1} << 53) + 1;
  EXPECT_THAT((Apply<int64_t, int64_t>({large, -large}, {})), ElementsAre(large, -large));
}

TEST(ElementTransformTest, RoundsTheMissingValueToTheStoredType) {
  const auto result = Apply<float, float>({1e20f, -9999.9f}, {.missing = -9999.9});
  EXPECT_EQ(result[0], 1e20f);
  EXPECT_TRUE(std::isnan(result[1]));
}

TEST(ElementTransformTest, RefusesOptionsThatMakeNoSense) {
  const auto status = [](DType stored, const TransformOptions& options) {
    return ElementTransform::Create(stored, options).status();
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(status(DType::kFloat32, {.dtype = DType::kInt16}),
              StatusIs(kInvalid,
                       "dtype: float32 cannot be delivered as int16: use float32, "
                       "float16, bfloat16, uint8 or what is stored"));
  EXPECT_THAT(status(DType::kFloat32, {.channel_axis = -2}),
              StatusIs(kInvalid, "channel_axis: -2 is no axis: use -1 for none"));
  EXPECT_THAT(status(DType::kFloat32, {.scale = {1, 2}, .offset = {1, 2, 3}, .channel_axis = 0}),
              StatusIs(kInvalid,
                       "scale and offset: 2 and 3 numbers: give one each, or one per "
                       "channel"));
  EXPECT_THAT(
      status(DType::kFloat32, {.scale = {1, 2}}),
      StatusIs(kInvalid, "channel_axis: numbers per channel need the axis of the channels"));
  EXPECT_THAT(
      status(DType::kFloat32, {.dtype = DType::kUInt8, .missing = 0}),
      StatusIs(kInvalid, "missing: uint8 has no NaN: deliver a floating-point dtype instead"));
  EXPECT_THAT(status(DType::kFloat32, {.scale = {1, 1e39}, .channel_axis = 0}),
              StatusIs(kInvalid,
                       "scale: 1e+39 of channel 1 is not a finite number of the type "
                       "that is computed in, float32"));
  EXPECT_THAT(status(DType::kFloat64, {.offset = {kNaN}}),
              StatusIs(kInvalid,
                       "offset: nan of channel 0 is not a finite number of the type "
                       "that is computed in, float64"));
}

TEST(NormalizationTest, GivesMeanZeroAndDeviationOne) {
  const auto options = Normalization({10, -1}, {2, 0.5}, DType::kFloat32, /*channel_axis=*/0);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->scale, ElementsAre(0.5, 2));
  EXPECT_THAT(options->offset, ElementsAre(-5, 2));
  EXPECT_EQ(options->dtype, DType::kFloat32);
  EXPECT_EQ(options->channel_axis, 0);
}

TEST(NormalizationTest, RefusesWhatIsNoDistribution) {
  const auto status = [](std::vector<double> mean, std::vector<double> deviation) {
    return Normalization(mean, deviation, DType::kFloat32, 0).status();
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(status({1, 2}, {1}), StatusIs(kInvalid,
                                            "mean and standard_deviation: 2 and 1 "
                                            "numbers: give one of each per channel"));
  EXPECT_THAT(status({}, {}), StatusIs(kInvalid));
  EXPECT_THAT(status({kInfinity}, {1}), StatusIs(kInvalid, "mean: inf of channel 0 is not finite"));
  for (const char* bad : {"0", "-1", "inf", "nan"}) {
    EXPECT_THAT(status({1, 1}, {1, std::strtod(bad, nullptr)}),
                StatusIs(kInvalid, std::string("standard_deviation: ") + bad +
                                       " of channel 1 is not a positive finite number"));
  }
}

}  // namespace
}  // namespace seiche
