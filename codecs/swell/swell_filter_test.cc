#include "codecs/swell/swell_filter.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/test_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

TEST(SwellFilterTest, SpecsBecomeClientData) {
  const uint64_t bound = 0x3f1a36e2eb1c432d;  // 1e-4
  auto values = ParseSwellSpec("fast,abs=1e-4,frames=10");
  ASSERT_THAT(values, IsOk());
  EXPECT_THAT(*values, ElementsAre(1, 1, 1, static_cast<uint32_t>(bound), bound >> 32, 10));
  values = CompleteSwell(*values, DType::kFloat32, 4, {2, 1, 100, 184, 184});
  ASSERT_THAT(values, IsOk());
  EXPECT_THAT(*values, ElementsAre(1, 1, 1, static_cast<uint32_t>(bound), bound >> 32, 10, 9, 2,
                                   100, 184, 184));
  EXPECT_EQ(*CompleteSwell(*values, DType::kInt8, 1, {}), *values);
  const auto filter = MakeSwellFilter(*values);
  ASSERT_THAT(filter, IsOk());
  EXPECT_EQ((*filter)->name(), "swell:fast,abs=0.0001,frames=10");
}

TEST(SwellFilterTest, RefusesWhatMakesNoSense) {
  for (const char* spec : {"", "quick", "fast,abs=0", "fast,abs=-1", "fast,abs=nan",
                           "fast,abs=1,rel=1", "fast,frames=0", "fast,frames=x", "raw", "fast,"}) {
    EXPECT_THAT(ParseSwellSpec(spec),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("swell")))
        << spec;
  }
  EXPECT_THAT(CompleteSwell(*ParseSwellSpec("fast,rel=0.1"), std::nullopt, 4, {10}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("type")));
  for (const std::vector<uint32_t>& values : {std::vector<uint32_t>{},
                                              {1, 1, 0, 0, 0, 100},
                                              {2, 1, 0, 0, 0, 100, 9},
                                              {1, 9, 0, 0, 0, 100, 9},
                                              {1, 1, 5, 0, 0, 100, 9},
                                              {1, 1, 0, 0, 0, 0, 9},
                                              {1, 1, 0, 0, 0, 100, 200},
                                              {1, 1, 0, 0, 0, 100, 9, 1, 1, 1, 1, 1}}) {
    EXPECT_THAT(MakeSwellFilter(values), StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(SwellFilterTest, CodesChunksWithinTheBound) {
  std::vector<float> waves(6 * 20 * 24);
  for (size_t i = 0; i < waves.size(); ++i) waves[i] = std::sin(0.01f * i);
  Bytes chunk(waves.size() * sizeof(float));
  std::memcpy(chunk.data(), waves.data(), chunk.size());
  const auto values =
      CompleteSwell(*ParseSwellSpec("fast,abs=1e-3"), DType::kFloat32, 4, {1, 6, 20, 24});
  const auto filter = MakeSwellFilter(*values);
  ASSERT_THAT(filter, IsOk());
  CodecScratch scratch;
  Bytes encoded((*filter)->MaxEncodedSize(chunk.size()));
  const auto size = (*filter)->Encode(chunk, absl::MakeSpan(encoded), scratch);
  ASSERT_THAT(size, IsOk());
  EXPECT_LT(*size * 5, chunk.size());
  Bytes decoded(chunk.size());
  encoded.resize(*size);
  // Any filter decodes it.
  const auto other = MakeSwellFilter(*CompleteSwell({}, std::nullopt, 1, {}));
  ASSERT_THAT((*other)->Decode(encoded, absl::MakeSpan(decoded), scratch), IsOk());
  for (size_t i = 0; i < waves.size(); ++i) {
    float value;
    std::memcpy(&value, decoded.data() + 4 * i, sizeof(value));
    ASSERT_LE(std::abs(value - waves[i]), 1e-3);
  }
}

}  // namespace
}  // namespace seiche
