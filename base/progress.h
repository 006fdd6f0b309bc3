// A progress line on standard error: what, how far, how fast, how long still.
//
//   Progress progress("writing manual_lzf", 200, "sequences");
//   progress.Add(1);                                   // from any thread
//
//   writing manual_lzf: 120/200 sequences (60 %), 8.33 sequences/s, 10 s left
//
// On a terminal the line is redrawn at most ten times a second and ends with a newline when the
// object is destroyed; elsewhere a full line is printed every ten seconds and at the end of what
// took longer than that. Thread-safe.
#ifndef SEICHE_BASE_PROGRESS_H_
#define SEICHE_BASE_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace seiche {

// Where progress is shown. Tests put their own in.
struct ProgressOptions {
  // Takes the text: whole lines, or on a terminal "\r", a line and "erase to its end".
  std::function<void(std::string_view)> write;
  // Monotonic time in seconds, from any starting point; called from every thread that calls Add().
  std::function<double()> now;
  bool terminal = false;
  int columns = 0;  // of the terminal: longer lines are cut, lest they wrap; 0: unknown

  // Standard error, as it is now, and the machine's clock.
  static ProgressOptions StandardError();
};

class Progress {
 public:
  // `total` in `unit`s; 0: unknown.
  Progress(std::string what, int64_t total, std::string unit,
           ProgressOptions options = ProgressOptions::StandardError());
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `count` more are done.
  void Add(int64_t count);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "9 s", "2 min 05 s", "1 h 02 min".
std::string FormatSeconds(double seconds);

}  // namespace seiche

#endif  // SEICHE_BASE_PROGRESS_H_
