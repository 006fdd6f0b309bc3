// Which instruction sets the SIMD loops of this package and of loader/ are compiled for; the best
// one that the machine has is chosen at run time. To be included before Highway.
//
// On x86-64: SSE2, SSSE3 (byte shuffles), AVX2 and AVX3_DL (AVX-512 with VBMI); those in between
// would only take time to compile. On arm64: NEON, whose vectors have a size known at compile time.
#ifndef SEICHE_CODECS_SIMD_TARGETS_H_
#define SEICHE_CODECS_SIMD_TARGETS_H_

// Highway leaves it out unless asked.
#define HWY_WANT_AVX3_DL

#define HWY_DISABLED_TARGETS \
  (HWY_ALL_SVE | HWY_RVV | HWY_SSE4 | HWY_AVX3 | HWY_AVX3_ZEN4 | HWY_AVX3_SPR)

#endif  // SEICHE_CODECS_SIMD_TARGETS_H_
