#include "loader/order/keyed_permutation.h"

#include <bit>
#include <cassert>

namespace seiche {
namespace {

// 2^64 / golden ratio, odd: the increment of the key schedule.
constexpr uint64_t kIncrement = 0x9e3779b97f4a7c15;

// A bijection of 64 bits after which every input bit has reached every output bit.
constexpr uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace

KeyedPermutation::KeyedPermutation(uint64_t size, uint64_t seed, uint64_t epoch) : size_(size) {
  assert(size >= 1 && size <= uint64_t{1} << 63);
  const int bits = std::bit_width(size - 1);
  low_bits_ = bits - bits / 2;
  low_mask_ = (uint64_t{1} << low_bits_) - 1;
  high_mask_ = (uint64_t{1} << (bits / 2)) - 1;
  uint64_t key = Mix(Mix(seed + kIncrement) + epoch * kIncrement);
  for (uint64_t& round_key : keys_) round_key = Mix(key += kIncrement);
}

uint64_t KeyedPermutation::Forward(uint64_t value) const {
  uint64_t high = value >> low_bits_, low = value & low_mask_;
  for (int round = 0; round < kRounds; round += 2) {
    low ^= Mix(high ^ keys_[round]) & low_mask_;
    high ^= Mix(low ^ keys_[round + 1]) & high_mask_;
  }
  return high << low_bits_ | low;
}

uint64_t KeyedPermutation::Backward(uint64_t value) const {
  uint64_t high = value >> low_bits_, low = value & low_mask_;
  for (int round = kRounds - 2; round >= 0; round -= 2) {
    high ^= Mix(low ^ keys_[round + 1]) & high_mask_;
    low ^= Mix(high ^ keys_[round]) & low_mask_;
  }
  return high << low_bits_ | low;
}

uint64_t KeyedPermutation::operator()(uint64_t position) const {
  assert(position < size_);
  uint64_t value = Forward(position);
  while (value >= size_) value = Forward(value);
  return value;
}

uint64_t KeyedPermutation::Inverse(uint64_t value) const {
  assert(value < size_);
  uint64_t position = Backward(value);
  while (position >= size_) position = Backward(position);
  return position;
}

}  // namespace seiche
