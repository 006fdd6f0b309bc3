#include "tools/command/stats.h"

#include <cmath>
#include <string>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/field_statistics.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kTypes[] = "storage/hdf5/testdata/h5py_types.h5";

StatsOptions Silent() {
  StatsOptions options;
  options.progress.write = [](std::string_view) {};
  options.progress.now = [] { return 0.0; };
  return options;
}

// What make_testdata.py wrote.
void ExpectFormula(const ValueStatistics& statistics) {
  double sum = 0, squares = 0;
  for (int i = 0; i < 504; ++i) sum += (i * 37 + i / 7 * 11) % 101;
  for (int i = 0; i < 504; ++i) squares += std::pow((i * 37 + i / 7 * 11) % 101 - sum / 504, 2);
  EXPECT_NEAR(statistics.mean, sum / 504, 1e-12);
  EXPECT_NEAR(statistics.standard_deviation, std::sqrt(squares / 504), 1e-12);
  EXPECT_EQ(statistics.minimum, 0);
  EXPECT_EQ(statistics.maximum, 100);
  EXPECT_EQ(statistics.count, 504);
}

TEST(StatsTest, AllFieldsThatHoldNumbers) {
  const auto text = StatsJson(kTypes, Silent());
  ASSERT_THAT(text, IsOk());
  const auto fields = ParseStatistics(*text, "text");
  ASSERT_THAT(fields, IsOk());
  EXPECT_EQ(fields->size(), 34);  // 11 dtypes in three ways, and a bool
  for (const FieldStatistics& field : *fields) {
    if (field.name == "bool") {
      EXPECT_EQ(field.all.maximum, 1);
    } else {
      ExpectFormula(field.all);
    }
  }
}

TEST(StatsTest, NamedFieldsInTheirOrder) {
  StatsOptions options = Silent();
  options.fields = {"chunked/little/u2", "chunked/big/f8"};
  const auto fields = ParseStatistics(*StatsJson(kTypes, options), "text");
  ASSERT_THAT(fields, IsOk());
  ASSERT_EQ(fields->size(), 2);
  EXPECT_EQ((*fields)[0].name, "chunked/little/u2");
  EXPECT_EQ((*fields)[1].dtype, DType::kFloat64);
}

TEST(StatsTest, JpegFolder) {
  const auto text = StatsJson("storage/jpeg/testdata/gray", Silent());
  ASSERT_THAT(text, IsOk());
  const auto fields = ParseStatistics(*text, "text");
  ASSERT_EQ(fields->size(), 1);
  EXPECT_EQ((*fields)[0].name, "frames");
  EXPECT_GE((*fields)[0].all.minimum, 0);
  EXPECT_LE((*fields)[0].all.maximum, 1);
}

TEST(StatsTest, Errors) {
  StatsOptions options = Silent();
  EXPECT_THAT(StatsJson("nowhere.h5", options), StatusIs(absl::StatusCode::kNotFound));
  options.fields = {"nothing"};
  EXPECT_THAT(StatsJson(kTypes, options),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nothing")));
  options.fields = {"bad/string"};
  EXPECT_THAT(StatsJson("storage/hdf5/testdata/h5py_earliest.h5", options),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("string")));
}

}  // namespace
}  // namespace seiche
