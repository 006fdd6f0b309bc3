#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <system_error>
#include <thread>

#include "base/atomic_output.h"

namespace seiche {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// A handler may do next to nothing; the rest is done by a thread at the other end of a pipe.
int write_end = -1;
pid_t owner = -1;  // the process whose thread that is
std::atomic<bool> interrupted = false;

void PassOn(int signal) {
  if (::getpid() != owner) {  // a forked child, which has neither the thread nor the outputs
    ::signal(signal, SIG_DFL);
    ::raise(signal);
    return;
  }
  if (interrupted.exchange(true)) {
    // A terminal that is closed sends SIGHUP twice.
    if (signal != SIGHUP) ::_exit(128 + signal);
    return;
  }
  const int saved = errno;
  const auto number = static_cast<unsigned char>(signal);
  (void)!::write(write_end, &number, 1);
  errno = saved;
}

void Serve(int read_end) {
  unsigned char number = 0;
  ssize_t got;
  do {
    got = ::read(read_end, &number, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) return;
  RemoveUnfinishedOutputs();
  ::signal(number, SIG_DFL);
  ::kill(::getpid(), number);
  ::_exit(128 + number);  // the first process of a container gets no signals by default
}

}  // namespace

void RemoveOutputsWhenInterrupted() {
  int ends[2];
  if (write_end >= 0 || ::pipe2(ends, O_CLOEXEC) != 0) return;
  try {
    std::thread(Serve, ends[0]).detach();
  } catch (const std::system_error&) {
    ::close(ends[0]);
    ::close(ends[1]);
    return;
  }
  write_end = ends[1];
  owner = ::getpid();
  struct sigaction action = {};
  action.sa_handler = PassOn;
  action.sa_flags = SA_RESTART;
  for (const int signal : kSignals) {
    struct sigaction old;
    if (::sigaction(signal, nullptr, &old) != 0 || old.sa_handler == SIG_IGN) continue;
    ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace seiche
