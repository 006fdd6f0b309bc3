#include "experiments/peers/peer_process.h"

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status_matchers.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

constexpr double kSeconds = 60;  // more than any of these programs needs

std::string Log() {
  const std::string path =
      JoinPath(testing::TempDir(), testing::UnitTest::GetInstance()->current_test_info()->name());
  EXPECT_THAT(DefaultFileSystem().RemoveAll(path), IsOk());
  return path;
}

std::unique_ptr<PeerProcess> StartShell(const std::string& script, const std::string& log) {
  auto process = PeerProcess::Start({"sh", "-c", script}, log);
  EXPECT_THAT(process, IsOk());
  return *std::move(process);
}

TEST(PeerProcessTest, AnswersLineByLine) {
  const std::string log = Log();
  const auto peer =
      StartShell("echo started >&2; while read -r line; do echo \"<$line>\"; done", log);
  EXPECT_THAT(peer->Ask("one", kSeconds), IsOkAndHolds("<one>"));
  EXPECT_THAT(peer->Ask("two words", kSeconds), IsOkAndHolds("<two words>"));
  EXPECT_THAT(ReadFile(DefaultFileSystem(), log), IsOkAndHolds("started\n"));
}

TEST(PeerProcessTest, LongLinesBothWays) {
  const auto peer = StartShell("while read -r line; do echo \"$line\"; done", Log());
  const std::string line(500'000, 'x');
  EXPECT_THAT(peer->Ask(line, kSeconds), IsOkAndHolds(line));
}

TEST(PeerProcessTest, CrashNamesExitCodeAndLog) {
  const std::string log = Log();
  const auto peer = StartShell("read -r line; exit 3", log);
  EXPECT_THAT(peer->Ask("hello", kSeconds),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("ended with exit code 3")));
  EXPECT_THAT(peer->Ask("hello", kSeconds),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(log)));
}

TEST(PeerProcessTest, DeathBySignalIsACrash) {
  const auto peer = StartShell("read -r line; kill -9 $$", Log());
  EXPECT_THAT(peer->Ask("hello", kSeconds),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("exit code 137")));
}

TEST(PeerProcessTest, HalfALineIsNoAnswer) {
  const auto peer = StartShell("read -r line; printf half; exit 0", Log());
  EXPECT_THAT(peer->Ask("hello", kSeconds),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("exit code 0")));
}

TEST(PeerProcessTest, SilenceEndsAtTheDeadline) {
  const auto peer = StartShell("sleep 1000", Log());
  EXPECT_THAT(peer->Ask("hello", 0.2),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("no answer in time")));
}

TEST(PeerProcessTest, ProgramThatDoesNotReadIsNotWaitedForForever) {
  const auto peer = StartShell("sleep 1000", Log());
  EXPECT_THAT(peer->Ask(std::string(10'000'000, 'x'), 0.2),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("no answer in time")));
}

TEST(PeerProcessTest, EndlessAndDoubleAnswersAreRefused) {
  const auto endless = StartShell("read -r line; yes | tr -d '\\n'", Log());
  EXPECT_THAT(endless->Ask("hello", kSeconds),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("without the end of a line")));
  const auto twice = StartShell("read -r line; printf 'a\\nb\\n'; sleep 1000", Log());
  EXPECT_THAT(twice->Ask("hello", kSeconds),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("more than one line")));
}

TEST(PeerProcessTest, MissingProgramIsNamed) {
  EXPECT_THAT(PeerProcess::Start({"no-such-program"}, Log()).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no-such-program: start")));
}

// A process that has ended but that nobody has waited for counts as gone.
bool Lives(int process) {
  std::ifstream stat(absl::StrCat("/proc/", process, "/stat"));
  std::string text;
  std::getline(stat, text);
  const size_t name_end = text.rfind(')');
  return name_end != std::string::npos && text.substr(name_end, 3) != ") Z";
}

TEST(PeerProcessTest, ChildrenEndWithTheirParent) {
  auto peer = StartShell("read -r line; sleep 1000 & echo $!; wait", Log());
  const auto reply = peer->Ask("hello", kSeconds);
  ASSERT_THAT(reply, IsOk());
  int child = 0;
  ASSERT_TRUE(absl::SimpleAtoi(*reply, &child));
  EXPECT_TRUE(Lives(child));
  peer.reset();
  // The signal is on its way.
  for (int i = 0; i < 1000 && Lives(child); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(Lives(child));
}

}  // namespace
}  // namespace seiche
