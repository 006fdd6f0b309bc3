// Integers in byte streams, little- or big-endian, at any alignment.
//
//   StoreLittle32(size, encoded.data());
//   uint64_t total = LoadBig64(encoded.data());
#ifndef SEICHE_CODECS_BYTE_ORDER_H_
#define SEICHE_CODECS_BYTE_ORDER_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace seiche {

static_assert(std::endian::native == std::endian::little, "not written for big-endian machines");

inline uint32_t LoadLittle32(const std::byte* from) {
  uint32_t value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

inline uint32_t LoadBig32(const std::byte* from) { return __builtin_bswap32(LoadLittle32(from)); }

inline uint64_t LoadBig64(const std::byte* from) {
  uint64_t value;
  std::memcpy(&value, from, sizeof(value));
  return __builtin_bswap64(value);
}

inline void StoreLittle32(uint32_t value, std::byte* to) { std::memcpy(to, &value, sizeof(value)); }

inline void StoreBig32(uint32_t value, std::byte* to) {
  StoreLittle32(__builtin_bswap32(value), to);
}

inline void StoreBig64(uint64_t value, std::byte* to) {
  value = __builtin_bswap64(value);
  std::memcpy(to, &value, sizeof(value));
}

}  // namespace seiche

#endif  // SEICHE_CODECS_BYTE_ORDER_H_
