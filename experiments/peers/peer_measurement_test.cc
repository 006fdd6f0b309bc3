#include "experiments/peers/peer_measurement.h"

#include <iterator>

#include "absl/status/status_matchers.h"
#include "base/atomic_output.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/open.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Shape kShape = {6, 3, 4, 4};

class PeerMeasurementTest : public testing::Test {
 protected:
  PeerMeasurementTest() : path_(JoinPath(testing::TempDir(), "zeros.h5")) {
    auto writer =
        Hdf5Writer::Create(path_, {.shape = kShape, .overwrite = OverwritePolicy::kReplace});
    EXPECT_THAT(writer, IsOk());
    const std::vector<float> zeros(3 * 4 * 4);
    for (int64_t i = 0; i < kShape[0]; ++i) {
      EXPECT_THAT((*writer)->Append(
                      MakeView(static_cast<const void*>(zeros.data()), DType::kFloat32, {3, 4, 4})),
                  IsOk());
    }
    EXPECT_THAT((*writer)->Finish(), IsOk());
    auto store = OpenStore(path_);
    EXPECT_THAT(store, IsOk());
    plan_.selection = {.shape = kShape};
    plan_.files = {{.id = "zeros"}};
    prepared_["zeros"] = {
        .path = path_, .paths = {path_}, .bytes_per_sequence = 192, .store = *std::move(store)};
  }

  // The peer's name is how the fake one behaves.
  void AddRow(const std::string& peer, int workers = 2, int max_repeats = 100) {
    plan_.rows.push_back({.file = "zeros",
                          .reader = peer.empty() ? kSeicheReader : "fake",
                          .peer = peer,
                          .workers = workers,
                          .batch_size = 2,
                          .batches = 3,
                          .max_repeats = max_repeats});
  }

  absl::StatusOr<std::vector<PeerResult>> Measure(int repeats, double timeout = 60) {
    PeerClients clients({"python3", "experiments/peers/fake_peer.py"},
                        JoinPath(testing::TempDir(), "peer.log"), timeout);
    return MeasurePeers(plan_, prepared_, repeats, clients);
  }

  std::string path_;
  PeerPlan plan_;
  std::map<std::string, PreparedFile> prepared_;
};

TEST_F(PeerMeasurementTest, EveryRowIsRepeated) {
  AddRow("");
  AddRow("good", /*workers=*/4);
  AddRow("good", /*workers=*/8, /*max_repeats=*/1);
  const auto results = Measure(3);
  ASSERT_THAT(results, IsOk());
  ASSERT_EQ(results->size(), 3);
  EXPECT_EQ((*results)[0].repeats.size(), 3);
  EXPECT_EQ((*results)[0].repeats[0].samples, 6);
  EXPECT_EQ((*results)[1].repeats.size(), 3);
  EXPECT_EQ((*results)[1].repeats[2].seconds, 1);
  EXPECT_EQ((*results)[2].repeats.size(), 1);
  for (const PeerResult& result : *results) {
    EXPECT_THAT(result.error, IsEmpty());
    EXPECT_EQ(result.bytes_per_sequence, 192);
  }
}

TEST_F(PeerMeasurementTest, FailuresConcernTheirRowsOnly) {
  for (const char* peer : {"missing", "crash", "late", "garbage", "short", "wrong", "good", ""}) {
    AddRow(peer);
  }
  const auto results = Measure(2);
  ASSERT_THAT(results, IsOk());
  const char* errors[] = {"No module named 'fake'",
                          "exit code 5",
                          "exit code 5",
                          "not JSON",
                          "1 samples instead of 2",
                          "other values than are stored"};
  for (size_t i = 0; i < std::size(errors); ++i) {
    EXPECT_THAT((*results)[i].error, HasSubstr(errors[i]));
    EXPECT_THAT((*results)[i].repeats, IsEmpty());
  }
  for (const size_t i : {6, 7}) EXPECT_EQ((*results)[i].repeats.size(), 2);
}

TEST_F(PeerMeasurementTest, PeerThatHangsIsGivenUp) {
  AddRow("hang");
  const auto results = Measure(2, /*timeout=*/0.3);
  ASSERT_THAT(results, IsOk());
  EXPECT_THAT((*results)[0].error, HasSubstr("no answer in time"));
}

TEST_F(PeerMeasurementTest, CopyThatIsNotThereIsTheRowsError) {
  AddRow("good");
  prepared_["zeros"].error = "cannot be copied";
  const auto results = Measure(1);
  ASSERT_THAT(results, IsOk());
  EXPECT_EQ((*results)[0].error, "cannot be copied");
}

TEST_F(PeerMeasurementTest, OurOwnFailureStopsTheRun) {
  AddRow("");
  prepared_["zeros"].path = "/no/file.h5";
  EXPECT_THAT(Measure(1), StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/file.h5")));
}

}  // namespace
}  // namespace seiche
