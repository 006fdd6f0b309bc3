#include "experiments/comparison/synthetic_rows.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include "experiments/comparison/published.h"

namespace seiche {

std::vector<Row> SyntheticRows(int64_t sequences) {
  std::vector<Row> rows;
  for (Variant& variant : MakeVariants({.shape = {sequences, 100, 184, 184}})) {
    Row row;
    row.variant = std::move(variant);
    const PublishedRow* published = FindPublished(row.variant.id);
    const double scale = static_cast<double>(row.variant.sequences) /
                         (published != nullptr ? published->sequences : kPublishedSequences);
    row.bytes =
        static_cast<int64_t>((published != nullptr ? published->gigabytes : 10) * 1e9 * scale);
    row.bytes_on_disk = row.bytes + 4096;
    const bool folders = row.variant.container == Container::kJpegFolders;
    row.files = folders ? row.variant.sequences * 100 : row.variant.num_files();
    row.write_seconds = {0.0202, 0.0198, 0.02};
    row.copy_seconds = folders ? std::vector<double>{60, 61, 59} : std::vector<double>{30};
    if (folders) row.quality = Quality{48.25, 32};
    if (row.variant.bound > 0) row.quality = Quality{45.5, 2.52};
    for (int i = 0; published != nullptr && i < kPublishedColumns; ++i) {
      SetRead(row, kPublishedWorkers[i], published->seconds[i]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Row& RowOf(std::vector<Row>& rows, std::string_view id) {
  for (Row& row : rows) {
    if (row.variant.id == id) return row;
  }
  std::abort();
}

void SetRead(Row& row, int workers, double seconds) {
  ReadSpeed speed{.workers = workers,
                  .seconds = {seconds, seconds * 1.01, seconds * 0.99},
                  .sequences = 100,
                  .cache_verified = true};
  for (ReadSpeed& old : row.read) {
    if (old.workers != workers) continue;
    old = std::move(speed);
    return;
  }
  row.read.push_back(std::move(speed));
}

}  // namespace seiche
