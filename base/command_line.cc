#include "base/command_line.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <type_traits>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/file_system.h"

namespace seiche {
namespace {

// CLI11 shows the second name of a switch as "--no-verify{false}".
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(34); }
  std::string make_option_name(const CLI::Option* option, bool positional) const override {
    return absl::StrReplaceAll(CLI::Formatter::make_option_name(option, positional),
                               {{"{false}", ""}});
  }
  // The program's flags are its commands' flags, too.
  std::string make_footer(const CLI::App* app) const override {
    const CLI::App* parent = app->get_parent();
    if (parent == nullptr) return CLI::Formatter::make_footer(app);
    const auto flags = parent->get_options([&](const CLI::Option* option) {
      return option->nonpositional() && option != parent->get_help_ptr();
    });
    return flags.empty() ? "" : make_group("Options of all commands", false, flags);
  }
};

[[noreturn]] void Reject(const std::string& flag, const std::string& why) {
  throw CLI::ValidationError(flag, why);
}

bool ParseNumber(const std::string& text, double* value) {
  return absl::SimpleAtod(text, value) && std::isfinite(*value);
}
template <typename T>
bool ParseNumber(const std::string& text, T* value) {
  return absl::SimpleAtoi(text, value);
}

// "1..3000", ">= 1", "<= 9", or nothing.
template <typename T>
std::string RangeText(const NumberFlag<T>& flag) {
  const bool from = flag.min != std::numeric_limits<T>::lowest();
  const bool to = flag.max != std::numeric_limits<T>::max();
  if (from && to) return absl::StrCat(flag.min, "..", flag.max);
  if (from) return absl::StrCat(">= ", flag.min);
  if (to) return absl::StrCat("<= ", flag.max);
  return "";
}

// "HELP [a; b]", empty parts left out.
std::string Describe(std::string_view help, std::vector<std::string> parts) {
  std::erase(parts, "");
  if (parts.empty()) return std::string(help);
  return absl::StrCat(help, " [", absl::StrJoin(parts, "; "), "]");
}

std::string DefaultText(std::string_view value) {
  return value.empty() ? "" : absl::StrCat("default ", value);
}

template <typename T>
T ParseInRange(const std::string& name, const NumberFlag<T>& flag, const std::string& text) {
  T value;
  // What overflows T is out of its range too, but the message tells a typo from that.
  if (double any; !absl::SimpleAtod(text, &any))
    Reject(name, absl::StrCat("'", text, "' is not a number"));
  if (!ParseNumber(text, &value)) {
    Reject(name, absl::StrCat("'", text, "' is ",
                              std::is_integral_v<T> ? "not a whole number, or too large or small"
                                                    : "not a finite number"));
  }
  if (value < flag.min || value > flag.max) {
    Reject(name, absl::StrCat("'", text, "' is out of range: ", RangeText(flag),
                              flag.unit.empty() ? "" : " ", flag.unit));
  }
  return value;
}

template <typename T>
void AddNumber(CLI::App& app, const std::string& name, T* value, NumberFlag<T> flag) {
  const std::string option_name = "--" + name;
  const std::string help =
      Describe(flag.help, {flag.unit, RangeText(flag), absl::StrCat("default ", *value)});
  app.add_option_function<std::string>(
         option_name,
         [=](const std::string& text) { *value = ParseInRange(option_name, flag, text); }, help)
      ->option_text("N");
}

void AddOnePath(CLI::App& app, const std::string& name, std::string* value, const TextFlag& flag) {
  const std::string help = Describe(flag.help, {DefaultText(*value)});
  *value = ResolveUserPath(*value);
  app.add_option_function<std::string>(
         name,
         [=](const std::string& text) {
           if (text.empty()) Reject(name, "the path is empty");
           *value = ResolveUserPath(text);
         },
         help)
      ->option_text(flag.placeholder)
      ->required(flag.required);
}

absl::Status UsageError(std::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(text, " (see --help)"));
}

// CLI11 would take the next argument for the value of "--out=".
absl::Status RefuseEmptyValues(const std::vector<std::string>& args) {
  for (const std::string& arg : args) {
    if (arg == "--") break;
    if (arg.starts_with("--") && arg.find('=') == arg.size() - 1) {
      return UsageError(absl::StrCat(arg.substr(0, arg.size() - 1), ": has no value"));
    }
  }
  return absl::OkStatus();
}

// One line, whatever the message is.
std::string ErrorLine(std::string_view message) {
  return absl::StrCat("seiche: error: ", absl::StrReplaceAll(message, {{"\n", " "}}), "\n");
}

// "--out: 1 required TEXT missing", as the library puts it, is no sentence for users.
std::string UsageText(std::string_view what) {
  const size_t colon = what.find(": 1 required ");
  if (colon == std::string_view::npos || !absl::EndsWith(what, " missing")) {
    return std::string(what);
  }
  return absl::StrCat(what.substr(0, colon), ": has no value");
}

// What to do about errors that end in what the system says of them.
struct SystemAdvice {
  int error;
  std::string_view advice;
};
constexpr SystemAdvice kSystemAdvice[] = {
    {ENOENT, ": check the path"},
    {ENOTDIR, ": check the path"},
    {EACCES, ": check its permissions"},
    {EPERM, ": check who owns it and its folder, and its attributes (lsattr)"},
    {EROFS, ": choose another place"},
    {ENOSPC, ": free some, or choose another place"},
    {EIO, ": the disk or the way to it fails; try again, or restore the file from a copy"},
};

// What to do about an error, where its message does not say so itself.
std::string_view Advice(const absl::Status& status) {
  for (const auto& [error, advice] : kSystemAdvice) {
    if (absl::EndsWith(status.message(), std::strerror(error))) return advice;
  }
  if (absl::EndsWith(status.message(), "ask to overwrite")) return " (--overwrite)";
  const bool advised = absl::StrContains(status.message(), "restore") ||
                       absl::StrContains(status.message(), "open it with");
  return absl::IsDataLoss(status) && !advised ? ": restore the file from a copy" : "";
}

}  // namespace

struct Command::Impl {
  std::unique_ptr<CLI::App> owned;  // null for a command of another one
  CLI::App* app;
  Run run;
  std::vector<std::unique_ptr<Command>> commands;

  // The command that the parsed arguments chose.
  const Impl& Chosen() const {
    for (const auto& command : commands) {
      if (command->impl_->app->parsed()) return command->impl_->Chosen();
    }
    return *this;
  }

  absl::Status RunIt() const {
    if (run) return run();
    std::vector<std::string> names;
    for (const auto& command : commands) names.push_back(command->impl_->app->get_name());
    return UsageError(absl::StrCat("say what to do: ", absl::StrJoin(names, ", ")));
  }
};

Command::Command(std::string name, std::string summary, Run run) : impl_(new Impl()) {
  impl_->owned = std::make_unique<CLI::App>(std::move(summary), std::move(name));
  impl_->app = impl_->owned.get();
  impl_->app->formatter(std::make_shared<HelpFormatter>());
  impl_->run = std::move(run);
}

Command::Command(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Command::~Command() = default;

Command& Command::AddCommand(std::string name, std::string summary, Run run) {
  auto impl = std::make_unique<Impl>();
  impl->app = impl_->app->add_subcommand(std::move(name), std::move(summary));
  impl->app->fallthrough();
  impl->run = std::move(run);
  impl_->app->require_subcommand(0, 1);
  impl_->commands.emplace_back(new Command(std::move(impl)));
  return *impl_->commands.back();
}

void Command::AddFlag(std::string name, int* value, NumberFlag<int> flag) {
  AddNumber(*impl_->app, name, value, std::move(flag));
}

void Command::AddFlag(std::string name, int64_t* value, NumberFlag<int64_t> flag) {
  AddNumber(*impl_->app, name, value, std::move(flag));
}

void Command::AddFlag(std::string name, uint64_t* value, NumberFlag<uint64_t> flag) {
  AddNumber(*impl_->app, name, value, std::move(flag));
}

void Command::AddFlag(std::string name, double* value, NumberFlag<double> flag) {
  AddNumber(*impl_->app, name, value, std::move(flag));
}

void Command::AddFlag(std::string name, std::string* value, TextFlag flag) {
  const std::string help = Describe(flag.help, {DefaultText(*value)});
  impl_->app->add_option("--" + name, *value, help)
      ->option_text(flag.placeholder)
      ->required(flag.required);
}

void Command::AddFlag(std::string name, std::vector<std::string>* value, TextFlag flag) {
  const std::string help = Describe(flag.help, {DefaultText(absl::StrJoin(*value, ","))});
  const std::string option_name = "--" + name;
  impl_->app
      ->add_option_function<std::vector<std::string>>(
          option_name,
          [=](const std::vector<std::string>& texts) {
            value->clear();
            for (const std::string& text : texts) {
              for (const std::string_view part : absl::StrSplit(text, ',')) {
                if (part.empty()) {
                  Reject(option_name, absl::StrCat("'", text, "': an item is empty"));
                }
                value->emplace_back(part);
              }
            }
          },
          help)
      ->allow_extra_args(false)
      ->option_text(flag.placeholder + ",...")
      ->required(flag.required);
}

void Command::AddFlag(std::string name, bool* value, std::string help) {
  impl_->app->add_flag(absl::StrCat("--", name, ",!--no-", name), *value,
                       Describe(help, {*value ? "default on" : "default off"}));
}

void Command::AddPath(std::string name, std::string* value, TextFlag flag) {
  AddOnePath(*impl_->app, "--" + name, value, flag);
}

void Command::AddPathArgument(std::string name, std::string* value, TextFlag flag) {
  AddOnePath(*impl_->app, name, value, flag);
}

void Command::AddPathArguments(std::string name, std::vector<std::string>* values, TextFlag flag) {
  impl_->app
      ->add_option_function<std::vector<std::string>>(
          name,
          [=](const std::vector<std::string>& texts) {
            values->clear();
            for (const std::string& text : texts) {
              if (text.empty()) Reject(name, "a path is empty");
              values->push_back(ResolveUserPath(text));
            }
          },
          flag.help)
      ->option_text(flag.placeholder + "...")
      ->required(flag.required);
}

void Command::AddNamedChoice(std::string name, std::vector<std::string> names, size_t initial,
                             std::function<void(size_t)> choose, std::string help) {
  const std::string option_name = "--" + name;
  const std::string all = absl::StrJoin(names, "|");
  const std::string description =
      Describe(help, {initial < names.size() ? DefaultText(names[initial]) : ""});
  impl_->app
      ->add_option_function<std::string>(
          option_name,
          [=](const std::string& text) {
            const auto found = std::find(names.begin(), names.end(), text);
            if (found == names.end()) {
              Reject(option_name, absl::StrCat("'", text, "' is not one of ", all));
            }
            choose(found - names.begin());
          },
          description)
      ->option_text(all);
}

CommandResult RunCommand(Command& program, const std::vector<std::string>& args) {
  CLI::App& app = *program.impl_->app;
  absl::Status status;
  try {
    status = RefuseEmptyValues(args);
    if (status.ok()) {
      app.parse(std::vector<std::string>(args.rbegin(), args.rend()));  // CLI11: last one first
      status = program.impl_->Chosen().RunIt();
    }
  } catch (const CLI::CallForHelp&) {
    return {.out = app.help()};
  } catch (const CLI::RequiredError& error) {
    // Arguments have the names that the help shows, in capitals.
    const std::string what = error.what();
    status =
        UsageError(what.starts_with('-') ? what
                                         : absl::StrReplaceAll(absl::AsciiStrToUpper(what),
                                                               {{" IS REQUIRED", " is required"}}));
  } catch (const CLI::ParseError& error) {
    status = UsageError(UsageText(error.what()));
  } catch (const std::bad_alloc&) {
    status = absl::ResourceExhaustedError("out of memory");
  } catch (const std::exception& error) {
    status = absl::InternalError(error.what());
  }
  if (status.ok()) return {};
  return {.exit_code = ExitCode(status),
          .error = ErrorLine(absl::StrCat(status.message(), Advice(status)))};
}

int Print(const CommandResult& result) {
  std::fwrite(result.out.data(), 1, result.out.size(), stdout);
  std::string error = result.error;
  int exit_code = result.exit_code;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    error += ErrorLine("cannot write to standard output");
    if (exit_code == 0) exit_code = 1;
  }
  std::fwrite(error.data(), 1, error.size(), stderr);
  return exit_code;
}

int RunMain(Command& program, int argc, const char* const* argv) {
  return Print(RunCommand(program, {argv + std::min(argc, 1), argv + argc}));
}

int ExitCode(const absl::Status& status) {
  if (status.ok()) return 0;
  return status.code() == absl::StatusCode::kInvalidArgument ? 2 : 1;
}

std::string ResolveUserPath(std::string_view path) {
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (path.empty() || directory == nullptr) return std::string(path);
  const char* outside = std::getenv("SEICHE_WORKING_DIRECTORY");
  return JoinPath(outside != nullptr ? outside : directory, path);
}

}  // namespace seiche
