#include "experiments/peers/prepared_files.h"

#include "absl/status/status_matchers.h"
#include "base/worker_pool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PreparedFilesTest : public testing::Test {
 protected:
  PreparedFilesTest() {
    experiment_.out =
        JoinPath(testing::TempDir(), testing::UnitTest::GetInstance()->current_test_info()->name());
    EXPECT_THAT(files_.RemoveAll(experiment_.out), IsOk());
    // As many sequences as the fake peer says that it copies.
    experiment_.dataset = {.sequences = 3, .waves = {.seed = 3, .frames = 12, .grid_points = 32}};
    auto plan = MakePeerPlan({.shape = experiment_.dataset.shape(),
                              .files = {"manual_lzf", "jpeg", "windows10_lzf", "blosc2_lz4"}});
    EXPECT_THAT(plan, IsOk());
    plan_ = *std::move(plan);
  }

  std::map<std::string, PreparedFile> Prepare(const std::string& behaviour,
                                              const std::string& requirements = "fake==1.0\n") {
    log_.clear();
    auto folder = OutputFolder::Open(experiment_.out, /*overwrite=*/false, files_);
    EXPECT_THAT(folder, IsOk());
    const LineLog log = [&](std::string_view line) { log_ += std::string(line) + "\n"; };
    Preparation preparation(experiment_, *folder, pool_, files_, log);
    const auto dataset = preparation.PrepareDataset();
    EXPECT_THAT(dataset, IsOk());
    PeerClients clients({"python3", "experiments/peers/fake_peer.py", behaviour},
                        JoinPath(testing::TempDir(), "peer.log"), /*timeout=*/60);
    auto prepared = PrepareFiles(plan_, VariantsOf(plan_), *dataset, requirements, *folder,
                                 preparation, clients, files_, log);
    EXPECT_THAT(prepared, IsOk());
    return *std::move(prepared);
  }

  FileSystem& files_ = DefaultFileSystem();
  WorkerPool pool_{2};
  ExperimentPlan experiment_;
  PeerPlan plan_;
  std::string log_;
};

TEST_F(PreparedFilesTest, EveryFileOfThePlanIsThere) {
  const auto prepared = Prepare("good");
  ASSERT_EQ(prepared.size(), 4);
  for (const auto& [id, file] : prepared) {
    EXPECT_THAT(file.error, IsEmpty()) << id;
    EXPECT_TRUE(files_.Exists(file.path)) << file.path;
    EXPECT_GT(file.bytes_per_sequence, 0) << id;
    ASSERT_FALSE(file.paths.empty()) << id;
    for (const std::string& path : file.paths) EXPECT_TRUE(files_.Exists(path)) << path;
  }
  EXPECT_EQ(prepared.at("manual_lzf").path, prepared.at("windows10_lzf").path);
  EXPECT_EQ(prepared.at("jpeg").paths.size(), 3 * 12);
  EXPECT_EQ(*ReadFile(files_, prepared.at("blosc2_lz4").path), "blosc2_lz4");
}

TEST_F(PreparedFilesTest, FinishedCopiesAreKept) {
  Prepare("good");
  EXPECT_THAT(Prepare("missing").at("blosc2_lz4").error, IsEmpty());
  EXPECT_THAT(log_, HasSubstr("blosc2_lz4: there and verified"));
}

TEST_F(PreparedFilesTest, CopiesOfOtherPackagesOrContentsAreMadeAnew) {
  const std::string path = Prepare("good").at("blosc2_lz4").path;
  Prepare("good", "fake==1.1\n");
  EXPECT_THAT(log_, HasSubstr("blosc2_lz4: 3 sequences"));
  ASSERT_THAT(files_.RemoveAll(path), IsOk());
  EXPECT_THAT(Prepare("good", "fake==1.1\n").at("blosc2_lz4").error, IsEmpty());
  EXPECT_THAT(log_, HasSubstr("blosc2_lz4: 3 sequences"));
}

TEST_F(PreparedFilesTest, CopyThatCannotBeMadeSaysWhy) {
  const auto prepared = Prepare("missing");
  EXPECT_THAT(prepared.at("blosc2_lz4").error, HasSubstr("No module named 'fake'"));
  EXPECT_THAT(prepared.at("manual_lzf").error, IsEmpty());
}

}  // namespace
}  // namespace seiche
