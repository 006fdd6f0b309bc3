// The command `seiche`, but for main(): also what the Python package's entry point calls.
//
//   CommandResult result = RunSeiche({"inspect", "waves.h5"}, environment);
//
// A new command is a file pair of its own and one block in commands.cc.
#ifndef SEICHE_TOOLS_COMMAND_COMMANDS_H_
#define SEICHE_TOOLS_COMMAND_COMMANDS_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/command_line.h"
#include "base/file_system.h"
#include "base/progress.h"

namespace seiche {

struct SeicheEnvironment {
  // Takes what commands print, as they go on.
  std::function<void(std::string_view)> print;
  FileSystem* files = &DefaultFileSystem();
  ProgressOptions progress = ProgressOptions::StandardError();
};

// `args` without the program's name.
CommandResult RunSeiche(const std::vector<std::string>& args, const SeicheEnvironment& environment);

}  // namespace seiche

#endif  // SEICHE_TOOLS_COMMAND_COMMANDS_H_
