// Mean, standard deviation and range of a field's values, of each channel too; and as JSON.
//
//   SEICHE_ASSIGN_OR_RETURN(FieldStatistics images, ComputeStatistics(*store, /*field=*/0));
//   std::string text = DumpJson(StatisticsToJson({images}));             // docs/command.md
//   SEICHE_ASSIGN_OR_RETURN(auto fields, ParseStatistics(text, "stats.json"));
//
// One pass: each chunk is read and decoded once. Moments are computed in double, block by block,
// and merged by the formula of Chan, Golub and LeVeque ("Updating Formulae and a Pairwise Algorithm
// for Computing Sample Variances", 1979) in an order that depends on the store alone: the result
// has the same bits for any number of workers. Thread-safe.
#ifndef SEICHE_STORAGE_FIELD_STATISTICS_H_
#define SEICHE_STORAGE_FIELD_STATISTICS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/dtype.h"
#include "base/json.h"
#include "base/shape.h"
#include "storage/sequence_store.h"

namespace seiche {

// Of some values, with the field's packing applied. Without any (count 0), and where an infinity
// spoils them, the numbers are NaN.
struct ValueStatistics {
  double mean;
  double standard_deviation;  // of all values: divided by count, not by count - 1
  double minimum;
  double maximum;
  int64_t count = 0;    // values that the numbers above are of
  int64_t nan = 0;      // not counted
  int64_t missing = 0;  // equal to the packing's missing value; not counted
};

struct FieldStatistics {
  std::string name;
  DType dtype = DType::kFloat32;  // as stored
  Shape shape;
  std::string axes;
  ValueStatistics all;
  // Of each channel, in order; one, the same as `all`, for a field without axis C.
  std::vector<ValueStatistics> channels;
};

struct StatisticsOptions {
  int workers = 0;  // 0: one a core
  // Called after each chunk that was decoded, from any thread.
  std::function<void(int64_t chunks)> progress = nullptr;
};

// Statistics of `field`, elements of chunks that are not stored included. Errors are the store's;
// of several chunks that cannot be read the first is named. kInvalidArgument if there is no such
// field; kResourceExhausted if chunks or channels are too many.
absl::StatusOr<FieldStatistics> ComputeStatistics(const SequenceStore& store, int field,
                                                  const StatisticsOptions& options = {});

// {"fields": {"images": {"mean": [...], ...}}}: the schema is in docs/command.md.
Json StatisticsToJson(absl::Span<const FieldStatistics> fields);

// What StatisticsToJson() made, in that order. kDataLoss, with `source_name`, if it is not that.
absl::StatusOr<std::vector<FieldStatistics>> ParseStatistics(std::string_view text,
                                                             std::string_view source_name);

}  // namespace seiche

#endif  // SEICHE_STORAGE_FIELD_STATISTICS_H_
