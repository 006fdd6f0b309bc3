// Another program that answers lines of text with lines of text.
//
//   SEICHE_ASSIGN_OR_RETURN(auto peer, PeerProcess::Start({"python3", "peer.py"}, "peer.log"));
//   SEICHE_ASSIGN_OR_RETURN(std::string reply, peer->Ask("{\"op\": \"hello\"}", /*seconds=*/60));
//
// The program's standard input and output are ours; what it prints on standard error is appended to
// the log. It may crash, hang or talk nonsense: that is an error here and nothing worse. The
// destructor kills it with all processes that it has started. Thread-compatible.
#ifndef SEICHE_EXPERIMENTS_PEERS_PEER_PROCESS_H_
#define SEICHE_EXPERIMENTS_PEERS_PEER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seiche {

class PeerProcess {
 public:
  // `arguments`: the program, looked up in $PATH, and what it is called with. kNotFound if there
  // is no such program.
  static absl::StatusOr<std::unique_ptr<PeerProcess>> Start(
      const std::vector<std::string>& arguments, const std::string& log);
  ~PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  // Sends `line`, which has no newline, and returns the line that comes back, without its own.
  // kDeadlineExceeded if none is complete after `seconds`; kUnavailable naming exit code and log if
  // the program has ended; kDataLoss if more than a mebibyte comes without a newline, or more than
  // the line. After an error the process is of no use: the next reply would belong to this line.
  absl::StatusOr<std::string> Ask(std::string_view line, double seconds);

 private:
  PeerProcess(pid_t process, int socket, std::string name, std::string log);
  absl::Status Send(std::string_view text, double deadline);
  absl::StatusOr<std::string> Receive(double deadline);
  // kDeadlineExceeded, or OK when the socket is ready for `events` of poll().
  absl::Status WaitFor(short events, double deadline) const;
  absl::Status Ended();

  pid_t process_;
  int socket_;
  std::string name_;
  std::string log_;
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_PEER_PROCESS_H_
