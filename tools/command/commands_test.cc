// The command line as users meet it: exit codes, what is printed, one line an error.
#include "tools/command/commands.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "base/command_line.h"
#include "base/file_system.h"
#include "base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/field_statistics.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kEarliest[] = "storage/hdf5/testdata/h5py_earliest.h5";
constexpr char kGray[] = "storage/jpeg/testdata/gray";

class CommandsTest : public testing::Test {
 protected:
  CommandsTest()
      : folder_(JoinPath(testing::TempDir(),
                         testing::UnitTest::GetInstance()->current_test_info()->name())) {
    EXPECT_THAT(files_.RemoveAll(folder_), IsOk());
    EXPECT_THAT(files_.MakeDirectories(folder_), IsOk());
  }

  // Returns the exit code; printed_ and error_ have the rest.
  int Run(const std::vector<std::string>& args) {
    printed_.clear();
    SeicheEnvironment environment{.print = [&](std::string_view text) { printed_ += text; }};
    environment.progress.write = [](std::string_view) {};
    environment.progress.now = [] { return 0.0; };
    const CommandResult result = RunSeiche(args, environment);
    printed_ += result.out;
    error_ = result.error;
    EXPECT_EQ(std::count(error_.begin(), error_.end(), '\n'), result.exit_code == 0 ? 0 : 1)
        << error_;
    return result.exit_code;
  }

  std::string Path(const std::string& name) const { return JoinPath(folder_, name); }

  FileSystem& files_ = DefaultFileSystem();
  const std::string folder_;
  std::string printed_, error_;
};

TEST_F(CommandsTest, UsageErrorsAreTwo) {
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{{},
                                             {"inspect"},
                                             {"paint", "a.h5"},
                                             {"verify", kGray, "--workers=-1"},
                                             {"convert", kGray},
                                             {"convert", kGray, Path("a.h5"), "--chunks=1,x"},
                                             {"convert", kGray, kGray, "--overwrite"},
                                             {"stats", kGray, "--what"}}) {
    EXPECT_EQ(Run(args), 2) << absl::StrCat(args.size());
    EXPECT_THAT(error_, StartsWith("seiche"));
  }
}

TEST_F(CommandsTest, DataErrorsAreOne) {
  EXPECT_EQ(Run({"inspect", "nowhere.h5"}), 1);
  EXPECT_THAT(error_, HasSubstr("nowhere.h5"));
  EXPECT_EQ(Run({"verify", kEarliest}), 1);
  EXPECT_EQ(Run({"stats", "nowhere.h5"}), 1);
  EXPECT_EQ(Run({"convert", "nowhere.h5", Path("a.h5")}), 1);
}

TEST_F(CommandsTest, HelpStatesTheMemory) {
  EXPECT_EQ(Run({"convert", "--help"}), 0);
  EXPECT_THAT(printed_, HasSubstr("--memory"));
  EXPECT_THAT(printed_, HasSubstr("comes on top"));
}

TEST_F(CommandsTest, Inspect) {
  EXPECT_EQ(Run({"inspect", kEarliest, kGray}), 0);
  EXPECT_THAT(printed_, HasSubstr("version 1 B-tree"));
  EXPECT_THAT(printed_, HasSubstr("JPEG folder"));
  EXPECT_EQ(Run({"inspect", kEarliest, kGray, "--json"}), 0);
  const auto json = ParseJson(printed_, "printed");
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ((*json)["stores"].size(), 2);
  // What can be inspected is printed all the same.
  EXPECT_EQ(Run({"inspect", "nowhere.h5", kGray}), 1);
  EXPECT_THAT(printed_, HasSubstr("JPEG folder"));
}

// Commas separate codecs and the options of one; values within a bound count as verified.
TEST_F(CommandsTest, ConvertWithinABound) {
  for (const std::string codec : {"swell", "swell:small,abs=0.001", "swell:fast,abs=0.01,frames=2",
                                  "swell:abs=0.01", "swell:smallest,rel=1e-4"}) {
    const std::string to = Path(absl::StrCat(codec, ".h5"));
    EXPECT_EQ(Run({"convert", kGray, to, "--codec=" + codec}), 0) << codec << ": " << error_;
    EXPECT_THAT(printed_, HasSubstr(", verified\n"));
    EXPECT_EQ(Run({"verify", to}), 0) << error_;
  }
  EXPECT_EQ(Run({"convert", kGray, Path("b.h5"), "--codec=swell:small,abs=foo"}), 2);
  EXPECT_THAT(error_, HasSubstr("abs=foo"));
}

TEST_F(CommandsTest, ConvertVerifyAndRefuse) {
  const std::string a = Path("a.h5");
  EXPECT_EQ(Run({"convert", kGray, a, "--codec=shuffle,deflate:4", "--chunks=auto", "--name=images",
                 "--workers=2", "--memory=64"}),
            0)
      << error_;
  EXPECT_THAT(printed_, HasSubstr("a.h5: images: float32 (2, 3, 18, 24)"));
  EXPECT_THAT(printed_, HasSubstr(", verified\n"));
  EXPECT_EQ(Run({"convert", kGray, a}), 1);
  EXPECT_THAT(error_, HasSubstr("exists already"));
  EXPECT_EQ(Run({"convert", kGray, a, "--overwrite", "--no-verify"}), 0);
  EXPECT_THAT(printed_, HasSubstr("not verified"));
  EXPECT_EQ(Run({"verify", a, kGray}), 0);
  EXPECT_THAT(printed_, HasSubstr("frames: 6 chunks, all whole"));
  EXPECT_EQ(Run({"verify", "nowhere.h5", kGray}), 1);
  EXPECT_THAT(printed_, HasSubstr("nowhere.h5"));
}

TEST_F(CommandsTest, StatsToAFile) {
  const std::string out = Path("stats.json");
  EXPECT_EQ(Run({"stats", kGray, "--out", out}), 0);
  EXPECT_EQ(printed_, "");
  const auto text = ReadFile(files_, out);
  ASSERT_THAT(text, IsOk());
  EXPECT_THAT(ParseStatistics(*text, out), IsOk());
  EXPECT_EQ(Run({"stats", kGray, "--out", out}), 1);
  EXPECT_THAT(error_, HasSubstr("exists already"));
  EXPECT_EQ(Run({"stats", kGray, "--out", out, "--overwrite"}), 0);
  EXPECT_EQ(Run({"stats", kGray}), 0);
  EXPECT_EQ(printed_, *text);
  EXPECT_EQ(Run({"stats", kEarliest, "--field", "filters/lzf,filters/gzip"}), 0);
  EXPECT_EQ(ParseStatistics(printed_, "printed")->size(), 2);
}

TEST_F(CommandsTest, StatsNeverReplaceWhatTheyRead) {
  const std::string copy = Path("copy.h5");
  ASSERT_EQ(Run({"convert", kGray, copy}), 0) << error_;
  const auto before = files_.Info(copy);
  EXPECT_EQ(Run({"stats", copy, "--out", copy, "--overwrite"}), 2);
  EXPECT_THAT(error_, HasSubstr("is the source"));
  EXPECT_EQ(files_.Info(copy)->mtime_nanos, before->mtime_nanos);
}

TEST_F(CommandsTest, FieldsThatAreNotThereOrTwice) {
  const std::string folder = kGray;
  EXPECT_EQ(Run({"stats", folder, "--field=nope"}), 1);
  EXPECT_THAT(error_, HasSubstr("has no field 'nope': it has 'frames'"));
  EXPECT_EQ(Run({"stats", folder, "--field=frames"}), 0) << error_;
  EXPECT_EQ(Run({"convert", folder, Path("a.h5"), "--field=nope"}), 1);
  EXPECT_EQ(Run({"stats", folder, "--field=frames,/frames"}), 2);
  EXPECT_THAT(error_, HasSubstr("'/frames' is named twice"));
}

}  // namespace
}  // namespace seiche
