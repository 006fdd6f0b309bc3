#include "experiments/measure/python_stack.h"

#include "absl/status/status_matchers.h"
#include "base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<PythonJob> Jobs() {
  return {{.variant = "jpeg", .jpeg = true, .paths = {"a/jpeg"}, .repeats = {{0}, {1, 2}}}};
}

TEST(PythonStackTest, JobsAsTheScriptReadsThem) {
  const auto json = ParseJson(PythonJobsJson(Jobs(), {.workers = {1, 4}}), "jobs");
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ((*json)["workers"], Json({1, 4}));
  EXPECT_EQ((*json)["cache"], "warm");
  const Json& variant = (*json)["variants"][0];
  EXPECT_EQ(variant["id"], "jpeg");
  EXPECT_EQ(variant["kind"], "jpeg");
  EXPECT_EQ(variant["paths"], Json({"a/jpeg"}));
  EXPECT_EQ(variant["batch_size"], 10);
  EXPECT_EQ(variant["repeats"].dump(), "[[0],[1,2]]");
}

TEST(PythonStackTest, JobsSayThatFilesAreDropped) {
  const auto json = ParseJson(PythonJobsJson(Jobs(), {.cache = CacheState::kCold}), "jobs");
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ((*json)["cache"], "cold");
}

TEST(PythonStackTest, ResultsBecomeReadSpeeds) {
  const auto result = ParsePythonResult(R"({
      "versions": {"torch": "2.0"},
      "variants": [{"id": "jpeg", "reads": [
          {"workers": 4, "seconds": [0.5, 1], "cache_verified": true},
          {"workers": 8, "seconds": [1], "cache_verified": false}]}]})",
                                        Jobs());
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->versions[0].second, "2.0");
  ASSERT_EQ(result->variants.size(), 1);
  EXPECT_EQ(result->variants[0].variant, "jpeg");
  const ReadSpeed& speed = result->variants[0].reads[0];
  EXPECT_EQ(speed.workers, 4);
  EXPECT_THAT(speed.seconds, ElementsAre(0.5, 1));
  EXPECT_EQ(speed.sequences, 2);
  EXPECT_TRUE(speed.cache_verified);
  EXPECT_FALSE(result->variants[0].reads[1].cache_verified);
}

TEST(PythonStackTest, OtherTextIsNoResult) {
  for (const char* text : {"", "[]", "{}", R"({"versions": {}})",
                           R"({"versions": {}, "variants": [{"id": 1, "reads": []}]})",
                           R"({"versions": {}, "variants": [{"id": "jpeg",
                              "reads": [{"workers": 1, "seconds": ["x"],
                                         "cache_verified": true}]}]})",
                           R"({"versions": {}, "variants": [{"id": "jpeg",
                              "reads": [{"workers": 1, "seconds": [1]}]}]})"}) {
    EXPECT_EQ(ParsePythonResult(text, Jobs()).status().code(), absl::StatusCode::kDataLoss) << text;
  }
}

TEST(PythonStackTest, EnvironmentThatCannotBeMadeNamesTheLog) {
  // A folder that does not exist, in a file system that takes no folders.
  const absl::Status status = MakePythonStack("/proc/venv", DefaultFileSystem());
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("/proc/venv"));
}

}  // namespace
}  // namespace seiche
