#include "base/json.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using absl_testing::IsOkAndHolds;
using absl_testing::StatusIs;
using testing::HasSubstr;
using testing::StartsWith;

TEST(JsonTest, KeepsTheOrderOfMembers) {
  const absl::StatusOr<Json> json = ParseJson(R"({"z": 1, "a": [true, null, "x"]})", "a.json");
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(DumpJson(*json),
            "{\n"
            "  \"z\": 1,\n"
            "  \"a\": [\n"
            "    true,\n"
            "    null,\n"
            "    \"x\"\n"
            "  ]\n"
            "}\n");
}

TEST(JsonTest, DoublesComeBackWithTheSameBits) {
  for (double value :
       {0.0, -0.0, 0.1, 1.0 / 3, 1e23, -2.2250738585072014e-308,
        std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::max()}) {
    const std::string text = DumpJson(Json(value));
    const absl::StatusOr<Json> json = ParseJson(text, "number");
    ASSERT_TRUE(json.ok()) << json.status();
    EXPECT_EQ(std::bit_cast<uint64_t>(json->get<double>()), std::bit_cast<uint64_t>(value)) << text;
  }
}

TEST(JsonTest, WhatJsonLacksIsNull) {
  EXPECT_EQ(DumpJson(Json(std::numeric_limits<double>::quiet_NaN())), "null\n");
  EXPECT_EQ(DumpJson(Json(std::numeric_limits<double>::infinity())), "null\n");
}

TEST(JsonTest, WritesBytesThatAreNotUtf8) { EXPECT_EQ(DumpJson(Json("a\xff")), "\"a\ufffd\"\n"); }

TEST(JsonTest, ErrorNamesLineAndColumn) {
  EXPECT_THAT(ParseJson("{\n  \"a\": 1,\n  \"b\": ?\n}\n", "paper.json"),
              StatusIs(absl::StatusCode::kDataLoss,
                       StartsWith("paper.json: line 3, column 8: not JSON: syntax error")));
  EXPECT_THAT(ParseJson("", "empty.json"),
              StatusIs(absl::StatusCode::kDataLoss,
                       StartsWith("empty.json: line 1, column 1: not JSON: ")));
  EXPECT_THAT(ParseJson("[1] 2", "two.json"),
              StatusIs(absl::StatusCode::kDataLoss,
                       "two.json: line 1, column 5: not JSON: syntax error while parsing value - "
                       "unexpected number literal; expected end of input"));
  EXPECT_THAT(ParseJson("1e999", "huge.json"),
              StatusIs(absl::StatusCode::kDataLoss,
                       "huge.json: not JSON: number overflow parsing '1e999'"));
}

TEST(JsonTest, EveryTruncationIsAnError) {
  const std::string text = R"({"name": "a\"b\u00e9", "list": [1, -2.5e3, {"x": true}]})";
  ASSERT_TRUE(ParseJson(text, "whole").ok());
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_THAT(ParseJson(text.substr(0, size), "cut"),
                StatusIs(absl::StatusCode::kDataLoss, StartsWith("cut: line 1, column ")))
        << size;
  }
}

TEST(JsonTest, DeepNestingIsAnError) {
  const auto nested = [](int depth) {
    return std::string(depth, '[') + "\"]\\\"[\"" + std::string(depth, ']');
  };
  EXPECT_TRUE(ParseJson(nested(200), "deep").ok());
  EXPECT_THAT(ParseJson(nested(201), "deep"),
              StatusIs(absl::StatusCode::kDataLoss,
                       "deep: line 1, column 201: not JSON: nested deeper than 200 levels"));
  EXPECT_THAT(ParseJson(std::string(1'000'000, '['), "deep"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("nested deeper")));
}

TEST(JsonFieldTest, ReturnsMembersOfTheAskedType) {
  const Json json = {{"yes", true}, {"count", 7}, {"ratio", 0.5}, {"name", "lzf"}, {"list", {1}}};
  EXPECT_THAT(JsonField<bool>(json, "yes"), IsOkAndHolds(true));
  EXPECT_THAT(JsonField<int64_t>(json, "count"), IsOkAndHolds(7));
  EXPECT_THAT(JsonField<double>(json, "count"), IsOkAndHolds(7.0));
  EXPECT_THAT(JsonField<double>(json, "ratio"), IsOkAndHolds(0.5));
  EXPECT_THAT(JsonField<std::vector<double>>(Json{{"seconds", {1, 0.5}}}, "seconds"),
              IsOkAndHolds(std::vector<double>{1, 0.5}));
  EXPECT_THAT(JsonField<std::vector<double>>(Json{{"seconds", {1, "2"}}}, "seconds"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("should be a list of numbers")));
  EXPECT_THAT(JsonField<std::string>(json, "name"), IsOkAndHolds("lzf"));
  EXPECT_THAT(JsonField<Json>(json, "list"), IsOkAndHolds(Json::array({1})));
}

TEST(JsonFieldTest, AnythingElseIsDataLoss) {
  const Json json = {{"ratio", 0.5}, {"huge", std::numeric_limits<uint64_t>::max()}};
  EXPECT_THAT(JsonField<int64_t>(json, "count"),
              StatusIs(absl::StatusCode::kDataLoss, "JSON object has no member 'count'"));
  EXPECT_THAT(JsonField<int64_t>(json, "ratio"),
              StatusIs(absl::StatusCode::kDataLoss,
                       "JSON member 'ratio' should be a whole number of 64 bits"));
  EXPECT_THAT(JsonField<int64_t>(json, "huge"),
              StatusIs(absl::StatusCode::kDataLoss,
                       "JSON member 'huge' should be a whole number of 64 bits"));
  EXPECT_THAT(JsonField<bool>(json, "ratio"),
              StatusIs(absl::StatusCode::kDataLoss, "JSON member 'ratio' should be true or false"));
  EXPECT_THAT(
      JsonField<std::string>(Json::array(), "a"),
      StatusIs(absl::StatusCode::kDataLoss, "JSON object with a member 'a' expected, found array"));
}

}  // namespace
}  // namespace seiche
