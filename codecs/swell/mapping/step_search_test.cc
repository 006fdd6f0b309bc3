#include "codecs/swell/mapping/step_search.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace seiche {
namespace {

// Some of the integers up to `limit`, as `make` makes floats of them.
template <typename Float, typename Make>
std::vector<Float> Levels(int limit, Make make) {
  std::mt19937 random(limit);
  std::vector<Float> values;
  for (int i = 0; i < 3000; ++i) {
    values.push_back(make(static_cast<int>(random() % (2 * limit + 1)) - limit));
  }
  return values;
}

template <typename Float>
void ExpectStep(const std::vector<Float>& values, ValueKind kind, double step) {
  const auto found = FindStep(values);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->kind, kind);
  EXPECT_EQ(found->step, step);
}

TEST(StepSearchTest, FindsTheStepAndTheOperation) {
  const float part = 1 / 255.0f;
  ExpectStep(Levels<float>(255, [&](int n) { return n * part; }), ValueKind::kMultiple, part);
  ExpectStep(Levels<float>(255, [](int n) { return n / 255.0f; }), ValueKind::kQuotient, 255);
  // Decimals, as text that has been read.
  ExpectStep(Levels<float>(5000, [](int n) { return n / 100.0f; }), ValueKind::kQuotient, 100);
  ExpectStep(Levels<double>(50000, [](int n) { return n / 1000.0; }), ValueKind::kQuotient, 1000);
  // A step that is nothing in particular.
  ExpectStep(Levels<float>(2000, [](int n) { return n * 0.00371f; }), ValueKind::kMultiple,
             0.00371f);
  ExpectStep(Levels<double>(900, [](int n) { return n * 1e-7; }), ValueKind::kMultiple, 1e-7);
  ExpectStep(Levels<float>(300, [](int n) { return n * 8.0f; }), ValueKind::kMultiple, 8);
  ExpectStep(Levels<double>(300, [](int n) { return n / 64.0; }), ValueKind::kQuotient, 64);
  // Levels far apart, all of them multiples of a power of two.
  ExpectStep(std::vector<float>{5.25f, 0.5f, 1000.75f}, ValueKind::kMultiple, 0.25);
  // And of decimals.
  ExpectStep(std::vector<double>{10000.3, 70000.2, -0.1}, ValueKind::kQuotient, 10);
}

TEST(StepSearchTest, OtherValuesHaveNone) {
  std::mt19937 random(1);
  std::vector<double> noise;
  for (int i = 0; i < 4000; ++i) noise.push_back(std::sin(i * 0.1) * (1 + random() % 1000));
  EXPECT_FALSE(FindStep(noise).has_value());
  EXPECT_FALSE(FindStep(std::vector<float>(10, 0.0f)).has_value());
  EXPECT_FALSE(FindStep(std::vector<float>{}).has_value());
  EXPECT_FALSE(FindStep(std::vector<float>{NAN, INFINITY}).has_value());
  // One value that is off.
  std::vector<float> values = Levels<float>(255, [](int n) { return n / 255.0f; });
  values[77] = std::nextafter(values[77], 2.0f);
  EXPECT_FALSE(FindStep(values).has_value());
}

TEST(StepSearchTest, ExtremesDoNoHarm) {
  const double largest = std::numeric_limits<double>::max();
  const double least = std::numeric_limits<double>::denorm_min();
  for (const std::vector<double>& values :
       {std::vector<double>{largest, least}, {largest, -largest}, {least, 3 * least}, {-0.0, 1}}) {
    const auto found = FindStep(values);
    if (found.has_value()) EXPECT_GT(found->step, 0);
  }
  const float small = std::numeric_limits<float>::denorm_min();
  ExpectStep(std::vector<float>{small, 3 * small, NAN}, ValueKind::kMultiple, small);
}

}  // namespace
}  // namespace seiche
