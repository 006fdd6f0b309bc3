// Which instruction sets the waves are compiled for; the best one that the machine has is chosen
// at run time. To be included before Highway.
//
// On x86-64 SSE2, AVX2 and AVX-512: those in between gain nothing here and take time to compile.
// On arm64 NEON. Whichever runs, the bits are the same.
#ifndef SEICHE_EXPERIMENTS_WAVES_SIMD_TARGETS_H_
#define SEICHE_EXPERIMENTS_WAVES_SIMD_TARGETS_H_

#define HWY_DISABLED_TARGETS \
  (HWY_ALL_SVE | HWY_RVV | HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_AVX3_ZEN4 | HWY_AVX3_SPR)

#endif  // SEICHE_EXPERIMENTS_WAVES_SIMD_TARGETS_H_
