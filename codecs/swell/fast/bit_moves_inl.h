// Bits to where a mask has ones and back: PDEP and PEXT where the instruction set has them. To be
// included once per Highway target, behind hwy/highway.h.
//
//   DepositBits(0b011, 0b10110) == 0b00110;  ExtractBits(0b00110, 0b10110) == 0b011
#if defined(SEICHE_CODECS_SWELL_FAST_BIT_MOVES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SEICHE_CODECS_SWELL_FAST_BIT_MOVES_INL_H_
#undef SEICHE_CODECS_SWELL_FAST_BIT_MOVES_INL_H_
#else
#define SEICHE_CODECS_SWELL_FAST_BIT_MOVES_INL_H_
#endif

#include <bit>
#include <cstdint>

#include "hwy/highway.h"

// Every AVX2 target of Highway's has BMI2.
#undef SEICHE_SWELL_HAVE_BMI2
#if HWY_ARCH_X86_64 && HWY_TARGET <= HWY_AVX2
#include <immintrin.h>
#define SEICHE_SWELL_HAVE_BMI2 1
#else
#define SEICHE_SWELL_HAVE_BMI2 0
#endif

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

// The lowest bits of `bits`, in order, to the ones of `mask`.
HWY_INLINE uint32_t DepositBits(uint32_t bits, uint32_t mask) {
#if SEICHE_SWELL_HAVE_BMI2
  return _pdep_u32(bits, mask);
#else
  uint32_t deposited = 0;
  for (; mask != 0; mask &= mask - 1, bits >>= 1) {
    // All ones if the next bit is set.
    deposited |= mask & (0 - mask) & (0 - (bits & 1));
  }
  return deposited;
#endif
}

// The bits of `bits` at the ones of `mask`, moved together.
HWY_INLINE uint32_t ExtractBits(uint32_t bits, uint32_t mask) {
#if SEICHE_SWELL_HAVE_BMI2
  return _pext_u32(bits, mask);
#else
  uint32_t extracted = 0;
  for (int i = 0; mask != 0; mask &= mask - 1, ++i) {
    extracted |= (bits >> std::countr_zero(mask) & 1) << i;
  }
  return extracted;
#endif
}

// Eight fields of `field` <= 8 bits each, one a byte; `mask` has that many low bits in each byte.
HWY_INLINE uint64_t DepositFields(uint64_t fields, uint64_t mask, int field) {
#if SEICHE_SWELL_HAVE_BMI2
  (void)field;
  return _pdep_u64(fields, mask);
#else
  uint64_t bytes = 0;
  for (int i = 0; i < 8; ++i, fields >>= field) bytes |= (fields & mask & 0xff) << 8 * i;
  return bytes;
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#endif  // include guard, one inclusion per target
