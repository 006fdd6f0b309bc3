// The whole experiment: simulate, write, measure, judge, report.
//
//   absl::Status status = RunExperiment(Stage::kAll, options, DefaultFileSystem(), output);
//
// Leaves STAGE.md, STAGE.csv and STAGE.json ("paper.md" for kAll) in the output folder.
#ifndef SEICHE_EXPERIMENTS_PROGRAM_EXPERIMENT_H_
#define SEICHE_EXPERIMENTS_PROGRAM_EXPERIMENT_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/file_system.h"
#include "experiments/program/options.h"
#include "experiments/program/output_folder.h"
#include "experiments/program/preparation.h"

namespace seiche {

struct ExperimentOutput {
  std::function<void(std::string_view)> report;  // the tables, as text
  LineLog log;                                   // what is going on
};

// The tables on standard output, the log on standard error.
ExperimentOutput ConsoleOutput();

// Writes the texts of a report, {".md", "..."}, as files of that name and these extensions, and
// logs where they are.
absl::Status WriteReport(std::string_view name,
                         const std::vector<std::pair<std::string, std::string>>& texts,
                         const OutputFolder& folder, FileSystem& files, const LineLog& log);

// kInvalidArgument for options that make no sense; errors of the data and the machine otherwise.
absl::Status RunExperiment(Stage stage, const ExperimentOptions& options, FileSystem& files,
                           const ExperimentOutput& output);

// main() of the programs: `name` runs `stage`; `commands`: it also takes the stages as commands.
int ExperimentMain(const char* name, const char* summary, Stage stage, bool commands, int argc,
                   const char* const* argv);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PROGRAM_EXPERIMENT_H_
