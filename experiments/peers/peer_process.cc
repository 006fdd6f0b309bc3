#include "experiments/peers/peer_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"

extern char** environ;

namespace seiche {
namespace {

constexpr size_t kMaxReply = size_t{1} << 20;
constexpr int kEndingPolls = 2000;
constexpr int kEndingPollMicros = 1000;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// In a process group of its own, so that its children can be ended with it.
absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& arguments, int socket,
                            const std::string& log) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0666);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  pid_t process = 0;
  const int error = ::posix_spawnp(&process, argv[0], &actions, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return ErrnoStatus(error, arguments[0], "start");
  return process;
}

}  // namespace

PeerProcess::PeerProcess(pid_t process, int socket, std::string name, std::string log)
    : process_(process), socket_(socket), name_(std::move(name)), log_(std::move(log)) {}

absl::StatusOr<std::unique_ptr<PeerProcess>> PeerProcess::Start(
    const std::vector<std::string>& arguments, const std::string& log) {
  // A socket, not two pipes: writing to a program that has ended must not be a signal for us.
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    return ErrnoStatus(errno, arguments[0], "socketpair");
  }
  const absl::StatusOr<pid_t> process = Spawn(arguments, sockets[1], log);
  ::close(sockets[1]);
  if (!process.ok()) {
    ::close(sockets[0]);
    return process.status();
  }
  return std::unique_ptr<PeerProcess>(
      new PeerProcess(*process, sockets[0], absl::StrJoin(arguments, " "), log));
}

PeerProcess::~PeerProcess() {
  ::close(socket_);
  ::kill(-process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
}

absl::Status PeerProcess::WaitFor(short events, double deadline) const {
  pollfd poll = {.fd = socket_, .events = events, .revents = 0};
  while (true) {
    const double left = std::max(0.0, deadline - Now());
    // At most a minute at a time: milliseconds of a long wait do not fit into an int.
    const int ready = ::poll(&poll, 1, static_cast<int>(std::min(left, 60.0) * 1000) + 1);
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) return ErrnoStatus(errno, name_, "poll");
    if (Now() >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat(name_, ": no answer in time: what it has printed is in ", log_));
    }
  }
}

absl::Status PeerProcess::Ended() {
  // It closes its end of the socket a moment before it can be waited for. The destructor reaps it.
  siginfo_t info = {};
  for (int i = 0; i < kEndingPolls && info.si_pid == 0; ++i) {
    if (::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOWAIT | WNOHANG) != 0)
      break;
    if (info.si_pid == 0) ::usleep(kEndingPollMicros);
  }
  if (info.si_pid == 0) return absl::UnavailableError(absl::StrCat(name_, ": answers no more"));
  const int code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  return absl::UnavailableError(
      absl::StrCat(name_, ": ended with exit code ", code, ": what it has printed is in ", log_));
}

absl::Status PeerProcess::Send(std::string_view text, double deadline) {
  while (!text.empty()) {
    SEICHE_RETURN_IF_ERROR(WaitFor(POLLOUT, deadline));
    const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      text.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return Ended();
    } else if (errno != EAGAIN && errno != EINTR) {
      return ErrnoStatus(errno, name_, "send");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> PeerProcess::Receive(double deadline) {
  std::string text;
  while (text.size() <= kMaxReply) {
    SEICHE_RETURN_IF_ERROR(WaitFor(POLLIN, deadline));
    char block[4096];
    const ssize_t received = ::recv(socket_, block, sizeof(block), MSG_DONTWAIT);
    if (received == 0 || (received < 0 && errno == ECONNRESET)) return Ended();
    if (received < 0 && errno != EAGAIN && errno != EINTR) {
      return ErrnoStatus(errno, name_, "recv");
    }
    if (received > 0) text.append(block, static_cast<size_t>(received));
    const size_t end = text.find('\n');
    if (end == std::string::npos) continue;
    if (end + 1 == text.size()) return text.substr(0, end);
    return absl::DataLossError(absl::StrCat(name_, ": answered more than one line"));
  }
  return absl::DataLossError(
      absl::StrCat(name_, ": answered more than ", kMaxReply, " bytes without the end of a line"));
}

absl::StatusOr<std::string> PeerProcess::Ask(std::string_view line, double seconds) {
  const double deadline = Now() + seconds;
  SEICHE_RETURN_IF_ERROR(Send(absl::StrCat(line, "\n"), deadline));
  return Receive(deadline);
}

}  // namespace seiche
