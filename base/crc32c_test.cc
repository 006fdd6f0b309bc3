#include "base/crc32c.h"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

absl::Span<const std::byte> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

// RFC 3720, appendix B.4; the RFC prints the bytes of the checksum lowest first.
TEST(Crc32cTest, VectorsOfRfc3720) {
  std::vector<std::byte> bytes(32, std::byte{0});
  EXPECT_EQ(Crc32c(bytes), 0x8a9136aau);
  bytes.assign(32, std::byte{0xff});
  EXPECT_EQ(Crc32c(bytes), 0x62a8ab43u);
  for (int i = 0; i < 32; ++i) bytes[i] = static_cast<std::byte>(i);
  EXPECT_EQ(Crc32c(bytes), 0x46dd794eu);
  for (int i = 0; i < 32; ++i) bytes[i] = static_cast<std::byte>(31 - i);
  EXPECT_EQ(Crc32c(bytes), 0x113fdb5cu);
  constexpr uint8_t kReadCommand[48] = {0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00,
                                        0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00,
                                        0x00, 0x18, 0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                        0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
  EXPECT_EQ(Crc32c({reinterpret_cast<const std::byte*>(kReadCommand), 48}), 0xd9963a56u);
}

TEST(Crc32cTest, CheckValue) { EXPECT_EQ(Crc32c(Bytes("123456789")), 0xe3069283u); }

TEST(Crc32cTest, NothingIsZero) { EXPECT_EQ(Crc32c({}), 0u); }

TEST(Crc32cTest, ExtendsAtEveryCut) {
  const auto bytes = Bytes("a standing wave in a closed tank, long enough for the fast path of it");
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(ExtendCrc32c(Crc32c(bytes.first(cut)), bytes.subspan(cut)), Crc32c(bytes)) << cut;
  }
}

// Bit by bit, as the polynomial defines it.
uint32_t Reference(uint32_t crc, absl::Span<const std::byte> bytes) {
  crc = ~crc;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
  }
  return ~crc;
}

TEST(Crc32cTest, IsThatOfTheDefinitionAtEveryLengthAndPlace) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(2100);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  for (size_t size = 0; size <= 2000; ++size) {
    const auto part = absl::MakeConstSpan(bytes).subspan(random() % 100, size);
    const uint32_t before = size % 3 == 0 ? 0 : static_cast<uint32_t>(random());
    ASSERT_EQ(ExtendCrc32c(before, part), Reference(before, part)) << size;
  }
}

TEST(Crc32cTest, EveryFlippedBitChangesIt) {
  std::vector<std::byte> bytes(600, std::byte{0x5a});
  const uint32_t crc = Crc32c(bytes);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= std::byte{1} << bit % 8;
    EXPECT_NE(Crc32c(bytes), crc) << bit;
    bytes[bit / 8] ^= std::byte{1} << bit % 8;
  }
}

}  // namespace
}  // namespace seiche
