#include "base/random.h"

namespace seiche {
namespace {

constexpr int kRounds = 10;
// The multipliers and the steps of the key (the golden ratio and sqrt(3) - 1), from the paper.
constexpr uint32_t kMultiplier0 = 0xd2511f53;
constexpr uint32_t kMultiplier1 = 0xcd9e8d57;
constexpr uint32_t kKeyStep0 = 0x9e3779b9;
constexpr uint32_t kKeyStep1 = 0xbb67ae85;

uint32_t Low(uint64_t x) { return static_cast<uint32_t>(x); }
uint32_t High(uint64_t x) { return static_cast<uint32_t>(x >> 32); }
uint64_t Join(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }

}  // namespace

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * counter[0];
    const uint64_t product1 = uint64_t{kMultiplier1} * counter[2];
    counter = {High(product1) ^ counter[1] ^ key[0], Low(product1),
               High(product0) ^ counter[3] ^ key[1], Low(product0)};
    key[0] += kKeyStep0;
    key[1] += kKeyStep1;
  }
  return counter;
}

uint64_t Random::Next() {
  if (left_ == 0) {
    const std::array<uint32_t, 4> words = Philox4x32(
        {Low(block_), High(block_), Low(stream_), High(stream_)}, {Low(seed_), High(seed_)});
    ++block_;
    // Taken from the back: the first number is that of words 0 and 1.
    numbers_ = {Join(words[2], words[3]), Join(words[0], words[1])};
    left_ = 2;
  }
  return numbers_[--left_];
}

// D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019: the high
// half of number * bound, redrawn where the low half shows that it is one too many.
uint64_t Random::Below(uint64_t bound) {
  using Wide = unsigned __int128;
  Wide product = Wide{Next()} * bound;
  if (static_cast<uint64_t>(product) < bound) {
    const uint64_t threshold = -bound % bound;
    while (static_cast<uint64_t>(product) < threshold) product = Wide{Next()} * bound;
  }
  return static_cast<uint64_t>(product >> 64);
}

}  // namespace seiche
