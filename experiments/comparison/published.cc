#include "experiments/comparison/published.h"

#include "absl/types/span.h"

namespace seiche {
namespace {

constexpr PublishedRow kRows[] = {
    {"jpeg", true, false, "2.4G", 2.4, 3000, {0.173, 0.123, 0.085, 0.079}},
    {"hdf5_auto_lzf", true, true, "19G", 19, 3000, {2.449, 1.413, 1.02, 0.812}},
    {"hdf5_auto_lzf_small_files", false, true, "2.1G", 2.1, 500, {1.688, 0.977, 0.695, 0.517}},
    {"hdf5_manual_lzf", true, true, "17G", 17, 3000, {0.041, 0.022, 0.013, 0.013}},
    {"hdf5_manual_lzf_small_files", false, true, "2.6G", 2.6, 500, {0.051, 0.027, 0.016, 0.015}},
    {"hdf5_manual_gzip4", true, false, "12G", 12, 3000, {0.067, 0.035, 0.022, 0.019}},
};

}  // namespace

absl::Span<const PublishedRow> PublishedRows() { return kRows; }

const PublishedRow* FindPublished(std::string_view variant) {
  for (const PublishedRow& row : kRows) {
    if (row.variant == variant) return &row;
  }
  return nullptr;
}

double PublishedSeconds(const PublishedRow* row, int workers) {
  for (int column = 0; row != nullptr && column < kPublishedColumns; ++column) {
    if (kPublishedWorkers[column] == workers) return row->seconds[column];
  }
  return 0;
}

Shape PublishedAutoChunk() { return {94, 7, 12, 12}; }

Shape PublishedSmallFileAutoChunk() { return {32, 7, 12, 23}; }

}  // namespace seiche
