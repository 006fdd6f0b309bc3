// Horizontal bars on a logarithmic axis, as an SVG picture.
//
//   std::string svg = BarChart({.title = "Milliseconds a sequence", .groups = {{"manual_lzf",
//       {{"seiche", 1.6, /*highlighted=*/true}, {"h5py", 27}}}}});
//
// A pure function; the text needs no fonts but the viewer's own.
#ifndef SEICHE_EXPERIMENTS_PEERS_BAR_CHART_H_
#define SEICHE_EXPERIMENTS_PEERS_BAR_CHART_H_

#include <string>
#include <vector>

namespace seiche {

struct BarChartOptions {
  struct Bar {
    std::string label;
    double value = 0;  // > 0
    bool highlighted = false;
  };
  struct Group {
    std::string title;
    std::vector<Bar> bars;
  };
  std::string title;
  std::vector<Group> groups;
};

std::string BarChart(const BarChartOptions& chart);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_BAR_CHART_H_
