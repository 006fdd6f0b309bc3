// The value of a given rank among many, found in one pass that looks closely at few of them.
//
//   SmallestValues smallest(/*rank=*/169, memory);     // of the value wanted; 0: the smallest
//   for (float v : values) {
//     if (v < smallest.bound()) { *smallest.end() = v; smallest.Keep(1); }
//   }
//   smallest.Value()
//
// Only values below bound() can be among the rank + 1 smallest; once some of those have been seen,
// few values of a picture are, and the test fits a vector instruction. Exact, unlike a histogram.
// Thread-compatible.
#ifndef SEICHE_EXPERIMENTS_WAVES_PICTURE_SMALLEST_VALUES_H_
#define SEICHE_EXPERIMENTS_WAVES_PICTURE_SMALLEST_VALUES_H_

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace seiche {

class SmallestValues {
 public:
  // Values that may be written at end() at a time.
  static constexpr size_t kRoom = 16;

  // `memory` is worked in; it must outlive the object.
  SmallestValues(size_t rank, std::vector<float>& memory)
      : rank_(rank), capacity_(4 * (rank + 1) + kRoom), memory_(memory) {
    memory_.resize(capacity_ + kRoom);
  }

  float bound() const { return bound_; }
  float* end() { return memory_.data() + size_; }

  // Takes the `count` <= kRoom values at end(), each below bound().
  void Keep(size_t count) {
    size_ += count;
    if (size_ > capacity_) Shrink();
  }

  // The value of the rank among all values below infinity, of which there must be more than rank.
  float Value() {
    Shrink();
    return bound_;
  }

 private:
  // Drops what is not among the rank + 1 smallest.
  void Shrink() {
    if (size_ <= rank_) return;
    const auto begin = memory_.begin();
    std::nth_element(begin, begin + rank_, begin + size_);
    bound_ = memory_[rank_];
    size_ = rank_ + 1;
  }

  size_t rank_;
  size_t capacity_;
  std::vector<float>& memory_;
  size_t size_ = 0;
  float bound_ = std::numeric_limits<float>::infinity();
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_PICTURE_SMALLEST_VALUES_H_
