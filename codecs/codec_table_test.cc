// A program that links two codecs.
#include "absl/status/status_matchers.h"
#include "codecs/registry.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(CodecTableTest, HasWhatItWasAskedForInAlphabeticalOrder) {
  EXPECT_THAT(ByteCodecNames(), ElementsAre("deflate", "shuffle"));
  EXPECT_THAT(MakeByteCodec("deflate:4"), IsOk());
  EXPECT_THAT(MakeByteCodec(/*hdf5_id=*/2, {.element_size = 4}), IsOk());
}

TEST(CodecTableTest, OthersAreNotThere) {
  EXPECT_THAT(MakeByteCodec("lzf"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("there are deflate, shuffle")));
  EXPECT_THAT(MakeByteCodec(/*hdf5_id=*/32000, {}), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace seiche
