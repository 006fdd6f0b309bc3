#include "experiments/peers/peer_report.h"

#include "absl/status/status_matchers.h"
#include "base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

PeerResult Result(const std::string& file, const std::string& reader, int workers, double ms) {
  const PeerRow row = {.file = file,
                       .reader = reader,
                       .peer = reader == "seiche" ? "" : "some",
                       .workers = workers,
                       .batch_size = 10,
                       .batches = 2};
  const ReadTime time = {.seconds = 0.02 * ms,
                         .cpu_seconds = 0.03 * ms,
                         .first_batch_seconds = 0.01 * ms,
                         .samples = 20};
  return {.row = row, .bytes_per_sequence = 3.25e6, .repeats = {time}};
}

PeerResult Failed(const std::string& file, const std::string& reader, int workers) {
  PeerResult result = Result(file, reader, workers, 1);
  result.repeats.clear();
  result.error = "ImportError:\n  no module <x>";
  return result;
}

PeerReport Sample() {
  PeerReport report;
  report.plan.selection.shape = {200, 100, 184, 184};
  report.plan.files = {{.id = "manual_lzf"}, {.id = "windows10_lzf", .window = 10}};
  report.scale = "default";
  report.repeats = 5;
  report.environment.cpu_model = "a processor";
  report.versions = {{"h5py", "3.16.0"}};
  report.results = {Result("manual_lzf", "seiche", 1, 4),
                    Result("manual_lzf", "seiche", 2, 2),
                    Result("manual_lzf", "h5py+DataLoader", 0, 40),
                    Result("manual_lzf", "h5py+DataLoader", 2, 25),
                    Failed("manual_lzf", "hidefix", 1),
                    Failed("manual_lzf", "hidefix", 2),
                    Result("windows10_lzf", "h5py+DataLoader", 2, 11.3)};
  return report;
}

TEST(PeerReportTest, TablesHaveRatiosWorkersAndFailures) {
  const std::string text = RenderMarkdown(PeerBlocks(Sample()));
  EXPECT_THAT(text,
              HasSubstr("| manual_lzf | seiche | 2.00 | h5py+DataLoader | 2 | 25.0 | 12.5 |\n"));
  EXPECT_THAT(text, HasSubstr("## manual_lzf, milliseconds a sequence\n"));
  EXPECT_THAT(text,
              HasSubstr("| Reader | 0 workers | 1 worker | 2 workers | best | spread | "
                        "CPU ms | first batch ms | decodes a chunk | shuffle | samples | MB |\n"));
  EXPECT_THAT(text, HasSubstr("| h5py+DataLoader | 40.0 | - | 25.0 | 25.0 | 0% | 37.5 | 250.0 | "
                              "- | - | 20 | 3.25 |\n"));
  EXPECT_THAT(text, HasSubstr("| 2.00 | 0% | 3.00 | 20.0 | - | 1.00 | 20 | 3.25 |\n"));
  EXPECT_THAT(text, HasSubstr("## windows10_lzf, milliseconds a window\n"));
  EXPECT_THAT(text, HasSubstr("\n- hidefix: ImportError: no module &lt;x>\n\n"));
}

TEST(PeerReportTest, JsonHasARowForEveryResult) {
  const auto json = ParseJson(PeerJson(Sample()), "peers.json");
  ASSERT_THAT(json, IsOk());
  const Json& rows = (*json)["rows"];
  ASSERT_EQ(rows.size(), 7);
  const Json& row = rows[3];
  EXPECT_EQ(row["file"], "manual_lzf");
  EXPECT_EQ(row["reader"], "h5py+DataLoader");
  EXPECT_EQ(row["workers"], 2);
  EXPECT_DOUBLE_EQ(row["ms_per_sequence"].get<double>(), 25);
  EXPECT_DOUBLE_EQ(row["cpu_ms_per_sequence"].get<double>(), 37.5);
  EXPECT_DOUBLE_EQ(row["first_batch_ms"].get<double>(), 250);
  EXPECT_DOUBLE_EQ(row["mb_per_sequence"].get<double>(), 3.25);
  EXPECT_EQ(row["spread"], 0);
  EXPECT_EQ(row["samples"], 20);
  EXPECT_FALSE(row.contains("error"));
  EXPECT_EQ(rows[4]["error"], "ImportError:\n  no module <x>");
  EXPECT_FALSE(rows[4].contains("ms_per_sequence"));
  ASSERT_EQ((*json)["ratios"].size(), 1);
  EXPECT_DOUBLE_EQ((*json)["ratios"][0]["ratio"].get<double>(), 12.5);
  EXPECT_EQ((*json)["environment"]["versions"]["peers"]["h5py"], "3.16.0");
  EXPECT_EQ((*json)["environment"]["machine"]["cpu_model"], "a processor");
}

TEST(PeerReportTest, PictureHasTheBestOfEveryReader) {
  const std::string svg = PeerPicture(Sample());
  EXPECT_THAT(svg, HasSubstr(">seiche, 2 workers<"));
  EXPECT_THAT(svg, HasSubstr(">h5py+DataLoader, 2 workers<"));
  EXPECT_THAT(svg, Not(HasSubstr("0 workers")));
  EXPECT_THAT(svg, Not(HasSubstr("hidefix")));
}

TEST(PeerReportTest, NothingMeasuredIsAReport) {
  PeerReport report = Sample();
  report.results.clear();
  EXPECT_THAT(RenderConsole(PeerBlocks(report)), HasSubstr("manual_lzf"));
  EXPECT_THAT(PeerPicture(report), HasSubstr("</svg>"));
}

}  // namespace
}  // namespace seiche
