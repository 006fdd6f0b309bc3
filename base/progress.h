// A progress line on standard error: what, how far, how fast, how long still.
//
//   Progress progress("writing manual_lzf", 200, "sequences");
//   progress.Add(1);                                   // from any thread
//
// On a terminal the line is redrawn at most ten times a second and ends with a newline when the
// object is destroyed; elsewhere a full line is printed every ten seconds. Thread-safe.
#ifndef SEICHE_BASE_PROGRESS_H_
#define SEICHE_BASE_PROGRESS_H_

#include <cstdint>
#include <memory>
#include <string>

namespace seiche {

class Progress {
 public:
  // `total` in `unit`s; 0: unknown.
  Progress(std::string what, int64_t total, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Add(int64_t count);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace seiche

#endif  // SEICHE_BASE_PROGRESS_H_
