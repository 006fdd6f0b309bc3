#include "base/interrupt.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "absl/status/status_matchers.h"
#include "base/atomic_output.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;

class InterruptTest : public testing::TestWithParam<int> {
 protected:
  InterruptTest() {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_THAT(files_.RemoveAll(folder_), IsOk());
    EXPECT_THAT(files_.MakeDirectories(folder_), IsOk());
  }

  void Fill(const std::string& path) {
    ASSERT_THAT(WriteFileAtomically(files_, path, "contents", OverwritePolicy::kReplace), IsOk());
  }

  // One output in place, a file and a folder half-written, then the signal.
  void BeInterrupted() {
    RemoveOutputsWhenInterrupted();
    auto file = AtomicOutput::Create(files_, JoinPath(folder_, "file"), OverwritePolicy::kRefuse);
    auto folder =
        AtomicOutput::Create(files_, JoinPath(folder_, "folder"), OverwritePolicy::kRefuse);
    auto done = AtomicOutput::Create(files_, JoinPath(folder_, "done"), OverwritePolicy::kRefuse);
    Fill(done->temporary_path());
    ASSERT_THAT(done->Commit(), IsOk());
    Fill(file->temporary_path());
    ASSERT_THAT(files_.MakeDirectories(folder->temporary_path()), IsOk());
    Fill(JoinPath(folder->temporary_path(), "0.jpg"));
    ::raise(GetParam());
    if (GetParam() == SIGHUP) ::raise(SIGHUP);  // as when a terminal is closed
    WaitForTheEnd();
  }

  // Sanitizers deliver signals a little later than they are raised.
  [[noreturn]] static void WaitForTheEnd() {
    for (int i = 0; i < 100; ++i) ::usleep(100'000);
    ::_exit(3);
  }

  FileSystem& files_ = DefaultFileSystem();
  const std::string folder_ = JoinPath(testing::TempDir(), "interrupt");
};

TEST_P(InterruptTest, RemovesWhatIsNotInPlaceAndEndsByTheSignal) {
  EXPECT_EXIT(BeInterrupted(), testing::KilledBySignal(GetParam()), "");
  EXPECT_THAT(files_.List(folder_), IsOkAndHolds(testing::ElementsAre("done")));
}

TEST_P(InterruptTest, IgnoredSignalsStayIgnored) {
  const auto be_ignorant = [] {
    ::signal(GetParam(), SIG_IGN);
    RemoveOutputsWhenInterrupted();
    ::raise(GetParam());
    ::_exit(7);
  };
  EXPECT_EXIT(be_ignorant(), testing::ExitedWithCode(7), "");
}

TEST_P(InterruptTest, AForkedChildEndsAlone) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "under tsan no signal comes to a child that a process of several threads forks";
#endif
  const auto fork_one = [] {
    RemoveOutputsWhenInterrupted();
    const pid_t child = ::fork();
    if (child == 0) {
      ::raise(GetParam());
      WaitForTheEnd();
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::usleep(100'000);
    ::_exit(WIFSIGNALED(status) && WTERMSIG(status) == GetParam() ? 42 : 4);
  };
  EXPECT_EXIT(fork_one(), testing::ExitedWithCode(42), "");
}

INSTANTIATE_TEST_SUITE_P(Signals, InterruptTest, testing::Values(SIGINT, SIGTERM, SIGHUP));

}  // namespace
}  // namespace seiche
