// What the user asks for, and the plan that follows from it.
//
//   ExperimentOptions options;                       // filled by flags
//   SEICHE_ASSIGN_OR_RETURN(ExperimentPlan plan, MakePlan(options));
//
// Pure functions of the options and, for the default folder, $TMPDIR.
#ifndef SEICHE_EXPERIMENTS_PROGRAM_OPTIONS_H_
#define SEICHE_EXPERIMENTS_PROGRAM_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/command_line.h"
#include "experiments/comparison/variants.h"
#include "experiments/data/dataset.h"
#include "experiments/measure/page_cache.h"
#include "experiments/measure/read_speed.h"

namespace seiche {

// How far a program goes. Every stage makes what it needs of the ones before.
enum class Stage {
  kGenerate,  // simulate the waves, write the JPEG folders
  kWrite,     // and every variant
  kSpeed,     // table 1
  kFiles,     // table 2
  kAll,       // both, all rows, the claims
};

enum class Scale { kTiny, kDefault, kFull };

struct ExperimentOptions {
  Scale scale = Scale::kDefault;
  int64_t sequences = 0;  // 0: the scale's number
  std::string out;        // empty: DefaultFolder()
  CacheState cache = CacheState::kWarm;
  std::vector<std::string> workers = {"1", "2", "4", "8"};
  int repeats = 5;
  uint64_t seed = 1;
  bool overwrite = false;
  bool python_stack = false;
};

struct ExperimentPlan {
  std::string scale;
  std::string out;
  DatasetOptions dataset;
  std::vector<Variant> variants;
  ReadPlan read;       // of rows whose chunks hold one sequence
  ReadPlan slow_read;  // of the others
  bool overwrite = false;
  bool python_stack = false;
  bool times_writing = false;  // and copying: for tables that have them
  int untimed_writes = 1;      // before those that are timed: the first pays for fresh memory too
  int write_repeats = 5;
  int64_t write_sample_sequences = 10;  // that writing is timed with, at least
};

// "tiny", "default", "full".
std::string ScaleName(Scale scale);

// A folder below $TMPDIR, or /tmp, named by scale, and by sequences and seed where they are not
// the scale's own.
std::string DefaultFolder(const ExperimentOptions& options);

// kInvalidArgument names the option that makes no sense.
absl::StatusOr<ExperimentPlan> MakePlan(const ExperimentOptions& options);

// Adds the flags that say which data is made, where, and how often it is read: --scale,
// --sequences, --out, --repeats, --seed, --overwrite.
void AddDataFlags(Command& command, ExperimentOptions* options);

// Adds the flags of all stages to `command`, those included.
void AddExperimentFlags(Command& command, ExperimentOptions* options);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PROGRAM_OPTIONS_H_
