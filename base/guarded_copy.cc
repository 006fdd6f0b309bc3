#include "base/guarded_copy.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cassert>
#include <cstdint>

#include "absl/cleanup/cleanup.h"
#include "base/streaming_copy.h"

namespace seiche {
namespace {

// What a thread is looking at.
struct Guard {
  uintptr_t begin = 0;                // of its first page
  uintptr_t end = 0;                  // of its last one
  std::atomic<bool>* lost = nullptr;  // null: at nothing
};
thread_local Guard guard;

struct sigaction previous;
uintptr_t page_size;

uintptr_t PageOf(uintptr_t address) { return address / page_size * page_size; }

// Zeros in place of the page and all behind it. False if the system refuses.
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
  } else if (info->si_code > 0) {
    ::signal(signal, SIG_DFL);  // what was touched is touched again after the return
  } else if (previous.sa_handler == SIG_DFL) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);
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
  struct sigaction found;
  if (::sigaction(SIGBUS, nullptr, &found) != 0) return false;
  if ((found.sa_flags & SA_SIGINFO) != 0 && found.sa_sigaction == OnBusError) return true;
  previous = found;
  struct sigaction action = {};
  action.sa_sigaction = OnBusError;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  return ::sigaction(SIGBUS, &action, nullptr) == 0;
}

// Once in each process: those that torch's DataLoader forks get a handler of its own, which does
// not pass on what it does not know.
bool IsInstalled() {
  // Twice the process, and 1 more once it is done. No mutex: a child forked while one is held would
  // wait for ever.
  static std::atomic<int64_t> state = 0;
  const int64_t here = 2 * int64_t{::getpid()};
  for (int64_t seen = state.load(std::memory_order_acquire);;) {
    if (seen == here + 1) return true;
    if (seen == here) {  // another thread is at it
      ::sched_yield();
      seen = state.load(std::memory_order_acquire);
    } else if (state.compare_exchange_weak(seen, here, std::memory_order_acquire)) {
      break;
    }
  }
  const bool installed = InstallHandler();
  state.store(installed ? here + 1 : 0, std::memory_order_release);
  return installed;
}

}  // namespace

bool GuardedLook(absl::Span<const std::byte> mapped, std::atomic<bool>& lost,
                 absl::FunctionRef<void()> look) {
  assert(guard.lost == nullptr && !mapped.empty());
  if (!IsInstalled()) return false;
  const auto begin = reinterpret_cast<uintptr_t>(mapped.data());
  {
    const absl::Cleanup end = [] {
      std::atomic_signal_fence(std::memory_order_seq_cst);
      guard.lost = nullptr;
    };
    guard = {PageOf(begin), PageOf(begin + mapped.size() - 1) + page_size, &lost};
    std::atomic_signal_fence(std::memory_order_seq_cst);
    look();
  }
  std::atomic_thread_fence(std::memory_order_acquire);  // what was read was loaded before `lost`
  return !lost.load();
}

bool GuardedCopy(absl::Span<const std::byte> mapped, absl::Span<std::byte> to,
                 std::atomic<bool>& lost) {
  return mapped.empty() || GuardedLook(mapped, lost, [&] { StreamingCopy(mapped, to); });
}

}  // namespace seiche
