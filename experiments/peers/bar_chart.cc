#include "experiments/peers/bar_chart.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace seiche {
namespace {

// Pixels.
constexpr double kLabelWidth = 250;
constexpr double kBarsWidth = 560;
constexpr double kValueWidth = 80;
constexpr double kBarHeight = 14;
constexpr double kLine = 19;
constexpr double kGroupGap = 10;
constexpr double kTop = 62;
constexpr char kInk[] = "#24292f";
constexpr char kRule[] = "#d0d7de";
constexpr char kPlainBar[] = "#8c959f";
constexpr char kHighlightedBar[] = "#0969da";

std::string Escape(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

// Powers of ten that enclose all values.
struct Axis {
  int low = 0;
  int high = 1;

  explicit Axis(const BarChartOptions& chart) {
    double smallest = HUGE_VAL, largest = 0;
    for (const BarChartOptions::Group& group : chart.groups) {
      for (const BarChartOptions::Bar& bar : group.bars) {
        smallest = std::min(smallest, bar.value);
        largest = std::max(largest, bar.value);
      }
    }
    if (largest <= 0) return;
    low = static_cast<int>(std::floor(std::log10(smallest)));
    high = std::max(low + 1, static_cast<int>(std::ceil(std::log10(largest))));
  }

  double Place(double value) const {
    return kLabelWidth + kBarsWidth * (std::log10(value) - low) / (high - low);
  }
};

std::string Text(double x, double y, const char* anchor, const std::string& text,
                 const char* weight = "normal") {
  return absl::StrFormat(
      "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-weight=\"%s\">%s</text>\n", x, y, anchor,
      weight, Escape(text));
}

std::string Ticks(const Axis& axis, double bottom) {
  std::string svg;
  for (int power = axis.low; power <= axis.high; ++power) {
    const double x = axis.Place(std::pow(10.0, power));
    absl::StrAppendFormat(&svg,
                          "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n",
                          x, kTop - 14, x, bottom, kRule);
    absl::StrAppend(&svg, Text(x, kTop - 18, "middle", absl::StrFormat("%g", std::pow(10, power))));
  }
  return svg;
}

std::string DrawBar(const Axis& axis, const BarChartOptions::Bar& bar, double y) {
  const double end = axis.Place(bar.value);
  const char* weight = bar.highlighted ? "bold" : "normal";
  return absl::StrCat(
      Text(kLabelWidth - 8, y + 11, "end", bar.label, weight),
      absl::StrFormat("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
                      kLabelWidth, y, std::max(1.0, end - kLabelWidth), kBarHeight,
                      bar.highlighted ? kHighlightedBar : kPlainBar),
      Text(end + 6, y + 11, "start", absl::StrFormat("%.3g", bar.value), weight));
}

}  // namespace

std::string BarChart(const BarChartOptions& chart) {
  const Axis axis(chart);
  std::string bars;
  double y = kTop;
  for (const BarChartOptions::Group& group : chart.groups) {
    absl::StrAppend(&bars, Text(8, y + 12, "start", group.title, "bold"));
    y += kLine;
    for (const BarChartOptions::Bar& bar : group.bars) {
      absl::StrAppend(&bars, DrawBar(axis, bar, y));
      y += kLine;
    }
    y += kGroupGap;
  }
  const double width = kLabelWidth + kBarsWidth + kValueWidth;
  return absl::StrCat(
      absl::StrFormat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                      "viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" font-size=\"12\" "
                      "fill=\"%s\">\n",
                      width, y, width, y, kInk),
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
      Text(8, 20, "start", chart.title, "bold"), Ticks(axis, y - kGroupGap), bars, "</svg>\n");
}

}  // namespace seiche
