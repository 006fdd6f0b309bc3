#include "base/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace seiche {
namespace {

constexpr double kRedrawSeconds = 0.1;  // on a terminal
constexpr double kLineSeconds = 10;     // elsewhere

bool StandardErrorIsTerminal() {
  const char* type = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) && type != nullptr && std::string_view(type) != "dumb";
}

int StandardErrorColumns() {
  winsize size;
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// Three significant digits, never an exponent.
std::string FormatRate(double rate) {
  const int decimals = rate >= 99.95 ? 0 : rate >= 9.995 ? 1 : 2;
  return absl::StrFormat("%.*f", decimals, rate);
}

}  // namespace

struct Progress::Impl {
  const std::string what;
  const int64_t total;
  const std::string unit;
  const ProgressOptions options;
  const double start;
  const double interval;
  std::atomic<int64_t> done{0};
  std::atomic<double> next;  // time of the next drawing
  std::mutex mutex;          // of what follows, and of writing
  int64_t shown = -1;        // `done` in the last line; -1: none yet

  std::string Line(int64_t count, double seconds, bool final) const {
    std::string line = absl::StrCat(what, ": ", count);
    if (total > 0) absl::StrAppend(&line, "/", total);
    absl::StrAppend(&line, " ", unit);
    if (total > 0) {
      const double percent = std::floor(100.0 * count / total);
      absl::StrAppendFormat(&line, " (%.0f %%)", std::clamp(percent, 0.0, 100.0));
    }
    if (count <= 0 || seconds <= 0) return line;
    const double rate = count / seconds;
    absl::StrAppend(&line, ", ", FormatRate(rate), " ", unit, "/s");
    if (final) {
      absl::StrAppend(&line, ", took ", FormatSeconds(seconds));
    } else if (total > 0) {
      absl::StrAppend(&line, ", ", FormatSeconds(std::max<double>(total - count, 0) / rate),
                      " left");
    }
    return line;
  }

  // Requires mutex.
  void Draw(double now, bool final) {
    shown = done.load(std::memory_order_relaxed);
    std::string line = Line(shown, now - start, final);
    if (!options.terminal) {
      options.write(line + "\n");
      return;
    }
    // The last column stays free: a cursor behind it would wrap.
    if (options.columns > 1 && static_cast<int>(line.size()) >= options.columns) {
      line.resize(options.columns - 1);
    }
    options.write(absl::StrCat("\r", line, "\x1b[K", final ? "\n" : ""));
  }
};

ProgressOptions ProgressOptions::StandardError() {
  ProgressOptions options;
  options.write = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  };
  options.now = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
  options.terminal = StandardErrorIsTerminal();
  if (options.terminal) options.columns = StandardErrorColumns();
  return options;
}

Progress::Progress(std::string what, int64_t total, std::string unit, ProgressOptions options) {
  const double start = options.now();
  const double interval = options.terminal ? kRedrawSeconds : kLineSeconds;
  impl_.reset(new Impl{.what = std::move(what),
                       .total = total,
                       .unit = std::move(unit),
                       .options = std::move(options),
                       .start = start,
                       .interval = interval,
                       .next = start + interval});
  if (impl_->options.terminal) impl_->Draw(start, /*final=*/false);
}

Progress::~Progress() {
  const std::lock_guard lock(impl_->mutex);
  const double now = impl_->options.now();
  const bool worth_a_line =
      now - impl_->start >= kLineSeconds && impl_->shown != impl_->done.load();
  if (impl_->options.terminal || worth_a_line) impl_->Draw(now, /*final=*/true);
}

void Progress::Add(int64_t count) {
  Impl& impl = *impl_;
  impl.done.fetch_add(count, std::memory_order_relaxed);
  const double now = impl.options.now();
  if (now < impl.next.load(std::memory_order_relaxed)) return;
  // Who finds it locked leaves the drawing to the one that holds it.
  const std::unique_lock lock(impl.mutex, std::try_to_lock);
  if (!lock.owns_lock() || now < impl.next.load(std::memory_order_relaxed)) return;
  impl.next.store(now + impl.interval, std::memory_order_relaxed);
  impl.Draw(now, /*final=*/false);
}

std::string FormatSeconds(double seconds) {
  const int64_t whole = std::llround(std::clamp(seconds, 0.0, 1e15));
  if (whole < 60) return absl::StrCat(whole, " s");
  if (whole < 3600) return absl::StrFormat("%d min %02d s", whole / 60, whole % 60);
  return absl::StrFormat("%d h %02d min", whole / 3600, whole / 60 % 60);
}

}  // namespace seiche
