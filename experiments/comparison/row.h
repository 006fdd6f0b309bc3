// What was measured of one variant, and the statistics that the report and the claims use.
//
//   const ReadSpeed* speed = row.FindRead(/*workers=*/2);
//   Median(speed->seconds)                             // seconds a sequence
//
// Plain values.
#ifndef SEICHE_EXPERIMENTS_COMPARISON_ROW_H_
#define SEICHE_EXPERIMENTS_COMPARISON_ROW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "experiments/comparison/variants.h"

namespace seiche {

// Reading with one worker count.
struct ReadSpeed {
  int workers = 1;
  std::vector<double> seconds;  // a sequence; one entry a repeat
  int64_t sequences = 0;        // read in each repeat
  bool cache_verified = false;  // the page cache was as the options ask, before every repeat
};

// How far stored values are from what was to be stored; lossy rows only.
struct Quality {
  double psnr_db = 0;    // against the product `shaded`, peak 1
  double max_error = 0;  // in units of 1/255
};

// Of all stored values.
struct Normalisation {
  double mean = 0;
  double standard_deviation = 0;
  double minimum = 0;
  double maximum = 0;
};

struct Row {
  Variant variant;
  std::string unavailable = {};  // why there is no such row; empty if there is
  int64_t bytes = 0;             // of its files
  int64_t bytes_on_disk = 0;     // blocks in use
  int64_t files = 0;
  std::vector<double> write_seconds = {};  // a sequence; one entry a repeat; empty: not timed
  std::vector<double> copy_seconds = {};   // all its files; one entry a repeat
  std::vector<ReadSpeed> read = {};
  std::optional<Quality> quality = std::nullopt;

  bool available() const { return unavailable.empty(); }
  double bytes_per_sequence() const;
  // Null if that worker count was not measured.
  const ReadSpeed* FindRead(int workers) const;
};

// Null if there is no available row of that id.
const Row* FindRow(const std::vector<Row>& rows, std::string_view id);

// 0 for no values. Of an even number: the mean of the two in the middle.
double Median(absl::Span<const double> values);
// (Largest - smallest) / median; 0 if the median is.
double Spread(absl::Span<const double> values);
// The values that enclose the middle half: the 2nd and the 4th of five.
struct Range {
  double low = 0;
  double high = 0;
};
Range MiddleHalf(absl::Span<const double> values);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_COMPARISON_ROW_H_
