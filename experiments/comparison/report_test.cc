// Golden tests: testdata/report.md, .txt, .json and .csv. After an intended change run
// bazel run //experiments/comparison:report_test -- --update=$PWD/experiments/comparison/testdata
#include "experiments/comparison/report.h"

#include <cstring>
#include <fstream>
#include <iterator>

#include "base/json.h"
#include "experiments/comparison/synthetic_rows.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string update_folder;

Report SyntheticReport() {
  Report report;
  report.environment = {.cpu_model = "Model 1",
                        .architecture = "x86_64",
                        .system = "Linux 6.1",
                        .cores = 2,
                        .memory_bytes = 16'000'000'000,
                        .compiler = "gcc 12.2.0",
                        .build_mode = "opt",
                        .versions = {{"hdf5", "1.14.5"}}};
  report.protocol = {.scale = "default",
                     .shape = {200, 100, 184, 184},
                     .seed = 1,
                     .data_digest = "crc32c:01234567",
                     .normalisation = {0.5, 0.25, 0, 1},
                     .workers = {1, 2, 4, 8},
                     .batch_size = 10,
                     .batches = 10,
                     .repeats = 5,
                     .slow_batch_size = 10,
                     .slow_batches = 1,
                     .slow_repeats = 3,
                     .write_workers = 2,
                     .write_repeats = 5,
                     .untimed_writes = 1,
                     .write_sample_sequences = 10,
                     .long_copy_seconds = 60};
  report.rows = SyntheticRows(200);
  RowOf(report.rows, "hdf5_manual_szip").unavailable = "this build has no SZIP";
  RowOf(report.rows, "jpeg").read[3].cache_verified = false;
  report.claims = JudgeClaims(
      {.rows = report.rows, .cores = 2, .normalisation = report.protocol.normalisation});
  return report;
}

Report ReportWithPython() {
  Report report = SyntheticReport();
  PythonStack python;
  python.versions = {{"torch", "2.0"}};
  python.rows = report.rows;
  for (Row& row : python.rows) row.write_seconds = row.copy_seconds = {};
  SetRead(RowOf(python.rows, "jpeg"), 2, 0.05);
  python.claims = JudgeClaims({.rows = python.rows, .cores = 2, .own_decoders = false});
  report.python = std::move(python);
  return report;
}

std::string Golden(const std::string& name) {
  std::ifstream file("experiments/comparison/testdata/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

void ExpectGolden(const std::string& text, const std::string& name) {
  if (!update_folder.empty()) std::ofstream(update_folder + "/" + name) << text;
  EXPECT_EQ(text, update_folder.empty() ? Golden(name) : text) << name;
}

TEST(ReportTest, Console) {
  ExpectGolden(RenderConsole(BuildReport(SyntheticReport())), "report.txt");
}

TEST(ReportTest, Markdown) {
  ExpectGolden(RenderMarkdown(BuildReport(SyntheticReport())), "report.md");
}

TEST(ReportTest, Data) {
  ExpectGolden(ReportJson(SyntheticReport()), "report.json");
  ExpectGolden(ReportCsv(SyntheticReport()), "report.csv");
}

TEST(ReportTest, PythonStackAddsTablesAndASecondVerdict) {
  const Report report = ReportWithPython();
  ExpectGolden(RenderMarkdown(BuildReport(report)), "report.python.md");
  const auto json = ParseJson(ReportJson(report), "report");
  ASSERT_TRUE(json.ok());
  for (const Json& claim : (*json)["claims"]) EXPECT_TRUE(claim.contains("python_stack"));
}

TEST(ReportTest, MissingPythonStackSaysWhy) {
  Report report = SyntheticReport();
  report.python = PythonStack{.unavailable = "python3 -m venv failed"};
  EXPECT_THAT(RenderConsole(BuildReport(report)),
              HasSubstr("Not measured: python3 -m venv failed"));
  EXPECT_THAT(ReportJson(report),
              HasSubstr("\"python_stack_unavailable\": \"python3 -m venv failed\""));
}

TEST(ReportTest, SectionsCanBeLeftOut) {
  const std::string text = RenderConsole(
      BuildReport(SyntheticReport(), {.table2 = false, .details = false, .claims = false}));
  EXPECT_THAT(text, HasSubstr("Table 1"));
  EXPECT_THAT(text, Not(HasSubstr("Table 2")));
  EXPECT_THAT(text, Not(HasSubstr("claims")));
}

// gcc does not check formats: one that is wrong prints nothing.
TEST(ReportTest, SaysWhichWritesWereNotTimed) {
  Report report = SyntheticReport();
  EXPECT_THAT(RenderMarkdown(BuildReport(report)), HasSubstr("after one that is not timed"));
  report.protocol.untimed_writes = 0;
  const std::string text = RenderMarkdown(BuildReport(report));
  EXPECT_THAT(text, HasSubstr("Write: from values in memory"));
  EXPECT_THAT(text, Not(HasSubstr("not timed")));
}

TEST(ReportTest, UnoptimisedBuildIsNoResult) {
  Report report = SyntheticReport();
  report.environment.build_mode = "dbg";
  EXPECT_THAT(RenderConsole(BuildReport(report)), HasSubstr("no results"));
}

TEST(ReportTest, JsonHasTheAgreedMembers) {
  const auto json = ParseJson(ReportJson(SyntheticReport()), "report");
  ASSERT_TRUE(json.ok());
  const Json& row = (*json)["rows"][0];
  for (const char* member : {"format", "chunks", "compression", "sequences", "sequences_per_file",
                             "bytes", "workers", "seconds_per_sequence", "spread"}) {
    EXPECT_TRUE(row.contains(member)) << member;
  }
  for (const Json& claim : (*json)["claims"]) {
    EXPECT_TRUE(claim["holds"].is_boolean() || claim["holds"].is_null());
    for (const char* member : {"id", "ratio", "why"}) EXPECT_TRUE(claim.contains(member));
  }
  EXPECT_TRUE((*json)["environment"]["machine"].contains("cores"));
}

}  // namespace
}  // namespace seiche

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  static constexpr char kUpdate[] = "--update=";
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], kUpdate, sizeof(kUpdate) - 1) == 0) {
      seiche::update_folder = argv[i] + sizeof(kUpdate) - 1;
    }
  }
  return RUN_ALL_TESTS();
}
