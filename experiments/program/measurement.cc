#include "experiments/program/measurement.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/progress.h"
#include "base/status.h"
#include "experiments/comparison/published.h"
#include "experiments/measure/python_stack.h"

namespace seiche {
namespace {

constexpr size_t kLargestGroup = 4;

const ReadPlan& PlanOf(const ExperimentPlan& plan, const Variant& variant) {
  return variant.shared_by_sequences ? plan.slow_read : plan.read;
}

absl::Status MeasureGroup(const ExperimentPlan& plan, const Preparation& preparation,
                          const std::vector<size_t>& group, absl::Span<Row> rows) {
  std::vector<ReadJob> jobs;
  std::vector<std::string> names;
  for (const size_t index : group) {
    const Variant& variant = rows[index].variant;
    ReadJob job;
    SEICHE_ASSIGN_OR_RETURN(job.store, preparation.Open(variant));
    SEICHE_ASSIGN_OR_RETURN(job.paths, preparation.Paths(variant));
    jobs.push_back(std::move(job));
    names.push_back(variant.id);
  }
  const ReadPlan& read = PlanOf(plan, rows[group[0]].variant);
  Progress progress(
      absl::StrCat("reading ", names[0],
                   names.size() > 1 ? absl::StrCat(" and ", names.size() - 1, " more") : ""),
      static_cast<int64_t>(jobs.size() * read.workers.size()) * read.repeats, "measurements");
  SEICHE_RETURN_IF_ERROR(MeasureReading(read, absl::MakeSpan(jobs), [&] { progress.Add(1); }));
  for (size_t i = 0; i < group.size(); ++i) rows[group[i]].read = std::move(jobs[i].speeds);
  return absl::OkStatus();
}

// The batches that our loader reads. Slow rows: each sequence is a batch of its own, as torch gives
// whole batches to its workers, and one repeat, as it takes minutes.
absl::StatusOr<PythonJob> MakeJob(const ExperimentPlan& plan, const Preparation& preparation,
                                  const Variant& variant) {
  const ReadPlan& read = PlanOf(plan, variant);
  PythonJob job{.variant = variant.id, .jpeg = variant.container == Container::kJpegFolders};
  SEICHE_ASSIGN_OR_RETURN(const auto store, preparation.Open(variant));
  if (job.jpeg) {
    job.paths = {store->path()};
  } else {
    SEICHE_ASSIGN_OR_RETURN(job.paths, preparation.Paths(variant));
  }
  job.batch_size = EpochSizeOf(read, variant.sequences).batch_size;
  int repeats = read.repeats;
  std::vector<int64_t> untimed = SequencesOfRepeat(read, variant.sequences, 0);
  if (variant.shared_by_sequences) {
    job.batch_size = 1;
    repeats = 1;
    untimed.resize(1);
  }
  job.repeats.push_back(std::move(untimed));
  for (int repeat = 0; repeat < repeats; ++repeat) {
    job.repeats.push_back(SequencesOfRepeat(read, variant.sequences, repeat));
  }
  return job;
}

absl::StatusOr<PythonResult> RunJobs(const ExperimentPlan& plan, const Preparation& preparation,
                                     const OutputFolder& folder, const std::vector<Row>& rows,
                                     FileSystem& files, const LineLog& log) {
  log("python stack: virtual environment (about 10 GB and 90 s if it has to be made)");
  SEICHE_RETURN_IF_ERROR(MakePythonStack(folder.venv(), files));
  std::vector<PythonJob> jobs;
  for (const Row& row : rows) {
    if (!row.available() || FindPublished(row.variant.id) == nullptr) continue;
    SEICHE_ASSIGN_OR_RETURN(PythonJob job, MakeJob(plan, preparation, row.variant));
    jobs.push_back(std::move(job));
  }
  log(absl::StrCat("python stack: reading ", jobs.size(), " variants (several minutes)"));
  return RunPythonStack(folder.venv(), jobs,
                        {.workers = plan.read.workers, .cache = plan.read.cache}, files);
}

}  // namespace

std::vector<std::vector<size_t>> MeasurementGroups(absl::Span<const Row> rows) {
  std::vector<std::vector<size_t>> slow, groups = {{}};
  std::vector<size_t> others;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].available()) continue;
    if (rows[i].variant.shared_by_sequences) {
      slow.push_back({i});
    } else if (FindPublished(rows[i].variant.id) != nullptr) {
      groups[0].push_back(i);
    } else {
      others.push_back(i);
    }
  }
  if (groups[0].empty()) groups.clear();
  groups.insert(groups.end(), slow.begin(), slow.end());
  for (size_t i = 0; i < others.size(); ++i) {
    if (i % kLargestGroup == 0) groups.emplace_back();
    groups.back().push_back(others[i]);
  }
  return groups;
}

absl::Status MeasureRows(const ExperimentPlan& plan, const Preparation& preparation,
                         absl::Span<Row> rows) {
  for (const std::vector<size_t>& group : MeasurementGroups(rows)) {
    SEICHE_RETURN_IF_ERROR(MeasureGroup(plan, preparation, group, rows));
  }
  return absl::OkStatus();
}

PythonStack MeasurePythonStack(const ExperimentPlan& plan, const Preparation& preparation,
                               const OutputFolder& folder, const std::vector<Row>& rows,
                               FileSystem& files, const LineLog& log) {
  PythonStack python;
  const auto result = RunJobs(plan, preparation, folder, rows, files, log);
  if (!result.ok()) {
    python.unavailable = std::string(result.status().message());
    return python;
  }
  python.versions = result->versions;
  python.rows = rows;
  for (Row& row : python.rows) {
    row.read.clear();
    row.write_seconds = row.copy_seconds = {};
    for (const PythonResult::VariantReads& variant : result->variants) {
      if (variant.variant == row.variant.id) row.read = variant.reads;
    }
  }
  return python;
}

}  // namespace seiche
