#include "experiments/program/experiment.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/atomic_output.h"
#include "base/command_line.h"
#include "base/progress.h"
#include "base/status.h"
#include "experiments/comparison/published.h"
#include "experiments/comparison/report.h"
#include "experiments/program/measurement.h"
#include "experiments/program/output_folder.h"

namespace seiche {
namespace {

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

const char* StageName(Stage stage) {
  switch (stage) {
    case Stage::kGenerate:
      return "generate";
    case Stage::kWrite:
      return "write";
    case Stage::kSpeed:
      return "speed";
    case Stage::kFiles:
      return "files";
    case Stage::kAll:
      break;
  }
  return "paper";
}

ReportSections SectionsOf(Stage stage) {
  const bool all = stage == Stage::kAll;
  return {.table1 = all || stage == Stage::kSpeed,
          .table2 = all || stage == Stage::kFiles,
          .details = true,
          .claims = all};
}

bool IsPartOf(Stage stage, const Variant& variant) {
  const PublishedRow* published = FindPublished(variant.id);
  switch (stage) {
    case Stage::kGenerate:
      return false;
    case Stage::kWrite:
    case Stage::kAll:
      return true;
    case Stage::kSpeed:
      return published == nullptr || published->table1;
    case Stage::kFiles:
      return published != nullptr && published->table2;
  }
  return false;
}

Protocol MakeProtocol(const ExperimentPlan& plan, const Dataset& dataset, int write_workers) {
  return {.scale = plan.scale,
          .shape = plan.dataset.shape(),
          .seed = plan.dataset.waves.seed,
          .data_digest = dataset.jpeg.digest(),
          .normalisation = dataset.normalisation,
          .workers = plan.read.workers,
          .batch_size = plan.read.batch_size,
          .batches = plan.read.batches,
          .repeats = plan.read.repeats,
          .slow_batch_size = plan.slow_read.batch_size,
          .slow_batches = plan.slow_read.batches,
          .slow_repeats = plan.slow_read.repeats,
          .write_workers = write_workers,
          .write_repeats = plan.write_repeats,
          .untimed_writes = plan.untimed_writes,
          .write_sample_sequences = plan.write_sample_sequences,
          .long_copy_seconds = kLongCopySeconds,
          .cold = plan.read.cache == CacheState::kCold};
}

// Writes every variant, the largest first: what it needs for its copy is gone before the disk is
// full of the others. Rows come back in the order of the report.
absl::StatusOr<std::vector<Row>> PrepareRows(const std::vector<Variant>& variants,
                                             Preparation& preparation) {
  std::vector<size_t> order(variants.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return EstimateBytes(variants[a]) > EstimateBytes(variants[b]);
  });
  std::vector<Row> rows(variants.size());
  for (const size_t i : order) {
    SEICHE_ASSIGN_OR_RETURN(rows[i], preparation.PrepareVariant(variants[i]));
  }
  // A codec that no HDF5 user expects is not worth a row that says it is missing.
  std::erase_if(rows,
                [](const Row& row) { return !row.available() && row.variant.optional_codec; });
  return rows;
}

absl::Status WriteReports(const Report& report, Stage stage, const OutputFolder& folder,
                          FileSystem& files, const ExperimentOutput& output) {
  const std::vector<Block> blocks = BuildReport(report, SectionsOf(stage));
  output.report(RenderConsole(blocks));
  return WriteReport(
      StageName(stage),
      {{".md", RenderMarkdown(blocks)}, {".csv", ReportCsv(report)}, {".json", ReportJson(report)}},
      folder, files, output.log);
}

void Judge(Report& report) {
  const int cores = report.environment.cores;
  const Normalisation& normalisation = report.protocol.normalisation;
  report.claims =
      JudgeClaims({.rows = report.rows, .cores = cores, .normalisation = normalisation});
  if (!report.python.has_value() || !report.python->unavailable.empty()) return;
  report.python->claims = JudgeClaims({.rows = report.python->rows,
                                       .cores = cores,
                                       .own_decoders = false,
                                       .normalisation = normalisation});
}

absl::Status RunPlan(Stage stage, const ExperimentPlan& plan, FileSystem& files,
                     const ExperimentOutput& output) {
  SEICHE_ASSIGN_OR_RETURN(const OutputFolder folder,
                          OutputFolder::Open(plan.out, plan.overwrite, files));
  WorkerPool pool;
  Preparation preparation(plan, folder, pool, files, output.log);
  std::vector<Variant> variants;
  for (const Variant& variant : plan.variants) {
    if (IsPartOf(stage, variant)) variants.push_back(variant);
  }
  SEICHE_RETURN_IF_ERROR(preparation.CheckDisk(
      stage == Stage::kGenerate ? std::vector<Variant>{plan.variants[0]} : variants));
  SEICHE_ASSIGN_OR_RETURN(const Dataset dataset, preparation.PrepareDataset());
  output.log(absl::StrCat("waves to look at: ", JoinPath(folder.dataset(), "waves.png")));
  if (stage == Stage::kGenerate) return absl::OkStatus();

  Report report{.environment = CollectEnvironment(),
                .protocol = MakeProtocol(plan, dataset, pool.workers())};
  SEICHE_ASSIGN_OR_RETURN(report.rows, PrepareRows(variants, preparation));
  if (stage != Stage::kWrite) {
    SEICHE_RETURN_IF_ERROR(MeasureRows(plan, preparation, absl::MakeSpan(report.rows)));
    if (plan.python_stack) {
      report.python = MeasurePythonStack(plan, preparation, folder, report.rows, files, output.log);
    }
  }
  if (stage == Stage::kAll) Judge(report);
  return WriteReports(report, stage, folder, files, output);
}

}  // namespace

absl::Status WriteReport(std::string_view name,
                         const std::vector<std::pair<std::string, std::string>>& texts,
                         const OutputFolder& folder, FileSystem& files, const LineLog& log) {
  const std::string path = folder.report(name);
  std::string extensions;
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto& [extension, text] = texts[i];
    SEICHE_RETURN_IF_ERROR(
        WriteFileAtomically(files, absl::StrCat(path, extension), text, OverwritePolicy::kReplace));
    const bool last = i + 1 == texts.size();
    absl::StrAppend(&extensions, i == 0 ? "" : last ? " and " : ", ", extension);
  }
  log(absl::StrCat("written: ", path, extensions));
  return absl::OkStatus();
}

absl::Status RunExperiment(Stage stage, const ExperimentOptions& options, FileSystem& files,
                           const ExperimentOutput& output) {
  SEICHE_ASSIGN_OR_RETURN(ExperimentPlan plan, MakePlan(options));
  plan.times_writing = true;
  const double start = Now();
  SEICHE_RETURN_IF_ERROR(RunPlan(stage, plan, files, output));
  output.log(absl::StrCat("done in ", FormatSeconds(Now() - start)));
  return absl::OkStatus();
}

ExperimentOutput ConsoleOutput() {
  return {.report =
              [](std::string_view text) {
                std::fwrite(text.data(), 1, text.size(), stdout);
                std::fflush(stdout);
              },
          .log =
              [](std::string_view line) {
                std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
              }};
}

int ExperimentMain(const char* name, const char* summary, Stage stage, bool commands, int argc,
                   const char* const* argv) {
  const ExperimentOutput output = ConsoleOutput();
  ExperimentOptions options;
  const auto run = [&](Stage chosen) {
    return [&, chosen] { return RunExperiment(chosen, options, DefaultFileSystem(), output); };
  };
  Command program(name, summary, run(stage));
  AddExperimentFlags(program, &options);
  if (commands) {
    program.AddCommand("generate", "Simulates the waves and writes them as JPEG folders.",
                       run(Stage::kGenerate));
    program.AddCommand("write", "Writes every variant; sizes, write and copy times.",
                       run(Stage::kWrite));
    program.AddCommand("speed", "Table 1: reading speed of every format.", run(Stage::kSpeed));
    program.AddCommand("files", "Table 2: big files and small ones.", run(Stage::kFiles));
    program.AddCommand("all", "Everything, and the published claims (the default).",
                       run(Stage::kAll));
  }
  return RunMain(program, argc, argv);
}

}  // namespace seiche
