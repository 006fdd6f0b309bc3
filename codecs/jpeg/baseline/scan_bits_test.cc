#include "codecs/jpeg/baseline/scan_bits.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace seiche {
namespace {

class ScanBitsTest : public testing::Test {
 protected:
  // The next interval of `data`, as a string.
  std::optional<std::string> Next(ScanData& data) {
    const auto interval = data.Next(buffer_);
    if (!interval) return std::nullopt;
    for (size_t i = 0; i < ScanData::kPadding; ++i) {
      EXPECT_EQ(interval->data()[interval->size() + i], std::byte{0});
    }
    return std::string(reinterpret_cast<const char*>(interval->data()), interval->size());
  }

  AlignedBuffer buffer_;
};

std::vector<std::byte> ToBytes(const std::string& string) {
  const auto* data = reinterpret_cast<const std::byte*>(string.data());
  return std::vector<std::byte>(data, data + string.size());
}

TEST_F(ScanBitsTest, IntervalsWithoutStuffedZeros) {
  using namespace std::string_literals;
  const auto bytes = ToBytes("ab\xff\0c\xff\0\xff\xd0\xff\0\xff\0x\xff\xd1\xff\xd9more"s);
  ScanData data(bytes);
  EXPECT_EQ(Next(data), "ab\xff"s + "c\xff"s);
  EXPECT_EQ(data.marker(), 0xd0);
  EXPECT_EQ(Next(data), "\xff\xffx"s);
  EXPECT_EQ(data.marker(), 0xd1);
  EXPECT_EQ(Next(data), ""s);
  EXPECT_EQ(data.marker(), 0xd9);
  EXPECT_EQ(Next(data), std::nullopt);
}

TEST_F(ScanBitsTest, DataWithoutAMarkerOrWithFillBytesAreRefused) {
  using namespace std::string_literals;
  for (const std::string& scan : {""s, "ab"s, "ab\xff"s, "\xff"s, "ab\xff\0"s, "a\xff\xff\xd9"s}) {
    const auto bytes = ToBytes(scan);
    ScanData data(bytes);
    EXPECT_EQ(Next(data), std::nullopt);
  }
}

TEST_F(ScanBitsTest, BitsComeInOrderAndZerosBehindThem) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  RecordProperty("seed", std::to_string(seed));
  std::mt19937 random(seed);
  for (int size = 0; size < 40; ++size) {
    std::vector<std::byte> bytes(size + ScanData::kPadding);
    for (int i = 0; i < size; ++i) bytes[i] = std::byte(random());
    const auto bit = [&](int64_t at) {
      return std::to_integer<int>(bytes[at / 8] >> (7 - at % 8) & std::byte{1});
    };
    BitReader reader(absl::MakeConstSpan(bytes).first(size));
    const int64_t end = size * 8 + ScanData::kMaxBitsPastEnd;
    for (int64_t at = 0; at < end;) {
      reader.Refill();
      const int count = random() % 32;
      for (int i = 0; i < 56; ++i) {
        if (at + i >= end) break;
        ASSERT_EQ(reader.window() >> (63 - i) & 1, bit(at + i)) << at;
      }
      ASSERT_EQ(reader.past_end(), at > size * 8);
      ASSERT_EQ(reader.at_end(), (at + 7) / 8 == size) << at << " of " << size;
      reader.Skip(count);
      at += count;
    }
  }
}

}  // namespace
}  // namespace seiche
