// The published comparison's own stack on the same files: h5py, pillow and torch's DataLoader, from
// a virtual environment, run by experiments/python_stack.py.
//
//   SEICHE_RETURN_IF_ERROR(MakePythonStack(venv, files));
//   SEICHE_ASSIGN_OR_RETURN(PythonResult result, RunPythonStack(venv, jobs, conditions, files));
//
// Installing takes about 10 GB of disk and 90 s, most of it torch.
#ifndef SEICHE_EXPERIMENTS_MEASURE_PYTHON_STACK_H_
#define SEICHE_EXPERIMENTS_MEASURE_PYTHON_STACK_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "experiments/comparison/row.h"
#include "experiments/measure/page_cache.h"

namespace seiche {

inline constexpr int64_t kPythonEnvironmentBytes = 10'000'000'000;

struct PythonJob {
  std::string variant;             // Variant::id
  bool jpeg = false;               // paths[0] is a folder of JPEG folders; otherwise HDF5 files
  std::vector<std::string> paths;  // of consecutive sequences
  int64_t batch_size = 10;         // sequences; one worker process makes a whole batch
  // Sequences to read, in order: first those that are not timed, then every repeat's.
  std::vector<std::vector<int64_t>> repeats;
};

struct PythonConditions {
  std::vector<int> workers;  // processes
  CacheState cache = CacheState::kWarm;
};

struct PythonResult {
  std::vector<std::pair<std::string, std::string>> versions;  // by name
  struct VariantReads {
    std::string variant;
    std::vector<ReadSpeed> reads;
  };
  std::vector<VariantReads> variants;
};

// Makes the environment in `venv` with the pinned packages unless it is there. A message that names
// the log file if that fails.
absl::Status MakePythonStack(const std::string& venv, FileSystem& files);

// Measures the jobs, one after the other.
absl::StatusOr<PythonResult> RunPythonStack(const std::string& venv,
                                            const std::vector<PythonJob>& jobs,
                                            const PythonConditions& conditions, FileSystem& files);

// The JSON that goes to the script, and comes from it (kDataLoss if it is not such a result).
std::string PythonJobsJson(const std::vector<PythonJob>& jobs, const PythonConditions& conditions);
absl::StatusOr<PythonResult> ParsePythonResult(std::string_view text,
                                               const std::vector<PythonJob>& jobs);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_MEASURE_PYTHON_STACK_H_
