// Random numbers that are the same on every machine and with every compiler and library.
//
//   Random random(seed, /*stream=*/sequence);     // one stream a sequence: any order, any thread
//   double x = random.Uniform();                  // [0, 1)
//   uint64_t die = random.Below(6);               // 0..5
//
// Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as
// easy as 1, 2, 3", SC 2011. A keyed bijection of a counter, so streams are independent without
// seeding one from another. Results are written to files and tests: do not change. Not for
// cryptography. Thread-compatible.
#ifndef SEICHE_BASE_RANDOM_H_
#define SEICHE_BASE_RANDOM_H_

#include <array>
#include <cstdint>

namespace seiche {

class Random {
 public:
  // Different (seed, stream) give different, independent numbers; any values will do.
  Random(uint64_t seed, uint64_t stream) : seed_(seed), stream_(stream) {}

  // The next number, uniform over all 64 bits.
  uint64_t Next();
  // Uniform over the multiples of 2^-53 in [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  // Uniform over 0..bound-1, without bias; bound >= 1.
  uint64_t Below(uint64_t bound);

 private:
  uint64_t seed_;
  uint64_t stream_;
  uint64_t block_ = 0;  // number of the next block of two
  std::array<uint64_t, 2> numbers_ = {};
  int left_ = 0;  // of numbers_
};

// One block of Philox4x32-10, 32-bit words as in the paper.
std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

}  // namespace seiche

#endif  // SEICHE_BASE_RANDOM_H_
