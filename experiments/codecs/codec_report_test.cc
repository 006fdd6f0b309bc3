#include "experiments/codecs/codec_report.h"

#include "absl/status/status_matchers.h"
#include "base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

CodecRow Row(const std::string& codec, const std::string& data, std::optional<double> bound) {
  CodecRow row{.codec = codec,
               .data = data,
               .from = "waves.h5",
               .bound = bound,
               .sequences = 4,
               .values = 1'000'000,
               .decoded_bytes = 4'000'000,
               .encoded_bytes = 80'000};
  row.AddTimes({0.25, 0.5, 1}, {0.125, 0.25, 0.25}, 1'000'000'000);
  return row;
}

CodecReport Sample() {
  CodecReport report{.repeats = 3, .timed_sequences = 8, .key_frames = 100};
  report.environment.cpu_model = "a processor";
  report.versions = {{"zfpy", "1.0"}};
  CodecRow bounded = Row("swell:small", "height", 1e-3);
  bounded.max_error = 9.5e-4;
  bounded.squared_error = 0.1;
  bounded.peak = 1;
  CodecRow failed = Row("zfp", "height", 1e-3);
  failed.error = "ImportError:\n  no module";
  report.rows = {Row("swell:fast", "shaded", 0), Row("jpeg:75", "shaded", std::nullopt),
                 Row("lzf", "height", 0), bounded, failed};
  return report;
}

TEST(CodecReportTest, ATableForEachField) {
  const std::string text = RenderMarkdown(CodecBlocks(Sample()));
  EXPECT_THAT(text, HasSubstr("## shaded (waves.h5), 4 sequences, 4.0 MB\n"));
  EXPECT_THAT(text, HasSubstr("## height (waves.h5), 4 sequences, 4.0 MB\n"));
  EXPECT_THAT(text, HasSubstr("| swell:fast | lossless | 50.0 | 2.00 | 4.00 | 50% | - | - |\n"));
  EXPECT_THAT(text, HasSubstr("| jpeg:75 | none | 50.0 |"));
  EXPECT_THAT(text,
              HasSubstr("| swell:small | 0.001 | 50.0 | 2.00 | 4.00 | 50% | 0.00095 | 70.0 |"));
  EXPECT_THAT(text, HasSubstr("- zfp, 0.001: ImportError: no module\n"));
  EXPECT_THAT(text, Not(HasSubstr("| zfp |")));
}

TEST(CodecReportTest, JsonHasEveryRow) {
  const auto json = ParseJson(CodecJson(Sample()), "codecs.json");
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ((*json)["format"], "seiche.codecs");
  EXPECT_EQ((*json)["environment"]["machine"]["cpu_model"], "a processor");
  EXPECT_EQ((*json)["environment"]["versions"]["peers"]["zfpy"], "1.0");
  const Json& rows = (*json)["rows"];
  ASSERT_EQ(rows.size(), 5);
  EXPECT_EQ(rows[0]["codec"], "swell:fast");
  EXPECT_EQ(rows[0]["data"], "shaded");
  EXPECT_EQ(rows[0]["bound"], 0);
  EXPECT_EQ(rows[0]["ratio"], 50);
  EXPECT_EQ(rows[0]["encode_gb_per_s"], 2);
  EXPECT_EQ(rows[0]["decode_gb_per_s"], 4);
  EXPECT_EQ(rows[0]["max_error"], 0);
  EXPECT_TRUE(rows[0]["psnr_db"].is_null());
  EXPECT_EQ(rows[0]["spread"], 0.5);
  EXPECT_EQ(rows[0]["sequences"], 4);
  EXPECT_TRUE(rows[1]["bound"].is_null());
  EXPECT_NEAR(rows[3]["psnr_db"].get<double>(), 70, 1e-9);
  EXPECT_EQ(rows[4]["error"], "ImportError: no module");
  EXPECT_FALSE(rows[4].contains("ratio"));
}

}  // namespace
}  // namespace seiche
