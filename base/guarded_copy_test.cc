#include "base/guarded_copy.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

constexpr size_t kSize = 1 << 20;
const size_t kPage = static_cast<size_t>(::sysconf(_SC_PAGESIZE));

// A mapped file of kSize bytes 'x'.
class MappedFile {
 public:
  MappedFile() {
    path_ = JoinPath(testing::TempDir(), "guarded_copy_XXXXXX");
    fd_ = ::mkstemp(path_.data());
    const std::string text(kSize, 'x');
    EXPECT_EQ(::write(fd_, text.data(), kSize), static_cast<ssize_t>(kSize));
    data_ = ::mmap(nullptr, kSize, PROT_READ, MAP_SHARED, fd_, 0);
    EXPECT_NE(data_, MAP_FAILED);
  }
  ~MappedFile() {
    ::munmap(data_, kSize);
    ::close(fd_);
    ::unlink(path_.c_str());
  }

  absl::Span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(data_), kSize};
  }
  void Cut(int64_t size) { ASSERT_EQ(::ftruncate(fd_, size), 0); }

 private:
  std::string path_;
  int fd_;
  void* data_;
};

bool Copy(absl::Span<const std::byte> from, std::atomic<bool>& lost) {
  std::vector<std::byte> to(from.size());
  if (!GuardedCopy(from, absl::MakeSpan(to), lost)) return false;
  EXPECT_TRUE(to == std::vector<std::byte>(from.size(), std::byte{'x'}));
  return true;
}

TEST(GuardedCopyTest, FailsWhereThePagesAreGone) {
  for (const size_t offset : {size_t{0}, size_t{1}, kPage - 1, kPage, size_t{70'001}}) {
    for (const size_t size : {size_t{0}, kPage, kSize / 2, kSize - kPage}) {
      MappedFile file;
      std::atomic<bool> lost = false;
      EXPECT_TRUE(Copy(file.bytes().subspan(offset), lost));
      file.Cut(static_cast<int64_t>(size));
      EXPECT_TRUE(Copy(file.bytes().first(size), lost));
      EXPECT_FALSE(Copy(file.bytes().subspan(offset), lost)) << offset << " " << size;
      EXPECT_TRUE(lost);
    }
  }
}

TEST(GuardedCopyTest, AllReadersOfALostMappingLearnIt) {
  for (int round = 0; round < 20; ++round) {
    MappedFile whole, cut;
    std::atomic<bool> whole_lost = false, cut_lost = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int n = 0; n < 4; ++n) {
          EXPECT_TRUE(Copy(whole.bytes(), whole_lost));
          if (i == 0 && n == 2) cut.Cut(0);
          // Either the file's contents, as Copy() sees to, or a failure.
          if (!Copy(cut.bytes(), cut_lost)) {
            EXPECT_TRUE(cut_lost);
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_FALSE(whole_lost);
    EXPECT_FALSE(Copy(cut.bytes(), cut_lost));
  }
}

TEST(GuardedCopyTest, LooksSeeZerosWhereThePagesAreGone) {
  MappedFile file;
  std::atomic<bool> lost = false;
  const auto count = [&file] {
    return std::count(file.bytes().begin(), file.bytes().end(), std::byte{'x'});
  };
  int64_t seen = 0;
  EXPECT_TRUE(GuardedLook(file.bytes(), lost, [&] { seen = count(); }));
  EXPECT_EQ(seen, kSize);
  file.Cut(kSize / 2);
  EXPECT_FALSE(GuardedLook(file.bytes(), lost, [&] { seen = count(); }));
  EXPECT_EQ(seen, kSize / 2);
  EXPECT_TRUE(lost);
}

class GuardedCopyDeathTest : public testing::Test {
 protected:
  GuardedCopyDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

// Touches a page that is gone, outside of a copy.
void Touch(const MappedFile& file) {
  volatile const std::byte* bytes = file.bytes().data();
  (void)bytes[kSize - 1];
}

TEST_F(GuardedCopyDeathTest, OtherBusErrorsEndTheProcess) {
  const auto touch = [] {
    ::signal(SIGBUS, SIG_DFL);  // not a sanitizer's
    MappedFile file;
    std::atomic<bool> lost = false;
    Copy(file.bytes(), lost);
    file.Cut(0);
    Touch(file);
  };
  EXPECT_EXIT(touch(), testing::KilledBySignal(SIGBUS), "");
}

TEST_F(GuardedCopyDeathTest, AnExceptionEndsTheGuard) {
  const auto touch = [] {
    ::signal(SIGBUS, SIG_DFL);
    MappedFile file;
    std::atomic<bool> lost = false;
    try {
      GuardedLook(file.bytes(), lost, [] { throw std::bad_alloc(); });
    } catch (const std::bad_alloc&) {
      file.Cut(0);
      Touch(file);
    }
  };
  EXPECT_EXIT(touch(), testing::KilledBySignal(SIGBUS), "");
}

TEST_F(GuardedCopyDeathTest, SentSignalsEndTheProcess) {
  const auto be_sent_one = [] {
    ::signal(SIGBUS, SIG_DFL);
    std::atomic<bool> lost = false;
    Copy(MappedFile().bytes(), lost);
    ::raise(SIGBUS);
  };
  EXPECT_EXIT(be_sent_one(), testing::KilledBySignal(SIGBUS), "");
}

TEST_F(GuardedCopyDeathTest, AnIgnoredSignalThatIsSentStaysIgnored) {
  const auto be_sent_one = [] {
    ::signal(SIGBUS, SIG_IGN);
    std::atomic<bool> lost = false;
    Copy(MappedFile().bytes(), lost);
    ::raise(SIGBUS);
    ::_exit(42);
  };
  EXPECT_EXIT(be_sent_one(), testing::ExitedWithCode(42), "");
}

// As the processes of torch's DataLoader do.
TEST_F(GuardedCopyDeathTest, AForkedProcessIsGuardedInSpiteOfItsOwnHandler) {
  const auto fork_and_cut = [] {
    MappedFile file;
    std::atomic<bool> lost = false;
    Copy(file.bytes(), lost);
    const pid_t child = ::fork();
    if (child == 0) {
      ::signal(SIGBUS, [](int) { ::_exit(43); });
      file.Cut(0);
      ::_exit(Copy(file.bytes(), lost) ? 44 : 42);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 45);
  };
  EXPECT_EXIT(fork_and_cut(), testing::ExitedWithCode(42), "");
}

TEST_F(GuardedCopyDeathTest, AnEarlierHandlerGetsWhatIsNotOurs) {
  const auto touch = [] {
    struct sigaction action = {};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int, siginfo_t* info, void*) {
      ::_exit(info->si_code == BUS_ADRERR ? 42 : 43);
    };
    ::sigaction(SIGBUS, &action, nullptr);
    MappedFile file;
    MappedFile other;
    file.Cut(0);
    other.Cut(0);
    std::atomic<bool> lost = false;
    if (Copy(file.bytes(), lost)) ::_exit(44);
    Touch(other);
  };
  EXPECT_EXIT(touch(), testing::ExitedWithCode(42), "");
}

// In a process in which nothing was copied before, as EXPECT_EXIT's children of "threadsafe" are.
TEST_F(GuardedCopyDeathTest, ThreadsMayBeTheFirstAtOnce) {
  const auto copy_at_once = [] {
    MappedFile file;
    file.Cut(0);
    std::atomic<bool> lost = false;
    std::atomic<int> failed = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] { failed += !Copy(file.bytes(), lost); });
    }
    for (std::thread& thread : threads) thread.join();
    ::_exit(failed == 8 ? 42 : 1);
  };
  EXPECT_EXIT(copy_at_once(), testing::ExitedWithCode(42), "");
}

}  // namespace
}  // namespace seiche
