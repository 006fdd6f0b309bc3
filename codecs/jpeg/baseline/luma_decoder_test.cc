#include "codecs/jpeg/baseline/luma_decoder.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/array_view.h"
#include "base/file_system.h"
#include "codecs/codec.h"
#include "codecs/jpeg/baseline/test_stream.h"
#include "codecs/jpeg/libjpeg.h"
#include "codecs/simd_targets.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using Bytes = std::vector<std::byte>;
using Levels = std::vector<uint8_t>;

Bytes ToBytes(const std::string& contents) {
  const auto* data = reinterpret_cast<const std::byte*>(contents.data());
  return Bytes(data, data + contents.size());
}

ArrayView View(Levels& levels, int64_t height, int64_t width) {
  levels.assign(height * width, 0xaa);
  return MakeView(levels.data(), DType::kUInt8, {height, width});
}

class LumaDecoderTest : public testing::Test {
 protected:
  LumaDecoderTest() {
    const uint32_t seed = std::random_device{}();
    RecordProperty("seed", absl::StrCat(seed));
    random_.seed(seed);
    trace_.emplace(__FILE__, __LINE__, absl::StrCat("seed ", seed));
  }
  ~LumaDecoderTest() override { hwy::SetSupportedTargetsForTest(0); }

  int Uniform(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

  // Whether the decoder takes it. Then libjpeg does too, with the same levels.
  bool Decodes(const Bytes& encoded, int64_t height, int64_t width) {
    Levels own, expected;
    if (!decoder_.Decode(encoded, {}, View(own, height, width))) return false;
    EXPECT_THAT(DecodeByLibjpeg(encoded, {}, View(expected, height, width), scratch_), IsOk());
    EXPECT_EQ(own, expected);
    return true;
  }

  Bytes Encode(const Levels& levels, int64_t height, int64_t width, const JpegOptions& options) {
    Bytes room(MaxJpegSize({height, width}, options.chroma));
    const auto size = EncodeByLibjpeg(
        MakeView(static_cast<const void*>(levels.data()), DType::kUInt8, {height, width}), options,
        scratch_, absl::MakeSpan(room));
    EXPECT_THAT(size, IsOk());
    room.resize(size.value_or(0));
    return room;
  }

  // Waves, noise, and flat parts; of less contrast than the blocks that are left to libjpeg.
  Levels RandomImage(int64_t height, int64_t width) {
    Levels levels(height * width);
    const int noise = Uniform(0, 2) == 0 ? 120 : Uniform(0, 20), slope = Uniform(0, 40);
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t x = 0; x < width; ++x) {
        const int64_t value = (x / 16 + y / 16) % 3 == 0 ? 90 : (x * slope + y * y) / 16 % 160;
        levels[y * width + x] = std::min<int64_t>(value + Uniform(0, noise), 255);
      }
    }
    return levels;
  }

  std::mt19937 random_;
  std::optional<testing::ScopedTrace> trace_;
  CodecScratch scratch_;
  LumaDecoder decoder_;
};

TEST_F(LumaDecoderTest, ImagesOfEveryQualityAndManySizes) {
  for (int quality = 1; quality <= 100; ++quality) {
    for (const JpegChroma chroma : {JpegChroma::kGray, JpegChroma::k420}) {
      const int limit = quality % 10 == 0 ? 200 : 40;
      const int height = Uniform(1, limit), width = Uniform(1, limit);
      const Bytes encoded = Encode(RandomImage(height, width), height, width, {quality, chroma});
      ASSERT_TRUE(Decodes(encoded, height, width))
          << "quality " << quality << ", " << height << " x " << width;
    }
  }
}

TEST_F(LumaDecoderTest, EverySmallSize) {
  for (const JpegChroma chroma : {JpegChroma::kGray, JpegChroma::k420}) {
    for (int height = 1; height <= 34; ++height) {
      for (int width = 1; width <= 34; ++width) {
        const Bytes encoded = Encode(RandomImage(height, width), height, width, {75, chroma});
        ASSERT_TRUE(Decodes(encoded, height, width)) << height << " x " << width;
      }
    }
  }
}

using Layout = std::vector<RandomJpegOptions::Blocks>;

// Gray, twice with factors that do not count; 4:4:4, 4:2:2, 4:4:0, 4:2:0, 4:1:1; uneven ones.
const Layout kLayouts[] = {{{}},
                           {{2, 2}},
                           {{3, 1}},
                           {{1, 1}, {1, 1}, {1, 1}},
                           {{2, 1}, {1, 1}, {1, 1}},
                           {{1, 2}, {1, 1}, {1, 1}},
                           {{2, 2}, {1, 1}, {1, 1}},
                           {{4, 1}, {1, 1}, {1, 1}},
                           {{2, 2}, {2, 1}, {1, 2}},
                           {{1, 4}, {1, 4}, {1, 2}}};

TEST_F(LumaDecoderTest, RandomCoefficientsCodesAndLayouts) {
  for (int i = 0; i < 600; ++i) {
    RandomJpegOptions options{.height = Uniform(1, 70), .width = Uniform(1, 70)};
    options.components = kLayouts[i % std::size(kLayouts)];
    options.restart_interval = Uniform(0, 1) * Uniform(1, 20);
    options.max_quantum = Uniform(0, 1) == 0 ? 255 : 3;
    const Bytes encoded = ToBytes(RandomJpeg(options, random_));
    ASSERT_TRUE(Decodes(encoded, options.height, options.width))
        << "layout " << i % std::size(kLayouts) << ", restart interval " << options.restart_interval
        << ", " << options.height << " x " << options.width;
  }
}

TEST_F(LumaDecoderTest, EveryInstructionSet) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (int i = 0; i < 30; ++i) {
      RandomJpegOptions options{.height = Uniform(1, 70), .width = Uniform(1, 70)};
      options.components = kLayouts[i % std::size(kLayouts)];
      ASSERT_TRUE(Decodes(ToBytes(RandomJpeg(options, random_)), options.height, options.width));
    }
  }
}

TEST_F(LumaDecoderTest, CoefficientsThatOverflowAreLeftToLibjpeg) {
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    RandomJpegOptions options{.height = 20, .width = 20, .max_sum = 40'000};
    if (!Decodes(ToBytes(RandomJpeg(options, random_)), 20, 20)) ++refused;
  }
  EXPECT_GT(refused, 100);
}

TEST_F(LumaDecoderTest, FloatsAndRowsApart) {
  const RandomJpegOptions options{
      .height = 21, .width = 19, .components = kLayouts[6], .restart_interval = 3};
  const Bytes encoded = ToBytes(RandomJpeg(options, random_));
  Levels levels;
  ASSERT_THAT(DecodeByLibjpeg(encoded, {}, View(levels, 21, 19), scratch_), IsOk());
  std::vector<float> values(21 * 25, -7);
  ArrayView out = MakeView(values.data(), DType::kFloat32, {21, 19});
  out.strides[0] = 25 * sizeof(float);
  ASSERT_TRUE(decoder_.Decode(encoded, {.scale = 2, .offset = -0.5f}, out));
  for (int y = 0; y < 21; ++y) {
    for (int x = 0; x < 25; ++x) {
      const float expected = x < 19 ? levels[y * 19 + x] * (1 / 255.0f) * 2 - 0.5f : -7;
      ASSERT_EQ(values[y * 25 + x], expected);
    }
  }
}

TEST_F(LumaDecoderTest, FilesThatPillowWrote) {
  const auto decodes = [&](const std::string& name, int height, int width) {
    const auto contents = ReadFile(DefaultFileSystem(), "codecs/jpeg/testdata/" + name);
    EXPECT_THAT(contents, IsOk());
    return Decodes(ToBytes(contents.value_or("")), height, width);
  };
  for (const char* name :
       {"gray.jpg", "rgb.jpg", "colours.jpg", "colours_444.jpg", "restart.jpg"}) {
    EXPECT_TRUE(decodes(name, 18, 24)) << name;
  }
  for (const char* name : {"arithmetic.jpg", "cmyk.jpg", "progressive.jpg"}) {
    EXPECT_FALSE(decodes(name, 18, 24)) << name;
  }
  EXPECT_FALSE(decodes("gray.jpg", 24, 18));
}

// Frames of the kinds that damage is tried on.
std::vector<std::string> SmallFrames(std::mt19937& random) {
  std::vector<std::string> frames;
  for (const int layout : {0, 6}) {
    for (const int restart_interval : {0, 1}) {
      frames.push_back(RandomJpeg({.height = 20,
                                   .width = 17,
                                   .components = kLayouts[layout],
                                   .restart_interval = restart_interval,
                                   .max_quantum = 20},
                                  random));
    }
  }
  return frames;
}

TEST_F(LumaDecoderTest, EveryTruncationIsRefused) {
  for (const std::string& frame : SmallFrames(random_)) {
    const Bytes encoded = ToBytes(frame);
    ASSERT_TRUE(Decodes(encoded, 20, 17));
    for (size_t size = 0; size < encoded.size(); ++size) {
      // A copy of its own, so that a read past the end shows under asan.
      const Bytes head(encoded.begin(), encoded.begin() + size);
      ASSERT_FALSE(Decodes(head, 20, 17)) << size << " bytes";
    }
  }
}

// The thread sanitizer keeps some memory for every longjmp() out of libjpeg: gigabytes for all.
#if defined(__SANITIZE_THREAD__)
constexpr size_t kBitStep = 11;
#else
constexpr size_t kBitStep = 1;
#endif

TEST_F(LumaDecoderTest, EveryFlippedBitIsRefusedOrReadAsLibjpegReadsIt) {
  for (const std::string& frame : SmallFrames(random_)) {
    int decoded = 0, refused = 0;
    for (size_t bit = 0; bit < frame.size() * 8; bit += kBitStep) {
      Bytes damaged = ToBytes(frame);
      damaged[bit / 8] ^= std::byte{1} << bit % 8;
      ++(Decodes(damaged, 20, 17) ? decoded : refused);
      ASSERT_FALSE(HasFailure()) << "bit " << bit;
    }
    EXPECT_GT(decoded, 0);
    EXPECT_GT(refused, 0);
  }
}

TEST_F(LumaDecoderTest, RandomBytesBehindAHeaderAreRefusedOrReadAsLibjpegReadsThem) {
  for (const std::string& frame : SmallFrames(random_)) {
    const size_t header =
        ParseBaselineHeader({reinterpret_cast<const uint8_t*>(frame.data()), frame.size()})
            .value()
            .size;
    for (int i = 0; i < 2000; ++i) {
      Bytes damaged = ToBytes(frame);
      const size_t begin = Uniform(header, damaged.size() - 3);
      for (size_t at = begin; at < damaged.size() - 2; ++at) damaged[at] = std::byte(random_());
      Decodes(damaged, 20, 17);
      ASSERT_FALSE(HasFailure()) << "from byte " << begin;
    }
  }
}

TEST_F(LumaDecoderTest, NothingStaysFromTheImageBefore) {
  const auto frames = SmallFrames(random_);
  for (int i = 0; i < 20; ++i) {
    const Bytes encoded = ToBytes(frames[Uniform(0, frames.size() - 1)]);
    Bytes damaged = encoded;
    damaged[Uniform(0, damaged.size() - 1)] ^= std::byte{0x10};
    Decodes(damaged, 20, 17);
    ASSERT_TRUE(Decodes(encoded, 20, 17));
  }
}

}  // namespace
}  // namespace seiche
