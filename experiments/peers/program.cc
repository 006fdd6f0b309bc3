#include "experiments/peers/program.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/atomic_output.h"
#include "base/command_line.h"
#include "base/status.h"
#include "base/worker_pool.h"
#include "experiments/measure/python_environment.h"
#include "experiments/peers/peer_measurement.h"
#include "experiments/peers/peer_report.h"
#include "experiments/peers/plan.h"
#include "experiments/peers/prepared_files.h"
#include "experiments/program/output_folder.h"
#include "experiments/program/preparation.h"

namespace seiche {
namespace {

constexpr char kScript[] =
#include "experiments/peers/peer_reader.py.inc"
    ;
constexpr char kRequirements[] =
#include "experiments/peers/peer_requirements.txt.inc"
    ;

// Of the rows of ours; the slowest of them, with bad chunks, take seconds a batch.
PeerSelection SelectionOf(const PeerOptions& options, const ExperimentPlan& experiment) {
  return {.shape = experiment.dataset.shape(),
          .peers = options.peers,
          .files = options.files,
          .batch_size = experiment.read.batch_size,
          .batches = experiment.read.batches,
          .seed = experiment.read.seed};
}

bool AsksPeers(const PeerPlan& plan) {
  return std::any_of(plan.rows.begin(), plan.rows.end(),
                     [](const PeerRow& row) { return !row.peer.empty(); });
}

// The peers' packages are others than the paper's stack needs, so the environment is another.
std::string VenvOf(const OutputFolder& folder) { return absl::StrCat(folder.venv(), "_peers"); }

bool AsksPython(const PeerPlan& plan) {
  return std::any_of(plan.rows.begin(), plan.rows.end(),
                     [](const PeerRow& row) { return row.peer == kPythonPeer; });
}

// The path of peer_reader.py, with our package beside it if a row needs that. A package that cannot
// be unpacked is rows that say that it is missing.
absl::StatusOr<std::string> PrepareScript(const PeerOptions& options, const PeerPlan& plan,
                                          const std::string& python, const OutputFolder& folder,
                                          FileSystem& files, const LineLog& log) {
  if (AsksPython(plan)) {
    const absl::Status unpacked =
        UnpackWheel(python, options.wheels, folder.python(), PythonLog(VenvOf(folder)), files);
    if (!unpacked.ok()) log(absl::StrCat("peers: no seiche in Python: ", unpacked.message()));
  }
  const std::string script = JoinPath(folder.python(), "peer_reader.py");
  SEICHE_RETURN_IF_ERROR(files.MakeDirectories(folder.python()));
  SEICHE_RETURN_IF_ERROR(WriteFileAtomically(files, script, kScript, OverwritePolicy::kReplace));
  return script;
}

std::vector<std::pair<std::string, std::string>> VersionsOf(const PeerPlan& plan,
                                                            PeerClients& clients) {
  std::vector<std::pair<std::string, std::string>> versions;
  for (const std::string& peer : PeerNames()) {
    const bool asked = std::any_of(plan.rows.begin(), plan.rows.end(),
                                   [&](const PeerRow& row) { return row.peer == peer; });
    if (!asked) continue;
    const auto known = clients.Get(peer).Versions();
    if (!known.ok()) continue;
    for (const auto& version : *known) {
      if (std::find(versions.begin(), versions.end(), version) == versions.end()) {
        versions.push_back(version);
      }
    }
  }
  return versions;
}

absl::Status PrintAndWrite(const PeerReport& report, const OutputFolder& folder, FileSystem& files,
                           const ExperimentOutput& output) {
  const std::vector<Block> blocks = PeerBlocks(report);
  output.report(RenderConsole(blocks, 120));
  return WriteReport(
      "peers",
      {{".json", PeerJson(report)}, {".md", RenderMarkdown(blocks)}, {".svg", PeerPicture(report)}},
      folder, files, output.log);
}

void AddFlags(Command& command, PeerOptions* options) {
  AddDataFlags(command, &options->experiment);
  command.AddFlag("peers", &options->peers,
                  {.help = absl::StrCat("readers in Python to measure: none, or some of ",
                                        absl::StrJoin(PeerNames(), ", "), "; default: all"),
                   .placeholder = "NAME,..."});
  std::vector<std::string> ids;
  for (const PeerFile& file : PeerFiles()) ids.push_back(file.id);
  command.AddFlag(
      "files", &options->files,
      {.help = absl::StrCat("files to read, some of ", absl::StrJoin(ids, ", "), "; default: all"),
       .placeholder = "NAME,..."});
  AddPythonFlag(command, "the peers' packages", "6 GB", &options->python);
  AddWheelsFlag(command, &options->wheels);
  command.AddFlag("timeout", &options->timeout,
                  {.help = "that one measurement of a peer may take, before it is given up",
                   .unit = "s",
                   .min = 1,
                   .max = 86400});
}

}  // namespace

absl::Status RunPeers(const PeerOptions& options, FileSystem& files,
                      const ExperimentOutput& output) {
  SEICHE_ASSIGN_OR_RETURN(ExperimentPlan experiment, MakePlan(options.experiment));
  SEICHE_ASSIGN_OR_RETURN(const PeerPlan plan, MakePeerPlan(SelectionOf(options, experiment)));
  SEICHE_ASSIGN_OR_RETURN(const OutputFolder folder,
                          OutputFolder::Open(experiment.out, options.experiment.overwrite, files));
  WorkerPool pool;
  Preparation preparation(experiment, folder, pool, files, output.log);
  const std::vector<Variant> variants = VariantsOf(plan);
  SEICHE_RETURN_IF_ERROR(preparation.CheckDisk(variants));
  SEICHE_ASSIGN_OR_RETURN(const Dataset dataset, preparation.PrepareDataset());

  std::string python;
  if (AsksPeers(plan)) {
    python = PeerPython(options.python, VenvOf(folder), kRequirements, "about 6 GB and 2 minutes",
                        files, output.log);
  }
  SEICHE_ASSIGN_OR_RETURN(const std::string script,
                          PrepareScript(options, plan, python, folder, files, output.log));
  PeerClients clients({python, script}, PythonLog(VenvOf(folder)), options.timeout);
  SEICHE_ASSIGN_OR_RETURN(const auto prepared,
                          PrepareFiles(plan, variants, dataset, kRequirements, folder, preparation,
                                       clients, files, output.log));
  PeerReport report{.plan = plan,
                    .scale = experiment.scale,
                    .repeats = options.experiment.repeats,
                    .data_digest = dataset.jpeg.digest(),
                    .environment = CollectEnvironment(),
                    .versions = VersionsOf(plan, clients)};
  SEICHE_ASSIGN_OR_RETURN(report.results,
                          MeasurePeers(plan, prepared, options.experiment.repeats, clients));
  return PrintAndWrite(report, folder, files, output);
}

int PeersMain(int argc, const char* const* argv) {
  PeerOptions options;
  Command program("peers",
                  "Measures how fast other people's readers and seiche deliver training batches "
                  "from the same files.",
                  [&] { return RunPeers(options, DefaultFileSystem(), ConsoleOutput()); });
  AddFlags(program, &options);
  return RunMain(program, argc, argv);
}

}  // namespace seiche
