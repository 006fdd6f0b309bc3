#include "base/guarded_copy.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "base/streaming_copy.h"

namespace seiche {
namespace {

// What a thread is copying.
struct Guard {
  uintptr_t begin = 0;
  uintptr_t end = 0;                  // of its last page
  std::atomic<bool>* lost = nullptr;  // null: it copies nothing
};
thread_local Guard guard;

struct sigaction previous;
uintptr_t page_size;

uintptr_t PageOf(uintptr_t address) { return address / page_size * page_size; }

// Zeros in place of all pages that the copy has not come to. False if the system refuses.
bool ReplaceRest(uintptr_t address) {
  const int saved = errno;
  guard.lost->store(true);
  const uintptr_t page = PageOf(address);
  // Not the library's mmap(): nobody says that handlers of signals may call that.
  const long result = ::syscall(SYS_mmap, page, guard.end - page, PROT_READ,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  errno = saved;
  return result != -1;
}

// As if this handler were not there.
void PassOn(int signal, siginfo_t* info, void* context) {
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    // What was touched is touched again after the return, and a signal that was sent is sent again.
    ::signal(signal, SIG_DFL);
    if (info->si_code <= 0) ::raise(signal);
  }
}

void OnBusError(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  const bool ours =
      guard.lost != nullptr && info->si_code > 0 && address >= guard.begin && address < guard.end;
  if (!ours || !ReplaceRest(address)) PassOn(signal, info, context);
}

bool InstallHandler() {
  page_size = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction action = {};
  action.sa_sigaction = OnBusError;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  return ::sigaction(SIGBUS, nullptr, &previous) == 0 && ::sigaction(SIGBUS, &action, nullptr) == 0;
}

}  // namespace

bool GuardedCopy(absl::Span<const std::byte> mapped, absl::Span<std::byte> to,
                 std::atomic<bool>& lost) {
  static const bool installed = InstallHandler();
  if (!installed || mapped.empty()) return installed;
  const auto begin = reinterpret_cast<uintptr_t>(mapped.data());
  guard = {begin, PageOf(begin + mapped.size() - 1) + page_size, &lost};
  std::atomic_signal_fence(std::memory_order_seq_cst);
  StreamingCopy(mapped, to);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  guard.lost = nullptr;
  return !lost.load();
}

}  // namespace seiche
