#include "base/streaming_copy.h"

#include <cstddef>
#include <random>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

TEST(StreamingCopyTest, AnySizeAtAnyPlace) {
  std::mt19937 random(5);
  std::vector<std::byte> from(70000);
  for (std::byte& value : from) value = static_cast<std::byte>(random() | 1);
  std::vector<size_t> sizes = {4095, 4096, 65536, 65537};
  for (size_t size = 0; size < 1100; size += size < 300 ? 1 : 37) sizes.push_back(size);
  for (const size_t size : sizes) {
    for (int repeat = 0; repeat < 8; ++repeat) {
      const size_t source = random() % 300, place = 1 + random() % 300;
      std::vector<std::byte> to(place + size + 1);
      StreamingCopy(absl::MakeConstSpan(from).subspan(source, size),
                    absl::MakeSpan(to).subspan(place, size));
      for (size_t i = 0; i < size; ++i) {
        ASSERT_EQ(to[place + i], from[source + i]) << "byte " << i << " of " << size;
      }
      ASSERT_EQ(to[place - 1], std::byte{0}) << size;
      ASSERT_EQ(to[place + size], std::byte{0}) << size;
    }
  }
}

}  // namespace
}  // namespace seiche
