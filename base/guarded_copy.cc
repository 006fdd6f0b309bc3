#include "base/guarded_copy.h"

#include <setjmp.h>
#include <signal.h>

#include <atomic>
#include <cstdint>

#include "base/streaming_copy.h"

namespace seiche {
namespace {

// What a thread is copying, and where it goes on if that raises SIGBUS.
struct Guard {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  sigjmp_buf* jump = nullptr;  // null: it copies nothing
};
thread_local Guard guard;

struct sigaction previous;

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
      guard.jump != nullptr && info->si_code > 0 && address >= guard.begin && address < guard.end;
  if (ours) siglongjmp(*guard.jump, 1);
  PassOn(signal, info, context);
}

bool InstallHandler() {
  struct sigaction action = {};
  action.sa_sigaction = OnBusError;
  // Not deferred: the jump out of the handler leaves the thread's mask as it is.
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  return ::sigaction(SIGBUS, nullptr, &previous) == 0 && ::sigaction(SIGBUS, &action, nullptr) == 0;
}

}  // namespace

bool GuardedCopy(absl::Span<const std::byte> mapped, absl::Span<std::byte> to) {
  static const bool installed = InstallHandler();
  if (!installed) return false;
  const auto begin = reinterpret_cast<uintptr_t>(mapped.data());
  sigjmp_buf jump;
  if (sigsetjmp(jump, /*savemask=*/0) != 0) {
    guard.jump = nullptr;
    return false;
  }
  guard = {begin, begin + mapped.size(), &jump};
  std::atomic_signal_fence(std::memory_order_seq_cst);
  StreamingCopy(mapped, to);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  guard.jump = nullptr;
  return true;
}

}  // namespace seiche
