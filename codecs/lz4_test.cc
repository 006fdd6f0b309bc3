#include "codecs/lz4.h"

#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using Bytes = std::vector<std::byte>;

constexpr std::string_view kOneBlock =
    "00000000000000a0000000a00000003d1700010017070400171c0400173f04001770040017af040017fc040026"
    "5701040017c00400263702040017bc0400264f03040016f0040050009f000000";
constexpr std::string_view kBlocksOf64 =
    "00000000000000a0000000400000001a1700010017070400171c0400173f0400167004005000af000000000000"
    "2240af000000040017fc0400265701040017c00400263702040080bc020000bc0200000000001366bc020000"
    "4f03040016f0040050009f000000";

absl::StatusOr<size_t> Decode(const Bytes& encoded, Bytes& decoded) {
  CodecScratch scratch;
  return MakeLz4()->Decode(encoded, absl::MakeSpan(decoded), scratch);
}

void ExpectDamaged(std::string_view hex, const std::string& message) {
  Bytes decoded(160);
  EXPECT_THAT(Decode(FromHex(hex), decoded), StatusIs(absl::StatusCode::kDataLoss, message));
}

TEST(Lz4Test, DecodesHdf5plugin) {
  for (std::string_view stream : {kOneBlock, kBlocksOf64}) {
    Bytes decoded(160);
    EXPECT_THAT(Decode(FromHex(stream), decoded), IsOkAndHolds(160));
    EXPECT_EQ(decoded, GoldenBytes());
  }
}

TEST(Lz4Test, StoresWhatDoesNotShrink) {
  const Bytes data = MakeData(DataKind::kRandom, 150, 1);
  const auto codec = MakeLz4(100);
  CodecScratch scratch;
  Bytes encoded(codec->MaxEncodedSize(data.size()));
  ASSERT_THAT(codec->Encode(data, absl::MakeSpan(encoded), scratch),
              IsOkAndHolds(12 + 4 + 100 + 4 + 50));
  EXPECT_EQ(Bytes(encoded.begin(), encoded.begin() + 16), FromHex("0000000000000096"
                                                                  "00000064"
                                                                  "00000064"));
  EXPECT_TRUE(std::equal(data.begin(), data.begin() + 100, encoded.begin() + 16));
}

TEST(Lz4Test, NamesTheDamage) {
  ExpectDamaged("00000000000000a0000000", "lz4: the header is truncated");
  ExpectDamaged("00000000000000a1000000a0", "lz4: the data hold more than the 160 bytes expected");
  ExpectDamaged("ffffffffffffffffffffffff", "lz4: the data hold more than the 160 bytes expected");
  ExpectDamaged("00000000000000a000000000", "lz4: the block size is 0");
  ExpectDamaged("00000000000000a0000000a0", "lz4: a block's size is missing");
  ExpectDamaged("00000000000000a0000000a0000000051234", "lz4: a block is truncated");
  ExpectDamaged("00000000000000a0000000a0ffffffff1234", "lz4: a block is truncated");
  ExpectDamaged("00000000000000a0000000a0000000021234", "lz4: damaged block");
  ExpectDamaged("0000000000000000000000000000", "lz4: bytes follow the last block");
}

}  // namespace
}  // namespace seiche
