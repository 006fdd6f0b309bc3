#include "experiments/codecs/codec_peers.h"

#include "absl/status/status_matchers.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

CodecPeers Peers(const std::string& behaviour, double timeout = 60) {
  std::vector<std::string> command = {"python3", "experiments/codecs/fake_codec_peer.py"};
  if (!behaviour.empty()) command.push_back(behaviour);
  return CodecPeers(command, JoinPath(testing::TempDir(), "codec_peer.log"), timeout);
}

std::vector<std::string> NamesOf(const std::vector<PeerSpec>& specs) {
  std::vector<std::string> names;
  for (const PeerSpec& spec : specs) {
    names.push_back(spec.codec + (spec.bound.value_or(0) > 0 ? " bounded" : ""));
  }
  return names;
}

const std::vector<float> kValues = {0, 1, 2, 3, 4, 5, 6, 8};

ConstArrayView Array() {
  return MakeView(static_cast<const void*>(kValues.data()), DType::kFloat32, {2, 2, 2});
}

const ArrayField kField = {.name = "height", .from = "waves.h5", .sequences = 9};
const DataTraits kHeights = {.dtype = DType::kFloat32};

PeerMeasureOptions Options() {
  return {.names = {"zfp"},
          .bounds = {0.5},
          .repeats = 3,
          .sequences = 2,
          .scratch = testing::TempDir()};
}

TEST(CodecPeersTest, PeersAreAskedForWhatTheyAreMadeFor) {
  const DataTraits levels = {.dtype = DType::kFloat32, .levels = true, .steps = true};
  EXPECT_THAT(NamesOf(PeersFor(levels, {}, {0.5})),
              ElementsAre("blosc2:lz4", "blosc2:zstd", "ffv1", "hevc:14", "sz3", "zfp"));
  EXPECT_THAT(NamesOf(PeersFor(kHeights, {}, {0.5})),
              ElementsAre("blosc2:lz4", "blosc2:zstd", "zfp", "sz3 bounded", "zfp bounded"));
  EXPECT_THAT(NamesOf(PeersFor({.dtype = DType::kUInt16, .steps = true}, {}, {0.5})),
              ElementsAre("blosc2:lz4", "blosc2:zstd"));
  EXPECT_THAT(NamesOf(PeersFor(levels, {"hevc"}, {})), ElementsAre("hevc:14"));
  EXPECT_TRUE(PeersFor(levels, {"none"}, {}).empty());
  EXPECT_THAT(CheckPeers({"none"}), IsOk());
  EXPECT_THAT(CheckPeers({"sz3", "zfp"}), IsOk());
  EXPECT_THAT(CheckPeers({"sz4"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no peer sz4")));
}

TEST(CodecPeersTest, RowsAreOfAsManySequencesAsAsked) {
  CodecPeers peers = Peers("");
  PeerMeasurement measurement(kField, kHeights, Options(), peers);
  for (int i = 0; i < 5; ++i) ASSERT_THAT(measurement.Add(Array()), IsOk());
  const std::vector<CodecRow> rows = measurement.rows();
  ASSERT_EQ(rows.size(), 2);
  const CodecRow& bounded = rows[1];
  EXPECT_TRUE(bounded.ok()) << bounded.error;
  EXPECT_EQ(bounded.codec, "zfp");
  EXPECT_EQ(bounded.data, "height");
  EXPECT_EQ(bounded.bound, 0.5);
  EXPECT_EQ(bounded.sequences, 2);
  EXPECT_EQ(bounded.ratio(), 2);
  EXPECT_EQ(bounded.encode_seconds.size(), 3);
  EXPECT_DOUBLE_EQ(bounded.encode_gb_per_s(), 1);
  EXPECT_DOUBLE_EQ(bounded.decode_gb_per_s(), 2);
  EXPECT_EQ(bounded.max_error, 0.25);
  EXPECT_EQ(bounded.peak, 8);
  EXPECT_EQ(rows[0].max_error, 0);
  EXPECT_FALSE(DefaultFileSystem().Exists(JoinPath(testing::TempDir(), "sequence.raw")));
  EXPECT_THAT(peers.Versions({"zfp", "sz3"}), ElementsAre(Pair("fake", "1.0")));
}

TEST(CodecPeersTest, PeersThatFailAreRowsThatSaySo) {
  for (const auto& [behaviour, part] :
       {std::pair("missing", "No module named 'fake'"), std::pair("crash", "exit code 5"),
        std::pair("garbage", "not JSON"), std::pair("short", "not 3 positive numbers"),
        std::pair("vague", "exceeds the bound")}) {
    SCOPED_TRACE(behaviour);
    CodecPeers peers = Peers(behaviour);
    PeerMeasurement measurement(kField, kHeights, Options(), peers);
    ASSERT_THAT(measurement.Add(Array()), IsOk());
    ASSERT_THAT(measurement.Add(Array()), IsOk());
    const std::vector<CodecRow> rows = measurement.rows();
    ASSERT_EQ(rows.size(), 2);
    EXPECT_FALSE(rows[1].ok());
    EXPECT_THAT(rows[1].error, HasSubstr(part));
  }
}

TEST(CodecPeersTest, HangingPeerIsGivenUp) {
  CodecPeers peers = Peers("hang", /*timeout=*/0.3);
  PeerMeasurement measurement(kField, kHeights, Options(), peers);
  ASSERT_THAT(measurement.Add(Array()), IsOk());
  EXPECT_THAT(measurement.rows()[0].error, HasSubstr("no answer in time"));
}

}  // namespace
}  // namespace seiche
