#include "storage/hdf5/h5.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/hdf5/one_file.h"

namespace seiche::h5 {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;
using Code = absl::StatusCode;

std::string FreshPath() {
  const std::string path = JoinPath(
      ::testing::TempDir(),
      absl::StrCat(::testing::UnitTest::GetInstance()->current_test_info()->name(), ".h5"));
  EXPECT_THAT(DefaultFileSystem().RemoveAll(path), IsOk());
  return path;
}

DatasetInfo SmallArray(const std::string& name) {
  DatasetInfo info;
  info.name = name;
  info.shape = {2, 3};
  info.type.dtype = DType::kInt16;
  return info;
}

constexpr int16_t kValues[6] = {1, -2, 3, -4, 5, -6};

absl::Span<const std::byte> Bytes() {
  return absl::MakeConstSpan(reinterpret_cast<const std::byte*>(kValues), sizeof(kValues));
}

void WriteSmallFile(const std::string& path) {
  auto file = File::Create(DefaultFileSystem(), path);
  ASSERT_THAT(file, IsOk());
  for (const char* name : {"b", "a/deep"}) {
    auto dataset = file->CreateDataset(SmallArray(name));
    ASSERT_THAT(dataset, IsOk());
    ASSERT_THAT(dataset->Write(WholeBox({2, 3}), Bytes()), IsOk());
    ASSERT_THAT(dataset->SetAttribute("text", std::string("")), IsOk());
    ASSERT_THAT(dataset->SetAttribute("text", std::string("again")), IsOk());
    ASSERT_THAT(dataset->Close(), IsOk());
  }
  ASSERT_THAT(file->Close(), IsOk());
}

TEST(HasSignatureTest, LooksWhereUserBlocksEnd) {
  constexpr char kSignature[] = "\x89HDF\r\n\x1a\n";
  for (const size_t at : {0, 512, 1024, 2048, 1 << 20}) {
    OneFile files("f", std::string(at, ' ') + kSignature);
    EXPECT_THAT(HasSignature(**files.OpenForReading("f")), IsOkAndHolds(true)) << at;
  }
  for (const size_t at : {1, 511, 513, 1536}) {
    OneFile files("f", std::string(at, ' ') + kSignature + std::string(3000, ' '));
    EXPECT_THAT(HasSignature(**files.OpenForReading("f")), IsOkAndHolds(false)) << at;
  }
  for (const size_t size : {0, 7}) {
    OneFile files("f", std::string(kSignature, size));
    EXPECT_THAT(HasSignature(**files.OpenForReading("f")), IsOkAndHolds(false)) << size;
  }
}

TEST(FileTest, WritesListsAndReads) {
  const std::string path = FreshPath();
  WriteSmallFile(path);
  const auto readable = DefaultFileSystem().OpenForReading(path);
  ASSERT_THAT(readable, IsOk());
  const auto file = File::Open(DefaultFileSystem(), **readable);
  ASSERT_THAT(file, IsOk());
  const auto datasets = file->ListDatasets();
  ASSERT_THAT(datasets, IsOk());
  EXPECT_EQ(Describe(*datasets), "'a/deep' int16 (2, 3), 'b' int16 (2, 3)");

  const auto dataset = file->OpenDataset("/a/deep");
  ASSERT_THAT(dataset, IsOk());
  EXPECT_EQ(dataset->info().name, "a/deep");
  EXPECT_EQ(dataset->info().file, path);
  EXPECT_THAT(dataset->info().shape, ElementsAre(2, 3));
  EXPECT_THAT(dataset->Attributes(), IsOkAndHolds(ElementsAre(Pair("text", "again"))));
  int16_t values[2] = {};
  ASSERT_THAT(dataset->Read({.offset = {0, 1}, .extent = {2, 1}, .stride = {1, 2}},
                            absl::MakeSpan(reinterpret_cast<std::byte*>(values), 4)),
              IsOk());
  EXPECT_THAT(values, ElementsAre(-2, 5));
}

TEST(FileTest, CreateRefusesAnExistingFile) {
  const std::string path = FreshPath();
  WriteSmallFile(path);
  EXPECT_THAT(File::Create(DefaultFileSystem(), path).status(),
              StatusIs(Code::kAlreadyExists, StartsWith(path)));
}

TEST(FileTest, WithoutCloseNothingIsFlushed) {
  const std::string path = FreshPath();
  {
    auto file = File::Create(DefaultFileSystem(), path);
    ASSERT_THAT(file, IsOk());
    auto dataset = file->CreateDataset(SmallArray("b"));
    ASSERT_THAT(dataset, IsOk());
  }
  const auto readable = DefaultFileSystem().OpenForReading(path);
  ASSERT_THAT(readable, IsOk());
  EXPECT_THAT(File::Open(DefaultFileSystem(), **readable).status(),
              StatusIs(Code::kFailedPrecondition, HasSubstr("is not an HDF5 file")));
}

TEST(FileTest, SaysWhatLibhdf5Said) {
  const std::string path = FreshPath();
  WriteSmallFile(path);
  OneFile files(path, *ReadFile(DefaultFileSystem(), path));
  files.Truncate(files.contents().size() - 1);
  const auto readable = files.OpenForReading(path);
  ASSERT_THAT(readable, IsOk());
  EXPECT_THAT(File::Open(files, **readable).status(),
              StatusIs(Code::kDataLoss, AllOf(StartsWith(absl::StrCat(path, ": cannot open: ")),
                                              HasSubstr("truncated file: eof = "))));
}

TEST(FileTest, CreateDatasetNeedsKnownFilters) {
  auto file = File::Create(DefaultFileSystem(), FreshPath());
  ASSERT_THAT(file, IsOk());
  DatasetInfo info = SmallArray("b");
  info.chunk_shape = {1, 3};
  info.filters = {{.id = 40000, .name = "unheard of", .values = {}}};
  EXPECT_THAT(file->CreateDataset(info).status(),
              StatusIs(Code::kUnimplemented, HasSubstr("filter 40000 is not registered")));
  EXPECT_FALSE(HasFilter(40000));
  for (const uint32_t id : {1, 2, 3, 5, 6, 32000}) EXPECT_TRUE(HasFilter(id)) << id;
}

TEST(ThreadsTest, AnyNumberMayBeAtWork) {
  std::vector<std::thread> threads;
  const std::string path = FreshPath();
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i, path] {
      const std::string mine = absl::StrCat(path, ".", i);
      EXPECT_THAT(DefaultFileSystem().RemoveAll(mine), IsOk());
      for (int repeat = 0; repeat < 10; ++repeat) {
        WriteSmallFile(mine);
        const auto readable = DefaultFileSystem().OpenForReading(mine);
        ASSERT_THAT(readable, IsOk());
        const auto file = File::Open(DefaultFileSystem(), **readable);
        ASSERT_THAT(file, IsOk());
        EXPECT_THAT(file->OpenDataset("b").status(), IsOk());
        EXPECT_THAT(file->OpenDataset("c").status(), StatusIs(Code::kNotFound, HasSubstr("'c'")));
        EXPECT_THAT(DefaultFileSystem().RemoveAll(mine), IsOk());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(InsideLibrary());
}

}  // namespace
}  // namespace seiche::h5
