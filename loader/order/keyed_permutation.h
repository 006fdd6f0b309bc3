// A keyed bijection on [0, size): a shuffled order without an array.
//
//   const KeyedPermutation order(3000, /*seed=*/1, /*epoch=*/0);
//   order(p);            // the sample at position p; p = 0..2999 gives each of 0..2999 once
//   order.Inverse(s);    // the position of sample s
//
// A Feistel network over the ceil(log2 size) bits of a number permutes [0, 2^bits). A value of
// `size` or more goes through again until it falls below ("cycle walking"), which takes fewer than
// two passes on average. Any position costs the same, about 80 ns, so an epoch can be entered
// anywhere. For shuffling, not for secrets.
//
// Sources: M. Luby and C. Rackoff, "How to construct pseudorandom permutations from pseudorandom
// functions", SIAM J. Comput. 17(2), 1988; J. Black and P. Rogaway, "Ciphers with arbitrary finite
// domains", CT-RSA 2002, for cycle walking; G. Steele, D. Lea and C. Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014, for the mixing function and the key schedule.
//
// Recorded experiments depend on this order: do not change. Immutable.
#ifndef SEICHE_LOADER_ORDER_KEYED_PERMUTATION_H_
#define SEICHE_LOADER_ORDER_KEYED_PERMUTATION_H_

#include <array>
#include <cstdint>

namespace seiche {

class KeyedPermutation {
 public:
  // 1 <= size <= 2^63; every seed and every epoch is a key of its own.
  KeyedPermutation(uint64_t size, uint64_t seed, uint64_t epoch);

  // Both take and return a value below size().
  uint64_t operator()(uint64_t position) const;
  uint64_t Inverse(uint64_t value) const;

  uint64_t size() const { return size_; }

 private:
  // Enough that every permutation of a handful of elements is equally likely; with 8 rounds the
  // 120 orders of five are visibly not.
  static constexpr int kRounds = 16;

  uint64_t Forward(uint64_t value) const;
  uint64_t Backward(uint64_t value) const;

  uint64_t size_;
  int low_bits_;  // of the lower half; the upper one has as many or one fewer
  uint64_t low_mask_, high_mask_;
  std::array<uint64_t, kRounds> keys_;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_ORDER_KEYED_PERMUTATION_H_
