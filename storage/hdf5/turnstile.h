// Lets numbered pieces of parallel work pass one after the other, in order.
//
//   Turnstile::Turn turn(turnstile, piece);
//   ... what needs no order ...
//   if (!turn.Wait()) return absl::CancelledError();   // an earlier piece failed
//   ... what does ...
//   turn.Succeed();                                    // otherwise the later pieces fail
//
// Never blocks for ever as long as the lowest piece that has not ended is always under way, which
// WorkerPool sees to. Thread-safe.
#ifndef SEICHE_STORAGE_HDF5_TURNSTILE_H_
#define SEICHE_STORAGE_HDF5_TURNSTILE_H_

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>

namespace seiche {

class Turnstile {
 public:
  // What one piece does, from beginning to end.
  class Turn {
   public:
    Turn(Turnstile& turnstile, int64_t piece) : turnstile_(turnstile), piece_(piece) {}
    ~Turn() { turnstile_.Leave(piece_, succeeded_); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    // Until all pieces before this one have ended. False if one of them failed.
    bool Wait() { return turnstile_.Wait(piece_); }
    void Succeed() { succeeded_ = true; }

   private:
    Turnstile& turnstile_;
    const int64_t piece_;
    bool succeeded_ = false;
  };

 private:
  bool Wait(int64_t piece) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return next_ == piece || failed_ < piece; });
    return failed_ >= piece;
  }

  void Leave(int64_t piece, bool ok) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (ok) {
        next_ = piece + 1;
      } else {
        failed_ = std::min(failed_, piece);
      }
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t next_ = 0;
  int64_t failed_ = std::numeric_limits<int64_t>::max();
};

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_TURNSTILE_H_
