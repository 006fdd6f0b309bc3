#include "experiments/peers/bar_chart.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(BarChartTest, LengthsAreLogarithmic) {
  const std::string svg =
      BarChart({.title = "ms", .groups = {{"file", {{"a", 1}, {"b", 10, true}, {"c", 100}}}}});
  EXPECT_THAT(svg, HasSubstr("width=\"1.0\" height=\"14.0\" fill=\"#8c959f\""));
  EXPECT_THAT(svg, HasSubstr("width=\"280.0\" height=\"14.0\" fill=\"#0969da\""));
  EXPECT_THAT(svg, HasSubstr("width=\"560.0\" height=\"14.0\" fill=\"#8c959f\""));
}

TEST(BarChartTest, AxisEnclosesTheValuesInPowersOfTen) {
  const std::string svg = BarChart({.groups = {{"file", {{"a", 0.3}, {"b", 2000}}}}});
  for (const char* tick : {">0.1<", ">1<", ">10<", ">100<", ">1000<", ">10000<"}) {
    EXPECT_THAT(svg, HasSubstr(tick));
  }
  EXPECT_THAT(svg, Not(HasSubstr(">0.01<")));
}

TEST(BarChartTest, EqualValuesAndNoneGiveAPicture) {
  EXPECT_THAT(BarChart({.groups = {{"file", {{"a", 10}}}}}), HasSubstr(">100<"));
  EXPECT_THAT(BarChart({}), HasSubstr("</svg>"));
}

TEST(BarChartTest, TextIsEscaped) {
  EXPECT_THAT(BarChart({.title = "a<b & c"}), HasSubstr("a&lt;b &amp; c"));
}

}  // namespace
}  // namespace seiche
