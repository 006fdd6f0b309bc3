#include "experiments/training/program.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/atomic_output.h"
#include "base/command_line.h"
#include "base/json.h"
#include "base/status.h"
#include "base/worker_pool.h"
#include "experiments/measure/page_cache.h"
#include "experiments/measure/process.h"
#include "experiments/measure/python_environment.h"
#include "experiments/program/output_folder.h"
#include "experiments/program/preparation.h"

namespace seiche {
namespace {

constexpr char kTrainingScript[] =
#include "experiments/training/training.py.inc"
    ;
constexpr char kReportScript[] =
#include "experiments/training/training_report.py.inc"
    ;
constexpr char kRequirements[] =
#include "experiments/training/training_requirements.txt.inc"
    ;

struct TrainingFile {
  const char* id;
  const char* variant;
  bool slow;  // for h5py
};

constexpr TrainingFile kFiles[] = {
    {"manual_lzf", "hdf5_manual_lzf", false},
    {"auto_lzf", "hdf5_auto_lzf", true},
};

constexpr int kSlowPart = 5;

bool Has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const TrainingFile& FileOf(std::string_view id) {
  return *std::find_if(std::begin(kFiles), std::end(kFiles),
                       [&](const TrainingFile& file) { return file.id == id; });
}

absl::StatusOr<std::vector<std::string>> ChosenFiles(const TrainingOptions& options) {
  const std::vector<std::string> known = TrainingFiles();
  for (const std::string& id : options.files) {
    if (Has(known, id)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--files: \"", id, "\" is none of ", absl::StrJoin(known, ", ")));
  }
  return options.files.empty() ? known : options.files;
}

int BatchesOf(const TrainingOptions& options, const TrainingFile& file) {
  return file.slow ? std::max(1, options.batches / kSlowPart) : options.batches;
}

// Writes the files that are trained on, and reads them into the page cache: ids and paths.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> PrepareFiles(
    const std::vector<std::string>& chosen, const ExperimentPlan& plan, Preparation& preparation) {
  std::vector<Variant> variants;
  for (const std::string& id : chosen) {
    for (const Variant& variant : plan.variants) {
      if (variant.id == FileOf(id).variant) variants.push_back(variant);
    }
  }
  SEICHE_RETURN_IF_ERROR(preparation.CheckDisk(variants));
  SEICHE_RETURN_IF_ERROR(preparation.PrepareDataset().status());
  std::vector<std::pair<std::string, std::string>> result;
  for (size_t i = 0; i < variants.size(); ++i) {
    SEICHE_RETURN_IF_ERROR(preparation.PrepareVariant(variants[i]).status());
    SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> paths, preparation.Paths(variants[i]));
    SEICHE_RETURN_IF_ERROR(PrepareCache(paths, CacheState::kWarm).status());
    result.emplace_back(chosen[i], paths[0]);
  }
  return result;
}

// The interpreter, with the package and the scripts in folder.python().
absl::StatusOr<std::string> PreparePython(const TrainingOptions& options,
                                          const OutputFolder& folder, const std::string& venv,
                                          FileSystem& files, const LineLog& log) {
  std::string python = options.python;
  if (python.empty()) {
    log("training: virtual environment (about 6 GB and 2 minutes if it has to be made)");
    SEICHE_RETURN_IF_ERROR(
        MakePythonEnvironment(venv, kRequirements, MissingPackages::kFail, files));
    python = PythonOf(venv);
  }
  SEICHE_RETURN_IF_ERROR(
      UnpackWheel(python, options.wheels, folder.python(), PythonLog(venv), files));
  for (const auto& [name, text] :
       {std::pair("training.py", std::string_view(kTrainingScript)),
        std::pair("training_report.py", std::string_view(kReportScript))}) {
    SEICHE_RETURN_IF_ERROR(WriteFileAtomically(files, JoinPath(folder.python(), name), text,
                                               OverwritePolicy::kReplace));
  }
  return python;
}

void AddFlags(Command& command, TrainingOptions* options) {
  AddDataFlags(command, &options->experiment);
  command.AddFlag("files", &options->files,
                  {.help = absl::StrCat("files to train on, some of ",
                                        absl::StrJoin(TrainingFiles(), ", "), "; default: all"),
                   .placeholder = "NAME,..."});
  command.AddFlag("batches", &options->batches,
                  {.help = "of a run; a fifth of it where h5py is slow", .min = 1, .max = 1000000});
  command.AddFlag("batch-size", &options->batch_size,
                  {.help = "windows of a batch", .min = 1, .max = 10000});
  command.AddFlag("past", &options->past,
                  {.help = "frames that the next one is predicted from", .min = 1, .max = 10000});
  command.AddFlag(
      "workers", &options->workers,
      {.help = "processes of the DataLoader, and threads of seiche", .min = 1, .max = 1024});
  AddPythonFlag(command, "numpy, h5py, matplotlib and torch", "6 GB", &options->python);
  AddWheelsFlag(command, &options->wheels);
}

}  // namespace

std::vector<std::string> TrainingFiles() {
  std::vector<std::string> ids;
  for (const TrainingFile& file : kFiles) ids.emplace_back(file.id);
  return ids;
}

absl::StatusOr<std::string> TrainingJobJson(
    const TrainingOptions& options, const Shape& shape, const Environment& environment,
    const std::vector<std::pair<std::string, std::string>>& files) {
  const int64_t windows = shape[0] * std::max<int64_t>(0, shape[1] - options.past);
  Json list = Json::array();
  for (const auto& [id, path] : files) {
    const int batches = BatchesOf(options, FileOf(id));
    if (int64_t{batches} * options.batch_size > windows) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--batches: ", batches, " batches of ", options.batch_size, " are more than the ",
          windows, " windows of ", options.past + 1, " frames that there are"));
    }
    const std::string workers = absl::StrCat(" ", options.workers);
    list.push_back({{"id", id},
                    {"path", path},
                    {"batches", batches},
                    {"readers", {"memory", "h5py", "h5py" + workers, "seiche" + workers}}});
  }
  return DumpJson({{"past", options.past},
                   {"batch_size", options.batch_size},
                   {"seed", options.experiment.seed},
                   {"repeats", options.experiment.repeats},
                   {"machine", MachineJson(environment)},
                   {"build_mode", environment.build_mode},
                   {"files", list}});
}

absl::Status RunTraining(const TrainingOptions& options, FileSystem& files,
                         const ExperimentOutput& output) {
  SEICHE_ASSIGN_OR_RETURN(const ExperimentPlan plan, MakePlan(options.experiment));
  SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> chosen, ChosenFiles(options));
  SEICHE_RETURN_IF_ERROR(
      TrainingJobJson(options, plan.dataset.shape(), {}, {{chosen[0], ""}}).status());
  SEICHE_ASSIGN_OR_RETURN(const OutputFolder folder,
                          OutputFolder::Open(plan.out, options.experiment.overwrite, files));
  WorkerPool pool;
  Preparation preparation(plan, folder, pool, files, output.log);
  SEICHE_ASSIGN_OR_RETURN(const auto prepared, PrepareFiles(chosen, plan, preparation));
  SEICHE_ASSIGN_OR_RETURN(const std::string job, TrainingJobJson(options, plan.dataset.shape(),
                                                                 CollectEnvironment(), prepared));

  const std::string venv = absl::StrCat(folder.venv(), "_training"), log = PythonLog(venv);
  SEICHE_ASSIGN_OR_RETURN(const std::string python,
                          PreparePython(options, folder, venv, files, output.log));
  const std::string job_path = JoinPath(folder.python(), "job.json");
  SEICHE_RETURN_IF_ERROR(WriteFileAtomically(files, job_path, job, OverwritePolicy::kReplace));
  output.log(absl::StrCat("training: minutes; its progress: ", log));
  const std::string report = folder.report("training");
  SEICHE_RETURN_IF_ERROR(RunProcess(
      {python, JoinPath(folder.python(), "training.py"), job_path, absl::StrCat(report, ".json")},
      log));
  SEICHE_RETURN_IF_ERROR(RunProcess(
      {python, JoinPath(folder.python(), "training_report.py"), absl::StrCat(report, ".json"),
       absl::StrCat(report, ".md"), absl::StrCat(report, ".png")},
      log));
  SEICHE_ASSIGN_OR_RETURN(const std::string text, ReadFile(files, absl::StrCat(report, ".md")));
  output.report(text);
  output.log(absl::StrCat("written: ", report, ".json, .md and .png"));
  return absl::OkStatus();
}

int TrainingMain(int argc, const char* const* argv) {
  TrainingOptions options;
  Command program("training",
                  "Trains a network on simulated waves, read by h5py and by seiche: the same "
                  "losses, batch by batch, in other times.",
                  [&] { return RunTraining(options, DefaultFileSystem(), ConsoleOutput()); });
  AddFlags(program, &options);
  return RunMain(program, argc, argv);
}

}  // namespace seiche
