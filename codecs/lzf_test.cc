#include "codecs/lzf.h"

#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;

TEST(LzfTest, RoundTripsWaves) {
  const std::vector<std::byte> data = MakeData(DataKind::kWaves, 100000, 1);
  const auto lzf = MakeLzf();
  CodecScratch scratch;
  std::vector<std::byte> encoded(lzf->MaxEncodedSize(data.size()));
  auto size = lzf->Encode(data, absl::MakeSpan(encoded), scratch);
  ASSERT_TRUE(size.ok());
  EXPECT_LT(*size, data.size() / 2);
  std::vector<std::byte> decoded(data.size());
  EXPECT_THAT(lzf->Decode({encoded.data(), *size}, absl::MakeSpan(decoded), scratch),
              IsOkAndHolds(data.size()));
  EXPECT_EQ(decoded, data);
}

TEST(LzfTest, RefusesPositionsOfMoreThan32Bits) {
  // Nothing is read of it: the size alone is too large.
  const absl::Span<const std::byte> huge(nullptr, size_t{1} << 32);
  const absl::Span<std::byte> room(static_cast<std::byte*>(nullptr), size_t{1} << 33);
  CodecScratch scratch;
  EXPECT_THAT(MakeLzf()->Encode(huge, room, scratch),
              StatusIs(absl::StatusCode::kInvalidArgument, "lzf: more than 4 GB in one piece"));
}

}  // namespace
}  // namespace seiche
