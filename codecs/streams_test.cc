// Streams of HDF5's filters that other people's software wrote (testdata/make_testdata.py) decode
// to the values they were made of.
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "codecs/registry.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using Bytes = std::vector<std::byte>;

constexpr std::string_view kFolder = "codecs/testdata/";

struct Stream {
  std::string file;
  uint32_t filter = 0;
  std::vector<uint32_t> values;
  uint32_t element_size = 0;
  uint32_t elements = 0;
  std::string kind;
};

std::vector<Stream> Streams() {
  std::vector<Stream> streams;
  std::ifstream list(absl::StrCat(kFolder, "streams.txt"));
  Stream stream;
  std::string values;
  while (list >> stream.file >> stream.filter >> values >> stream.element_size >> stream.elements >>
         stream.kind) {
    stream.values.clear();
    for (std::string_view value : absl::StrSplit(values, ',')) {
      EXPECT_TRUE(absl::SimpleAtoi(value, &stream.values.emplace_back())) << stream.file;
    }
    streams.push_back(stream);
  }
  return streams;
}

Bytes Contents(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(absl::StrCat(kFolder, file), std::ios::binary).rdbuf();
  const std::string contents = text.str();
  const auto* const bytes = reinterpret_cast<const std::byte*>(contents.data());
  return {bytes, bytes + contents.size()};
}

// The functions of make_testdata.py.
uint64_t Value(const std::string& kind, uint64_t i) {
  constexpr uint64_t kOdd = 0x0123456789ABCDEF;
  if (kind == "steps") return i / 40 * kOdd + i % 3;
  if (kind == "plateaus") return i / 1500 * kOdd;
  EXPECT_EQ(kind, "noise");
  uint64_t x = i * kOdd;
  for (int round = 0; round < 2; ++round) x = (x ^ x >> 29) * 0xBF58476D1CE4E5B9;
  return x ^ x >> 32;
}

Bytes Elements(const Stream& stream) {
  Bytes bytes;
  for (uint64_t i = 0; i < stream.elements; ++i) {
    const uint64_t value = Value(stream.kind, i);
    for (uint32_t byte = 0; byte < stream.element_size; ++byte) {
      bytes.push_back(static_cast<std::byte>(value >> 8 * byte));
    }
  }
  return bytes;
}

TEST(StreamsTest, DecodeToWhatTheyWereMadeOf) {
  const std::vector<Stream> streams = Streams();
  EXPECT_EQ(streams.size(), 44);
  CodecScratch scratch;
  for (const Stream& stream : streams) {
    SCOPED_TRACE(stream.file);
    const auto codec = MakeByteCodec(stream.filter, {.values = stream.values});
    ASSERT_THAT(codec, IsOk());
    const Bytes expected = Elements(stream);
    Bytes decoded(expected.size());
    EXPECT_THAT((*codec)->Decode(Contents(stream.file), absl::MakeSpan(decoded), scratch),
                IsOkAndHolds(expected.size()));
    EXPECT_TRUE(decoded == expected);
  }
}

// Where no compressor of another version has a say, ours are the same bytes.
TEST(StreamsTest, BitshuffleAloneEncodesToTheSame) {
  CodecScratch scratch;
  int compared = 0;
  for (const Stream& stream : Streams()) {
    if (stream.file.rfind("bitshuffle_none", 0) != 0) continue;
    SCOPED_TRACE(stream.file);
    const auto codec = MakeByteCodec(stream.filter, {.values = stream.values});
    ASSERT_THAT(codec, IsOk());
    const Bytes data = Elements(stream);
    Bytes encoded((*codec)->MaxEncodedSize(data.size()));
    ASSERT_THAT((*codec)->Encode(data, absl::MakeSpan(encoded), scratch),
                IsOkAndHolds(data.size()));
    EXPECT_TRUE(encoded == Contents(stream.file));
    ++compared;
  }
  EXPECT_EQ(compared, 4);
}

}  // namespace
}  // namespace seiche
