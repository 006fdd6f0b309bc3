// Streams that lie in testdata/ decode to what they always did, on every instruction set and by the
// reference decoder.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "base/array_view.h"
#include "base/crc32c.h"
#include "codecs/simd_targets.h"
#include "codecs/swell/golden_arrays.h"
#include "codecs/swell/reference_decoder.h"
#include "codecs/swell/stream_header.h"
#include "codecs/swell/swell_codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using Bytes = std::vector<std::byte>;

Bytes ReadStream(const std::string& name) {
  std::ifstream file("codecs/swell/testdata/" + name + ".swell", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

// Largest error that the stream of `golden` may have. (These arrays are finite floats of 32 bits
// where the bound is relative.)
double BoundOf(const GoldenArray& golden) {
  if (golden.options.mode != SwellMode::kRelative) return golden.options.bound;
  std::vector<float> values(golden.values.size() / sizeof(float));
  std::memcpy(values.data(), golden.values.data(), golden.values.size());
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return golden.options.bound * (double{*high} - double{*low});
}

template <typename T>
void ExpectWithin(double bound, const Bytes& values, const Bytes& decoded) {
  for (size_t i = 0; i < values.size(); i += sizeof(T)) {
    T x, y;
    std::memcpy(&x, &values[i], sizeof(T));
    std::memcpy(&y, &decoded[i], sizeof(T));
    ASSERT_LE(std::abs(double{x} - double{y}), bound);
  }
}

class GoldenTest : public testing::TestWithParam<GoldenArray> {};

TEST_P(GoldenTest, DecodesToWhatItDid) {
  const GoldenArray& golden = GetParam();
  const Bytes encoded = ReadStream(golden.name);
  ASSERT_FALSE(encoded.empty());
  const auto header = ParseHeader(encoded);
  ASSERT_THAT(header, IsOk());
  EXPECT_TRUE(golden.name.starts_with(header->level == SwellLevel::kRaw     ? "raw_"
                                      : header->level == SwellLevel::kFast  ? "fast_"
                                      : header->level == SwellLevel::kSmall ? "small_"
                                                                            : "smallest_"));
  EXPECT_EQ(header->info.dtype, golden.dtype);
  EXPECT_EQ(header->info.shape, golden.shape);
  const auto reference = DecodeByReference(encoded);
  ASSERT_TRUE(reference.has_value());
  EXPECT_EQ(Crc32c(*reference), golden.decoded_crc);
  if (golden.options.mode == SwellMode::kLossless) {
    EXPECT_EQ(*reference, golden.values);
  } else if (golden.dtype == DType::kFloat32) {
    ExpectWithin<float>(BoundOf(golden), golden.values, *reference);
  } else {
    ExpectWithin<double>(BoundOf(golden), golden.values, *reference);
  }
  const auto codec = MakeSwellCodec();
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    CodecScratch scratch;
    Bytes decoded(golden.values.size());
    void* const out = decoded.data();
    ASSERT_THAT((*codec)->Decode(encoded, {}, MakeView(out, golden.dtype, golden.shape), scratch),
                IsOk());
    EXPECT_EQ(decoded, *reference);
  }
  hwy::SetSupportedTargetsForTest(0);
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTest, testing::ValuesIn(GoldenArrays()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace seiche
