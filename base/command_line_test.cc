#include "base/command_line.h"

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

enum class Cache { kWarm, kCold };

// A program with one flag of each kind and two commands.
class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() : program_("paper", "Reproduces the comparison.") {
    ::unsetenv("BUILD_WORKING_DIRECTORY");
    program_.AddFlag("verbose", &verbose_, "tells more");
    Command& write = program_.AddCommand("write", "Writes every variant.", [this] {
      ran_ = "write";
      return absl::OkStatus();
    });
    write.AddFlag("sequences", &sequences_,
                  {.help = "to simulate", .unit = "sequences", .min = 1, .max = 3000});
    write.AddFlag("workers", &workers_, {.help = "threads", .min = 0});
    write.AddFlag("seed", &seed_, {.help = "of everything random"});
    write.AddFlag("seconds", &seconds_, {.help = "to wait", .unit = "s", .max = 60});
    write.AddFlag("title", &title_, {.help = "of the report"});
    write.AddFlag("formats", &formats_, {.help = "to write", .placeholder = "FORMAT"});
    write.AddFlag("verify", &verify_, "reads everything back");
    write.AddChoice("cache", &cache_, {{"warm", Cache::kWarm}, {"cold", Cache::kCold}},
                    "state of the page cache");
    Command& inspect = program_.AddCommand("inspect", "Tells what is in a file.", [this] {
      ran_ = "inspect";
      return outcome_;
    });
    inspect.AddPath("out", &out_, {.help = "folder for the result", .placeholder = "FOLDER"});
    inspect.AddPathArgument("file", &file_, {.help = "to read", .required = true});
    inspect.AddPathArguments("more", &more_, {.help = "files"});
  }

  CommandResult Call(const std::vector<std::string>& args) { return RunCommand(program_, args); }

  void ExpectUsageError(const std::vector<std::string>& args, const std::string& message) {
    const CommandResult result = Call(args);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.error, "seiche: error: " + message + " (see --help)\n");
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(ran_, "");
  }

  Command program_;
  std::string ran_;
  absl::Status outcome_;
  bool verbose_ = false;
  int64_t sequences_ = 200;
  int workers_ = 0;
  uint64_t seed_ = 1;
  double seconds_ = 0.5;
  std::string title_;
  std::vector<std::string> formats_ = {"lzf", "gzip"};
  bool verify_ = true;
  Cache cache_ = Cache::kWarm;
  std::string out_ = "results";
  std::string file_;
  std::vector<std::string> more_;
};

TEST_F(CommandLineTest, ItemsOfAListAreNotEmpty) {
  for (const std::string text : {"jpeg,,lzf", ",jpeg", "jpeg,"}) {
    ExpectUsageError({"write", "--formats", text}, "--formats: '" + text + "': an item is empty");
  }
}

TEST_F(CommandLineTest, AFlagAtTheEndHasNoValue) {
  ExpectUsageError({"write", "--sequences"}, "--sequences: has no value");
  ExpectUsageError({"write", "--formats"}, "--formats: has no value");
}

TEST_F(CommandLineTest, SaysHowToAskToOverwrite) {
  outcome_ = absl::AlreadyExistsError("a.h5: exists already: remove it, or ask to overwrite");
  EXPECT_EQ(Call({"inspect", "a.h5"}).error,
            "seiche: error: a.h5: exists already: remove it, or ask to overwrite (--overwrite)\n");
}

TEST_F(CommandLineTest, DefaultsStay) {
  EXPECT_EQ(Call({"write"}).exit_code, 0);
  EXPECT_EQ(ran_, "write");
  EXPECT_EQ(sequences_, 200);
  EXPECT_THAT(formats_, ElementsAre("lzf", "gzip"));
  EXPECT_TRUE(verify_);
  EXPECT_EQ(cache_, Cache::kWarm);
}

TEST_F(CommandLineTest, ReadsEveryKindOfFlag) {
  const CommandResult result =
      Call({"write", "--sequences=3000", "--workers", "8", "--seed", "18446744073709551615",
            "--seconds", "-2.5e1", "--title", "a b", "--formats", "jpeg,lzf", "--formats=szip",
            "--no-verify", "--cache=cold", "--verbose"});
  EXPECT_EQ(result.exit_code, 0) << result.error;
  EXPECT_EQ(sequences_, 3000);
  EXPECT_EQ(workers_, 8);
  EXPECT_EQ(seed_, std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(seconds_, -25);
  EXPECT_EQ(title_, "a b");
  EXPECT_THAT(formats_, ElementsAre("jpeg", "lzf", "szip"));
  EXPECT_FALSE(verify_);
  EXPECT_EQ(cache_, Cache::kCold);
  EXPECT_TRUE(verbose_);
}

TEST_F(CommandLineTest, NumbersOutOfRange) {
  ExpectUsageError({"write", "--sequences", "-3"},
                   "--sequences: '-3' is out of range: 1..3000 sequences");
  ExpectUsageError({"write", "--sequences=3001"},
                   "--sequences: '3001' is out of range: 1..3000 sequences");
  ExpectUsageError({"write", "--workers", "-1"}, "--workers: '-1' is out of range: >= 0");
  ExpectUsageError({"write", "--seconds=61"}, "--seconds: '61' is out of range: <= 60 s");
}

TEST_F(CommandLineTest, NotNumbers) {
  ExpectUsageError({"write", "--sequences", "many"}, "--sequences: 'many' is not a number");
  ExpectUsageError({"write", "--sequences="}, "--sequences: has no value");
  ExpectUsageError({"write", "--sequences=1.5"},
                   "--sequences: '1.5' is not a whole number, or too large or small");
  ExpectUsageError(
      {"write", "--sequences=99999999999999999999"},
      "--sequences: '99999999999999999999' is not a whole number, or too large or small");
  ExpectUsageError({"write", "--seed=-1"},
                   "--seed: '-1' is not a whole number, or too large or small");
  ExpectUsageError({"write", "--seconds=inf"}, "--seconds: 'inf' is not a finite number");
  ExpectUsageError({"write", "--seconds=nan"}, "--seconds: 'nan' is not a finite number");
}

TEST_F(CommandLineTest, UnknownNames) {
  ExpectUsageError({"write", "--cache=hot"}, "--cache: 'hot' is not one of warm|cold");
  ExpectUsageError({"write", "--sequenses=7"},
                   "The following argument was not expected: --sequenses=7");
  ExpectUsageError({"rewrite"}, "The following argument was not expected: rewrite");
  ExpectUsageError({}, "say what to do: write, inspect");
}

TEST_F(CommandLineTest, MissingAndRepeatedValues) {
  ExpectUsageError({"write", "--title"}, "--title: has no value");
  ExpectUsageError({"inspect"}, "FILE is required");
  ExpectUsageError({"write", "this is required"},
                   "The following argument was not expected: this is required");
  EXPECT_EQ(Call({"write", "--workers=1", "--workers=2"}).exit_code, 2);
  EXPECT_EQ(Call({"write", "inspect", "a.h5"}).exit_code, 2);
}

TEST_F(CommandLineTest, HelpShowsUnitRangeAndDefault) {
  const CommandResult result = Call({"write", "--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(ran_, "");
  EXPECT_THAT(result.out, HasSubstr("Writes every variant."));
  EXPECT_THAT(result.out, HasSubstr("--sequences N "));
  EXPECT_THAT(result.out, HasSubstr("to simulate [sequences; 1..3000; default 200]\n"));
  EXPECT_THAT(result.out, HasSubstr("threads [>= 0; default 0]\n"));
  EXPECT_THAT(result.out, HasSubstr("of everything random [default 1]\n"));
  EXPECT_THAT(result.out, HasSubstr("to wait [s; <= 60; default 0.5]\n"));
  EXPECT_THAT(result.out, HasSubstr("--formats FORMAT,... "));
  EXPECT_THAT(result.out, HasSubstr("to write [default lzf,gzip]\n"));
  EXPECT_THAT(result.out, HasSubstr("--verify,--no-verify "));
  EXPECT_THAT(result.out, HasSubstr("reads everything back [default on]\n"));
  EXPECT_THAT(result.out, HasSubstr("--cache warm|cold "));
  EXPECT_THAT(result.out, HasSubstr("state of the page cache [default warm]\n"));
}

TEST_F(CommandLineTest, HelpOfTheProgramListsItsCommands) {
  const std::string help = Call({"--help"}).out;
  EXPECT_THAT(help, HasSubstr("Reproduces the comparison."));
  EXPECT_THAT(help, HasSubstr("Writes every variant."));
  EXPECT_THAT(help, HasSubstr("Tells what is in a file."));
  EXPECT_THAT(help, HasSubstr("tells more [default off]\n"));
  EXPECT_THAT(help, Not(HasSubstr("Options of all commands")));
}

TEST_F(CommandLineTest, HelpOfACommandHasTheProgramsFlags) {
  const std::string help = Call({"write", "--help"}).out;
  EXPECT_THAT(help, HasSubstr("Options of all commands:\n  --verbose,--no-verbose "));
  EXPECT_THAT(help, HasSubstr("tells more [default off]\n"));
}

TEST_F(CommandLineTest, PathsAreTheUsers) {
  ::setenv("BUILD_WORKING_DIRECTORY", "/home/user", 1);
  EXPECT_EQ(ResolveUserPath("a.h5"), "/home/user/a.h5");
  EXPECT_EQ(ResolveUserPath("/data/a.h5"), "/data/a.h5");
  EXPECT_EQ(ResolveUserPath(""), "");
  EXPECT_EQ(Call({"inspect", "--out=../b", "a.h5", "/c.h5", "d.h5"}).exit_code, 0);
  EXPECT_EQ(out_, "/home/user/../b");
  EXPECT_EQ(file_, "/home/user/a.h5");
  EXPECT_THAT(more_, ElementsAre("/c.h5", "/home/user/d.h5"));
  ::setenv("SEICHE_WORKING_DIRECTORY", "/elsewhere", 1);
  EXPECT_EQ(ResolveUserPath("a.h5"), "/elsewhere/a.h5");
  ::unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(ResolveUserPath("a.h5"), "a.h5");
  ::unsetenv("SEICHE_WORKING_DIRECTORY");
}

TEST_F(CommandLineTest, DefaultPathIsResolvedButShownAsGiven) {
  ::setenv("BUILD_WORKING_DIRECTORY", "/home/user", 1);
  std::string path = "results";
  Command program("program", "Does it.", [] { return absl::OkStatus(); });
  program.AddPath("out", &path, {.help = "folder"});
  ::unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(path, "/home/user/results");
  EXPECT_THAT(RunCommand(program, {"--help"}).out, HasSubstr("folder [default results]\n"));
}

TEST_F(CommandLineTest, EmptyPathIsAUsageError) {
  ExpectUsageError({"inspect", "--out=", "a.h5"}, "--out: has no value");
  ExpectUsageError({"inspect", "--out", "", "a.h5"}, "--out: the path is empty");
}

TEST_F(CommandLineTest, StatusDecidesTheExitCode) {
  outcome_ = absl::DataLossError("a.h5: damaged\nand more");
  CommandResult result = Call({"inspect", "a.h5"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.error, "seiche: error: a.h5: damaged and more: restore the file from a copy\n");
  outcome_ = absl::InvalidArgumentError("no such format");
  result = Call({"inspect", "a.h5"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.error, "seiche: error: no such format\n");
}

TEST_F(CommandLineTest, ErrorsSayWhatToDo) {
  const auto error_of = [this](absl::Status outcome) {
    outcome_ = std::move(outcome);
    return Call({"inspect", "a.h5"}).error;
  };
  EXPECT_EQ(error_of(absl::NotFoundError("a.h5: cannot stat: No such file or directory")),
            "seiche: error: a.h5: cannot stat: No such file or directory: check the path\n");
  EXPECT_THAT(error_of(absl::ResourceExhaustedError("a: write: No space left on device")),
              HasSubstr("device: free some, or"));
  EXPECT_THAT(error_of(absl::PermissionDeniedError("a: rename: Operation not permitted")),
              HasSubstr("permitted: check who owns it"));
  // Where the message does so already, and where there is nothing to say.
  EXPECT_EQ(error_of(absl::DataLossError("2 chunks are damaged: restore a.h5 from a copy")),
            "seiche: error: 2 chunks are damaged: restore a.h5 from a copy\n");
  EXPECT_EQ(error_of(absl::NotFoundError("no H5 dataset 'x', there is 'y'")),
            "seiche: error: no H5 dataset 'x', there is 'y'\n");
}

TEST(RunCommandTest, RunningOutOfMemoryIsAnError) {
  Command program("program", "Does it.", []() -> absl::Status { throw std::bad_alloc(); });
  const CommandResult result = RunCommand(program, {});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.error, "seiche: error: out of memory\n");
}

TEST(RunMainTest, PrintsTheError) {
  Command program("program", "Does it.", [] { return absl::NotFoundError("a.h5: not found"); });
  const char* argv[] = {"program", nullptr};
  testing::internal::CaptureStderr();
  EXPECT_EQ(RunMain(program, 1, argv), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "seiche: error: a.h5: not found\n");
}

TEST(ExitCodeTest, FollowsTheCode) {
  EXPECT_EQ(ExitCode(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCode(absl::InvalidArgumentError("")), 2);
  EXPECT_EQ(ExitCode(absl::NotFoundError("")), 1);
}

}  // namespace
}  // namespace seiche
