#include "base/aligned_buffer.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

TEST(AlignedBufferTest, IsAlignedAndWritable) {
  for (size_t size : {1, 4095, 4096, 4097, 1'000'000, 4'190'208, 4'190'209, 9'000'001}) {
    AlignedBuffer buffer(size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % AlignedBuffer::kAlignment, 0);
    EXPECT_GE(buffer.capacity(), size);
    std::memset(buffer.data(), 0x5a, buffer.capacity());
  }
}

TEST(AlignedBufferTest, EmptyHasNoMemory) {
  AlignedBuffer buffer;
  EXPECT_EQ(buffer.data(), nullptr);
  EXPECT_EQ(buffer.capacity(), 0);
  EXPECT_TRUE(buffer.Reserve(0).empty());
  EXPECT_EQ(buffer.capacity(), 0);
}

TEST(AlignedBufferTest, ReusesWhatIsLargeEnough) {
  AlignedBuffer buffer(10'000);
  std::byte* const data = buffer.data();
  data[0] = std::byte{7};
  const absl::Span<std::byte> bytes = buffer.Reserve(100);
  EXPECT_EQ(bytes.data(), data);
  EXPECT_EQ(bytes.size(), 100);
  EXPECT_EQ(bytes[0], std::byte{7});
  EXPECT_GE(buffer.capacity(), 10'000);
  EXPECT_EQ(buffer.Reserve(50'000).size(), 50'000);
}

TEST(AlignedBufferTest, MovedFromIsEmptyAndUsable) {
  AlignedBuffer first(100);
  std::byte* const data = first.data();
  AlignedBuffer second(std::move(first));
  EXPECT_EQ(second.data(), data);
  EXPECT_EQ(first.data(), nullptr);
  EXPECT_EQ(first.capacity(), 0);
  EXPECT_EQ(first.Reserve(10).size(), 10);
  first = std::move(second);
  EXPECT_EQ(first.data(), data);
}

TEST(AlignedBufferTest, ImpossibleSizesThrowAndLeaveItEmpty) {
  constexpr size_t kMax = std::numeric_limits<size_t>::max();
  for (size_t size : {kMax, kMax - AlignedBuffer::kAlignment + 1}) {
    AlignedBuffer buffer(100);
    EXPECT_THROW(buffer.Reserve(size), std::bad_alloc);
    EXPECT_EQ(buffer.data(), nullptr);
    EXPECT_EQ(buffer.capacity(), 0);
    EXPECT_EQ(buffer.Reserve(100).size(), 100);
  }
}

}  // namespace
}  // namespace seiche
