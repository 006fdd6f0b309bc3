#include "experiments/program/options.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/file_system.h"
#include "base/status.h"
#include "experiments/comparison/published.h"

namespace seiche {
namespace {

constexpr int kMaxWorkers = 256;
constexpr int64_t kMaxSequences = 1'000'000;

struct ScaleParameters {
  int64_t sequences;
  int64_t extra_sequences;         // -1: all
  int64_t uncompressed_sequences;  // -1: all
  int64_t batch_size;
  int64_t batches;
  // Rows whose chunks hold parts of many sequences.
  int64_t slow_batch_size;
  int64_t slow_batches;
  int slow_repeats;  // at most
  int untimed_writes;
  int write_repeats;
  int64_t write_sample_sequences;
};

ScaleParameters ParametersOf(Scale scale) {
  switch (scale) {
    case Scale::kTiny:
      return {6, -1, -1, 2, 1, 1, 1, 3, 0, 2, 1};
    case Scale::kDefault:
      return {200, 40, 50, kPublishedBatchSize, kPublishedBatches, kPublishedBatchSize, 1, 3,
              1,   5,  10};
    case Scale::kFull:
      break;
  }
  constexpr int kAny = std::numeric_limits<int>::max();
  return {kPublishedSequences,
          -1,
          -1,
          kPublishedBatchSize,
          kPublishedBatches,
          kPublishedBatchSize,
          kPublishedBatches,
          kAny,
          1,
          5,
          10};
}

absl::StatusOr<std::vector<int>> ParseWorkers(const std::vector<std::string>& texts) {
  std::vector<int> workers;
  for (const std::string& text : texts) {
    int count = 0;
    if (!absl::SimpleAtoi(text, &count) || count < 1 || count > kMaxWorkers) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--workers: '", text, "' is not a number from 1 to ", kMaxWorkers, " (see --help)"));
    }
    if (std::find(workers.begin(), workers.end(), count) == workers.end()) {
      workers.push_back(count);
    }
  }
  if (workers.empty()) return absl::InvalidArgumentError("--workers: no number is given");
  std::sort(workers.begin(), workers.end());
  return workers;
}

}  // namespace

std::string ScaleName(Scale scale) {
  switch (scale) {
    case Scale::kTiny:
      return "tiny";
    case Scale::kDefault:
      return "default";
    case Scale::kFull:
      break;
  }
  return "full";
}

std::string DefaultFolder(const ExperimentOptions& options) {
  const char* temporary = std::getenv("TMPDIR");
  std::string folder = JoinPath(temporary != nullptr && *temporary != '\0' ? temporary : "/tmp",
                                absl::StrCat("seiche-paper-", ScaleName(options.scale)));
  if (options.sequences > 0) absl::StrAppend(&folder, "-", options.sequences);
  if (options.seed != ExperimentOptions().seed) absl::StrAppend(&folder, "-seed", options.seed);
  return folder;
}

absl::StatusOr<ExperimentPlan> MakePlan(const ExperimentOptions& options) {
  const ScaleParameters scale = ParametersOf(options.scale);
  ExperimentPlan plan;
  plan.scale = ScaleName(options.scale);
  plan.out = options.out.empty() ? DefaultFolder(options) : options.out;
  plan.dataset.sequences = options.sequences > 0 ? options.sequences : scale.sequences;
  plan.dataset.waves.seed = options.seed;
  plan.variants = MakeVariants({.shape = plan.dataset.shape(),
                                .extra_sequences = scale.extra_sequences,
                                .uncompressed_sequences = scale.uncompressed_sequences});
  SEICHE_ASSIGN_OR_RETURN(plan.read.workers, ParseWorkers(options.workers));
  plan.read.batch_size = scale.batch_size;
  plan.read.batches = scale.batches;
  plan.read.repeats = options.repeats;
  plan.read.cache = options.cache;
  plan.read.seed = options.seed;
  plan.slow_read = plan.read;
  plan.slow_read.batch_size = scale.slow_batch_size;
  plan.slow_read.batches = scale.slow_batches;
  plan.slow_read.repeats = std::min(options.repeats, scale.slow_repeats);
  plan.untimed_writes = scale.untimed_writes;
  plan.write_repeats = scale.write_repeats;
  plan.write_sample_sequences = scale.write_sample_sequences;
  plan.overwrite = options.overwrite;
  plan.python_stack = options.python_stack;
  return plan;
}

void AddDataFlags(Command& command, ExperimentOptions* options) {
  command.AddChoice("scale", &options->scale,
                    {{"tiny", Scale::kTiny}, {"default", Scale::kDefault}, {"full", Scale::kFull}},
                    "6 sequences, in seconds; 200, in minutes; or 3000 as published, which needs "
                    "about 180 GB of disk");
  command.AddFlag("sequences", &options->sequences,
                  {.help = "to simulate and store, instead of the scale's number (0)",
                   .unit = "sequences",
                   .min = 0,
                   .max = kMaxSequences});
  command.AddPath(
      "out", &options->out,
      {.help = "folder for data and results; a later run with the same parameters "
               "continues there. Default: seiche-paper-SCALE (with other sequences or seed: "
               "and those) in $TMPDIR or /tmp",
       .placeholder = "FOLDER"});
  command.AddFlag(
      "repeats", &options->repeats,
      {.help = "of every measurement; rows with slow chunks take at most 3 below full scale",
       .unit = "repeats",
       .min = 1,
       .max = 1000});
  command.AddFlag("seed", &options->seed,
                  {.help = "of the waves and of the order in which sequences are read"});
  command.AddFlag("overwrite", &options->overwrite,
                  "start anew: replace data and results of earlier runs in --out");
}

void AddExperimentFlags(Command& command, ExperimentOptions* options) {
  AddDataFlags(command, options);
  command.AddChoice("cache", &options->cache,
                    {{"warm", CacheState::kWarm}, {"cold", CacheState::kCold}},
                    "page cache before every measurement: files in it, or dropped from it");
  command.AddFlag("workers", &options->workers,
                  {.help = "worker threads to measure with, 1 to 256 each; default 1,2,4,8",
                   .placeholder = "N,..."});
  command.AddFlag("python-stack", &options->python_stack,
                  "also read with h5py, pillow and torch's DataLoader, from a virtual environment "
                  "made in --out (installed from PyPI: about 10 GB and 90 s)");
}

}  // namespace seiche
