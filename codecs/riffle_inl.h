// Transposing bytes between SIMD registers, for the shuffles of this package. Included once for
// each instruction set, after Highway: hence the guard that toggles.
#if defined(SEICHE_CODECS_RIFFLE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SEICHE_CODECS_RIFFLE_INL_H_
#undef SEICHE_CODECS_RIFFLE_INL_H_
#else
#define SEICHE_CODECS_RIFFLE_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

// Of each 16-byte block of the vectors by itself: reads the blocks as one row of 16 * kVectors
// bytes and deals its halves into each other, like a riffle shuffle of cards: the index of every
// byte rotates left by one bit. kRounds times.
template <int kRounds, class D, int kVectors>
HWY_INLINE void Riffle(D tag, hwy::HWY_NAMESPACE::Vec<D> (&v)[kVectors]) {
  namespace hn = hwy::HWY_NAMESPACE;
  HWY_UNROLL(4)
  for (int round = 0; round < kRounds; ++round) {
    hn::Vec<D> dealt[kVectors];
    HWY_UNROLL(8)
    for (int i = 0; i < kVectors / 2; ++i) {
      dealt[2 * i] = hn::InterleaveLower(tag, v[i], v[i + kVectors / 2]);
      dealt[2 * i + 1] = hn::InterleaveUpper(tag, v[i], v[i + kVectors / 2]);
    }
    HWY_UNROLL(16)
    for (int i = 0; i < kVectors; ++i) v[i] = dealt[i];
  }
}

constexpr int Log2(int power_of_two) { return power_of_two == 1 ? 0 : 1 + Log2(power_of_two / 2); }

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#endif  // SEICHE_CODECS_RIFFLE_INL_H_
