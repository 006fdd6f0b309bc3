#include "experiments/codecs/candidates.h"

#include <cmath>
#include <cstring>

#include "absl/status/status_matchers.h"
#include "experiments/measure/array_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

const Shape kShape = {6, 20, 24};

// A smooth film; `step` > 0: of multiples of it.
template <typename T>
std::vector<T> Film(double step) {
  std::vector<T> values;
  for (int64_t t = 0; t < kShape[0]; ++t) {
    for (int64_t y = 0; y < kShape[1]; ++y) {
      for (int64_t x = 0; x < kShape[2]; ++x) {
        const double value = 0.5 + 0.4 * std::sin(0.2 * x + 0.1 * y + 0.3 * t);
        values.push_back(step > 0 ? static_cast<T>(static_cast<T>(std::round(value / step)) *
                                                   static_cast<T>(step))
                                  : static_cast<T>(value));
      }
    }
  }
  return values;
}

template <typename T>
ConstArrayView View(const std::vector<T>& values) {
  return MakeView(static_cast<const void*>(values.data()), kDTypeOf<T>, kShape);
}

const std::vector<float> kLevels = Film<float>(1 / 255.0f);
const std::vector<float> kHeights = Film<float>(0);

std::vector<std::string> NamesOf(const std::vector<CandidateSpec>& specs) {
  std::vector<std::string> names;
  for (const CandidateSpec& spec : specs) names.push_back(spec.codec);
  return names;
}

DataTraits Inspect(const ConstArrayView& array) {
  const auto traits = InspectData(array);
  EXPECT_THAT(traits, IsOk());
  return *traits;
}

TEST(CandidatesTest, DataTellsWhatItIs) {
  EXPECT_TRUE(Inspect(View(kLevels)).levels);
  EXPECT_TRUE(Inspect(View(kLevels)).steps);
  EXPECT_FALSE(Inspect(View(kHeights)).levels);
  EXPECT_TRUE(Inspect(View(kHeights)).bounded());
  const DataTraits eighths = Inspect(View(Film<double>(0.125)));
  EXPECT_FALSE(eighths.levels);
  EXPECT_TRUE(eighths.steps);
  EXPECT_TRUE(Inspect(View(Film<uint8_t>(1))).levels);
  // All multiples of 2^-13, as every float32 between 1024 and 2048 is.
  std::vector<float> warm = kHeights;
  for (float& value : warm) value = 1100 + 900 * value;
  EXPECT_TRUE(Inspect(View(warm)).bounded());
  const DataTraits integers = Inspect(View(Film<int32_t>(1)));
  EXPECT_FALSE(integers.levels);
  EXPECT_FALSE(integers.bounded());
}

TEST(CandidatesTest, LevelsAreForJpegAndHeightsForBounds) {
  const CandidateSelection selection{.bounds = {1e-2, 1e-3}};
  const auto levels = CandidatesFor(Inspect(View(kLevels)), selection);
  EXPECT_THAT(NamesOf(levels),
              IsSupersetOf({"lzf", "deflate:4", "shuffle+zstd:3", "blosc:lz4", "bitshuffle:zstd",
                            "jpeg:75", "swell:fast", "swell:small", "swell:smallest"}));
  for (const CandidateSpec& spec : levels) {
    EXPECT_EQ(spec.bound.has_value(), spec.codec != "jpeg:75");
    EXPECT_EQ(spec.bound.value_or(0), 0);
  }
  const auto heights = CandidatesFor(Inspect(View(kHeights)), selection);
  EXPECT_THAT(NamesOf(heights), Not(Contains("jpeg:75")));
  std::vector<double> bounds;
  for (const CandidateSpec& spec : heights) {
    if (spec.codec == "swell:fast") bounds.push_back(*spec.bound);
  }
  EXPECT_THAT(bounds, ElementsAre(0, 1e-2, 1e-3));
  const auto asked = CandidatesFor(Inspect(View(kLevels)), {.bounds = {1e-2}, .bound_steps = true});
  EXPECT_EQ(asked.back().bound, 1e-2);
}

TEST(CandidatesTest, SelectionIsByNameOrChain) {
  const CandidateSelection selection{.codecs = {"swell", "blosc:lz4", "shuffle+deflate:1"}};
  ASSERT_THAT(CheckSelection(selection), IsOk());
  EXPECT_THAT(
      NamesOf(CandidatesFor(Inspect(View(kHeights)), selection)),
      ElementsAre("blosc:lz4", "shuffle+deflate:1", "swell:fast", "swell:small", "swell:smallest"));
  EXPECT_THAT(CheckSelection({.codecs = {"lz5"}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no codec lz5")));
  EXPECT_THAT(CheckSelection({.bounds = {0}}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(CheckSelection({.bounds = {INFINITY}}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(CheckSelection({.key_frames = 0}), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(CandidatesTest, EveryCandidateKeepsItsPromise) {
  for (const std::vector<float>* const values : {&kLevels, &kHeights}) {
    const ConstArrayView array = View(*values);
    std::vector<float> out(values->size());
    const ArrayView decoded = MakeView(out.data(), DType::kFloat32, kShape);
    for (const CandidateSpec& spec : CandidatesFor(Inspect(array), {.bounds = {1e-3}})) {
      SCOPED_TRACE(spec.codec);
      const auto candidate = MakeCandidate(spec);
      ASSERT_THAT(candidate, IsOk());
      EncodedArray encoded;
      CodecScratch scratch;
      for (int turn = 0; turn < 2; ++turn) {
        ASSERT_THAT((*candidate)->Encode(array, encoded, scratch), IsOk());
        std::fill(out.begin(), out.end(), -7.0f);
        ASSERT_THAT((*candidate)->Decode(encoded, decoded, scratch), IsOk());
        const ArrayError error = CompareArrays(array, decoded);
        if (spec.bound == 0) {
          EXPECT_TRUE(error.exact);
        } else {
          EXPECT_LT(error.max_error, spec.bound.value_or(0.2));
        }
      }
      EXPECT_GT(encoded.bytes.size(), 0);
      EXPECT_LE(encoded.bytes.size(), static_cast<size_t>(array.size_bytes()));
    }
  }
}

TEST(CandidatesTest, ShapesMayChange) {
  const auto candidate = MakeCandidate({.codec = "shuffle+deflate:4"});
  ASSERT_THAT(candidate, IsOk());
  EncodedArray encoded;
  CodecScratch scratch;
  std::vector<float> out(kHeights.size());
  for (const int64_t frames : {6, 2}) {
    const Shape shape = {frames, kShape[1], kShape[2]};
    const ConstArrayView array =
        MakeView(static_cast<const void*>(kHeights.data()), DType::kFloat32, shape);
    const ArrayView decoded = MakeView(out.data(), DType::kFloat32, shape);
    ASSERT_THAT((*candidate)->Encode(array, encoded, scratch), IsOk());
    ASSERT_THAT((*candidate)->Decode(encoded, decoded, scratch), IsOk());
    EXPECT_TRUE(CompareArrays(array, decoded).exact);
  }
}

TEST(CandidatesTest, JpegRefusesWhatAreNoLevels) {
  const auto jpeg = MakeCandidate(
      {.codec = "jpeg:75", .kind = CandidateSpec::Kind::kJpeg, .bound = std::nullopt});
  ASSERT_THAT(jpeg, IsOk());
  EncodedArray encoded;
  CodecScratch scratch;
  EXPECT_THAT((*jpeg)->Encode(View(kHeights), encoded, scratch),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("levels")));
}

}  // namespace
}  // namespace seiche
