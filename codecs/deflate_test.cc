#include "codecs/deflate.h"

#include <algorithm>
#include <random>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "codecs/test_data.h"
#include "gtest/gtest.h"
#include "libdeflate.h"
#include "zlib.h"

namespace seiche {
namespace {

using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using Bytes = std::vector<std::byte>;

constexpr std::string_view kLevel4 =
    "785e6360400076242c8384ed917001125e8f84ff20e17046043e8084cd9910780f12f66746e00f48783ed02c00"
    "59041216";
constexpr std::string_view kLevel9 =
    "78da6360400076242c8384ed917001125e8f84ff20e17046043e8084cd9910780f12f66746e00f48783ed02c00"
    "59041216";

Bytes Encoded(int level) {
  CodecScratch scratch;
  const auto codec = MakeDeflate(level);
  Bytes encoded(codec->MaxEncodedSize(GoldenBytes().size()));
  encoded.resize(codec->Encode(GoldenBytes(), absl::MakeSpan(encoded), scratch).value());
  return encoded;
}

absl::StatusOr<size_t> Decode(const Bytes& encoded, Bytes& decoded) {
  CodecScratch scratch;
  return MakeDeflate(4)->Decode(encoded, absl::MakeSpan(decoded), scratch);
}

TEST(DeflateTest, EncodesAsHdf5Does) {
  EXPECT_EQ(Encoded(4), FromHex(kLevel4));
  EXPECT_EQ(Encoded(9), FromHex(kLevel9));
}

TEST(DeflateTest, OneScratchServesAllLevels) {
  CodecScratch scratch;
  for (int level : {4, 9, 0, 9, 4, 4}) {
    const auto codec = MakeDeflate(level);
    Bytes encoded(codec->MaxEncodedSize(GoldenBytes().size()));
    encoded.resize(codec->Encode(GoldenBytes(), absl::MakeSpan(encoded), scratch).value());
    EXPECT_EQ(encoded, Encoded(level)) << level;
  }
}

TEST(DeflateTest, DecodesH5py) {
  for (std::string_view stream : {kLevel4, kLevel9}) {
    Bytes decoded(160);
    EXPECT_THAT(Decode(FromHex(stream), decoded), IsOkAndHolds(160));
    EXPECT_EQ(decoded, GoldenBytes());
  }
}

TEST(DeflateTest, ChecksTheAdler32) {
  Bytes encoded = FromHex(kLevel4);
  encoded.back() ^= std::byte{1};
  Bytes decoded(160);
  EXPECT_THAT(Decode(encoded, decoded),
              StatusIs(absl::StatusCode::kDataLoss, "deflate: damaged or truncated zlib stream"));
}

TEST(DeflateTest, IgnoresBytesBehindTheStream) {
  for (size_t more : {1, 3, 4, 5, 100}) {
    for (std::byte filler : {std::byte{0}, std::byte{0x78}, std::byte{0xff}}) {
      Bytes encoded = FromHex(kLevel4);
      encoded.insert(encoded.end(), more, filler);
      Bytes decoded(160);
      EXPECT_THAT(Decode(encoded, decoded), IsOkAndHolds(160));
      EXPECT_EQ(decoded, GoldenBytes());
    }
  }
}

TEST(DeflateTest, ChecksTheAdler32InFrontOfOtherBytes) {
  Bytes encoded = FromHex(kLevel4);
  encoded.back() ^= std::byte{1};
  encoded.insert(encoded.end(), 10, std::byte{0});
  Bytes decoded(160);
  EXPECT_THAT(Decode(encoded, decoded),
              StatusIs(absl::StatusCode::kDataLoss, "deflate: damaged or truncated zlib stream"));
}

TEST(DeflateTest, RefusesABomb) {
  const auto codec = MakeDeflate(9);
  CodecScratch scratch;
  const Bytes zeros(1 << 20);
  Bytes encoded(codec->MaxEncodedSize(zeros.size()));
  encoded.resize(codec->Encode(zeros, absl::MakeSpan(encoded), scratch).value());
  EXPECT_LT(encoded.size(), 2000);
  Bytes decoded(1000);
  EXPECT_THAT(Decode(encoded, decoded),
              StatusIs(absl::StatusCode::kDataLoss,
                       "deflate: the data hold more than the 1000 bytes expected"));
}

// By zlib, some of it flushed now and then, which gives more blocks and empty ones.
Bytes EncodeByZlib(const Bytes& decoded, int level, int strategy, int flush = Z_NO_FLUSH) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, 15, 8, strategy), Z_OK);
  Bytes encoded(2 * decoded.size() + 1000);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(decoded.data()));
  stream.next_out = reinterpret_cast<Bytef*>(encoded.data());
  stream.avail_out = static_cast<uInt>(encoded.size());
  for (size_t left = decoded.size(); left > 0 && flush != Z_NO_FLUSH;) {
    const size_t piece = std::min<size_t>(left, 5000);
    stream.avail_in = static_cast<uInt>(piece);
    EXPECT_EQ(::deflate(&stream, flush), Z_OK);
    left -= piece;
  }
  if (flush == Z_NO_FLUSH) stream.avail_in = static_cast<uInt>(decoded.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  encoded.resize(stream.total_out);
  deflateEnd(&stream);
  return encoded;
}

Bytes EncodeByLibdeflate(const Bytes& decoded, int level) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(level);
  Bytes encoded(libdeflate_zlib_compress_bound(compressor, decoded.size()));
  encoded.resize(libdeflate_zlib_compress(compressor, decoded.data(), decoded.size(),
                                          encoded.data(), encoded.size()));
  libdeflate_free_compressor(compressor);
  return encoded;
}

// Own code takes the stream, into just the room it needs, and libdeflate agrees.
void ExpectBothDecode(const Bytes& encoded, const Bytes& decoded) {
  CodecScratch scratch;
  GuardedBytes in(encoded.size());
  GuardedBytes out(decoded.size() + 1);
  const absl::Span<const std::byte> guarded = in.Tail(encoded);
  for (const auto decode : {&DecodeByOwnInflate, &DecodeByLibdeflate}) {
    const absl::Span<std::byte> found = out.Tail(decoded.size());
    ASSERT_THAT(decode(guarded, found, scratch), IsOkAndHolds(decoded.size()));
    ASSERT_TRUE(std::equal(found.begin(), found.end(), decoded.begin()));
  }
}

TEST(DeflateTest, OwnCodeDecodesEveryLevelOfZlibAndLibdeflate) {
  for (const DataKind kind : kDataKinds) {
    for (const size_t size : {0, 1, 100, 70000, 300000}) {
      const Bytes decoded = MakeData(kind, size, /*seed=*/1);
      for (int level = 0; level <= 12; ++level) {
        SCOPED_TRACE(absl::StrCat(Name(kind), " ", size, " ", level));
        if (level <= 9) ExpectBothDecode(EncodeByZlib(decoded, level, Z_DEFAULT_STRATEGY), decoded);
        ExpectBothDecode(EncodeByLibdeflate(decoded, level), decoded);
      }
    }
  }
}

TEST(DeflateTest, OwnCodeDecodesEveryStrategyAndFlush) {
  for (const DataKind kind : kDataKinds) {
    const Bytes decoded = MakeData(kind, 60000, /*seed=*/2);
    for (const int strategy : {Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) {
      SCOPED_TRACE(absl::StrCat(Name(kind), " ", strategy));
      ExpectBothDecode(EncodeByZlib(decoded, 6, strategy), decoded);
    }
    for (const int flush : {Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK}) {
      SCOPED_TRACE(absl::StrCat(Name(kind), " ", flush));
      ExpectBothDecode(EncodeByZlib(decoded, 4, Z_DEFAULT_STRATEGY, flush), decoded);
    }
  }
}

TEST(DeflateTest, OwnCodeDecodesEverySizeUpTo1000) {
  for (size_t size = 0; size <= 1000; ++size) {
    const Bytes decoded = MakeData(kDataKinds[size % 5], size, static_cast<uint32_t>(size));
    ExpectBothDecode(EncodeByZlib(decoded, 4, Z_DEFAULT_STRATEGY), decoded);
  }
}

// Own code accepts nothing that libdeflate does not, and then finds the same; it may refuse more.
void ExpectAgreement(const Bytes& encoded, size_t size) {
  static CodecScratch& scratch = *new CodecScratch;
  Bytes own(size), reference(size);
  const auto found = DecodeByOwnInflate(encoded, absl::MakeSpan(own), scratch);
  if (!found.ok()) {
    EXPECT_THAT(found, StatusIs(absl::StatusCode::kDataLoss, "deflate: refused by own code"));
    return;
  }
  ASSERT_THAT(DecodeByLibdeflate(encoded, absl::MakeSpan(reference), scratch),
              IsOkAndHolds(*found));
  own.resize(*found);
  reference.resize(*found);
  EXPECT_EQ(own, reference);
}

TEST(DeflateTest, OwnCodeAcceptsNothingThatLibdeflateRefuses) {
  for (const DataKind kind : kDataKinds) {
    for (const int strategy : {Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY}) {
      Bytes encoded = EncodeByZlib(MakeData(kind, 900, /*seed=*/3), 6, strategy);
      for (size_t size = 0; size < encoded.size(); ++size) {
        ExpectAgreement(Bytes(encoded.begin(), encoded.begin() + size), 1500);
      }
      for (size_t bit = 0; bit < 8 * encoded.size(); ++bit) {
        encoded[bit / 8] ^= std::byte{1} << bit % 8;
        ExpectAgreement(encoded, 1500);
        encoded[bit / 8] ^= std::byte{1} << bit % 8;
      }
    }
  }
}

TEST(DeflateTest, AllDamageOfALongStreamIsFound) {
  const auto codec = MakeDeflate(4);
  const Bytes decoded = MakeData(DataKind::kWaves, 400000, /*seed=*/4);
  const Bytes encoded = EncodeByZlib(decoded, 4, Z_DEFAULT_STRATEGY);
  ASSERT_GT(encoded.size(), 8192);  // own code is asked
  CodecScratch scratch;
  Bytes found(decoded.size());
  ASSERT_THAT(codec->Decode(encoded, absl::MakeSpan(found), scratch), IsOkAndHolds(found.size()));
  EXPECT_EQ(found, decoded);
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    Bytes damaged = encoded;
    damaged[2 + random() % (encoded.size() - 2)] ^= std::byte{1} << random() % 8;
    // A distance may be changed to another one where the same bytes are.
    const auto size = codec->Decode(damaged, absl::MakeSpan(found), scratch);
    if (size.ok()) {
      EXPECT_TRUE(*size == decoded.size() && found == decoded);
    } else {
      EXPECT_THAT(size, StatusIs(absl::StatusCode::kDataLoss));
    }
    damaged = encoded;
    damaged.resize(random() % encoded.size());
    EXPECT_THAT(codec->Decode(damaged, absl::MakeSpan(found), scratch),
                StatusIs(absl::StatusCode::kDataLoss, "deflate: damaged or truncated zlib stream"));
  }
  EXPECT_THAT(codec->Decode(encoded, absl::MakeSpan(found).first(1000), scratch),
              StatusIs(absl::StatusCode::kDataLoss,
                       "deflate: the data hold more than the 1000 bytes expected"));
}

}  // namespace
}  // namespace seiche
