// The fuzzer's harness without the fuzzer, for every compiler and sanitizer: streams of random
// codes and tokens, and neighbours of them.
#include <cstdint>
#include <random>
#include <vector>

#include "codecs/inflate/test_stream.h"
#include "gtest/gtest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace seiche {
namespace {

// The blocks of a stream, without its ends.
std::vector<uint8_t> RandomBlocks(std::mt19937& random) {
  StreamWriter writer;
  std::vector<DeflateToken> tokens;
  for (int i = 0, size = 0; i < 800; ++i) {
    if (size == 0 || random() % 3 == 0) {
      tokens.push_back({static_cast<int>(random() % 256), 0});
      ++size;
    } else {
      tokens.push_back(
          {static_cast<int>(3 + random() % 30), static_cast<int>(1 + random() % size)});
      size += tokens.back().value;
    }
  }
  const bool fixed = random() % 4 == 0;
  writer.Coded(tokens, fixed ? BlockCodes::Fixed() : BlockCodes::Random(random), true, fixed);
  std::vector<uint8_t> blocks;
  for (const std::byte byte : writer.Finish()) blocks.push_back(static_cast<uint8_t>(byte));
  return {blocks.begin() + 2, blocks.end() - 4};
}

void Replay(const std::vector<uint8_t>& input) {
  EXPECT_EQ(LLVMFuzzerTestOneInput(input.data(), input.size()), 0);
}

TEST(ReplayTest, BlocksAndNeighbours) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    const std::vector<uint8_t> blocks = RandomBlocks(random);
    Replay(blocks);
    for (int i = 0; i < 60; ++i) {
      std::vector<uint8_t> input = blocks;
      const size_t at = random() % input.size();
      switch (i % 4) {
        case 0:
          input.resize(at);
          break;
        case 1:
          input.erase(input.begin() + at);
          break;
        case 2:
          input.insert(input.begin() + at, static_cast<uint8_t>(random()));
          break;
        default:
          input[at] ^= static_cast<uint8_t>(1 << random() % 8);
      }
      Replay(input);
    }
  }
}

}  // namespace
}  // namespace seiche
