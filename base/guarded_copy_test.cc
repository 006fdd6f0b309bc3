#include "base/guarded_copy.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

constexpr size_t kSize = 1 << 20;

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

bool Copy(absl::Span<const std::byte> from) {
  std::vector<std::byte> to(from.size());
  if (!GuardedCopy(from, absl::MakeSpan(to))) return false;
  for (const std::byte byte : to) EXPECT_EQ(byte, std::byte{'x'});
  return true;
}

TEST(GuardedCopyTest, EndsWhereThePagesAreGone) {
  for (const int64_t size : {int64_t{0}, int64_t{4096}, int64_t{kSize / 2}}) {
    MappedFile file;
    EXPECT_TRUE(Copy(file.bytes()));
    file.Cut(size);
    EXPECT_FALSE(Copy(file.bytes())) << size;
    EXPECT_TRUE(Copy(file.bytes().first(size))) << size;
    file.Cut(kSize);  // filled with zeros: the pages are there again
    std::vector<std::byte> to(kSize);
    EXPECT_TRUE(GuardedCopy(file.bytes(), absl::MakeSpan(to)));
  }
}

TEST(GuardedCopyTest, EachThreadHasItsOwn) {
  MappedFile whole, cut;
  cut.Cut(0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 50; ++n) {
        EXPECT_EQ(Copy((i % 2 == 0 ? whole : cut).bytes()), i % 2 == 0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
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
    Copy(file.bytes());
    file.Cut(0);
    Touch(file);
  };
  EXPECT_EXIT(touch(), testing::KilledBySignal(SIGBUS), "");
}

TEST_F(GuardedCopyDeathTest, SentSignalsEndTheProcess) {
  const auto be_sent_one = [] {
    ::signal(SIGBUS, SIG_DFL);
    Copy(MappedFile().bytes());
    ::raise(SIGBUS);
  };
  EXPECT_EXIT(be_sent_one(), testing::KilledBySignal(SIGBUS), "");
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
    file.Cut(0);
    if (Copy(file.bytes())) ::_exit(44);
    Touch(file);
  };
  EXPECT_EXIT(touch(), testing::ExitedWithCode(42), "");
}

}  // namespace
}  // namespace seiche
