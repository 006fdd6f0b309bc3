#include "experiments/measure/python_environment.h"

#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/atomic_output.h"
#include "base/status.h"
#include "experiments/measure/process.h"

namespace seiche {
namespace {

std::string RequirementsPath(const std::string& venv) { return JoinPath(venv, "requirements.txt"); }

absl::Status Install(const std::string& venv, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {
      PythonOf(venv),  "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
      "--no-cache-dir"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return RunProcess(command, PythonLog(venv));
}

// What is missing in the end, importing it tells.
void InstallWhatCanBe(const std::string& venv, const std::string& requirements,
                      const std::string& wanted) {
  for (const std::string_view package :
       absl::StrSplit(requirements, '\n', absl::SkipWhitespace())) {
    Install(venv, {"--constraint", wanted, std::string(package)}).IgnoreError();
  }
}

}  // namespace

std::string PythonOf(const std::string& venv) { return JoinPath(venv, "bin/python"); }
std::string PythonLog(const std::string& venv) { return absl::StrCat(venv, ".log"); }

absl::Status MakePythonEnvironment(const std::string& venv, const std::string& requirements,
                                   MissingPackages missing, FileSystem& files) {
  // Written last: an environment without it is unfinished.
  const auto installed = ReadFile(files, RequirementsPath(venv));
  if (installed.ok() && *installed == requirements) return absl::OkStatus();
  SEICHE_RETURN_IF_ERROR(files.RemoveAll(venv));
  SEICHE_RETURN_IF_ERROR(files.RemoveAll(PythonLog(venv)));
  const std::string wanted = absl::StrCat(venv, ".requirements.txt");
  SEICHE_RETURN_IF_ERROR(
      WriteFileAtomically(files, wanted, requirements, OverwritePolicy::kReplace));
  SEICHE_RETURN_IF_ERROR(RunProcess({"python3", "-m", "venv", venv}, PythonLog(venv)));
  if (missing == MissingPackages::kSkip) {
    InstallWhatCanBe(venv, requirements, wanted);
  } else {
    SEICHE_RETURN_IF_ERROR(Install(venv, {"--requirement", wanted}));
  }
  return files.Rename(wanted, RequirementsPath(venv));
}

std::string PeerPython(const std::string& given, const std::string& venv,
                       const std::string& requirements, std::string_view cost, FileSystem& files,
                       absl::FunctionRef<void(std::string_view)> log) {
  if (!given.empty()) return given;
  log(absl::StrCat("peers: virtual environment (", cost, " if it has to be made)"));
  const absl::Status made =
      MakePythonEnvironment(venv, requirements, MissingPackages::kSkip, files);
  if (!made.ok()) log(absl::StrCat("peers: no virtual environment: ", made.message()));
  return PythonOf(venv);
}

void AddPythonFlag(Command& command, std::string_view packages, std::string_view size,
                   std::string* python) {
  command.AddFlag("python", python,
                  {.help = absl::StrCat("an interpreter that has ", packages,
                                        "; default: a virtual environment made in --out "
                                        "(installed from PyPI: about ",
                                        size, ")"),
                   .placeholder = "PROGRAM"});
}

void AddWheelsFlag(Command& command, std::string* wheels) {
  command.AddFlag("wheels", wheels,
                  {.help = "the folder that //python:wheel makes; `bazel run` says where it is",
                   .placeholder = "FOLDER"});
}

absl::Status UnpackWheel(const std::string& python, const std::string& wheels,
                         const std::string& folder, const std::string& log, FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(std::vector<std::string> names, files.List(wheels));
  std::erase_if(names, [](const std::string& name) { return !absl::EndsWith(name, ".whl"); });
  if (names.size() != 1) {
    return absl::NotFoundError(absl::StrCat(wheels, ": holds ", names.size(),
                                            " wheels instead of one: build //python:wheel"));
  }
  SEICHE_RETURN_IF_ERROR(files.RemoveAll(folder));
  SEICHE_RETURN_IF_ERROR(files.MakeDirectories(folder));
  // A wheel is a zip file.
  return RunProcess({python, "-m", "zipfile", "-e", JoinPath(wheels, names[0]), folder}, log);
}

}  // namespace seiche
