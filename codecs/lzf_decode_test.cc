#include "codecs/lzf_decode.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "codecs/lzf_encode.h"
#include "codecs/simd_targets.h"
#include "codecs/test_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::AnyOf;
using Bytes = std::vector<std::byte>;

constexpr size_t kCapacity = 1 << 18;

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

// A stream of any tokens that there can be, and what they decode to.
struct Tokens {
  Bytes encoded;
  Bytes decoded;
};

void AddLiterals(size_t count, std::mt19937& random, Tokens& tokens) {
  tokens.encoded.push_back(static_cast<std::byte>(count - 1));
  for (size_t i = 0; i < count; ++i) {
    tokens.encoded.push_back(static_cast<std::byte>(random()));
    tokens.decoded.push_back(tokens.encoded.back());
  }
}

void AddMatch(size_t offset, size_t length, Tokens& tokens) {
  const size_t high = (offset - 1) >> 8;
  const size_t code = length - 2;
  tokens.encoded.push_back(static_cast<std::byte>(std::min<size_t>(code, 7) << 5 | high));
  if (code >= 7) tokens.encoded.push_back(static_cast<std::byte>(code - 7));
  tokens.encoded.push_back(static_cast<std::byte>(offset - 1));
  for (size_t i = 0; i < length; ++i) {
    tokens.decoded.push_back(tokens.decoded[tokens.decoded.size() - offset]);
  }
}

Tokens RandomTokens(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](uint32_t bound) { return random() % bound; };
  Tokens tokens;
  AddLiterals(1 + below(32), random, tokens);
  for (size_t i = 0; i < count; ++i) {
    if (below(4) == 0) {
      AddLiterals(1 + below(32), random, tokens);
      continue;
    }
    // Short distances, where source and target overlap, are as frequent as long ones.
    const uint32_t reach = below(2) == 0 ? 40 : 8192;
    const size_t offset = 1 + below(std::min<uint32_t>(reach, tokens.decoded.size()));
    AddMatch(offset, below(2) == 0 ? 3 + below(6) : 9 + below(256), tokens);
  }
  return tokens;
}

// Bytes that somebody else writes while they are read: two mappings of the same memory, so that no
// sanitizer sees one. A page that nobody may touch follows those that are read.
class SharedBytes {
 public:
  explicit SharedBytes(absl::Span<const std::byte> bytes) : size_(bytes.size()) {
    const size_t page = ::sysconf(_SC_PAGESIZE);
    capacity_ = (size_ + page - 1) / page * page;
    const int fd = ::memfd_create("seiche_test", 0);
    EXPECT_EQ(::ftruncate(fd, static_cast<off_t>(capacity_)), 0);
    written_ = static_cast<std::byte*>(
        ::mmap(nullptr, capacity_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    read_ = static_cast<std::byte*>(
        ::mmap(nullptr, capacity_ + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    EXPECT_NE(::mmap(read_, capacity_, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0), MAP_FAILED);
    read_size_ = capacity_ + page;
    ::close(fd);
    std::copy(bytes.begin(), bytes.end(), written().begin());
  }
  ~SharedBytes() {
    ::munmap(written_, capacity_);
    ::munmap(read_, read_size_);
  }
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;

  absl::Span<std::byte> written() { return {written_ + (capacity_ - size_), size_}; }
  absl::Span<const std::byte> read() const { return {read_ + (capacity_ - size_), size_}; }

 private:
  size_t size_;
  size_t capacity_;
  size_t read_size_;
  std::byte* written_;
  std::byte* read_;
};

Bytes Encoded(const Bytes& data) {
  LzfEncoder encoder;
  Bytes encoded(MaxLzfSize(data.size()));
  encoded.resize(encoder.Encode(data, encoded.data()));
  return encoded;
}

class LzfDecodeTest : public testing::Test {
 protected:
  // Both decoders, between guards: the same bytes or the same error.
  void ExpectAgreement(absl::Span<const std::byte> encoded, size_t capacity) {
    const absl::Span<const std::byte> input = input_.Tail(encoded);
    const absl::Span<std::byte> fast = fast_.Tail(capacity);
    const absl::Span<std::byte> plain = plain_.Tail(capacity);
    const auto expected = DecodeLzfBytewise(input, plain);
    const auto actual = DecodeLzf(input, fast);
    ASSERT_EQ(actual.status(), expected.status());
    if (!expected.ok()) return;
    ASSERT_EQ(*actual, *expected);
    ASSERT_TRUE(fast.first(*actual) == plain.first(*actual));
  }

  absl::StatusOr<size_t> Decode(std::string_view hex, size_t capacity) {
    return DecodeLzf(FromHex(hex), fast_.Tail(capacity));
  }

  GuardedBytes input_{kCapacity};
  GuardedBytes fast_{kCapacity};
  GuardedBytes plain_{kCapacity};
};

TEST_F(LzfDecodeTest, ReadsStreamsOfH5py) {
  const Bytes golden = FromHex(
      "010000e001000007200ac003001c200bc003003f200bc0030070200bc00300af200bc00300fc200bc00302570100"
      "e0000300c0200bc00302370200e0000300bc200bc003024f0300e0000300f0200bc003039f000000");
  OnEveryTarget([&] {
    EXPECT_THAT(DecodeLzf(golden, fast_.Tail(160)), IsOkAndHolds(160));
    EXPECT_EQ(fast_.Tail(160), absl::MakeConstSpan(GoldenBytes()));
    ASSERT_THAT(
        Decode("0e746f2062652c206f72206e6f742074800d067468617420697320070a65207175657374696f"
               "6e3a801ce004290021e0ff00e01800012121",
               361),
        IsOkAndHolds(361));
    const auto* const text = reinterpret_cast<const char*>(fast_.Tail(361).data());
    EXPECT_EQ(
        std::string_view(text, 361),
        "to be, or not to be, that is the question: to be or not to be" + std::string(300, '!'));
  });
}

TEST_F(LzfDecodeTest, DecodesEveryKindOfToken) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  OnEveryTarget([&] {
    for (int i = 0; i < 300; ++i) {
      const Tokens tokens = RandomTokens(i, seed + i);
      const absl::Span<std::byte> out = fast_.Tail(tokens.decoded.size());
      ASSERT_THAT(DecodeLzf(input_.Tail(tokens.encoded), out), IsOkAndHolds(tokens.decoded.size()));
      ASSERT_TRUE(out == absl::MakeConstSpan(tokens.decoded)) << i;
      ASSERT_NO_FATAL_FAILURE(ExpectAgreement(tokens.encoded, tokens.decoded.size()));
    }
  });
}

TEST_F(LzfDecodeTest, RepeatsEveryPeriodToEveryLength) {
  OnEveryTarget([&] {
    std::mt19937 random(1);
    for (size_t offset = 1; offset <= 70; ++offset) {
      Tokens tokens;
      for (int i = 0; i < 3; ++i) AddLiterals(32, random, tokens);
      for (size_t length = 3; length <= 264; ++length) AddMatch(offset, length, tokens);
      const absl::Span<std::byte> out = fast_.Tail(tokens.decoded.size());
      ASSERT_THAT(DecodeLzf(input_.Tail(tokens.encoded), out), IsOkAndHolds(tokens.decoded.size()));
      ASSERT_TRUE(out == absl::MakeConstSpan(tokens.decoded)) << offset;
    }
  });
}

TEST_F(LzfDecodeTest, TruncatedStreamsAgree) {
  const Tokens tokens = RandomTokens(100, 7);
  OnEveryTarget([&] {
    for (size_t size = 0; size <= tokens.encoded.size(); ++size) {
      ASSERT_NO_FATAL_FAILURE(
          ExpectAgreement(absl::MakeConstSpan(tokens.encoded).first(size), tokens.decoded.size()));
    }
  });
}

TEST_F(LzfDecodeTest, TooSmallOutputsAgree) {
  const Tokens tokens = RandomTokens(100, 8);
  OnEveryTarget([&] {
    for (size_t size = 0; size <= tokens.decoded.size() + 400; size += 3) {
      ASSERT_NO_FATAL_FAILURE(ExpectAgreement(tokens.encoded, size));
    }
  });
}

TEST_F(LzfDecodeTest, MutatedStreamsAgree) {
  const uint32_t seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  OnEveryTarget([&] {
    std::mt19937 random(seed);
    for (int round = 0; round < 50; ++round) {
      const bool waves = round % 2 == 0;
      const Tokens tokens = RandomTokens(20 + random() % 200, random());
      const Bytes data = MakeData(DataKind::kWaves, 30000, random());
      const Bytes stream = waves ? Encoded(data) : tokens.encoded;
      const size_t size = waves ? data.size() : tokens.decoded.size();
      for (int i = 0; i < 200; ++i) {
        Bytes mutated = stream;
        for (uint32_t n = 1 + random() % 3; n > 0; --n) {
          mutated[random() % mutated.size()] = static_cast<std::byte>(random());
        }
        if (random() % 8 == 0) mutated.resize(random() % mutated.size());
        // Often with room for more, so that an error is found late.
        const size_t capacity = size + random() % 3 * 500;
        ASSERT_NO_FATAL_FAILURE(ExpectAgreement(mutated, capacity)) << round << ", " << i;
      }
    }
  });
}

TEST_F(LzfDecodeTest, NoiseAgrees) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  OnEveryTarget([&] {
    for (uint32_t i = 0; i < 3000; ++i) {
      const Bytes noise = MakeData(DataKind::kRandom, i, seed + i);
      ASSERT_NO_FATAL_FAILURE(ExpectAgreement(noise, 3 * i));
    }
  });
}

// What was checked must be what is used: a byte may be another one a moment later.
TEST_F(LzfDecodeTest, BearsThatOthersWriteMeanwhile) {
  // Short: every byte changes often, and offsets may point to before the start.
  const Tokens tokens = RandomTokens(100, 9);
  OnEveryTarget([&] {
    SharedBytes shared(tokens.encoded);
    std::jthread writer([&, bytes = shared.written()](std::stop_token stop) {
      for (std::mt19937 random(10); !stop.stop_requested();) {
        const size_t at = random() % bytes.size();
        bytes[at] = static_cast<std::byte>(random());
        bytes[at] = tokens.encoded[at];
      }
    });
    const auto ok_or_damaged = AnyOf(IsOk(), StatusIs(absl::StatusCode::kDataLoss));
    for (int i = 0; i < 20000; ++i) {
      ASSERT_THAT(DecodeLzf(shared.read(), fast_.Tail(tokens.decoded.size())).status(),
                  ok_or_damaged);
      ASSERT_THAT(DecodeLzfPrefix(shared.read(), fast_.Tail(500)), ok_or_damaged);
    }
  });
}

TEST_F(LzfDecodeTest, NamesTheDamage) {
  EXPECT_THAT(Decode("", 10), IsOkAndHolds(0));
  EXPECT_THAT(Decode("01aa", 10), StatusIs(absl::StatusCode::kDataLoss, "lzf: truncated stream"));
  EXPECT_THAT(Decode("00aa20", 10), StatusIs(absl::StatusCode::kDataLoss, "lzf: truncated stream"));
  EXPECT_THAT(Decode("00aae0", 10), StatusIs(absl::StatusCode::kDataLoss, "lzf: truncated stream"));
  EXPECT_THAT(Decode("00aae000", 10),
              StatusIs(absl::StatusCode::kDataLoss, "lzf: truncated stream"));
  EXPECT_THAT(Decode("00aa2001", 10), StatusIs(absl::StatusCode::kDataLoss,
                                               "lzf: a reference at byte 1 points 2 bytes back"));
  EXPECT_THAT(
      Decode("00aae00000", 9),
      StatusIs(absl::StatusCode::kDataLoss, "lzf: the data hold more than the 9 bytes expected"));
  EXPECT_THAT(Decode("00aae00000", 10), IsOkAndHolds(10));
}

// Guard bytes behind the prefix stay as they are.
void ExpectPrefix(const Tokens& tokens, size_t size) {
  constexpr std::byte kGuard{0x5A};
  Bytes decoded(size + 64, kGuard);
  ASSERT_THAT(DecodeLzfPrefix(tokens.encoded, absl::MakeSpan(decoded).first(size)), IsOk());
  ASSERT_TRUE(std::equal(decoded.begin(), decoded.begin() + size, tokens.decoded.begin()));
  ASSERT_EQ(std::count(decoded.begin() + size, decoded.end(), kGuard), 64);
}

TEST(LzfPrefixTest, OfEveryLength) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  OnEveryTarget([&] {
    const Tokens tokens = RandomTokens(120, seed);
    for (size_t size = 0; size <= tokens.decoded.size(); ++size) {
      ExpectPrefix(tokens, size);
      if (testing::Test::HasFatalFailure()) return;
    }
  });
}

TEST(LzfPrefixTest, DamageBehindThePrefixDoesNotMatter) {
  Tokens tokens = RandomTokens(500, 7);
  const size_t half = tokens.decoded.size() / 2;
  for (size_t i = tokens.encoded.size() * 9 / 10; i < tokens.encoded.size(); ++i) {
    tokens.encoded[i] = std::byte{0xFF};
  }
  ExpectPrefix(tokens, half);
}

TEST(LzfPrefixTest, StreamsThatEndBefore) {
  Tokens tokens = RandomTokens(50, 3);
  Bytes decoded(tokens.decoded.size() + 1);
  EXPECT_THAT(DecodeLzfPrefix(tokens.encoded, absl::MakeSpan(decoded)),
              StatusIs(absl::StatusCode::kDataLoss,
                       absl::StrCat("lzf: the stream ends after ", tokens.decoded.size(), " of ",
                                    decoded.size(), " bytes")));
  for (size_t size = 0; size + 1 < tokens.encoded.size(); ++size) {
    const absl::Status status =
        DecodeLzfPrefix(absl::MakeSpan(tokens.encoded).first(size), absl::MakeSpan(decoded));
    ASSERT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
  }
}

}  // namespace
}  // namespace seiche
