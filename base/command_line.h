// Programs, their commands and their flags.
//
//   int main(int argc, char** argv) {
//     PaperOptions options;
//     Command paper("paper", "Reproduces the published comparison.");
//     Command& write = paper.AddCommand("write", "Writes every variant.", [&] {
//       return WriteVariants(options);
//     });
//     write.AddFlag("sequences", &options.sequences,
//                   {.help = "to simulate and write", .unit = "sequences", .min = 1, .max = 3000});
//     write.AddChoice("cache", &options.cache, {{"warm", kWarm}, {"cold", kCold}}, "page cache");
//     write.AddPath("out", &options.out, {.help = "folder for the results"});
//     return RunMain(paper, argc, argv);
//   }
//
// A flag's variable holds its default when the flag is added; --help shows it with unit and range.
// Flags read "--sequences 7" or "--sequences=7", switches "--verify" and "--no-verify". A
// program's own flags may also stand behind the command's name. Exit codes: 0, 1 (the data or the
// machine failed), 2 (the user asked for something that makes no sense); an error is one line on
// standard error: "seiche: error: ...", with what to do where the system's own words end it and
// where data are damaged. The one place that includes CLI11. Thread-compatible.
#ifndef SEICHE_BASE_COMMAND_LINE_H_
#define SEICHE_BASE_COMMAND_LINE_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace seiche {

// What --help says about a flag, and what values it takes.
template <typename T>
struct NumberFlag {
  std::string help;
  std::string unit = {};  // "sequences", "bytes", "s"
  T min = std::numeric_limits<T>::lowest();
  T max = std::numeric_limits<T>::max();
};

struct TextFlag {
  std::string help;
  std::string placeholder = "TEXT";
  bool required = false;
};

class Command {
 public:
  using Run = std::function<absl::Status()>;

  // A program; without `run`, one of its commands has to be given.
  Command(std::string name, std::string summary, Run run = nullptr);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // A command of this one, which keeps it.
  Command& AddCommand(std::string name, std::string summary, Run run = nullptr);

  // `value` must outlive the command. It is written while the command line is parsed; what it holds
  // after a usage error is unspecified. Numbers are decimal and finite.
  void AddFlag(std::string name, int* value, NumberFlag<int> flag);
  void AddFlag(std::string name, int64_t* value, NumberFlag<int64_t> flag);
  void AddFlag(std::string name, uint64_t* value, NumberFlag<uint64_t> flag);
  void AddFlag(std::string name, double* value, NumberFlag<double> flag);
  void AddFlag(std::string name, std::string* value, TextFlag flag);
  // Given several times, or once with commas.
  void AddFlag(std::string name, std::vector<std::string>* value, TextFlag flag);
  // A switch.
  void AddFlag(std::string name, bool* value, std::string help);

  // A path, as ResolveUserPath() makes it: the default too.
  void AddPath(std::string name, std::string* value, TextFlag flag);

  // Arguments without "--": one path, or all that remain.
  void AddPathArgument(std::string name, std::string* value, TextFlag flag);
  void AddPathArguments(std::string name, std::vector<std::string>* values, TextFlag flag);

  // One of several names.
  template <typename E>
  void AddChoice(std::string name, E* value, std::vector<std::pair<std::string, E>> choices,
                 std::string help);

 private:
  friend struct CommandResult RunCommand(Command& program, const std::vector<std::string>& args);
  struct Impl;
  explicit Command(std::unique_ptr<Impl> impl);

  void AddNamedChoice(std::string name, std::vector<std::string> names, size_t initial,
                      std::function<void(size_t)> choose, std::string help);

  std::unique_ptr<Impl> impl_;
};

// What a program leaves behind, but for what its commands print by themselves.
struct CommandResult {
  int exit_code = 0;
  std::string out;    // for standard output: the text of --help
  std::string error;  // for standard error: "seiche: error: ...\n"
};

// Parses `args` (without the program's name) and runs the command that they choose, if any.
CommandResult RunCommand(Command& program, const std::vector<std::string>& args);

// Prints what a command says to standard output and standard error. Returns the exit code: 1 in
// place of 0 if that, or anything before it, could not be written to standard output.
int Print(const CommandResult& result);

// The whole of main(): RunCommand, printed. Returns the exit code.
int RunMain(Command& program, int argc, const char* const* argv);

// 0 for OK, 2 for kInvalidArgument, 1 for everything else.
int ExitCode(const absl::Status& status);

// `path` as the user meant it: `bazel run` starts programs in another folder than the one that it
// was called in, so a relative path is taken from $BUILD_WORKING_DIRECTORY where that is set, or
// from $SEICHE_WORKING_DIRECTORY, which bazelw sets where it is called from outside the tree.
std::string ResolveUserPath(std::string_view path);

template <typename E>
void Command::AddChoice(std::string name, E* value, std::vector<std::pair<std::string, E>> choices,
                        std::string help) {
  std::vector<std::string> names;
  size_t initial = choices.size();
  for (size_t i = 0; i < choices.size(); ++i) {
    names.push_back(choices[i].first);
    if (choices[i].second == *value) initial = i;
  }
  AddNamedChoice(
      std::move(name), std::move(names), initial,
      [value, choices = std::move(choices)](size_t i) { *value = choices[i].second; },
      std::move(help));
}

}  // namespace seiche

#endif  // SEICHE_BASE_COMMAND_LINE_H_
