#include "experiments/program/preparation.h"

#include "absl/status/status_matchers.h"
#include "absl/strings/str_join.h"
#include "base/atomic_output.h"
#include "base/faulty_file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class PreparationTest : public testing::Test {
 protected:
  PreparationTest() {
    plan_.out =
        JoinPath(testing::TempDir(), testing::UnitTest::GetInstance()->current_test_info()->name());
    EXPECT_THAT(files_.RemoveAll(plan_.out), IsOk());
    plan_.times_writing = true;
    SetDataset({.sequences = 6, .waves = {.seed = 3, .frames = 3, .grid_points = 32}});
  }

  void SetDataset(const DatasetOptions& dataset) {
    plan_.dataset = dataset;
    plan_.variants = MakeVariants({.shape = dataset.shape()});
  }

  const Variant& Get(std::string_view id) { return *FindVariant(plan_.variants, id); }

  // One run that prepares the dataset and the variant `id`; log_ has its lines.
  absl::StatusOr<Row> Prepare(std::string_view id) { return Prepare(id, files_); }
  absl::StatusOr<Row> Prepare(std::string_view id, FileSystem& files) {
    log_.clear();
    auto folder = OutputFolder::Open(plan_.out, /*overwrite=*/false, files);
    if (!folder.ok()) return folder.status();
    Preparation preparation(plan_, *folder, pool_, files,
                            [&](std::string_view line) { log_ += std::string(line) + "\n"; });
    const auto dataset = preparation.PrepareDataset();
    if (!dataset.ok()) return dataset.status();
    return preparation.PrepareVariant(Get(id));
  }

  std::string Path(const std::string& name) { return JoinPath(plan_.out, name); }

  void Overwrite(const std::string& name, const std::string& text) {
    EXPECT_THAT(WriteFileAtomically(files_, Path(name), text, OverwritePolicy::kReplace), IsOk());
  }

  FileSystem& files_ = DefaultFileSystem();
  WorkerPool pool_{2};
  ExperimentPlan plan_;
  std::string log_;
};

TEST_F(PreparationTest, WritesAndMeasuresAVariant) {
  const auto row = Prepare("hdf5_manual_lzf");
  ASSERT_THAT(row, IsOk());
  EXPECT_EQ(row->files, 1);
  EXPECT_GT(row->bytes, 0);
  EXPECT_GT(row->bytes_on_disk, 0);
  EXPECT_THAT(row->write_seconds, SizeIs(plan_.write_repeats));
  EXPECT_THAT(row->copy_seconds, SizeIs(plan_.write_repeats));
  EXPECT_FALSE(row->quality.has_value());
  EXPECT_FALSE(files_.Exists(Path("scratch")));
}

TEST_F(PreparationTest, BoundedRowsHaveTheirOwnQuality) {
  const auto row = Prepare("hdf5_manual_swell_bounded");
  ASSERT_THAT(row, IsOk());
  ASSERT_EQ(row->variant.bound, 0.01);
  ASSERT_TRUE(row->quality.has_value());
  EXPECT_LE(row->quality->max_error, 255 * 0.01);
  EXPECT_GT(row->quality->max_error, 1);
  EXPECT_GT(row->quality->psnr_db, 40);  // as any error of at most a hundredth of the peak
  EXPECT_LT(row->quality->psnr_db, 70);
  const auto again = Prepare("hdf5_manual_swell_bounded");
  ASSERT_THAT(again, IsOk());
  ASSERT_TRUE(again->quality.has_value());
  EXPECT_EQ(again->quality->max_error, row->quality->max_error);
}

TEST_F(PreparationTest, JpegRowsAreTheDatasetAndHaveAQuality) {
  const auto row = Prepare("jpeg");
  ASSERT_THAT(row, IsOk());
  EXPECT_EQ(row->files, 18);
  ASSERT_TRUE(row->quality.has_value());
  EXPECT_GT(row->quality->psnr_db, 20);
  EXPECT_THAT(row->write_seconds, SizeIs(plan_.write_repeats));
}

TEST_F(PreparationTest, NextRunKeepsWhatIsFinished) {
  const auto first = Prepare("hdf5_manual_lzf");
  ASSERT_THAT(first, IsOk());
  const auto second = Prepare("hdf5_manual_lzf");
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(log_, HasSubstr("dataset: 6 sequences of 3 x 32 x 32, seed 3: there and verified"));
  EXPECT_THAT(log_, HasSubstr("hdf5_manual_lzf: there and verified"));
  EXPECT_EQ(second->write_seconds, first->write_seconds);
}

TEST_F(PreparationTest, TimesAreTakenWhenTheyAreAskedFor) {
  plan_.times_writing = false;
  const auto untimed = Prepare("hdf5_manual_lzf");
  ASSERT_THAT(untimed, IsOk());
  EXPECT_THAT(untimed->write_seconds, SizeIs(0));
  EXPECT_THAT(untimed->copy_seconds, SizeIs(0));
  plan_.times_writing = true;
  const auto timed = Prepare("hdf5_manual_lzf");
  ASSERT_THAT(timed, IsOk());
  EXPECT_THAT(log_, HasSubstr("hdf5_manual_lzf: there and verified"));
  EXPECT_THAT(timed->write_seconds, SizeIs(plan_.write_repeats));
  EXPECT_THAT(timed->copy_seconds, SizeIs(plan_.write_repeats));
}

TEST_F(PreparationTest, TimesOfAnotherProtocolAreTakenAgain) {
  plan_.write_repeats = 1;
  const auto once = Prepare("hdf5_manual_lzf");
  ASSERT_THAT(once, IsOk());
  EXPECT_THAT(once->write_seconds, SizeIs(1));
  plan_.write_repeats = 3;
  const auto thrice = Prepare("hdf5_manual_lzf");
  ASSERT_THAT(thrice, IsOk());
  EXPECT_THAT(log_, HasSubstr("hdf5_manual_lzf: there and verified"));
  EXPECT_THAT(thrice->write_seconds, SizeIs(3));
}

TEST_F(PreparationTest, UnfinishedVariantIsWrittenAgain) {
  ASSERT_THAT(Prepare("hdf5_manual_lzf"), IsOk());
  ASSERT_THAT(files_.RemoveAll(Path("variants/hdf5_manual_lzf.json")), IsOk());
  ASSERT_THAT(Prepare("hdf5_manual_lzf"), IsOk());
  EXPECT_THAT(log_, HasSubstr("hdf5_manual_lzf: 6 sequences"));
}

TEST_F(PreparationTest, DamagedVariantIsWrittenAgain) {
  ASSERT_THAT(Prepare("hdf5_manual_lzf"), IsOk());
  const std::string name = "variants/hdf5_manual_lzf/images.h5";
  auto bytes = ReadFile(files_, Path(name));
  ASSERT_THAT(bytes, IsOk());
  (*bytes)[bytes->size() - 100] ^= 1;
  Overwrite(name, *bytes);
  ASSERT_THAT(Prepare("hdf5_manual_lzf"), IsOk());
  EXPECT_THAT(log_, HasSubstr("hdf5_manual_lzf: written anew: its files have changed"));
  ASSERT_THAT(Prepare("hdf5_manual_lzf"), IsOk());
  EXPECT_THAT(log_, HasSubstr("hdf5_manual_lzf: there and verified"));
}

TEST_F(PreparationTest, ChangedParametersNeverReuseAFile) {
  ASSERT_THAT(Prepare("hdf5_manual_gzip4"), IsOk());
  for (Variant& variant : plan_.variants) {
    if (variant.id == "hdf5_manual_gzip4") variant.codecs = {"deflate:5"};
  }
  ASSERT_THAT(Prepare("hdf5_manual_gzip4"), IsOk());
  EXPECT_THAT(log_, HasSubstr("written anew: it was made with other parameters"));
}

TEST_F(PreparationTest, DamagedDatasetIsMadeAgainAndItsVariantsKept) {
  ASSERT_THAT(Prepare("hdf5_manual_lzf"), IsOk());
  ASSERT_THAT(files_.RemoveAll(Path("dataset/jpeg/0/0.jpg")), IsOk());
  ASSERT_THAT(Prepare("hdf5_manual_lzf"), IsOk());
  EXPECT_THAT(log_, HasSubstr("dataset: made anew:"));
  EXPECT_THAT(log_, HasSubstr("hdf5_manual_lzf: there and verified"));
}

TEST_F(PreparationTest, AnotherDatasetIsNotReplaced) {
  ASSERT_THAT(Prepare("hdf5_manual_lzf"), IsOk());
  DatasetOptions other = plan_.dataset;
  other.waves.seed = 4;
  SetDataset(other);
  EXPECT_THAT(Prepare("hdf5_manual_lzf"),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       HasSubstr("holds 6 sequences of 3 x 32 x 32, seed 3, not 6 sequences of "
                                 "3 x 32 x 32, seed 4: choose another --out, or --overwrite")));
}

TEST_F(PreparationTest, KilledAtAnyMomentTheNextRunGoesOn) {
  SetDataset({.sequences = 2, .waves = {.seed = 3, .frames = 1, .grid_points = 24}});
  plan_.write_repeats = 1;
  const auto undisturbed = Prepare("hdf5_manual_lzf_small_files");
  ASSERT_THAT(undisturbed, IsOk());
  int kills = 0;
  for (int64_t kill_at = 0;; ++kill_at) {
    ASSERT_THAT(files_.RemoveAll(plan_.out), IsOk());
    FaultyFileSystem faulty(files_, {.kill_at = kill_at});
    Prepare("hdf5_manual_lzf_small_files", faulty).IgnoreError();
    if (!faulty.killed()) break;
    ++kills;
    const auto row = Prepare("hdf5_manual_lzf_small_files");
    ASSERT_THAT(row, IsOk()) << "killed before call " << kill_at;
    EXPECT_EQ(row->bytes, undisturbed->bytes);
    EXPECT_EQ(row->files, 2);
    EXPECT_FALSE(files_.Exists(Path("scratch")));
    for (const char* folder : {"", "dataset", "variants", "variants/hdf5_manual_lzf_small_files"}) {
      const auto names = files_.List(Path(folder));
      ASSERT_THAT(names, IsOk());
      EXPECT_THAT(absl::StrJoin(*names, " "), testing::Not(HasSubstr(".partial-")));
    }
  }
  EXPECT_GT(kills, 20);
}

TEST_F(PreparationTest, FullDiskEndsTheRunAndTheNextOneGoesOn) {
  ASSERT_THAT(Prepare("hdf5_manual_none"), IsOk());
  for (const int64_t space : {0, 100, 5000, 50000, 100000}) {
    ASSERT_THAT(files_.RemoveAll(plan_.out), IsOk());
    FaultyFileSystem faulty(files_, {.space = space});
    EXPECT_THAT(Prepare("hdf5_manual_none", faulty).status(),
                StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("No space left")));
    EXPECT_FALSE(files_.Exists(Path("variants/hdf5_manual_none.json")));
    ASSERT_THAT(Prepare("hdf5_manual_none"), IsOk());
  }
}

TEST_F(PreparationTest, MissingCodecMakesAnUnavailableRow) {
  for (Variant& variant : plan_.variants) {
    if (variant.id == "hdf5_manual_szip") variant.codecs = {"nonesuch"};
  }
  const auto row = Prepare("hdf5_manual_szip");
  ASSERT_THAT(row, IsOk());
  EXPECT_FALSE(row->available());
  EXPECT_THAT(row->unavailable, HasSubstr("nonesuch"));
}

TEST_F(PreparationTest, DiskIsCheckedBeforehand) {
  const auto folder = OutputFolder::Open(plan_.out, false, files_);
  ASSERT_THAT(folder, IsOk());
  const auto log = [&](std::string_view line) { log_ += std::string(line); };
  EXPECT_THAT(Preparation(plan_, *folder, pool_, files_, log).CheckDisk(plan_.variants), IsOk());
  EXPECT_THAT(log_, HasSubstr(": up to 0.0"));
  EXPECT_THAT(log_, HasSubstr("more are needed"));
  log_.clear();
  plan_.python_stack = true;
  Preparation(plan_, *folder, pool_, files_, log).CheckDisk(plan_.variants).IgnoreError();
  EXPECT_THAT(log_, HasSubstr(": up to 10.0"));
  SetDataset({.sequences = 1'000'000'000});
  EXPECT_THAT(
      Preparation(plan_, *folder, pool_, files_, log).CheckDisk(plan_.variants),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("are free: choose another")));
  EXPECT_FALSE(files_.Exists(plan_.out));
}

TEST_F(PreparationTest, LackOfDiskRemovesNoFolderOfTheUsers) {
  ASSERT_THAT(files_.MakeDirectories(plan_.out), IsOk());
  const auto folder = OutputFolder::Open(plan_.out, false, files_);
  ASSERT_THAT(folder, IsOk());
  SetDataset({.sequences = 1'000'000'000});
  EXPECT_THAT(
      Preparation(plan_, *folder, pool_, files_, [](std::string_view) {}).CheckDisk(plan_.variants),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("are free")));
  EXPECT_TRUE(files_.Exists(plan_.out));
}

}  // namespace
}  // namespace seiche
