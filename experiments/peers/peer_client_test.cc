#include "experiments/peers/peer_client.h"

#include "absl/status/status_matchers.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

PeerClient Client(const std::string& behaviour, double timeout = 60) {
  return PeerClient({"python3", "experiments/peers/fake_peer.py", behaviour},
                    JoinPath(testing::TempDir(), "peer.log"), timeout);
}

ReadRequest Request() {
  return {.path = "waves.h5", .method = "dataloader", .workers = 2, .batches = {{4, 0}, {1}}};
}

TEST(PeerClientTest, TimesComeBack) {
  PeerClient client = Client("good");
  EXPECT_THAT(client.Versions(), IsOkAndHolds(ElementsAre(Pair("fake", "1.0"))));
  const auto time = client.Read(Request());
  ASSERT_THAT(time, IsOk());
  EXPECT_EQ(time->seconds, 0.5);
  EXPECT_EQ(time->cpu_seconds, 0.5);
  EXPECT_EQ(time->first_batch_seconds, 0.125);
  EXPECT_EQ(time->samples, 3);
  EXPECT_EQ(time->checksum, 0);
  ReadRequest checked = Request();
  checked.check = true;
  EXPECT_EQ(client.Read(checked)->checksum, 3 * 192 << 16 | 1);  // of zeros
}

TEST(PeerClientTest, CountersOfSeicheComeBack) {
  ReadRequest request = Request();
  request.seed = 7;
  request.epoch = 3;
  request.method = "loader";
  const auto time = Client("good").Read(request);
  ASSERT_THAT(time, IsOk());
  EXPECT_EQ(time->decodes_per_chunk, 7);
  EXPECT_EQ(time->shuffle_quality, 3);
}

TEST(PeerClientTest, Copies) {
  const std::string to = JoinPath(testing::TempDir(), "copy");
  EXPECT_THAT(Client("good").Copy("waves.h5", to, "zarr"), IsOkAndHolds(3));
  EXPECT_THAT(ReadFile(DefaultFileSystem(), to), IsOkAndHolds("zarr"));
}

TEST(PeerClientTest, MissingPackageIsToldInThePeersWords) {
  EXPECT_THAT(Client("missing").Versions(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "ModuleNotFoundError: No module named 'fake'"));
}

TEST(PeerClientTest, CrashedPeerIsReplaced) {
  PeerClient client = Client("crash");
  EXPECT_THAT(client.Read(Request()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("exit code 5")));
  ReadRequest again = Request();
  again.method = "again";
  EXPECT_THAT(client.Read(again), IsOk());
}

TEST(PeerClientTest, HangingPeerIsGivenUp) {
  EXPECT_THAT(Client("hang", /*timeout=*/0.3).Read(Request()),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("no answer in time")));
}

TEST(PeerClientTest, GarbageIsNoAnswer) {
  EXPECT_THAT(Client("garbage").Read(Request()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("not JSON")));
  EXPECT_THAT(Client("types").Read(Request()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("first_batch_seconds")));
}

TEST(PeerClientTest, TooFewSamplesAreNoResult) {
  EXPECT_THAT(Client("short").Read(Request()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("delivered 2 samples instead of 3")));
}

}  // namespace
}  // namespace seiche
