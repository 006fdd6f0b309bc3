// A virtual environment with pinned packages from PyPI.
//
//   SEICHE_RETURN_IF_ERROR(MakePythonEnvironment(venv, "numpy==2.4.6\n", MissingPackages::kFail,
//                                                files));
//   RunProcess({PythonOf(venv), "script.py"}, PythonLog(venv));
#ifndef SEICHE_EXPERIMENTS_MEASURE_PYTHON_ENVIRONMENT_H_
#define SEICHE_EXPERIMENTS_MEASURE_PYTHON_ENVIRONMENT_H_

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "base/command_line.h"
#include "base/file_system.h"

namespace seiche {

// What becomes of an environment in which a package cannot be installed: none, or one without that
// package. Each package is then installed by itself, all under the versions of all.
enum class MissingPackages { kFail, kSkip };

// Makes the environment in `venv` unless it is there with the same `requirements`: one package
// with its version a line. A message that names the log if that fails.
absl::Status MakePythonEnvironment(const std::string& venv, const std::string& requirements,
                                   MissingPackages missing, FileSystem& files);

// The interpreter for other people's software: `given`, or if that is empty the environment's, made
// with MissingPackages::kSkip. One that cannot be made is an interpreter that is not there. `cost`:
// "about 6 GB and 2 minutes", to be logged before.
std::string PeerPython(const std::string& given, const std::string& venv,
                       const std::string& requirements, std::string_view cost, FileSystem& files,
                       absl::FunctionRef<void(std::string_view)> log);

// Adds --python, for programs whose environment of `packages` takes `size` to install, and
// --wheels.
void AddPythonFlag(Command& command, std::string_view packages, std::string_view size,
                   std::string* python);
void AddWheelsFlag(Command& command, std::string* wheels);

// Unpacks the only wheel in the folder `wheels`, by `python`, into `folder`, which is replaced: a
// script in there can import the package, and no environment is changed. kNotFound if there is no
// wheel; kFailedPrecondition naming `log` if `python` fails.
absl::Status UnpackWheel(const std::string& python, const std::string& wheels,
                         const std::string& folder, const std::string& log, FileSystem& files);

// The environment's interpreter.
std::string PythonOf(const std::string& venv);
// What the installation has printed; others may append.
std::string PythonLog(const std::string& venv);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_MEASURE_PYTHON_ENVIRONMENT_H_
