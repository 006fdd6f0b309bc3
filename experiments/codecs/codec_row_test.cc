#include "experiments/codecs/codec_row.h"

#include "gtest/gtest.h"

namespace seiche {
namespace {

TEST(CodecRowTest, FiguresAreOfSumsOverSequences) {
  CodecRow row{.sequences = 2,
               .values = 1'000'000,
               .decoded_bytes = 4'000'000,
               .encoded_bytes = 400'000,
               .squared_error = 10'000,
               .peak = 1};
  row.AddTimes({0.5, 1, 3}, {0.25, 0.5, 0.75}, 2'000'000'000);
  row.AddTimes({0.5, 1, 1}, {0.25, 0.5, 0.75}, 2'000'000'000);
  EXPECT_TRUE(row.ok());
  EXPECT_DOUBLE_EQ(row.ratio(), 10);
  EXPECT_DOUBLE_EQ(row.encode_gb_per_s(), 2);
  EXPECT_DOUBLE_EQ(row.decode_gb_per_s(), 4);
  EXPECT_DOUBLE_EQ(row.encode_spread(), 1.5);
  EXPECT_DOUBLE_EQ(row.decode_spread(), 1);
  EXPECT_DOUBLE_EQ(*row.psnr_db(), 20);
}

TEST(CodecRowTest, NothingMeasuredIsNoDivisionByZero) {
  CodecRow row;
  EXPECT_FALSE(row.ok());
  EXPECT_EQ(row.ratio(), 0);
  EXPECT_EQ(row.decode_gb_per_s(), 0);
  EXPECT_EQ(row.decode_spread(), 0);
  EXPECT_FALSE(row.psnr_db().has_value());
}

}  // namespace
}  // namespace seiche
