#include "experiments/measure/python_stack.h"

#include "base/atomic_output.h"
#include "base/json.h"
#include "base/status.h"
#include "experiments/measure/process.h"
#include "experiments/measure/python_environment.h"

namespace seiche {
namespace {

constexpr char kScript[] =
#include "experiments/python_stack.py.inc"
    ;
constexpr char kRequirements[] =
#include "experiments/python_stack_requirements.txt.inc"
    ;

absl::Status Write(FileSystem& files, const std::string& path, std::string_view text) {
  return WriteFileAtomically(files, path, text, OverwritePolicy::kReplace);
}

absl::StatusOr<ReadSpeed> ParseRead(const Json& json, int64_t sequences) {
  ReadSpeed speed{.sequences = sequences};
  SEICHE_ASSIGN_OR_RETURN(speed.cache_verified, JsonField<bool>(json, "cache_verified"));
  SEICHE_ASSIGN_OR_RETURN(const int64_t workers, JsonField<int64_t>(json, "workers"));
  speed.workers = static_cast<int>(workers);
  SEICHE_ASSIGN_OR_RETURN(const Json seconds, JsonField<Json>(json, "seconds"));
  for (const Json& value : seconds) {
    if (!value.is_number()) return absl::DataLossError("a time is not a number");
    speed.seconds.push_back(value.get<double>());
  }
  return speed;
}

absl::StatusOr<PythonResult::VariantReads> ParseVariant(const Json& json,
                                                        const std::vector<PythonJob>& jobs) {
  PythonResult::VariantReads result;
  SEICHE_ASSIGN_OR_RETURN(result.variant, JsonField<std::string>(json, "id"));
  int64_t sequences = 0;
  for (const PythonJob& job : jobs) {
    if (job.variant == result.variant) {
      sequences = static_cast<int64_t>(job.repeats.back().size());
    }
  }
  SEICHE_ASSIGN_OR_RETURN(const Json reads, JsonField<Json>(json, "reads"));
  for (const Json& read : reads) {
    SEICHE_ASSIGN_OR_RETURN(ReadSpeed speed, ParseRead(read, sequences));
    result.reads.push_back(std::move(speed));
  }
  return result;
}

}  // namespace

absl::Status MakePythonStack(const std::string& venv, FileSystem& files) {
  return MakePythonEnvironment(venv, kRequirements, MissingPackages::kFail, files);
}

std::string PythonJobsJson(const std::vector<PythonJob>& jobs, const PythonConditions& conditions) {
  Json variants = Json::array();
  for (const PythonJob& job : jobs) {
    variants.push_back({{"id", job.variant},
                        {"kind", job.jpeg ? "jpeg" : "hdf5"},
                        {"paths", job.paths},
                        {"batch_size", job.batch_size},
                        {"repeats", job.repeats}});
  }
  return DumpJson({{"workers", conditions.workers},
                   {"cache", conditions.cache == CacheState::kCold ? "cold" : "warm"},
                   {"variants", variants}});
}

absl::StatusOr<PythonResult> ParsePythonResult(std::string_view text,
                                               const std::vector<PythonJob>& jobs) {
  SEICHE_ASSIGN_OR_RETURN(const Json json, ParseJson(text, "python_stack.json"));
  PythonResult result;
  SEICHE_ASSIGN_OR_RETURN(const Json versions, JsonField<Json>(json, "versions"));
  for (const auto& [name, version] : versions.items()) {
    result.versions.emplace_back(name, version.is_string() ? version.get<std::string>() : "?");
  }
  SEICHE_ASSIGN_OR_RETURN(const Json variants, JsonField<Json>(json, "variants"));
  for (const Json& variant : variants) {
    SEICHE_ASSIGN_OR_RETURN(PythonResult::VariantReads reads, ParseVariant(variant, jobs));
    result.variants.push_back(std::move(reads));
  }
  return result;
}

absl::StatusOr<PythonResult> RunPythonStack(const std::string& venv,
                                            const std::vector<PythonJob>& jobs,
                                            const PythonConditions& conditions, FileSystem& files) {
  const std::string script = JoinPath(venv, "python_stack.py");
  const std::string job = JoinPath(venv, "job.json"), result = JoinPath(venv, "result.json");
  SEICHE_RETURN_IF_ERROR(Write(files, script, kScript));
  SEICHE_RETURN_IF_ERROR(Write(files, job, PythonJobsJson(jobs, conditions)));
  SEICHE_RETURN_IF_ERROR(files.RemoveAll(result));
  SEICHE_RETURN_IF_ERROR(RunProcess({PythonOf(venv), script, job, result}, PythonLog(venv)));
  SEICHE_ASSIGN_OR_RETURN(const std::string text, ReadFile(files, result));
  return ParsePythonResult(text, jobs);
}

}  // namespace seiche
