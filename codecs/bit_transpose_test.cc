#include "codecs/bit_transpose.h"

#include <random>
#include <vector>

#include "codecs/simd_targets.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using Bytes = std::vector<std::byte>;

// The definition, bit by bit.
Bytes TransposedPlainly(const Bytes& from, size_t element_size) {
  const size_t elements = from.size() / element_size;
  Bytes to(from.size());
  for (size_t i = 0; i < elements; ++i) {
    for (size_t bit = 0; bit < element_size * 8; ++bit) {
      const std::byte value = from[i * element_size + bit / 8] >> bit % 8 & std::byte{1};
      to[bit * (elements / 8) + i / 8] |= value << i % 8;
    }
  }
  return to;
}

TEST(BitTransposeTest, PutsBitsOfOneRankTogether) {
  // uint16: 1 in element 0, 0x8004 in element 9, otherwise 0; as PyPI's bitshuffle 0.5.2 has it.
  const Bytes from = FromHex("0100000000000000000000000000000000000480000000000000000000000000");
  Bytes to(from.size());
  BitTranspose(from, 2, absl::MakeSpan(to));
  EXPECT_EQ(to, FromHex("0100000000020000000000000000000000000000000000000000000000000002"));
  Bytes back(from.size());
  BitUntranspose(to, 2, absl::MakeSpan(back));
  EXPECT_EQ(back, from);
}

TEST(BitTransposeTest, EveryInstructionSetAgrees) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  RecordProperty("seed", std::to_string(seed));
  GuardedBytes input(1 << 17);
  GuardedBytes output(1 << 17);
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (size_t element_size = 1; element_size <= 17; ++element_size) {
      for (size_t elements : {0, 8, 16, 120, 128, 136, 256, 1000, 2048, 4104}) {
        SCOPED_TRACE(testing::Message() << elements << " elements of " << element_size);
        const Bytes data = MakeData(DataKind::kRandom, elements * element_size, seed);
        const Bytes expected = TransposedPlainly(data, element_size);
        const absl::Span<std::byte> to = output.Tail(data.size());
        BitTranspose(input.Tail(data), element_size, to);
        ASSERT_EQ(to, absl::MakeConstSpan(expected));
        BitUntranspose(input.Tail(expected), element_size, to);
        ASSERT_EQ(to, absl::MakeConstSpan(data));
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace seiche
