#include "codecs/byte_order.h"

#include <array>

#include "gtest/gtest.h"

namespace seiche {
namespace {

using B = std::byte;

TEST(ByteOrderTest, LoadsAtAnyAlignment) {
  const std::array<B, 9> bytes = {B{0xee}, B{1}, B{2}, B{3}, B{4}, B{5}, B{6}, B{7}, B{8}};
  EXPECT_EQ(LoadLittle32(&bytes[1]), 0x04030201u);
  EXPECT_EQ(LoadBig32(&bytes[1]), 0x01020304u);
  EXPECT_EQ(LoadBig64(&bytes[1]), 0x0102030405060708u);
}

TEST(ByteOrderTest, StoresWhatIsLoaded) {
  std::array<B, 9> bytes = {};
  StoreLittle32(0x89abcdef, &bytes[1]);
  EXPECT_EQ(bytes[1], B{0xef});
  EXPECT_EQ(LoadLittle32(&bytes[1]), 0x89abcdefu);
  StoreBig32(0x89abcdef, &bytes[1]);
  EXPECT_EQ(bytes[1], B{0x89});
  EXPECT_EQ(LoadBig32(&bytes[1]), 0x89abcdefu);
  StoreBig64(0x0123456789abcdef, &bytes[1]);
  EXPECT_EQ(bytes[8], B{0xef});
  EXPECT_EQ(LoadBig64(&bytes[1]), 0x0123456789abcdefu);
  EXPECT_EQ(bytes[0], B{0});
}

}  // namespace
}  // namespace seiche
