#include "experiments/codecs/program.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/atomic_output.h"
#include "base/command_line.h"
#include "base/progress.h"
#include "base/status.h"
#include "experiments/codecs/codec_peers.h"
#include "experiments/codecs/codec_report.h"
#include "experiments/codecs/field_measurement.h"
#include "experiments/measure/python_environment.h"
#include "experiments/program/output_folder.h"

namespace seiche {
namespace {

constexpr char kScript[] =
#include "experiments/codecs/codec_peers.py.inc"
    ;
constexpr char kRequirements[] =
#include "experiments/codecs/codec_peer_requirements.txt.inc"
    ;

std::string DefaultFolder() {
  const char* const temporary = std::getenv("TMPDIR");
  return JoinPath(temporary == nullptr ? "/tmp" : temporary, "seiche_codecs");
}

absl::StatusOr<CompareOptions> Checked(CompareOptions options) {
  for (const std::string& text : options.bounds) {
    double bound;
    if (!absl::SimpleAtod(text, &bound)) {
      return absl::InvalidArgumentError(absl::StrCat("--bounds: ", text, " is no number"));
    }
    options.candidates.bounds.push_back(bound);
  }
  SEICHE_RETURN_IF_ERROR(CheckSelection(options.candidates));
  SEICHE_RETURN_IF_ERROR(CheckPeers(options.peers));
  if (options.out.empty()) options.out = DefaultFolder();
  return options;
}

// The sources with the fields that were asked for.
absl::StatusOr<std::vector<std::unique_ptr<ArraySource>>> OpenSources(const CompareOptions& options,
                                                                      FileSystem& files,
                                                                      const LineLog& log) {
  std::vector<std::unique_ptr<ArraySource>> all;
  for (const std::string& path : options.paths) {
    std::vector<std::string> left_out;
    SEICHE_ASSIGN_OR_RETURN(auto source, OpenHdf5Arrays(path, files, left_out));
    all.push_back(std::move(source));
    if (!left_out.empty()) {
      log(absl::StrCat(Basename(path), ": left out: ", absl::StrJoin(left_out, ", ")));
    }
  }
  if (options.paths.empty() && !options.generated) {
    SEICHE_ASSIGN_OR_RETURN(auto source, MakeSimulatedArrays(options.simulated));
    all.push_back(std::move(source));
  }
  if (options.generated) {
    SEICHE_ASSIGN_OR_RETURN(auto source, MakeGeneratedArrays(options.simulated));
    all.push_back(std::move(source));
  }
  std::vector<std::unique_ptr<ArraySource>> chosen;
  std::vector<std::string> known;
  for (std::unique_ptr<ArraySource>& source : all) {
    for (const ArrayField& field : source->fields()) known.push_back(field.name);
    if (auto kept = SelectFields(std::move(source), options.fields); kept != nullptr) {
      chosen.push_back(std::move(kept));
    }
  }
  for (const std::string& name : options.fields) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("no field ", name, ": there are ", absl::StrJoin(known, ", ")));
  }
  return chosen;
}

bool AsksPeers(const CompareOptions& options) {
  return options.peers != std::vector<std::string>{"none"};
}

absl::StatusOr<std::unique_ptr<CodecPeers>> PreparePeers(const CompareOptions& options,
                                                         const OutputFolder& folder,
                                                         FileSystem& files, const LineLog& log) {
  // Other packages than other programs need.
  const std::string venv = absl::StrCat(folder.venv(), "_codecs");
  const std::string python =
      AsksPeers(options)
          ? PeerPython(options.python, venv, kRequirements, "about 400 MB and 1 minute", files, log)
          : std::string();
  const std::string script = JoinPath(folder.path(), "codec_peers.py");
  SEICHE_RETURN_IF_ERROR(WriteFileAtomically(files, script, kScript, OverwritePolicy::kReplace));
  SEICHE_RETURN_IF_ERROR(files.MakeDirectories(folder.scratch()));
  return std::make_unique<CodecPeers>(std::vector<std::string>{python, script}, PythonLog(venv),
                                      options.timeout);
}

// One field's measurements, ours and the peers'.
struct FieldTask {
  FieldMeasurement ours;
  std::optional<PeerMeasurement> peers = std::nullopt;
};

absl::Status AddSequence(const ArrayField& field, const ConstArrayView& sequence,
                         const CompareOptions& options, const PeerMeasureOptions& peer_options,
                         CodecPeers& peers, FieldTask& task) {
  SEICHE_RETURN_IF_ERROR(task.ours.Add(sequence));
  if (!AsksPeers(options)) return absl::OkStatus();
  if (!task.peers.has_value()) task.peers.emplace(field, task.ours.traits(), peer_options, peers);
  return task.peers->Add(sequence);
}

// Appends the rows of all fields of `source`. kDataLoss, with all rows there, if a codec of ours
// has not kept its promise.
absl::Status MeasureSource(ArraySource& source, const CompareOptions& options,
                           const PeerMeasureOptions& peer_options, CodecPeers& peers,
                           std::vector<CodecRow>& rows) {
  std::vector<FieldTask> tasks;
  int64_t most = 0, total = 0;
  for (const ArrayField& field : source.fields()) {
    tasks.push_back({FieldMeasurement(field, {.candidates = options.candidates,
                                              .repeats = options.repeats,
                                              .timed_sequences = options.timed_sequences})});
    most = std::max(most, field.sequences);
    total += field.sequences;
  }
  Progress progress(absl::StrCat("measuring ", source.fields()[0].from), total, "sequences");
  for (int64_t sequence = 0; sequence < most; ++sequence) {
    for (size_t i = 0; i < tasks.size(); ++i) {
      const ArrayField& field = source.fields()[i];
      if (sequence >= field.sequences) continue;
      SEICHE_ASSIGN_OR_RETURN(const ConstArrayView array,
                              source.Read(static_cast<int>(i), sequence));
      SEICHE_RETURN_IF_ERROR(AddSequence(field, array, options, peer_options, peers, tasks[i]));
      progress.Add(1);
    }
  }
  absl::Status promises;
  for (const FieldTask& task : tasks) {
    for (CodecRow& row : task.ours.rows()) rows.push_back(std::move(row));
    if (task.peers.has_value()) {
      for (CodecRow& row : task.peers->rows()) rows.push_back(std::move(row));
    }
    promises.Update(task.ours.promises());
  }
  return promises;
}

absl::Status PrintAndWrite(const CodecReport& report, const OutputFolder& folder, FileSystem& files,
                           const ExperimentOutput& output) {
  const std::vector<Block> blocks = CodecBlocks(report);
  output.report(RenderConsole(blocks, 100));
  return WriteReport("codecs", {{".json", CodecJson(report)}, {".md", RenderMarkdown(blocks)}},
                     folder, files, output.log);
}

void AddDataFlags(Command& command, CompareOptions* options) {
  command.AddPathArguments(
      "files", &options->paths,
      {.help = "HDF5 files, all of whose arrays with 3 axes or more are taken; "
               "default: the project's own simulated waves",
       .placeholder = "FILE"});
  command.AddFlag(
      "generated", &options->generated,
      "data that is no waves: turbulence, blobs, counts; beside FILEs, or instead of waves");
  command.AddFlag("sequences", &options->simulated.sequences,
                  {.help = "to simulate or generate", .min = 1, .max = 100000});
  command.AddFlag("frames", &options->simulated.frames,
                  {.help = "of such a sequence", .min = 1, .max = 10000});
  command.AddFlag("grid-points", &options->simulated.grid_points,
                  {.help = "of such a frame, along each side", .min = 24, .max = 4096});
  command.AddFlag("fields", &options->fields,
                  {.help = "to measure; default: all", .placeholder = "NAME,..."});
}

void AddCodecFlags(Command& command, CompareOptions* options) {
  command.AddFlag("codecs", &options->candidates.codecs,
                  {.help = "of ours: names or first parts of them (swell, blosc:lz4), or chains as "
                           "in codecs/registry.h; default: all that suit the data",
                   .placeholder = "NAME,..."});
  command.AddFlag("bounds", &options->bounds,
                  {.help = "largest absolute errors, for floats that are no multiples of a step",
                   .placeholder = "NUMBER,..."});
  command.AddFlag("bound-steps", &options->candidates.bound_steps,
                  "swell at these bounds for floats that are multiples of a step, too");
  command.AddFlag(
      "key-frames", &options->candidates.key_frames,
      {.help = "of swell: from one to the next", .unit = "frames", .min = 1, .max = 1000000});
  command.AddFlag("repeats", &options->repeats,
                  {.help = "of every measurement", .min = 1, .max = 1000});
  command.AddFlag(
      "timed-sequences", &options->timed_sequences,
      {.help = "of each field, whose time is taken; of the others sizes and errors only",
       .min = 1,
       .max = 100000});
}

void AddPeerFlags(Command& command, CompareOptions* options) {
  command.AddFlag("peers", &options->peers,
                  {.help = absl::StrCat("other people's codecs to measure: none, or some of ",
                                        absl::StrJoin(CodecPeerNames(), ", "), "; default: all"),
                   .placeholder = "NAME,..."});
  AddPythonFlag(command, "the peers' packages", "400 MB", &options->python);
  command.AddFlag("timeout", &options->timeout,
                  {.help = "that one measurement of a peer may take, before it is given up",
                   .unit = "s",
                   .min = 1,
                   .max = 86400});
  command.AddPath("out", &options->out,
                  {.help = "folder for codecs.json and codecs.md", .placeholder = "FOLDER"});
}

}  // namespace

absl::Status RunCompare(const CompareOptions& given, FileSystem& files,
                        const ExperimentOutput& output) {
  SEICHE_ASSIGN_OR_RETURN(const CompareOptions options, Checked(given));
  SEICHE_ASSIGN_OR_RETURN(const auto sources, OpenSources(options, files, output.log));
  SEICHE_ASSIGN_OR_RETURN(const OutputFolder folder,
                          OutputFolder::Open(options.out, /*overwrite=*/false, files));
  SEICHE_ASSIGN_OR_RETURN(const auto peers, PreparePeers(options, folder, files, output.log));
  const PeerMeasureOptions peer_options = {.names = options.peers,
                                           .bounds = options.candidates.bounds,
                                           .repeats = options.repeats,
                                           .scratch = folder.scratch(),
                                           .files = &files};
  CodecReport report{.repeats = options.repeats,
                     .timed_sequences = options.timed_sequences,
                     .key_frames = options.candidates.key_frames,
                     .environment = CollectEnvironment()};
  if (!report.environment.is_optimised()) {
    output.log(absl::StrCat("not an optimised build (", report.environment.build_mode,
                            "): speeds are no result"));
  }
  if (AsksPeers(options)) report.versions = peers->Versions(options.peers);
  absl::Status promises;
  for (const auto& source : sources) {
    const absl::Status measured =
        MeasureSource(*source, options, peer_options, *peers, report.rows);
    if (!measured.ok() && !absl::IsDataLoss(measured)) return measured;
    promises.Update(measured);
  }
  SEICHE_RETURN_IF_ERROR(PrintAndWrite(report, folder, files, output));
  return promises;
}

int CompareMain(int argc, const char* const* argv) {
  CompareOptions options;
  options.out = DefaultFolder();
  Command program("compare",
                  "Measures size, speed and error of codecs side by side: those of the project, "
                  "its own swell among them, and other people's.",
                  [&] { return RunCompare(options, DefaultFileSystem(), ConsoleOutput()); });
  AddDataFlags(program, &options);
  AddCodecFlags(program, &options);
  AddPeerFlags(program, &options);
  return RunMain(program, argc, argv);
}

}  // namespace seiche
