#include "codecs/shuffle.h"

#include <random>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/simd_targets.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using ::absl_testing::StatusIs;
using Bytes = std::vector<std::byte>;

// HDF5's definition, byte by byte.
Bytes ShuffledPlainly(const Bytes& from, size_t element_size) {
  const size_t elements = from.size() / element_size;
  Bytes to = from;
  for (size_t i = 0; i < elements; ++i) {
    for (size_t byte = 0; byte < element_size; ++byte) {
      to[byte * elements + i] = from[i * element_size + byte];
    }
  }
  return to;
}

TEST(ShuffleTest, PutsBytesOfOneRankTogether) {
  const Bytes from = FromHex("0102030405060708090a0b0c");
  Bytes to(from.size());
  Shuffle(from, 3, absl::MakeSpan(to));
  EXPECT_EQ(to, FromHex("0104070a0205080b0306090c"));  // as h5py stores it
}

TEST(ShuffleTest, LeavesTrailingBytesInPlace) {
  const Bytes from = FromHex("0102030405060708090a0b");
  Bytes to(from.size());
  Shuffle(from, 4, absl::MakeSpan(to));
  EXPECT_EQ(to, FromHex("0105020603070408090a0b"));
}

TEST(ShuffleTest, DoesNothingToASingleElement) {
  const Bytes from = FromHex("010203040506");
  Bytes to(from.size());
  Shuffle(from, 4, absl::MakeSpan(to));
  EXPECT_EQ(to, from);
}

TEST(ShuffleTest, MatchesTheStreamOfH5py) {
  Bytes to(GoldenBytes().size());
  Shuffle(GoldenBytes(), 4, absl::MakeSpan(to));
  const Bytes planes = FromHex(
      "0000000707071c1c1c3f3f3f707070afafaffcfcfc575757c0c0c0373737bcbcbc4f4f4ff0f0f09f"
      "00000000000000000000000000000000000000000001010101010102020202020203030303030300");
  EXPECT_EQ(Bytes(to.begin(), to.begin() + planes.size()), planes);
  EXPECT_EQ(Bytes(to.begin() + planes.size(), to.end()), Bytes(80));
}

TEST(ShuffleTest, EveryInstructionSetAgrees) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  GuardedBytes input(1 << 16);
  GuardedBytes output(1 << 16);
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (size_t element_size = 1; element_size <= 17; ++element_size) {
      for (size_t size : {0, 1, 15, 16, 31, 63, 64, 255, 256, 257, 1000, 4096, 17000, 33333}) {
        SCOPED_TRACE(testing::Message() << size << " bytes of " << element_size);
        const Bytes data = MakeData(DataKind::kRandom, size, seed);
        const Bytes expected = ShuffledPlainly(data, element_size);
        const absl::Span<std::byte> to = output.Tail(size);
        Shuffle(input.Tail(data), element_size, to);
        ASSERT_EQ(to, absl::MakeConstSpan(expected));
        Unshuffle(input.Tail(expected), element_size, to);
        ASSERT_EQ(to, absl::MakeConstSpan(data));
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(ShuffleTest, RefusesMoreThanFits) {
  CodecScratch scratch;
  Bytes to(7);
  EXPECT_THAT(MakeShuffle(4)->Decode(Bytes(8), absl::MakeSpan(to), scratch),
              StatusIs(absl::StatusCode::kDataLoss,
                       "shuffle: the data hold more than the 7 bytes expected"));
}

}  // namespace
}  // namespace seiche
