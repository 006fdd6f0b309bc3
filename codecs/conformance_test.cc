// One battery for every byte codec of the registry: what codecs/codec.h promises.
#include <algorithm>
#include <cstdint>
#include <ostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/str_replace.h"
#include "codecs/codec.h"
#include "codecs/registry.h"
#include "codecs/test_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

// The largest output that damaged streams are decoded into, in bytes.
constexpr size_t kMaxDamaged = 5000;

struct Case {
  std::string spec;
  CodecParameters parameters = {};
  // SZIP and bitshuffle take whole elements only.
  size_t size_multiple = 1;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.spec; }

std::string CaseName(const testing::TestParamInfo<Case>& info) {
  return absl::StrReplaceAll(info.param.spec, {{":", "_"}, {",", "_"}, {"=", "_"}}) + "_element" +
         std::to_string(info.param.parameters.element_size) + "_" + std::to_string(info.index);
}

std::vector<Case> AllCases() {
  std::vector<Case> cases = {{"deflate:0"},  {"deflate:1"}, {"deflate:4"}, {"deflate:9"},
                             {"fletcher32"}, {"lz4"},       {"lz4:64"},    {"lz4:1000"},
                             {"lzf"},        {"zstd:1"},    {"zstd:9"}};
  for (uint32_t size : {1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 100}) {
    cases.push_back({"shuffle", {.element_size = size}});
  }
  for (uint32_t size : {1, 2, 4, 5, 8, 16}) {
    // Many small blocks, and blocks of the default size.
    for (const char* spec : {"bitshuffle:none", "bitshuffle:lz4", "bitshuffle:lz4,block=32",
                             "bitshuffle:zstd,1,block=128"}) {
      cases.push_back({spec, {.element_size = size}, size});
    }
  }
  for (uint32_t size : {1, 4, 17}) {
    for (const char* spec :
         {"blosc:blosclz,5,shuffle", "blosc:blosclz,9,noshuffle", "blosc:lz4,5,bitshuffle",
          "blosc:lz4hc,3,shuffle", "blosc:zlib,1,shuffle", "blosc:zstd,1,bitshuffle",
          "blosc:lz4,0,shuffle"}) {
      cases.push_back({spec, {.element_size = size}});
    }
  }
  for (const DType dtype : {DType::kUInt8, DType::kInt16, DType::kFloat32, DType::kFloat64}) {
    const uint32_t size = static_cast<uint32_t>(SizeOf(dtype));
    for (const char* spec : {"swell", "swell:fast,frames=1"}) {
      cases.push_back({spec, {.element_size = size, .chunk_shape = {5, 10, 20}, .dtype = dtype}});
      cases.push_back({spec, {.element_size = size}});
    }
  }
#ifdef SEICHE_SZIP
  for (uint32_t size : {1, 2, 4, 8}) {
    for (const char* spec : {"szip:nn,8", "szip:ec,32", "szip:nn,2"}) {
      // Scan lines of whole blocks, and of blocks that need padding.
      cases.push_back({spec, {.element_size = size, .chunk_shape = {8, 64}}, size});
      cases.push_back({spec, {.element_size = size, .chunk_shape = {8, 61}}, size});
    }
  }
#endif
  return cases;
}

class ConformanceTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    auto codec = MakeByteCodec(GetParam().spec, GetParam().parameters);
    ASSERT_THAT(codec, IsOk());
    codec_ = *std::move(codec);
  }

  size_t Fitting(size_t size) const {
    return size / GetParam().size_multiple * GetParam().size_multiple;
  }

  Bytes Encoded(absl::Span<const std::byte> data) const { return EncodedBy(data, scratch_); }

  Bytes EncodedBy(absl::Span<const std::byte> data, CodecScratch& scratch) const {
    Bytes encoded(codec_->MaxEncodedSize(data.size()));
    auto size = codec_->Encode(data, absl::MakeSpan(encoded), scratch);
    EXPECT_THAT(size, IsOk());
    encoded.resize(size.value_or(0));
    return encoded;
  }

  // Decodes damaged bytes between guards: any value, kDataLoss or (a damaged header can call for
  // what is left out of this build) kUnimplemented, and no more memory than the output's size
  // explains.
  void ExpectHarmless(absl::Span<const std::byte> encoded, size_t capacity) {
    ASSERT_LE(capacity, kMaxDamaged);
    auto size = codec_->Decode(input_.Tail(encoded), output_.Tail(capacity), damage_scratch_);
    if (size.ok()) {
      EXPECT_LE(*size, capacity);
    } else {
      EXPECT_THAT(size,
                  StatusIs(AnyOf(absl::StatusCode::kDataLoss, absl::StatusCode::kUnimplemented),
                           HasSubstr(ShortName() + ": ")));
    }
    for (int i = 0; i < CodecScratch::kBuffers; ++i) {
      EXPECT_LE(damage_scratch_.buffer(i).capacity(), 4 * kMaxDamaged);
    }
  }

  std::string ShortName() const {
    const std::string name = codec_->name();
    return name.substr(0, name.find(':'));
  }

  std::unique_ptr<const ByteCodec> codec_;
  mutable CodecScratch scratch_;
  CodecScratch damage_scratch_;
  GuardedBytes input_{1 << 17};
  GuardedBytes output_{1 << 17};
};

TEST_P(ConformanceTest, NameLeadsBackToTheCodec) {
  auto again = MakeByteCodec(codec_->name(), GetParam().parameters);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ((*again)->name(), codec_->name());
}

TEST_P(ConformanceTest, RoundTripsAllSizesAndKinds) {
  std::vector<size_t> sizes;
  for (size_t size = 0; size <= 150; ++size) sizes.push_back(size);
  for (size_t size : {511, 1000, 4095, 4096, 4097, 8192, 8200, 65537}) sizes.push_back(size);
  for (DataKind kind : kDataKinds) {
    for (size_t size : sizes) {
      SCOPED_TRACE(testing::Message() << Name(kind) << ", " << size << " bytes");
      const Bytes data = MakeData(kind, Fitting(size), static_cast<uint32_t>(size));
      const size_t bound = codec_->MaxEncodedSize(data.size());
      const absl::Span<std::byte> encoded = output_.Tail(bound);
      auto encoded_size = codec_->Encode(input_.Tail(data), encoded, scratch_);
      ASSERT_THAT(encoded_size, IsOk());
      ASSERT_LE(*encoded_size, bound);
      const Bytes stream(encoded.begin(), encoded.begin() + *encoded_size);
      const absl::Span<std::byte> decoded = output_.Tail(data.size());
      std::fill(decoded.begin(), decoded.end(), std::byte{0xa5});
      ASSERT_THAT(codec_->Decode(input_.Tail(stream), decoded, scratch_),
                  IsOkAndHolds(data.size()));
      ASSERT_EQ(decoded, absl::MakeConstSpan(data));
    }
  }
}

TEST_P(ConformanceTest, RoundTripsLargeData) {
  for (DataKind kind : kDataKinds) {
    SCOPED_TRACE(Name(kind));
    const Bytes data = MakeData(kind, Fitting((1 << 18) + 16 * 7), 5);
    const Bytes encoded = Encoded(data);
    Bytes decoded(data.size());
    ASSERT_THAT(codec_->Decode(encoded, absl::MakeSpan(decoded), scratch_),
                IsOkAndHolds(data.size()));
    ASSERT_TRUE(decoded == data);
  }
}

TEST_P(ConformanceTest, RefusesTooSmallAnEncodingBuffer) {
  const Bytes data = MakeData(DataKind::kText, Fitting(1000), 1);
  const size_t bound = codec_->MaxEncodedSize(data.size());
  EXPECT_THAT(codec_->Encode(data, output_.Tail(bound - 1), scratch_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bytes may need")));
  EXPECT_THAT(codec_->Encode(data, {}, scratch_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bytes may need")));
}

TEST_P(ConformanceTest, LargerOutputIsFilledInPart) {
  const Bytes data = MakeData(DataKind::kWaves, Fitting(1000), 1);
  const Bytes encoded = Encoded(data);
  for (size_t more : {1, 7, 64, 1000, 5000}) {
    const absl::Span<std::byte> decoded = output_.Tail(data.size() + more);
    ASSERT_THAT(codec_->Decode(input_.Tail(encoded), decoded, scratch_), IsOkAndHolds(data.size()));
    EXPECT_EQ(decoded.first(data.size()), absl::MakeConstSpan(data));
  }
}

TEST_P(ConformanceTest, SmallerOutputIsDataLoss) {
  for (DataKind kind : kDataKinds) {
    const Bytes data = MakeData(kind, Fitting(500), 1);
    const Bytes encoded = Encoded(data);
    for (size_t size = 0; size < data.size(); ++size) {
      ASSERT_THAT(codec_->Decode(input_.Tail(encoded), output_.Tail(size), scratch_),
                  StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the data hold more than the ")))
          << Name(kind) << " into " << size;
    }
  }
}

TEST_P(ConformanceTest, SurvivesTruncationAtEveryLength) {
  for (DataKind kind : kDataKinds) {
    const Bytes data = MakeData(kind, Fitting(500), 2);
    const Bytes encoded = Encoded(data);
    for (size_t size = 0; size < encoded.size(); ++size) {
      SCOPED_TRACE(testing::Message() << Name(kind) << " cut to " << size);
      ExpectHarmless(absl::MakeConstSpan(encoded).first(size), data.size());
    }
  }
}

TEST_P(ConformanceTest, SurvivesEveryFlippedBit) {
  for (DataKind kind : kDataKinds) {
    const Bytes data = MakeData(kind, Fitting(200), 3);
    Bytes encoded = Encoded(data);
    for (size_t bit = 0; bit < encoded.size() * 8; ++bit) {
      SCOPED_TRACE(testing::Message() << Name(kind) << ", bit " << bit);
      encoded[bit / 8] ^= std::byte{1} << bit % 8;
      ExpectHarmless(encoded, data.size());
      encoded[bit / 8] ^= std::byte{1} << bit % 8;
    }
  }
}

TEST_P(ConformanceTest, SurvivesMutations) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  RecordProperty("seed", std::to_string(seed));
  std::mt19937 random(seed);
  for (DataKind kind : kDataKinds) {
    const Bytes data = MakeData(kind, Fitting(3000), seed);
    const Bytes encoded = Encoded(data);
    for (int i = 0; i < 300; ++i) {
      Bytes mutated = encoded;
      for (uint32_t n = 1 + random() % 8; n > 0; --n) {
        mutated[random() % mutated.size()] = static_cast<std::byte>(random());
      }
      if (random() % 4 == 0) mutated.resize(random() % mutated.size());
      ExpectHarmless(mutated, data.size() - random() % 2 * (random() % data.size()));
    }
  }
}

TEST_P(ConformanceTest, SurvivesNoise) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  RecordProperty("seed", std::to_string(seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 500; ++i) {
    Bytes noise = MakeData(DataKind::kRandom, random() % 600, random());
    // Headers of extremes: sizes that no memory holds.
    const std::byte filler = random() % 2 == 0 ? std::byte{0xff} : std::byte{0};
    std::fill_n(noise.begin(), std::min<size_t>(noise.size(), random() % 16), filler);
    ExpectHarmless(noise, random() % 2000);
  }
}

TEST_P(ConformanceTest, EncodesTheSameWhateverTheScratchHasSeen) {
  const Bytes first = MakeData(DataKind::kWaves, Fitting(5000), 1);
  const Bytes second = MakeData(DataKind::kText, Fitting(3000), 2);
  const Bytes expected = Encoded(first);
  for (int i = 0; i < 20; ++i) {
    Encoded(second);
    ASSERT_EQ(Encoded(first), expected);
    // A failure in between leaves nothing behind.
    ExpectHarmless(absl::MakeConstSpan(expected).first(expected.size() / 2), first.size());
    CodecScratch fresh;
    ASSERT_EQ(EncodedBy(first, fresh), expected);
  }
}

TEST_P(ConformanceTest, IsSharedByThreads) {
  const Bytes data = MakeData(DataKind::kWaves, Fitting(20000), 1);
  const Bytes expected = Encoded(data);
  std::vector<int> right(4, 0);
  std::vector<std::thread> threads;
  for (int& count : right) {
    threads.emplace_back([&] {
      CodecScratch scratch;
      Bytes decoded(data.size());
      for (int i = 0; i < 10; ++i) {
        const Bytes encoded = EncodedBy(data, scratch);
        auto size = codec_->Decode(encoded, absl::MakeSpan(decoded), scratch);
        if (encoded == expected && size.ok() && decoded == data) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(right, testing::Each(10));
}

INSTANTIATE_TEST_SUITE_P(All, ConformanceTest, testing::ValuesIn(AllCases()), CaseName);

TEST(ConformanceCasesTest, CoverEveryCodecOfThisBuild) {
  std::vector<std::string> covered;
  for (const Case& c : AllCases()) covered.push_back(c.spec.substr(0, c.spec.find(':')));
  for (const std::string& name : ByteCodecNames()) {
    const auto codec = MakeByteCodec(name, {.element_size = 4, .chunk_shape = {100}});
    if (absl::IsNotFound(codec.status())) continue;  // left out of this build
    EXPECT_THAT(covered, testing::Contains(name));
  }
}

}  // namespace
}  // namespace seiche
