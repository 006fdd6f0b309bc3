#include "codecs/codec_chain.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status_matchers.h"
#include "codecs/registry.h"
#include "codecs/test_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

CodecChain Chain(const std::vector<std::string>& specs) {
  const CodecParameters parameters = {.element_size = 4, .chunk_shape = {10, 100}};
  CodecChain chain;
  for (const std::string& spec : specs) {
    chain.Add(MakeByteCodec(spec, parameters).value(),
              Hdf5Record(spec, parameters).value().optional);
  }
  return chain;
}

struct Stream {
  Bytes bytes;
  uint32_t skip_mask;
};

Stream Encoded(const CodecChain& chain, const Bytes& data) {
  CodecScratch scratch;
  Stream stream = {Bytes(chain.MaxEncodedSize(data.size())), 0};
  auto encoded = chain.Encode(data, absl::MakeSpan(stream.bytes), scratch);
  EXPECT_THAT(encoded, IsOk());
  stream.bytes.resize(encoded->size);
  stream.skip_mask = encoded->skip_mask;
  return stream;
}

const std::vector<std::string> kChains[] = {
    {},
    {"lzf"},
    {"shuffle"},
    {"shuffle", "deflate:4"},
    {"shuffle", "lzf", "fletcher32"},
    {"fletcher32", "zstd:3"},
    {"shuffle", "lzf", "deflate:1", "lz4", "zstd:3", "fletcher32"},
};

TEST(CodecChainTest, NamesItsStages) {
  EXPECT_EQ(Chain({}).name(), "none");
  EXPECT_TRUE(Chain({}).empty());
  const CodecChain chain = Chain({"shuffle", "deflate:4"});
  EXPECT_EQ(chain.name(), "shuffle+deflate:4");
  EXPECT_EQ(chain.size(), 2);
  EXPECT_FALSE(chain.empty());
}

TEST(CodecChainTest, RoundTrips) {
  CodecScratch scratch;
  GuardedBytes input(100000);
  GuardedBytes output(100000);
  for (const auto& specs : kChains) {
    const CodecChain chain = Chain(specs);
    for (DataKind kind : kDataKinds) {
      for (size_t size : {0, 1, 17, 4000, 20001}) {
        SCOPED_TRACE(testing::Message() << chain.name() << " " << Name(kind) << " " << size);
        const Bytes data = MakeData(kind, size, 1);
        const Stream stream = Encoded(chain, data);
        const absl::Span<std::byte> decoded = output.Tail(size);
        ASSERT_THAT(chain.Decode(input.Tail(stream.bytes), stream.skip_mask, decoded, scratch),
                    IsOk());
        ASSERT_EQ(decoded, absl::MakeConstSpan(data));
      }
    }
  }
}

TEST(CodecChainTest, InputMayChangeIfTheStageThatSeesItAllowsIt) {
  const CodecChain chain = Chain({"shuffle", "lzf"});
  EXPECT_TRUE(chain.input_may_change(0));
  EXPECT_TRUE(chain.input_may_change(1));
  EXPECT_FALSE(chain.input_may_change(2));  // the shuffle alone
  EXPECT_FALSE(chain.input_may_change(3));
  EXPECT_FALSE(Chain({"lzf", "fletcher32"}).input_may_change(0));
  EXPECT_TRUE(Chain({"lzf", "fletcher32"}).input_may_change(2));
}

TEST(CodecChainTest, PartsOfOneStage) {
  const Bytes data = MakeData(DataKind::kWaves, 20000, 1);
  CodecScratch scratch;
  const CodecChain chain = Chain({"shuffle", "lzf"});
  EXPECT_FALSE(chain.decodes_part(0));
  EXPECT_FALSE(chain.decodes_part(2));  // the shuffle alone
  EXPECT_FALSE(chain.decodes_part(3));
  EXPECT_TRUE(chain.decodes_part(1));
  EXPECT_FALSE(Chain({"deflate"}).decodes_part(0));
  const Stream stream = Encoded(Chain({"lzf"}), data);
  ASSERT_EQ(stream.skip_mask, 0);
  for (size_t size : {0, 1, 999, 20000}) {
    Bytes prefix(size);
    ASSERT_THAT(chain.DecodePart(stream.bytes, 1, 20000, 0, absl::MakeSpan(prefix), scratch),
                IsOk());
    EXPECT_TRUE(std::equal(prefix.begin(), prefix.end(), data.begin()));
  }
  EXPECT_EQ(chain.PartStart(1, 999), 0);
  Bytes more(20001);
  EXPECT_THAT(chain.DecodePart(stream.bytes, 1, 20002, 0, absl::MakeSpan(more), scratch),
              StatusIs(absl::StatusCode::kDataLoss,
                       "stage 2 of shuffle+lzf: lzf: the stream ends after 20000 of 20001 bytes"));
}

TEST(CodecChainTest, SkipsOptionalStagesThatDoNotShrink) {
  const Bytes noise = MakeData(DataKind::kRandom, 4000, 1);
  // Whatever comes first, the last, the middle and all stages can be skipped.
  EXPECT_EQ(Encoded(Chain({"lzf"}), noise).skip_mask, 1u);
  EXPECT_EQ(Encoded(Chain({"lzf"}), noise).bytes, noise);
  const Stream shuffled = Encoded(Chain({"shuffle", "lzf", "deflate:1"}), noise);
  EXPECT_EQ(shuffled.skip_mask, 6u);
  EXPECT_EQ(shuffled.bytes.size(), noise.size());
  EXPECT_EQ(Encoded(Chain({"lzf", "fletcher32"}), noise).skip_mask, 1u);
  EXPECT_EQ(Encoded(Chain({"shuffle", "lzf"}), Bytes(4000)).skip_mask, 0u);
}

TEST(CodecChainTest, DecodingLeavesSkippedStagesOut) {
  const Bytes data = MakeData(DataKind::kWaves, 4000, 1);
  const CodecChain all = Chain({"shuffle", "deflate:4", "fletcher32"});
  const CodecChain some = Chain({"deflate:4"});
  CodecScratch scratch;
  Bytes decoded(data.size());
  ASSERT_THAT(all.Decode(Encoded(some, data).bytes, 0b101, absl::MakeSpan(decoded), scratch),
              IsOk());
  EXPECT_EQ(decoded, data);
  ASSERT_THAT(all.Decode(data, 0b111, absl::MakeSpan(decoded), scratch), IsOk());
  EXPECT_EQ(decoded, data);
}

TEST(CodecChainTest, SizesHaveToAgree) {
  const Bytes data = MakeData(DataKind::kWaves, 4000, 1);
  CodecScratch scratch;
  const CodecChain chain = Chain({"shuffle", "lzf"});
  const Stream stream = Encoded(chain, data);
  Bytes more(4001);
  EXPECT_THAT(chain.Decode(stream.bytes, 0, absl::MakeSpan(more), scratch),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("bytes decode to 4000, not to the 4001 expected")));
  Bytes less(3999);
  EXPECT_THAT(chain.Decode(stream.bytes, 0, absl::MakeSpan(less), scratch),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("of shuffle+lzf: ")));
  // No stage at all: the bytes as they are.
  EXPECT_THAT(chain.Decode(data, 3, absl::MakeSpan(more), scratch),
              StatusIs(absl::StatusCode::kDataLoss,
                       "shuffle+lzf: 4000 bytes decode to 4000, not to the 4001 expected"));
  EXPECT_THAT(chain.Decode(data, 3, absl::MakeSpan(less), scratch),
              StatusIs(absl::StatusCode::kDataLoss,
                       "shuffle+lzf: 4000 bytes decode to 4000, not to the 3999 expected"));
}

TEST(CodecChainTest, ErrorsNameTheStage) {
  const Bytes data = MakeData(DataKind::kWaves, 4000, 1);
  const CodecChain chain = Chain({"shuffle", "deflate:4", "fletcher32"});
  Stream stream = Encoded(chain, data);
  stream.bytes[100] ^= std::byte{4};
  CodecScratch scratch;
  Bytes decoded(data.size());
  EXPECT_THAT(chain.Decode(stream.bytes, 0, absl::MakeSpan(decoded), scratch),
              StatusIs(absl::StatusCode::kDataLoss,
                       "stage 3 of shuffle+deflate:4+fletcher32: fletcher32: the checksum does "
                       "not match the data"));
  EXPECT_THAT(chain.Decode(stream.bytes, 4, absl::MakeSpan(decoded), scratch),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("stage 2 of shuffle+deflate:4+fletcher32: deflate: ")));
}

TEST(CodecChainTest, RefusesTooSmallAnEncodingBuffer) {
  const CodecChain chain = Chain({"shuffle", "fletcher32"});
  CodecScratch scratch;
  Bytes encoded(103);
  EXPECT_THAT(chain.Encode(Bytes(100), absl::MakeSpan(encoded), scratch),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "shuffle+fletcher32: encoding 100 bytes may need 104, not 103"));
}

}  // namespace
}  // namespace seiche
