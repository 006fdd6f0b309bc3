#include "codecs/swell/mapping/value_mapping.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/simd_targets.h"
#include "codecs/swell/mapping/exceptions.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using ::absl_testing::StatusIs;
using Bytes = std::vector<std::byte>;

template <typename T>
const std::byte* BytesOf(const std::vector<T>& values) {
  return reinterpret_cast<const std::byte*>(values.data());
}

template <typename T>
MappedArray Map(const std::vector<T>& values, double bound = 0) {
  MappedArray mapped;
  MapValues(BytesOf(values), kDTypeOf<T>, values.size(), bound, mapped);
  EXPECT_TRUE(IsValid(mapped.mapping));
  return mapped;
}

// What the integers and the exceptions stand for.
template <typename T>
std::vector<T> Back(const MappedArray& mapped, size_t count) {
  const size_t k_bytes = count * mapped.mapping.bits / 8;
  Bytes k(k_bytes + 64 * 8);
  std::memcpy(k.data(), mapped.k.data(), k_bytes);
  std::vector<T> values(count);
  ChooseRowWriter(mapped.mapping)(mapped.mapping, k.data(), count,
                                  reinterpret_cast<std::byte*>(values.data()));
  for (const ExceptionRun& run : mapped.exceptions) {
    for (int64_t i = 0; i < run.length; ++i)
      std::memcpy(&values[run.start + i], &run.bits, sizeof(T));
  }
  return values;
}

template <typename T>
void ExpectExact(const std::vector<T>& values, ValueKind kind, int bits) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    const MappedArray mapped = Map(values);
    EXPECT_EQ(mapped.mapping.kind, kind);
    EXPECT_EQ(mapped.mapping.bits, bits);
    const std::vector<T> back = Back<T>(mapped, values.size());
    EXPECT_EQ(std::memcmp(back.data(), values.data(), values.size() * sizeof(T)), 0);
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(ValueMappingTest, IntegersTakeTheNarrowestKind) {
  ExpectExact<int8_t>({-128, 127, 0}, ValueKind::kInteger, 16);
  ExpectExact<uint8_t>({255, 0}, ValueKind::kInteger, 16);
  ExpectExact<uint16_t>({65535, 0, 32768}, ValueKind::kInteger, 16);
  ExpectExact<int32_t>({1000000, 1065535}, ValueKind::kInteger, 16);
  ExpectExact<int32_t>({1000000, 1065536}, ValueKind::kInteger, 32);
  ExpectExact<uint32_t>({4294967295u, 0}, ValueKind::kInteger, 16);  // -1 and 0
  ExpectExact<uint32_t>({2147483647u, 2147483648u}, ValueKind::kInteger, 32);
  const int64_t large = std::numeric_limits<int64_t>::max();
  ExpectExact<int64_t>({large, large - 65535}, ValueKind::kInteger, 16);
  ExpectExact<int64_t>({large, large - 65536}, ValueKind::kInteger, 32);
  ExpectExact<int64_t>({large, -large - 1}, ValueKind::kInteger, 64);
  ExpectExact<uint64_t>({5, 6, ~uint64_t{0}}, ValueKind::kInteger, 16);
}

TEST(ValueMappingTest, MultiplesAndOrderedFloatsComeBackBitForBit) {
  std::vector<float> shaded;
  for (int i = 0; i < 1000; ++i) shaded.push_back((i * i % 256) * (1 / 255.0f));
  ExpectExact(shaded, ValueKind::kMultiple, 16);
  shaded[17] = NAN;
  shaded[999] = -0.0f;
  ExpectExact(shaded, ValueKind::kMultiple, 16);
  EXPECT_EQ(Map(shaded).exceptions.size(), 2u);
  // Exceptions first, and far from zero.
  std::vector<float> high(1003, NAN);
  for (int i = 5; i < 1003; ++i) high[i] = 1000000.0f + i;
  ExpectExact(high, ValueKind::kMultiple, 16);
  const MappedArray mapped = Map(high);
  const auto* const k = reinterpret_cast<const int16_t*>(mapped.k.data());
  EXPECT_EQ(std::vector<int16_t>(k, k + 5), std::vector<int16_t>(5, k[5]));
  std::vector<double> wide;
  for (int i = 0; i < 1000; ++i) wide.push_back(i * 100003 / 10.0);
  ExpectExact(wide, ValueKind::kQuotient, 32);
  std::mt19937_64 random(4);
  std::vector<float> any(1001);
  std::vector<double> any_double(1001);
  for (int i = 0; i < 1001; ++i) {
    const uint64_t bits = random();
    std::memcpy(&any[i], &bits, sizeof(float));
    std::memcpy(&any_double[i], &bits, sizeof(double));
  }
  ExpectExact(any, ValueKind::kOrdered, 32);
  ExpectExact(any_double, ValueKind::kOrdered, 64);
  // Integers in the order of floats that are close, less their middle: 16 bits are enough.
  std::vector<float> close;
  for (int i = 0; i < 1000; ++i)
    close.push_back(std::nextafter(1e20f, 2e20f) + (i % 100) * 8.8e12f);
  EXPECT_EQ(Map(close).mapping.bits, 16);
}

TEST(ValueMappingTest, BoundsChooseTheStep) {
  std::vector<float> values;
  for (int i = 0; i < 999; ++i) values.push_back(std::sin(0.1f * i));
  for (const double bound : {1e-1, 1e-4, 1e-6}) {
    const MappedArray mapped = Map(values, bound);
    EXPECT_EQ(mapped.mapping.kind, ValueKind::kMultiple);
    EXPECT_LE(mapped.mapping.step, 2 * bound);
    EXPECT_GT(mapped.mapping.step, 1.7 * bound);
    EXPECT_TRUE(mapped.exceptions.empty());
    const std::vector<float> back = Back<float>(mapped, values.size());
    for (int i = 0; i < 999; ++i) {
      ASSERT_LE(std::abs(double{back[i]} - double{values[i]}), bound);
    }
  }
  // Finer than floats are: exact.
  EXPECT_EQ(Map(values, 1e-8).mapping.kind, ValueKind::kOrdered);
  // Coarser multiples than the bound asks for stay what they are.
  std::vector<float> coarse;
  for (int i = 0; i < 100; ++i) coarse.push_back(i * 0.25f);
  EXPECT_EQ(Map(coarse, 1e-3).mapping.step, 4);  // a quotient
}

TEST(ExceptionsTest, AreCutIntoGroups) {
  const std::vector<ExceptionRun> runs = {{3, 1, 0xaa}, {5, 20, 0xbb}, {30, 2, 0xcc}};
  ExceptionWriter writer(runs, 2);
  Bytes bytes[4];
  for (int g = 0; g < 4; ++g) writer.Append(10 * g, 10 * g + 10, bytes[g]);
  const auto read = [&](int g) {
    absl::Span<const std::byte> left = bytes[g];
    auto parts = ReadExceptions(left, 2, 10);
    EXPECT_TRUE(parts.ok() && left.empty());
    std::vector<std::vector<int64_t>> simple;
    for (const ExceptionRun& run : *parts) {
      simple.push_back({run.start, run.length, static_cast<int64_t>(run.bits)});
    }
    return simple;
  };
  using Runs = std::vector<std::vector<int64_t>>;
  EXPECT_EQ(read(0), (Runs{{3, 1, 0xaa}, {5, 5, 0xbb}}));
  EXPECT_EQ(read(1), (Runs{{0, 10, 0xbb}}));
  EXPECT_EQ(read(2), (Runs{{0, 5, 0xbb}}));
  EXPECT_EQ(read(3), (Runs{{0, 2, 0xcc}}));
  for (size_t size = 0; size < bytes[0].size(); ++size) {
    absl::Span<const std::byte> cut = absl::MakeConstSpan(bytes[0]).first(size);
    EXPECT_THAT(ReadExceptions(cut, 2, 10), StatusIs(absl::StatusCode::kDataLoss));
  }
  absl::Span<const std::byte> few = bytes[0];
  EXPECT_THAT(ReadExceptions(few, 2, 9), StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace seiche
