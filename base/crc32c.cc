#include "base/crc32c.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cstring>

#include "absl/crc/crc32c.h"
#include "absl/strings/string_view.h"

namespace seiche {
namespace {

#if defined(__x86_64__)

// Folding, as in "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel,
// 2009), 4 vectors of 64 bytes at a time: what has been read is multiplied by x to the number of
// bits that it moves on and added to what comes there, which keeps the remainder.
constexpr size_t kVectors = 4;
constexpr size_t kStep = kVectors * sizeof(__m512i);
constexpr int kStepBits = 8 * kStep;

// x^power modulo the polynomial, its bits reflected as a CRC has them; moved by one bit, because
// the product of two reflected numbers comes out one bit too low.
constexpr int64_t PowerOfX(int power) {
  constexpr uint32_t kPolynomial = 0x82f63b78;  // reflected
  uint32_t remainder = 0x80000000;              // x^0
  for (int i = 0; i < power; ++i) {
    remainder = remainder >> 1 ^ ((remainder & 1) != 0 ? kPolynomial : 0);
  }
  return int64_t{remainder} << 1;
}

bool HasFolding() {
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("sse4.2") &&
                          __builtin_cpu_supports("vpclmulqdq");
  return has;
}

// The register of a CRC (not inverted) that was `state` before the `size` bytes, a multiple of
// kStep and not 0.
__attribute__((target("avx512f,vpclmulqdq,sse4.2"))) uint32_t Fold(uint32_t state,
                                                                   const std::byte* data,
                                                                   size_t size) {
  // The lower half of 128 bits holds the powers that are 64 higher; a product of 64 by 32 bits
  // comes out 32 higher.
  const __m512i power = _mm512_set4_epi64(PowerOfX(kStepBits - 32), PowerOfX(kStepBits + 32),
                                          PowerOfX(kStepBits - 32), PowerOfX(kStepBits + 32));
  __m512i sum[kVectors];
  for (size_t i = 0; i < kVectors; ++i) sum[i] = _mm512_loadu_si512(data + i * sizeof(sum[0]));
  sum[0] =
      _mm512_xor_si512(sum[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128(static_cast<int>(state))));
  for (size_t at = kStep; at < size; at += kStep) {
    for (size_t i = 0; i < kVectors; ++i) {
      const __m512i next = _mm512_loadu_si512(data + at + i * sizeof(next));
      const __m512i low = _mm512_clmulepi64_epi128(sum[i], power, 0x00);
      const __m512i high = _mm512_clmulepi64_epi128(sum[i], power, 0x11);
      constexpr int kXorOfAll = 0x96;
      sum[i] = _mm512_ternarylogic_epi64(low, high, next, kXorOfAll);
    }
  }
  uint64_t words[kStep / sizeof(uint64_t)];
  std::memcpy(words, sum, sizeof(words));
  uint64_t remainder = 0;
  for (const uint64_t word : words) remainder = _mm_crc32_u64(remainder, word);
  return static_cast<uint32_t>(remainder);
}

// The checksum goes on to behind the whole steps of `bytes`, which are taken off.
uint32_t ExtendBySteps(uint32_t crc, absl::Span<const std::byte>& bytes) {
  const size_t size = bytes.size() / kStep * kStep;
  if (size == 0 || !HasFolding()) return crc;
  crc = ~Fold(~crc, bytes.data(), size);
  bytes.remove_prefix(size);
  return crc;
}

#else

uint32_t ExtendBySteps(uint32_t crc, absl::Span<const std::byte>&) { return crc; }

#endif

}  // namespace

uint32_t Crc32c(absl::Span<const std::byte> bytes) { return ExtendCrc32c(0, bytes); }

uint32_t ExtendCrc32c(uint32_t crc, absl::Span<const std::byte> bytes) {
  crc = ExtendBySteps(crc, bytes);
  const absl::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return static_cast<uint32_t>(absl::ExtendCrc32c(absl::crc32c_t{crc}, text));
}

}  // namespace seiche
