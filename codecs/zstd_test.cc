#include "codecs/zstd.h"

#include <cstring>
#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/test_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using Bytes = std::vector<std::byte>;

constexpr std::string_view kStream =
    "28b52ffd20a08d0100a80000071c3f70affc5701c03702bc4f03f09f0000000d00c008b0111806760346808dc0"
    "30600498038601233b73378005";

absl::StatusOr<size_t> Decode(const Bytes& encoded, Bytes& decoded) {
  CodecScratch scratch;
  return MakeZstd(3)->Decode(encoded, absl::MakeSpan(decoded), scratch);
}

TEST(ZstdTest, DecodesHdf5plugin) {
  Bytes decoded(160);
  EXPECT_THAT(Decode(FromHex(kStream), decoded), IsOkAndHolds(160));
  EXPECT_EQ(decoded, GoldenBytes());
}

TEST(ZstdTest, DecodesFramesInARow) {
  Bytes encoded = FromHex(kStream);
  const Bytes again = encoded;
  encoded.insert(encoded.end(), again.begin(), again.end());
  Bytes decoded(400);
  EXPECT_THAT(Decode(encoded, decoded), IsOkAndHolds(320));
}

TEST(ZstdTest, NamesTheDamage) {
  Bytes decoded(160);
  EXPECT_THAT(Decode({}, decoded), StatusIs(absl::StatusCode::kDataLoss, "zstd: no frame"));
  Bytes encoded = FromHex(kStream);
  encoded[0] ^= std::byte{1};
  EXPECT_THAT(Decode(encoded, decoded),
              StatusIs(absl::StatusCode::kDataLoss, "zstd: Unknown frame descriptor"));
  encoded = FromHex(kStream);
  decoded.resize(159);
  EXPECT_THAT(Decode(encoded, decoded),
              StatusIs(absl::StatusCode::kDataLoss,
                       "zstd: the data hold more than the 159 bytes expected"));
}

TEST(ZstdTest, HigherLevelsAreSmaller) {
  const Bytes data = MakeData(DataKind::kWaves, 200000, 1);
  CodecScratch scratch;
  std::vector<size_t> sizes;
  for (int level : {kMinZstdLevel, 9}) {
    const auto codec = MakeZstd(level);
    Bytes encoded(codec->MaxEncodedSize(data.size()));
    sizes.push_back(codec->Encode(data, absl::MakeSpan(encoded), scratch).value());
  }
  EXPECT_LT(sizes[1], sizes[0]);
}

}  // namespace
}  // namespace seiche
