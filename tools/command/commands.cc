#include "tools/command/commands.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_output.h"
#include "base/dtype.h"
#include "base/json.h"
#include "base/shape.h"
#include "base/status.h"
#include "tools/command/convert.h"
#include "tools/command/fields.h"
#include "tools/command/inspect.h"
#include "tools/command/paths.h"
#include "tools/command/stats.h"
#include "tools/command/verify.h"

namespace seiche {
namespace {

constexpr int kMaxWorkers = 1024;

// What the flags set.
struct Flags {
  std::vector<std::string> paths;
  std::string from, to, out;
  bool json = false;
  bool overwrite = false;
  int workers = 0;
  std::vector<std::string> fields;
  int64_t memory_mib = 1024;
  ConvertOptions convert;
};

// A list of codecs whose commas also stood between one codec's options: "swell:small,abs=1e-3" is
// one.
std::vector<std::string> JoinCodecOptions(const std::vector<std::string>& parts) {
  std::vector<std::string> codecs;
  for (const std::string& part : parts) {
    const bool option = part.find('=') < part.find(':');
    if (option && !codecs.empty()) {
      absl::StrAppend(&codecs.back(), ",", part);
    } else {
      codecs.push_back(part);
    }
  }
  return codecs;
}

absl::Status Inspect(const Flags& flags, const SeicheEnvironment& environment) {
  std::vector<StoreReport> reports;
  absl::Status first;
  for (const std::string& path : flags.paths) {
    absl::StatusOr<StoreReport> report = InspectPath(path, *environment.files);
    first.Update(report.ok() ? InspectionStatus(*report) : report.status());
    if (report.ok()) reports.push_back(*std::move(report));
  }
  environment.print(flags.json ? DumpJson(InspectionToJson(reports)) : InspectionText(reports));
  return first;
}

absl::Status Verify(const Flags& flags, const SeicheEnvironment& environment) {
  absl::Status first;
  for (const std::string& path : flags.paths) {
    const auto report = VerifyPath(
        path,
        {.workers = flags.workers, .files = environment.files, .progress = environment.progress});
    if (report.ok()) environment.print(VerificationText(*report));
    // Several paths that cannot be opened: only one would be named at the end.
    if (!report.ok() && flags.paths.size() > 1) {
      environment.print(absl::StrCat(report.status().message(), "\n"));
    }
    first.Update(report.ok() ? VerificationStatus(*report) : report.status());
  }
  return first;
}

absl::Status Stats(const Flags& flags, const SeicheEnvironment& environment) {
  const auto policy = flags.overwrite ? OverwritePolicy::kReplace : OverwritePolicy::kRefuse;
  // Before the work, not after it.
  if (!flags.out.empty()) {
    SEICHE_RETURN_IF_ERROR(CheckTarget(flags.from, flags.out, *environment.files));
    SEICHE_RETURN_IF_ERROR(AtomicOutput::Create(*environment.files, flags.out, policy).status());
  }
  SEICHE_ASSIGN_OR_RETURN(const std::string text,
                          StatsJson(flags.from, {.fields = flags.fields,
                                                 .workers = flags.workers,
                                                 .files = environment.files,
                                                 .progress = environment.progress}));
  if (!flags.out.empty()) {
    return WriteFileAtomically(*environment.files, flags.out, text, policy);
  }
  environment.print(text);
  return absl::OkStatus();
}

absl::Status RunConvert(const Flags& flags, const SeicheEnvironment& environment) {
  ConvertOptions options = flags.convert;
  options.codecs = JoinCodecOptions(options.codecs);
  options.from = flags.from;
  options.to = flags.to;
  options.memory = flags.memory_mib << 20;
  options.workers = flags.workers;
  options.overwrite = flags.overwrite;
  options.files = environment.files;
  options.progress = environment.progress;
  SEICHE_ASSIGN_OR_RETURN(const ConvertResult result, Convert(options));
  std::string text = absl::StrCat(options.to, ": ");
  for (const ConvertedField& field : result.fields) {
    absl::StrAppend(&text, field.name, ": ", Name(field.dtype), " ", ToString(field.shape), ", ");
  }
  absl::StrAppend(&text, FormatBytes(result.bytes), " stored as ", FormatBytes(result.stored_bytes),
                  result.verified ? ", verified" : ", not verified", "\n");
  for (const std::string& name : result.left_out) {
    absl::StrAppend(&text, options.to, ": left out: ", name, "\n");
  }
  environment.print(text);
  return absl::OkStatus();
}

void AddWorkers(Command& command, Flags& flags) {
  command.AddFlag("workers", &flags.workers,
                  {.help = "to decode and encode with; 0: one a core",
                   .unit = "threads",
                   .min = 0,
                   .max = kMaxWorkers});
}

void AddConvertFlags(Command& command, Flags& flags) {
  command.AddPathArgument(
      "from", &flags.from,
      {.help = "HDF5 file or JPEG folder", .placeholder = "FROM", .required = true});
  command.AddPathArgument(
      "to", &flags.to,
      {.help = "HDF5 file (.h5) or JPEG folder to write", .placeholder = "TO", .required = true});
  ConvertOptions& options = flags.convert;
  command.AddChoice("format", &options.format,
                    {{"by-name", ConvertFormat::kByName},
                     {"hdf5", ConvertFormat::kHdf5},
                     {"jpeg", ConvertFormat::kJpeg}},
                    "of TO");
  command.AddFlag(
      "field", &options.fields,
      {.help = "H5 datasets of FROM; without it the only one of rank 4", .placeholder = "NAMES"});
  command.AddFlag("all", &options.all, "all H5 datasets of FROM that hold numbers");
  command.AddFlag("name", &options.name,
                  {.help = "H5 dataset of TO; without it as in FROM", .placeholder = "NAME"});
  command.AddFlag("chunks", &options.chunks,
                  {.help = "manual (a sequence a chunk), auto (as h5py chooses), none (contiguous, "
                           "with --codec=none) or an extent an axis: 1,100,184,184",
                   .placeholder = "CHUNKS"});
  command.AddFlag(
      "codec", &options.codecs,
      {.help = "in encoding order: lzf, shuffle,deflate:4, swell:small,abs=1e-3, none, ...",
       .placeholder = "CODECS"});
  command.AddFlag("quality", &options.quality,
                  {.help = "of JPEG; 0: 75, and JPEG frames are copied as they are",
                   .unit = "",
                   .min = 0,
                   .max = 100});
  command.AddFlag("memory", &flags.memory_mib,
                  {.help = "for decoded blocks; a row of the new chunks comes on top",
                   .unit = "MiB",
                   .min = 1,
                   .max = int64_t{1} << 30});
  command.AddFlag("verify", &options.verify, "read the result back and compare before it appears");
  command.AddFlag("overwrite", &flags.overwrite, "replace TO if it exists");
  AddWorkers(command, flags);
}

}  // namespace

CommandResult RunSeiche(const std::vector<std::string>& args,
                        const SeicheEnvironment& environment) {
  Flags flags;
  const auto run = [&](absl::Status (*work)(const Flags&, const SeicheEnvironment&)) {
    return [&flags, &environment, work] { return work(flags, environment); };
  };
  Command program("seiche", "Looks at, converts and checks stores of frame sequences.");

  Command& inspect = program.AddCommand(
      "inspect", "How fields are stored, how fast that reads, and why.", run(Inspect));
  inspect.AddPathArguments(
      "path", &flags.paths,
      {.help = "HDF5 files and JPEG folders", .placeholder = "PATH", .required = true});
  inspect.AddFlag("json", &flags.json, "print JSON");

  Command& convert = program.AddCommand(
      "convert", "Writes fields of any store as HDF5 or as a JPEG folder.", run(RunConvert));
  AddConvertFlags(convert, flags);

  Command& verify = program.AddCommand(
      "verify", "Decodes every chunk and lists all that are damaged.", run(Verify));
  verify.AddPathArguments(
      "path", &flags.paths,
      {.help = "HDF5 files and JPEG folders", .placeholder = "PATH", .required = true});
  AddWorkers(verify, flags);

  Command& stats = program.AddCommand(
      "stats", "Mean, standard deviation and range of fields, as JSON.", run(Stats));
  stats.AddPathArgument(
      "path", &flags.from,
      {.help = "HDF5 file or JPEG folder", .placeholder = "PATH", .required = true});
  stats.AddFlag("field", &flags.fields,
                {.help = "H5 datasets; without it all that hold numbers", .placeholder = "NAMES"});
  stats.AddPath("out", &flags.out,
                {.help = "file to write; without it to standard output", .placeholder = "FILE"});
  stats.AddFlag("overwrite", &flags.overwrite, "replace FILE if it exists");
  AddWorkers(stats, flags);

  return RunCommand(program, args);
}

}  // namespace seiche
