#include "codecs/jpeg/jpeg_codec.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/array_view.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string TestData(const std::string& name) {
  const auto contents = ReadFile(DefaultFileSystem(), JoinPath("codecs/jpeg/testdata", name));
  EXPECT_THAT(contents, IsOk());
  return contents.value_or("");
}

absl::Span<const std::byte> Bytes(const std::string& contents) {
  return {reinterpret_cast<const std::byte*>(contents.data()), contents.size()};
}

struct Levels {
  int64_t height = 0, width = 0;
  std::vector<uint8_t> values;

  ConstArrayView view() const {
    return MakeView(static_cast<const void*>(values.data()), DType::kUInt8, {height, width});
  }
};

// A binary PGM file.
Levels ReadLevels(const std::string& name) {
  const std::string pgm = TestData(name);
  int height = 0, width = 0;
  EXPECT_EQ(std::sscanf(pgm.c_str(), "P5 %d %d 255", &width, &height), 2) << name;
  Levels levels{height, width, std::vector<uint8_t>(height * width)};
  std::memcpy(levels.values.data(), pgm.data() + pgm.size() - levels.values.size(),
              levels.values.size());
  return levels;
}

const ArrayCodec& Jpeg() {
  static const ArrayCodec& codec = *MakeJpegCodec()->release();
  return codec;
}

absl::StatusOr<std::vector<uint8_t>> DecodeLevels(const std::string& jpeg, int64_t height,
                                                  int64_t width, CodecScratch& scratch) {
  std::vector<uint8_t> values(height * width);
  absl::Status status = Jpeg().Decode(
      Bytes(jpeg), {}, MakeView(values.data(), DType::kUInt8, {height, width}), scratch);
  if (!status.ok()) return status;
  return values;
}

// Position of the segment with marker 0xff `marker`.
size_t FindSegment(const std::string& jpeg, uint8_t marker) {
  size_t at = 2;
  while (static_cast<uint8_t>(jpeg[at + 1]) != marker) {
    at += 2 + 256 * static_cast<uint8_t>(jpeg[at + 2]) + static_cast<uint8_t>(jpeg[at + 3]);
  }
  return at;
}

constexpr uint8_t kFrameHeader = 0xc0, kHuffmanTable = 0xc4, kScanHeader = 0xda;
constexpr uint8_t kQuantisationTable = 0xdb;

std::string WithoutSegments(std::string jpeg, uint8_t marker, int count) {
  for (int i = 0; i < count; ++i) {
    const size_t at = FindSegment(jpeg, marker);
    jpeg.erase(at,
               2 + 256 * static_cast<uint8_t>(jpeg[at + 2]) + static_cast<uint8_t>(jpeg[at + 3]));
  }
  return jpeg;
}

class JpegGoldenTest : public testing::TestWithParam<const char*> {};

TEST_P(JpegGoldenTest, DeliversTheLuminanceThatPillowReads) {
  const std::string jpeg = TestData(absl::StrCat(GetParam(), ".jpg"));
  const Levels expected = ReadLevels(absl::StrCat(GetParam(), ".pgm"));
  CodecScratch scratch;
  const auto levels = DecodeLevels(jpeg, expected.height, expected.width, scratch);
  ASSERT_THAT(levels, IsOk());
  EXPECT_EQ(*levels, expected.values);

  std::vector<float> values(expected.values.size());
  ASSERT_THAT(
      Jpeg().Decode(Bytes(jpeg), {.scale = 2, .offset = -0.5f},
                    MakeView(values.data(), DType::kFloat32, {expected.height, expected.width}),
                    scratch),
      IsOk());
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(values[i], expected.values[i] * (1 / 255.0f) * 2 - 0.5f);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, JpegGoldenTest,
                         testing::Values("arithmetic", "colours", "colours_444", "gray",
                                         "gray_odd_q90", "progressive", "restart", "rgb",
                                         "rgb_odd_q90"),
                         [](const auto& info) { return std::string(info.param); });

struct Encoding {
  const char* source;
  JpegOptions options;
  const char* golden;
};

class JpegEncodeTest : public testing::TestWithParam<Encoding> {};

TEST_P(JpegEncodeTest, WritesTheBytesThatPillowWrites) {
  const Levels source = ReadLevels(GetParam().source);
  const auto codec = MakeJpegCodec(GetParam().options);
  ASSERT_THAT(codec, IsOk());
  std::vector<std::byte> encoded;
  CodecScratch scratch;
  ASSERT_THAT((*codec)->Encode(source.view(), encoded, scratch), IsOk());
  const std::string golden = TestData(GetParam().golden);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(encoded.data()), encoded.size()), golden);

  // The same from columns that do not lie side by side.
  std::vector<uint8_t> transposed(source.values.size());
  for (int64_t y = 0; y < source.height; ++y) {
    for (int64_t x = 0; x < source.width; ++x) {
      transposed[x * source.height + y] = source.values[y * source.width + x];
    }
  }
  ConstArrayView columns = source.view();
  columns.data = reinterpret_cast<const std::byte*>(transposed.data());
  columns.strides = {1, source.height};
  ASSERT_THAT((*codec)->Encode(columns, encoded, scratch), IsOk());
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(encoded.data()), encoded.size()), golden);
}

INSTANTIATE_TEST_SUITE_P(
    Files, JpegEncodeTest,
    testing::Values(Encoding{"source.pgm", {.chroma = JpegChroma::kGray}, "gray.jpg"},
                    Encoding{"source.pgm", {}, "rgb.jpg"},
                    Encoding{"source_odd.pgm",
                             {.quality = 90, .chroma = JpegChroma::kGray},
                             "gray_odd_q90.jpg"},
                    Encoding{"source_odd.pgm", {.quality = 90}, "rgb_odd_q90.jpg"}));

TEST(JpegCodecTest, RoundTripsEverySmallSize) {
  CodecScratch scratch;
  for (const JpegChroma chroma : {JpegChroma::kGray, JpegChroma::k420}) {
    const auto codec = *MakeJpegCodec({.quality = 100, .chroma = chroma});
    for (int64_t height = 1; height < 36; height += 3) {
      for (int64_t width = 1; width < 36; width += 2) {
        Levels levels{height, width, std::vector<uint8_t>(height * width)};
        for (int64_t i = 0; i < height * width; ++i) {
          levels.values[i] = 5 * (i / width) + 2 * (i % width);
        }
        std::vector<std::byte> encoded;
        ASSERT_THAT(codec->Encode(levels.view(), encoded, scratch), IsOk());
        std::vector<uint8_t> decoded(height * width);
        ASSERT_THAT(
            codec->Decode(encoded, {}, MakeView(decoded.data(), DType::kUInt8, {height, width}),
                          scratch),
            IsOk());
        for (int64_t i = 0; i < height * width; ++i) {
          ASSERT_NEAR(decoded[i], levels.values[i], 2) << height << " x " << width;
        }
      }
    }
  }
}

TEST(JpegCodecTest, InspectsTheHeader) {
  const auto info = Jpeg().Inspect(Bytes(TestData("gray.jpg")));
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->dtype, DType::kUInt8);
  EXPECT_THAT(info->shape, ElementsAre(18, 24));
  EXPECT_THAT(Jpeg().Inspect({}),
              StatusIs(absl::StatusCode::kDataLoss, "damaged JPEG: Empty input file"));
  EXPECT_THAT(Jpeg().Inspect(Bytes("P5 24 18 255 ")),
              StatusIs(absl::StatusCode::kDataLoss,
                       "damaged JPEG: Not a JPEG file: starts with 0x50 0x35"));
}

TEST(JpegCodecTest, WritesOnlyIntoItsRows) {
  const Levels expected = ReadLevels("rgb.pgm");
  const std::string jpeg = TestData("rgb.jpg");
  CodecScratch scratch;
  for (const DType dtype : {DType::kUInt8, DType::kFloat32}) {
    const int64_t size = SizeOf(dtype), pitch = 24 * size + 12;
    std::vector<std::byte> memory(18 * pitch, std::byte{0xaa});
    ArrayView out = MakeView(memory.data(), dtype, {18, 24});
    out.strides[0] = pitch;
    ASSERT_THAT(Jpeg().Decode(Bytes(jpeg), {}, out, scratch), IsOk());
    for (int64_t y = 0; y < 18; ++y) {
      for (int64_t i = 24 * size; i < pitch; ++i) {
        ASSERT_EQ(memory[y * pitch + i], std::byte{0xaa});
      }
      float value;
      std::memcpy(&value, &memory[y * pitch + 23 * size], size);
      const uint8_t level = expected.values[y * 24 + 23];
      if (dtype == DType::kFloat32) {
        EXPECT_EQ(value, level * (1 / 255.0f));
      } else {
        EXPECT_EQ(memory[y * pitch + 23], std::byte{level});
      }
    }
  }
}

TEST(JpegCodecTest, RefusesWhatItDoesNotDeliver) {
  const std::string jpeg = TestData("gray.jpg");
  CodecScratch scratch;
  std::vector<double> memory(18 * 24);
  const auto decode = [&](DType dtype, Shape shape, DecodeOptions options) {
    return Jpeg().Decode(Bytes(jpeg), options, MakeView(memory.data(), dtype, shape), scratch);
  };
  EXPECT_THAT(decode(DType::kFloat64, {18, 24}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a JPEG is decoded to float32 or uint8, not to float64"));
  EXPECT_THAT(decode(DType::kUInt8, {18, 24}, {.scale = 2}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "uint8 levels are not scaled: decode to float32"));
  EXPECT_THAT(decode(DType::kUInt8, {18, 24}, {.first_frame = 1, .frames = 2}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a JPEG is one frame: it has no frame 1 and no 2 frames"));
  EXPECT_THAT(decode(DType::kUInt8, {1, 18, 24}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a JPEG is decoded into a frame [H,W] of contiguous rows, not (1, 18, 24)"));
  EXPECT_THAT(decode(DType::kUInt8, {24, 18}, {}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "the image is 18 x 24 pixels, not 24 x 18: all frames need one size"));
  ArrayView columns = MakeView(memory.data(), DType::kUInt8, {18, 24});
  columns.strides = {1, 18};
  EXPECT_THAT(Jpeg().Decode(Bytes(jpeg), {}, columns, scratch),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("contiguous rows")));
}

TEST(JpegCodecTest, RefusesWhatItCannotEncode) {
  const std::vector<float> memory(18 * 24);
  std::vector<std::byte> encoded;
  CodecScratch scratch;
  const void* data = memory.data();
  EXPECT_THAT(Jpeg().Encode(MakeView(data, DType::kFloat32, {18, 24}), encoded, scratch),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a JPEG is encoded from uint8 levels [H,W], not from float32 of shape "
                       "(18, 24)"));
  EXPECT_THAT(Jpeg().Encode(MakeView(data, DType::kUInt8, {0, 24}), encoded, scratch),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a JPEG has 1..65500 pixels a side, not 0 x 24"));
  EXPECT_THAT(Jpeg().Encode(MakeView(data, DType::kUInt8, {1, 65501}), encoded, scratch),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not 1 x 65501")));
  EXPECT_THAT(MakeJpegCodec({.quality = 0}),
              StatusIs(absl::StatusCode::kInvalidArgument, "JPEG quality 0 is not in 1..100"));
  EXPECT_THAT(MakeJpegCodec({.quality = 101}),
              StatusIs(absl::StatusCode::kInvalidArgument, "JPEG quality 101 is not in 1..100"));
}

TEST(JpegCodecTest, NamesKindsItCannotRead) {
  CodecScratch scratch;
  EXPECT_THAT(DecodeLevels(TestData("cmyk.jpg"), 18, 24, scratch),
              StatusIs(absl::StatusCode::kUnimplemented,
                       StartsWith("a kind of JPEG that cannot be read here: ")));
  std::string deep = TestData("gray.jpg");
  const size_t header = FindSegment(deep, kFrameHeader);
  deep[header + 4] = 12;  // bits a component
  EXPECT_THAT(DecodeLevels(deep, 18, 24, scratch),
              StatusIs(absl::StatusCode::kUnimplemented,
                       "a kind of JPEG that cannot be read here: Unsupported JPEG data precision "
                       "12: save it as gray or RGB of 8 bits"));
  std::string lossless = TestData("gray.jpg");
  lossless[header + 1] = '\xc3';
  EXPECT_THAT(DecodeLevels(lossless, 18, 24, scratch),
              StatusIs(absl::StatusCode::kUnimplemented,
                       "a kind of JPEG that cannot be read here: Unsupported JPEG process: SOF "
                       "type 0xc3: save it as gray or RGB of 8 bits"));
}

TEST(JpegCodecTest, HugeImagesAreRefusedByTheirHeader) {
  std::string huge = TestData("gray.jpg");
  const size_t header = FindSegment(huge, kFrameHeader);
  std::memcpy(&huge[header + 5], "\xff\xdc\xff\xdc", 4);  // 65500 x 65500
  CodecScratch scratch;
  EXPECT_THAT(DecodeLevels(huge, 18, 24, scratch),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "the image is 65500 x 65500 pixels, not 18 x 24: all frames need one size"));
  std::memcpy(&huge[header + 5], "\xff\xff\xff\xff", 4);
  EXPECT_THAT(DecodeLevels(huge, 18, 24, scratch),
              StatusIs(absl::StatusCode::kDataLoss, StartsWith("damaged JPEG: Maximum supported")));
  std::memcpy(&huge[header + 5], "\0\0\0\0", 4);
  EXPECT_THAT(DecodeLevels(huge, 18, 24, scratch),
              StatusIs(absl::StatusCode::kDataLoss, StartsWith("damaged JPEG: Empty JPEG image")));
}

TEST(JpegCodecTest, NothingStaysFromTheImageBefore) {
  const Levels expected = ReadLevels("gray.pgm");
  const std::string jpeg = TestData("gray.jpg");
  CodecScratch scratch;
  ASSERT_THAT(DecodeLevels(jpeg, 18, 24, scratch), IsOk());
  EXPECT_THAT(DecodeLevels(WithoutSegments(jpeg, kQuantisationTable, 1), 18, 24, scratch),
              StatusIs(absl::StatusCode::kDataLoss,
                       "damaged JPEG: Quantization table 0x00 was not defined"));
  // Without Huffman tables the standard's are meant, as in Motion JPEG, and pillow uses those.
  const auto motion_jpeg = DecodeLevels(WithoutSegments(jpeg, kHuffmanTable, 2), 18, 24, scratch);
  ASSERT_THAT(motion_jpeg, IsOk());
  EXPECT_EQ(*motion_jpeg, expected.values);
}

TEST(JpegCodecTest, ScansWithoutEndAreDataLoss) {
  // The first scan, which brings the upper bits of the DC coefficients, again and again as if it
  // brought all of them: valid each time.
  const std::string jpeg = TestData("progressive.jpg");
  const size_t begin = FindSegment(jpeg, kScanHeader);
  const size_t components = static_cast<uint8_t>(jpeg[begin + 4]);
  size_t end = begin + 8 + 2 * components;
  while (jpeg[end] != '\xff' || jpeg[end + 1] == 0) ++end;
  std::string scan = jpeg.substr(begin, end - begin);
  scan[7 + 2 * components] = 0;
  const auto with_scans = [&](int count) {
    std::string repeated = jpeg.substr(0, jpeg.size() - 2);
    for (int i = 0; i < count; ++i) repeated += scan;
    return repeated + "\xff\xd9";
  };
  CodecScratch scratch;
  EXPECT_THAT(DecodeLevels(with_scans(10), 18, 24, scratch), IsOk());
  EXPECT_THAT(DecodeLevels(with_scans(500), 18, 24, scratch),
              StatusIs(absl::StatusCode::kDataLoss, "damaged JPEG: more than 500 scans"));
}

class JpegDamageTest : public testing::TestWithParam<const char*> {};

TEST_P(JpegDamageTest, EveryTruncationIsDataLoss) {
  const std::string jpeg = TestData(GetParam());
  CodecScratch scratch;
  for (size_t size = 0; size < jpeg.size(); ++size) {
    // A copy of its own, so that a read past the end shows under asan.
    const std::vector<std::byte> head(Bytes(jpeg).begin(), Bytes(jpeg).begin() + size);
    std::vector<float> values(18 * 24);
    EXPECT_THAT(
        Jpeg().Decode(head, {}, MakeView(values.data(), DType::kFloat32, {18, 24}), scratch),
        StatusIs(absl::StatusCode::kDataLoss, StartsWith("damaged JPEG: ")))
        << size << " bytes";
  }
}

// The thread sanitizer keeps some memory for every longjmp() out of libjpeg: gigabytes for all.
#if defined(__SANITIZE_THREAD__)
constexpr size_t kBitStep = 11;
#else
constexpr size_t kBitStep = 1;
#endif

TEST_P(JpegDamageTest, EveryFlippedBitIsAValueOrAnError) {
  const std::string jpeg = TestData(GetParam());
  CodecScratch scratch;
  int errors = 0;
  for (size_t bit = 0; bit < jpeg.size() * 8; bit += kBitStep) {
    std::vector<std::byte> damaged(Bytes(jpeg).begin(), Bytes(jpeg).end());
    damaged[bit / 8] ^= std::byte{1} << bit % 8;
    std::vector<float> values(18 * 24);
    const absl::Status status =
        Jpeg().Decode(damaged, {}, MakeView(values.data(), DType::kFloat32, {18, 24}), scratch);
    if (status.ok()) continue;
    ++errors;
    EXPECT_THAT(status.code(), AnyOf(absl::StatusCode::kDataLoss, absl::StatusCode::kUnimplemented,
                                     absl::StatusCode::kFailedPrecondition))
        << "bit " << bit << ": " << status;
  }
  EXPECT_GT(errors, 0);
}

INSTANTIATE_TEST_SUITE_P(Files, JpegDamageTest,
                         testing::Values("arithmetic.jpg", "colours.jpg", "gray.jpg",
                                         "progressive.jpg", "restart.jpg"),
                         [](const auto& info) {
                           const std::string name = info.param;
                           return name.substr(0, name.find('.'));
                         });

}  // namespace
}  // namespace seiche
