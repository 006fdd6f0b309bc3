#include "experiments/comparison/row.h"

#include <algorithm>

namespace seiche {
namespace {

std::vector<double> Sorted(absl::Span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace

double Row::bytes_per_sequence() const {
  return static_cast<double>(bytes) / static_cast<double>(variant.sequences);
}

const ReadSpeed* Row::FindRead(int workers) const {
  for (const ReadSpeed& speed : read) {
    if (speed.workers == workers && !speed.seconds.empty()) return &speed;
  }
  return nullptr;
}

const Row* FindRow(const std::vector<Row>& rows, std::string_view id) {
  for (const Row& row : rows) {
    if (row.variant.id == id && row.available()) return &row;
  }
  return nullptr;
}

double Median(absl::Span<const double> values) {
  if (values.empty()) return 0;
  const std::vector<double> sorted = Sorted(values);
  const size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

double Spread(absl::Span<const double> values) {
  const double median = Median(values);
  if (median == 0) return 0;
  const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  return (*largest - *smallest) / median;
}

Range MiddleHalf(absl::Span<const double> values) {
  if (values.empty()) return {};
  const std::vector<double> sorted = Sorted(values);
  const size_t left_out = sorted.size() / 4;
  return {sorted[left_out], sorted[sorted.size() - 1 - left_out]};
}

}  // namespace seiche
