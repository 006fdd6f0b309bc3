#include "codecs/inflate/inflate.h"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "codecs/inflate/test_stream.h"
#include "codecs/simd_targets.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using Bytes = std::vector<std::byte>;
using Tokens = std::vector<DeflateToken>;

// Runs `test` on every instruction set of this machine.
template <typename Test>
void OnEveryTarget(Test test) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    test();
  }
  hwy::SetSupportedTargetsForTest(0);
}

// Decodes into `size` bytes, from and to memory that notices an access behind its end.
std::optional<Bytes> Decode(const Bytes& encoded, size_t size) {
  static Inflater& inflater = *new Inflater(&PlainAdler32);
  static GuardedBytes& in = *new GuardedBytes(1 << 21);
  static GuardedBytes& out = *new GuardedBytes(1 << 22);
  const absl::Span<std::byte> decoded = out.Tail(size);
  const std::optional<size_t> found = inflater.Decode(in.Tail(encoded), decoded);
  if (!found) return std::nullopt;
  EXPECT_LE(*found, size);
  return Bytes(decoded.begin(), decoded.begin() + *found);
}

void ExpectDecodes(const Bytes& encoded, const Bytes& decoded) {
  for (const size_t more : {0, 1, 1000}) {
    const std::optional<Bytes> found = Decode(encoded, decoded.size() + more);
    ASSERT_TRUE(found.has_value()) << more;
    ASSERT_TRUE(*found == decoded) << more;
  }
  if (decoded.empty()) return;
  EXPECT_EQ(Decode(encoded, decoded.size() - 1), std::nullopt);
}

Bytes RandomBytes(size_t size, std::mt19937& random) {
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

// Tokens that are right behind `size` bytes. Distances are small at times, and then lengths larger.
Tokens RandomTokens(size_t count, size_t size, std::mt19937& random) {
  Tokens tokens;
  const uint32_t literals = random() % 100;
  const uint32_t near = random() % 14;
  for (size_t i = 0; i < count; ++i) {
    if (size == 0 || random() % 100 < literals) {
      tokens.push_back({static_cast<int>(random() % 256), 0});
      ++size;
      continue;
    }
    const size_t furthest = std::min<size_t>(size, 32768 >> (random() % 2 ? near : 0));
    tokens.push_back({static_cast<int>(3 + random() % (random() % 4 ? 14 : 256)),
                      static_cast<int>(1 + random() % furthest)});
    size += tokens.back().value;
  }
  return tokens;
}

TEST(InflateTest, RandomCodesAndTokens) {
  for (uint32_t seed = 0; seed < 150; ++seed) {
    std::mt19937 random(seed);
    StreamWriter writer;
    const uint32_t blocks = 1 + random() % 4;
    for (uint32_t i = 0; i < blocks; ++i) {
      const bool last = i + 1 == blocks;
      const size_t size = writer.decoded().size();
      const Tokens tokens = RandomTokens(random() % 3000, size, random);
      switch (random() % 4) {
        case 0:
          writer.Stored(RandomBytes(random() % 3000, random), last);
          break;
        case 1:
          writer.Coded(tokens, BlockCodes::Fixed(), last, /*fixed=*/true);
          break;
        default:
          writer.Coded(tokens, BlockCodes::Random(random), last);
      }
    }
    const Bytes encoded = writer.Finish();
    OnEveryTarget([&] {
      SCOPED_TRACE(seed);
      ExpectDecodes(encoded, writer.decoded());
    });
  }
}

TEST(InflateTest, EveryLengthAtShortAndLongDistances) {
  std::mt19937 random(1);
  for (const bool fixed : {false, true}) {
    const BlockCodes codes = fixed ? BlockCodes::Fixed() : BlockCodes::Random(random);
    StreamWriter writer;
    writer.Stored(RandomBytes(40000, random), /*last=*/false);
    Tokens tokens;
    for (int distance = 1; distance <= 70; ++distance) {
      for (int length = 3; length <= 258; length += length < 70 ? 1 : 47) {
        tokens.push_back({length, distance});
        tokens.push_back({static_cast<int>(random() % 256), 0});
        tokens.push_back({length, 32768 - distance + 1});
      }
    }
    writer.Coded(tokens, codes, /*last=*/true, fixed);
    const Bytes encoded = writer.Finish();
    OnEveryTarget([&] { ExpectDecodes(encoded, writer.decoded()); });
  }
}

TEST(InflateTest, EveryDistance) {
  std::mt19937 random(2);
  StreamWriter writer;
  writer.Stored(RandomBytes(32768, random), /*last=*/false);
  Tokens tokens;
  for (int distance = 1; distance <= 32768; ++distance) tokens.push_back({3, distance});
  writer.Coded(tokens, BlockCodes::Random(random), /*last=*/true);
  const Bytes encoded = writer.Finish();
  OnEveryTarget([&] { ExpectDecodes(encoded, writer.decoded()); });
}

TEST(InflateTest, SmallStreams) {
  std::mt19937 random(3);
  for (size_t size = 0; size <= 1000; ++size) {
    StreamWriter writer;
    Tokens tokens;
    for (size_t i = 0; i < size; ++i) tokens.push_back({static_cast<int>(random() % 256), 0});
    writer.Coded(tokens, BlockCodes::Fixed(), /*last=*/true, /*fixed=*/true);
    ExpectDecodes(writer.Finish(), writer.decoded());
    StreamWriter stored;
    stored.Stored(RandomBytes(size, random), /*last=*/true);
    ExpectDecodes(stored.Finish(), stored.decoded());
  }
}

TEST(InflateTest, MostlyLiterals) {
  std::mt19937 random(4);
  std::vector<uint8_t> literals(286);
  // 238 codes of 8 bits leave room for 36 of 9.
  std::fill_n(literals.begin(), 238, 8);
  std::fill(literals.begin() + 238, literals.end(), 0);
  const BlockCodes all = BlockCodes::Random(random);
  for (int i = 0; i < 18; ++i) literals[238 + i] = 9;
  literals[256] = 9;
  for (int i = 257; i < 286; ++i) literals[i] = 0;
  // What is left of the code space: 256 * 2 - 238 * 2 - 19 = 17 codes of 9 bits.
  for (int i = 257; i < 274; ++i) literals[i] = 9;
  const BlockCodes codes = {literals, all.distances};
  Tokens tokens;
  size_t size = 0;
  for (int i = 0; i < 60000; ++i) {
    if (size < 33000 || random() % 20 > 0) {
      tokens.push_back({static_cast<int>(random() % 256), 0});
      ++size;
    } else {
      tokens.push_back(
          {static_cast<int>(3 + random() % 40), static_cast<int>(1 + random() % 32768)});
      size += tokens.back().value;
    }
  }
  StreamWriter writer;
  writer.Coded(tokens, codes, /*last=*/true);
  const Bytes encoded = writer.Finish();
  OnEveryTarget([&] { ExpectDecodes(encoded, writer.decoded()); });
}

// A stream of about `size` bytes of all kinds of blocks.
Bytes MixedStream(size_t size, StreamWriter& writer) {
  std::mt19937 random(5);
  writer.Coded(RandomTokens(size / 30, 0, random), BlockCodes::Random(random), false);
  writer.Stored(RandomBytes(20, random), /*last=*/false);
  const size_t before = writer.decoded().size();
  writer.Coded(RandomTokens(size / 30, before, random), BlockCodes::Fixed(), true, true);
  return writer.Finish();
}

TEST(InflateTest, RefusesStreamsCutOff) {
  StreamWriter writer;
  const Bytes encoded = MixedStream(3000, writer);
  OnEveryTarget([&] {
    ExpectDecodes(encoded, writer.decoded());
    for (size_t size = 0; size < encoded.size(); ++size) {
      EXPECT_EQ(Decode(Bytes(encoded.begin(), encoded.begin() + size), writer.decoded().size()),
                std::nullopt)
          << size;
    }
  });
}

TEST(InflateTest, RefusesFlippedBits) {
  StreamWriter writer;
  Bytes encoded = MixedStream(3000, writer);
  OnEveryTarget([&] {
    for (size_t bit = 0; bit < 8 * encoded.size(); ++bit) {
      encoded[bit / 8] ^= std::byte{1} << bit % 8;
      // Bits that only say how well zlib tried, and those that fill a byte up, mean nothing.
      const std::optional<Bytes> found = Decode(encoded, writer.decoded().size() + 300);
      EXPECT_TRUE(!found || *found == writer.decoded()) << bit;
      encoded[bit / 8] ^= std::byte{1} << bit % 8;
    }
  });
}

TEST(InflateTest, RefusesDistancesFromBeforeTheStart) {
  std::mt19937 random(6);
  for (const int literals : {1, 100, 2000, 32767}) {
    for (const bool fixed : {false, true}) {
      Tokens tokens(literals, {'a', 0});
      tokens.push_back({3, literals + 1});
      tokens.insert(tokens.end(), 2000, {'b', 0});
      StreamWriter writer;
      writer.Coded(tokens, fixed ? BlockCodes::Fixed() : BlockCodes::Random(random), true, fixed);
      const Bytes encoded = writer.Finish();
      OnEveryTarget([&] { EXPECT_EQ(Decode(encoded, writer.decoded().size()), std::nullopt); });
    }
  }
}

TEST(InflateTest, IgnoresBytesBehindTheStream) {
  StreamWriter writer;
  Bytes encoded = MixedStream(3000, writer);
  for (size_t more = 0; more < 50; ++more) {
    encoded.push_back(std::byte{0xff});
    ExpectDecodes(encoded, writer.decoded());
  }
}

TEST(InflateTest, RefusesWhatIsNoZlibStream) {
  StreamWriter writer;
  Bytes encoded = MixedStream(300, writer);
  // The check of the header is right but in one: 0x78bb asks for a dictionary, 0x881c for a window
  // of 64 KB, 0x7918 and 0 for other methods.
  for (const int header : {0x78bb, 0x881c, 0x7918, 0x0000, 0x789d}) {
    encoded[0] = static_cast<std::byte>(header >> 8);
    encoded[1] = static_cast<std::byte>(header & 0xff);
    EXPECT_EQ(Decode(encoded, 10000), std::nullopt) << header;
  }
  EXPECT_EQ(Decode({}, 10000), std::nullopt);
}

TEST(InflateTest, RefusesBlocksOfNoKind) {
  StreamWriter writer;
  writer.Bits(7, 3);
  EXPECT_EQ(Decode(writer.Finish(), 100), std::nullopt);
  StreamWriter stored;
  stored.Bits(1, 8);
  stored.Bits(1, 16);
  stored.Bits(1, 16);  // has to be the complement
  stored.Bits('a', 8);
  EXPECT_EQ(Decode(stored.Finish(), 100), std::nullopt);
}

TEST(InflateTest, BytesOfAnyKindNeverLeadAstray) {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    std::mt19937 random(seed);
    StreamWriter writer;
    if (seed % 2) writer.DynamicHeader(BlockCodes::Random(random), /*last=*/false);
    Bytes encoded = writer.Finish();
    const Bytes more = RandomBytes(random() % 5000, random);
    encoded.insert(encoded.end() - 4, more.begin(), more.end());
    Decode(encoded, random() % 100000);
  }
}

}  // namespace
}  // namespace seiche
