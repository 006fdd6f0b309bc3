// The writer on a failing disk, and killed at every moment: an error that says what happened, and
// no file that is not whole.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/match.h"
#include "base/faulty_file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/hdf5/test_values.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Code = absl::StatusCode;

const Shape& TestShape() {
  static const Shape& shape = *new Shape{6, 4, 6, 7};
  return shape;
}

// A folder of this test's own, empty.
std::string FreshFolder() {
  const std::string folder = JoinPath(
      ::testing::TempDir(), ::testing::UnitTest::GetInstance()->current_test_info()->name());
  EXPECT_THAT(DefaultFileSystem().RemoveAll(folder), IsOk());
  EXPECT_THAT(DefaultFileSystem().MakeDirectories(folder), IsOk());
  return folder;
}

Hdf5WriterOptions Chunked(FileSystem& files) {
  return {.shape = TestShape(),
          .chunk_shape = {2, 2, 6, 7},
          .codecs = {"lzf"},
          .attributes = {{"seed", int64_t{1}}},
          .workers = 2,
          .files = &files};
}

Hdf5WriterOptions Contiguous(FileSystem& files) { return {.shape = TestShape(), .files = &files}; }

absl::Status Write(const std::string& path, const Hdf5WriterOptions& options) {
  auto writer = Hdf5Writer::Create(path, options);
  if (!writer.ok()) return writer.status();
  const std::vector<std::byte> elements = FormulaElements(options.dtype, NumElements(TestShape()));
  for (int64_t i = 0; i < TestShape()[0]; ++i) {
    const void* sequence = elements.data() + i * elements.size() / TestShape()[0];
    const absl::Status status = (*writer)->Append(MakeView(sequence, options.dtype, {4, 6, 7}));
    if (!status.ok()) return status;
  }
  return (*writer)->Finish({{"mean", 0.5}});
}

bool HoldsAllValues(const std::string& path) {
  const auto store = OpenHdf5Store(path);
  if (!store.ok()) return false;
  std::vector<std::byte> bytes(NumElements(TestShape()) * sizeof(float));
  EXPECT_THAT(
      (*store)->Read(0, WholeBox(TestShape()),
                     MakeView(static_cast<void*>(bytes.data()), DType::kFloat32, TestShape())),
      IsOk());
  return bytes == FormulaElements(DType::kFloat32, NumElements(TestShape()));
}

class WriterFaultTest : public ::testing::TestWithParam<bool> {
 protected:
  Hdf5WriterOptions Options(FileSystem& files) const {
    return GetParam() ? Chunked(files) : Contiguous(files);
  }
};

INSTANTIATE_TEST_SUITE_P(Layouts, WriterFaultTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Chunked" : "Contiguous"; });

TEST_P(WriterFaultTest, AFullDiskIsResourceExhaustedAndLeavesNothing) {
  const std::string folder = FreshFolder(), path = JoinPath(folder, "waves.h5");
  for (int64_t space = 0;; space += 97) {
    ASSERT_LT(space, 1 << 20);
    FaultyFileSystem files(DefaultFileSystem(), {.space = space});
    const absl::Status status = Write(path, Options(files));
    if (status.ok()) break;
    ASSERT_THAT(status, StatusIs(Code::kResourceExhausted,
                                 AllOf(StartsWith(path), HasSubstr("No space left"),
                                       Not(HasSubstr(".partial-")))))
        << space;
    ASSERT_THAT(*DefaultFileSystem().List(folder), IsEmpty()) << space;
  }
  EXPECT_TRUE(HoldsAllValues(path));
}

TEST_P(WriterFaultTest, AFailingDiskIsUnavailableAndLeavesNothing) {
  const std::string folder = FreshFolder(), path = JoinPath(folder, "waves.h5");
  int64_t failing = 0;
  for (;; ++failing) {
    ASSERT_LT(failing, 1000);
    FaultyFileSystem files(DefaultFileSystem(), {.fail_write = failing});
    const absl::Status status = Write(path, Options(files));
    if (status.ok()) break;
    ASSERT_THAT(status, StatusIs(Code::kUnavailable, StartsWith(path))) << failing;
    ASSERT_THAT(*DefaultFileSystem().List(folder), IsEmpty()) << failing;
  }
  EXPECT_GT(failing, 3);
  EXPECT_TRUE(HoldsAllValues(path));
}

TEST_P(WriterFaultTest, ShortWritesAreFinished) {
  const std::string path = JoinPath(FreshFolder(), "waves.h5");
  FaultyFileSystem files(DefaultFileSystem(), {.max_transfer = 13, .short_transfer_seed = 1});
  ASSERT_THAT(Write(path, Options(files)), IsOk());
  EXPECT_TRUE(HoldsAllValues(path));
}

TEST_P(WriterFaultTest, KilledAtAnyMomentThereIsNoFileOrAWholeOne) {
  const std::string folder = FreshFolder(), path = JoinPath(folder, "waves.h5");
  int64_t whole = 0;
  for (int64_t kill_at = 0;; ++kill_at) {
    ASSERT_LT(kill_at, 1000);
    FaultyFileSystem files(DefaultFileSystem(), {.kill_at = kill_at});
    const absl::Status status = Write(path, Options(files));
    if (!files.killed()) {
      ASSERT_THAT(status, IsOk());
      break;
    }
    const std::vector<std::string> names = *DefaultFileSystem().List(folder);
    for (const std::string& name : names) {
      if (name == "waves.h5") {
        EXPECT_TRUE(HoldsAllValues(path)) << kill_at;
        ++whole;
      } else {
        EXPECT_TRUE(absl::StrContains(name, ".partial-")) << name;
      }
    }
    ASSERT_THAT(DefaultFileSystem().RemoveAll(folder), IsOk());
    ASSERT_THAT(DefaultFileSystem().MakeDirectories(folder), IsOk());
  }
  EXPECT_GE(whole, 1);
  EXPECT_TRUE(HoldsAllValues(path));
}

TEST_P(WriterFaultTest, AFailureKeepsTheOldFile) {
  const std::string folder = FreshFolder(), path = JoinPath(folder, "waves.h5");
  ASSERT_THAT(Write(path, Options(DefaultFileSystem())), IsOk());
  FaultyFileSystem files(DefaultFileSystem(), {.space = 3000});
  Hdf5WriterOptions options = Options(files);
  options.overwrite = OverwritePolicy::kReplace;
  EXPECT_THAT(Write(path, options), StatusIs(Code::kResourceExhausted, StartsWith(path)));
  EXPECT_THAT(*DefaultFileSystem().List(folder), ::testing::ElementsAre("waves.h5"));
  EXPECT_TRUE(HoldsAllValues(path));
}

// After the first error every call returns it.
TEST(WriterFaultStickyTest, TheFirstErrorStays) {
  const std::string path = JoinPath(FreshFolder(), "waves.h5");
  FaultyFileSystem files(DefaultFileSystem(), {.space = 3000});
  const Hdf5WriterOptions options = Contiguous(files);
  auto writer = Hdf5Writer::Create(path, options);
  ASSERT_THAT(writer, IsOk());
  const float zeros[4 * 6 * 7] = {};
  const ConstArrayView sequence =
      MakeView(static_cast<const void*>(zeros), DType::kFloat32, {4, 6, 7});
  absl::Status status;
  for (int i = 0; i < 6 && status.ok(); ++i) status = (*writer)->Append(sequence);
  ASSERT_THAT(status, StatusIs(Code::kResourceExhausted, HasSubstr("No space left")));
  EXPECT_EQ((*writer)->Append(sequence), status);
  EXPECT_EQ((*writer)->Finish(), status);
}

}  // namespace
}  // namespace seiche
