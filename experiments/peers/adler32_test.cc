#include "experiments/peers/adler32.h"

#include <string>

#include "gtest/gtest.h"

namespace seiche {
namespace {

absl::Span<const std::byte> Bytes(const std::string& text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

// From Python's zlib.adler32.
TEST(Adler32Test, KnownValues) {
  EXPECT_EQ(Adler32(Bytes("")), 1u);
  EXPECT_EQ(Adler32(Bytes("Wikipedia")), 0x11e60398u);
  EXPECT_EQ(Adler32(Bytes(std::string(100000, '\xff'))), 0x149a302cu);
}

TEST(Adler32Test, PiecesGiveTheWhole) {
  std::string text(20000, ' ');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 37);
  for (const size_t cut : {size_t{0}, size_t{1}, size_t{5552}, size_t{19999}}) {
    EXPECT_EQ(Adler32(Bytes(text.substr(cut)), Adler32(Bytes(text.substr(0, cut)))),
              Adler32(Bytes(text)))
        << cut;
  }
}

}  // namespace
}  // namespace seiche
