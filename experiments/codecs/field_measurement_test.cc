#include "experiments/codecs/field_measurement.h"

#include <cmath>

#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::testing::HasSubstr;

const Shape kShape = {4, 16, 18};

std::vector<float> Sequence(double start, double step) {
  std::vector<float> values;
  for (int64_t i = 0; i < NumElements(kShape); ++i) {
    const double value = 0.5 + 0.4 * std::sin(start + 0.01 * static_cast<double>(i));
    values.push_back(step > 0
                         ? static_cast<float>(std::round(value / step)) * static_cast<float>(step)
                         : static_cast<float>(value));
  }
  return values;
}

ConstArrayView View(const std::vector<float>& values) {
  return MakeView(static_cast<const void*>(values.data()), DType::kFloat32, kShape);
}

const ArrayField kField = {.name = "height", .from = "waves.h5", .sequences = 3};

TEST(FieldMeasurementTest, RowsSumOverSequencesAndTimesOverTheFirst) {
  FieldMeasurement measurement(kField,
                               {.candidates = {.codecs = {"lzf", "swell:fast"}, .bounds = {1e-2}},
                                .repeats = 2,
                                .timed_sequences = 2});
  EXPECT_TRUE(measurement.rows().empty());
  for (int i = 0; i < 3; ++i) ASSERT_THAT(measurement.Add(View(Sequence(i, 0))), IsOk());
  EXPECT_THAT(measurement.promises(), IsOk());
  const std::vector<CodecRow> rows = measurement.rows();
  ASSERT_EQ(rows.size(), 3);
  for (const CodecRow& row : rows) {
    SCOPED_TRACE(row.codec);
    EXPECT_TRUE(row.ok()) << row.error;
    EXPECT_EQ(row.data, "height");
    EXPECT_EQ(row.from, "waves.h5");
    EXPECT_EQ(row.sequences, 3);
    EXPECT_EQ(row.values, 3 * NumElements(kShape));
    EXPECT_EQ(row.decoded_bytes, 4 * row.values);
    EXPECT_EQ(row.timed_bytes, 8 * NumElements(kShape));
    EXPECT_EQ(row.encode_seconds.size(), 2);
    EXPECT_GT(row.decode_gb_per_s(), 0);
    EXPECT_GT(row.encode_gb_per_s(), 0);
    EXPECT_NEAR(row.peak, 0.8, 0.01);
  }
  EXPECT_EQ(rows[0].codec, "lzf");
  EXPECT_EQ(rows[0].max_error, 0);
  EXPECT_FALSE(rows[0].psnr_db().has_value());
  EXPECT_EQ(rows[1].bound, 0);
  EXPECT_FALSE(rows[1].psnr_db().has_value());
  EXPECT_EQ(rows[2].bound, 1e-2);
  EXPECT_GT(rows[2].max_error, 1e-3);
  EXPECT_LE(rows[2].max_error, 1e-2);
  EXPECT_GT(*rows[2].psnr_db(), 38);
  EXPECT_GT(rows[2].ratio(), rows[1].ratio());
}

TEST(FieldMeasurementTest, CodecThatCannotTakeALaterSequenceIsARowThatSaysSo) {
  FieldMeasurement measurement(kField, {.candidates = {.codecs = {"jpeg", "lzf"}}, .repeats = 1});
  ASSERT_THAT(measurement.Add(View(Sequence(0, 1 / 255.0f))), IsOk());
  EXPECT_TRUE(measurement.traits().levels);
  ASSERT_THAT(measurement.Add(View(Sequence(1, 0))), IsOk());
  ASSERT_THAT(measurement.Add(View(Sequence(2, 0))), IsOk());
  EXPECT_THAT(measurement.promises(), IsOk());  // JPEG has promised nothing
  const std::vector<CodecRow> rows = measurement.rows();
  ASSERT_EQ(rows.size(), 2);
  EXPECT_TRUE(rows[0].ok());
  EXPECT_EQ(rows[0].sequences, 3);
  EXPECT_FALSE(rows[1].ok());
  EXPECT_THAT(rows[1].error, HasSubstr("sequence 1: "));
  EXPECT_THAT(rows[1].error, HasSubstr("levels"));
}

TEST(FieldMeasurementTest, PeakIsOfLevelsOrRange) {
  ValueRange range;
  range.low = -2;
  range.high = 3;
  EXPECT_EQ(PeakOf({.dtype = DType::kFloat32, .levels = true}, range), 1);
  EXPECT_EQ(PeakOf({.dtype = DType::kUInt8, .levels = true}, range), 255);
  EXPECT_EQ(PeakOf({.dtype = DType::kFloat32}, range), 5);
}

}  // namespace
}  // namespace seiche
