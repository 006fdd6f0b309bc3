#include "tools/command/stats.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/json.h"
#include "base/status.h"
#include "storage/field_statistics.h"
#include "tools/command/fields.h"

namespace seiche {
namespace {

absl::StatusOr<FieldStatistics> StatsOf(const SequenceStore& store, const StatsOptions& options) {
  SEICHE_ASSIGN_OR_RETURN(const std::vector<int64_t> chunks, store.StoredChunks(0));
  Progress progress(absl::StrCat("statistics of ", store.fields()[0].name),
                    static_cast<int64_t>(chunks.size()), "chunks", options.progress);
  return ComputeStatistics(store, 0, {.workers = options.workers, .progress = [&](int64_t count) {
                                        progress.Add(count);
                                      }});
}

}  // namespace

absl::StatusOr<std::string> StatsJson(const std::string& path, const StatsOptions& options) {
  SEICHE_RETURN_IF_ERROR(CheckFieldNames(options.fields));
  std::vector<std::string> names = options.fields;
  if (names.empty()) {
    SEICHE_ASSIGN_OR_RETURN(const std::vector<ListedField> all, ListFields(path, *options.files));
    for (const ListedField& field : all) names.push_back(field.name);
  }
  std::vector<FieldStatistics> statistics;
  absl::Status skipped;
  for (const std::string& name : names) {
    const auto store = OpenField(path, name, *options.files);
    const bool asked_for = !options.fields.empty();
    if (!store.ok() && !asked_for && HoldsNoNumbers(store.status())) {
      skipped.Update(store.status());
      continue;
    }
    SEICHE_RETURN_IF_ERROR(store.status());
    SEICHE_ASSIGN_OR_RETURN(FieldStatistics one, StatsOf(**store, options));
    statistics.push_back(std::move(one));
  }
  if (statistics.empty()) {
    if (names.size() == 1) return skipped;
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     ": has no field that holds numbers: seiche inspect lists what it "
                     "has"));
  }
  return DumpJson(StatisticsToJson(statistics));
}

}  // namespace seiche
