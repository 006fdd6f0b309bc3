#include "codecs/codec_errors.h"

#include "absl/status/status_matchers.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;

class Doubling final : public ByteCodec {
 public:
  std::string name() const override { return "doubling:2"; }
  size_t MaxEncodedSize(size_t decoded_size) const override { return 2 * decoded_size; }
  absl::StatusOr<size_t> Encode(absl::Span<const std::byte>, absl::Span<std::byte>,
                                CodecScratch&) const override {
    return 0;
  }
  absl::StatusOr<size_t> Decode(absl::Span<const std::byte>, absl::Span<std::byte>,
                                CodecScratch&) const override {
    return 0;
  }
};

TEST(CodecErrorsTest, EncodeSpaceIsTheMaximum) {
  EXPECT_THAT(CheckEncodeSpace(Doubling(), 10, 20), IsOk());
  EXPECT_THAT(CheckEncodeSpace(Doubling(), 10, 19),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "doubling:2: encoding 10 bytes may need 20, not 19"));
}

TEST(CodecErrorsTest, DamageIsDataLoss) {
  EXPECT_THAT(Damaged("lzf", "why"), StatusIs(absl::StatusCode::kDataLoss, "lzf: why"));
  EXPECT_THAT(TooLarge("lzf", 7), StatusIs(absl::StatusCode::kDataLoss,
                                           "lzf: the data hold more than the 7 bytes expected"));
}

}  // namespace
}  // namespace seiche
