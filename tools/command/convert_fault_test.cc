// Conversions on failing disks, from damaged sources, and killed at every moment: an error that
// says what happened, and no target that is not whole.
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/match.h"
#include "base/array_view.h"
#include "base/faulty_file_system.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/open.h"
#include "tools/command/convert.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Code = absl::StatusCode;

constexpr char kHdf5[] = "storage/hdf5/testdata/h5py_v114.h5";
constexpr char kJpeg[] = "storage/jpeg/testdata/gray";

// What is converted to what.
struct Case {
  const char* name;
  const char* from;
  const char* field;
  const char* to;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class ConvertFaultTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    for (char& c : name) c = c == '/' ? '_' : c;
    folder_ = JoinPath(testing::TempDir(), name);
    Clear();
  }

  void Clear() {
    EXPECT_THAT(files_.RemoveAll(folder_), IsOk());
    EXPECT_THAT(files_.MakeDirectories(folder_), IsOk());
  }

  std::string to() const { return JoinPath(folder_, GetParam().to); }

  absl::Status Run(FileSystem& files, bool overwrite = false) {
    ConvertOptions options;
    options.from = GetParam().from;
    if (!std::string(GetParam().field).empty()) options.fields = {GetParam().field};
    options.to = to();
    options.chunks = "2,2,6,7";
    if (!absl::StrContains(to(), ".h5") || options.fields.empty()) options.chunks = "manual";
    options.workers = 1;  // calls in the same order each time
    options.overwrite = overwrite;
    options.files = &files;
    options.progress.write = [](std::string_view) {};
    options.progress.now = [] { return 0.0; };
    return Convert(options).status();
  }

  // Whether the target holds what it should; false if it is not there.
  bool IsWhole() {
    const auto source = OpenStore(GetParam().from, {.field = GetParam().field});
    const auto target = OpenStore(to(), {.field = GetParam().field});
    if (!target.ok()) {
      EXPECT_THAT(target, StatusIs(Code::kNotFound));
      return false;
    }
    std::vector<std::vector<std::byte>> bytes(2);
    for (int i = 0; i < 2; ++i) {
      const SequenceStore& store = i == 0 ? **source : **target;
      const Field& field = store.fields()[0];
      bytes[i].resize(NumElements(field.shape()) * SizeOf(field.dtype));
      EXPECT_THAT(
          store.Read(0, WholeBox(field.shape()),
                     MakeView(static_cast<void*>(bytes[i].data()), field.dtype, field.shape())),
          IsOk());
    }
    EXPECT_EQ(bytes[0], bytes[1]);
    return true;
  }

  FileSystem& files_ = DefaultFileSystem();
  std::string folder_;
};

TEST_P(ConvertFaultTest, FullDisk) {
  for (const int64_t space : {0, 1, 100, 1000, 2000}) {
    FaultyFileSystem files(files_, {.space = space});
    EXPECT_THAT(Run(files),
                StatusIs(Code::kResourceExhausted,
                         AllOf(HasSubstr("No space left on device"), Not(HasSubstr(".partial-")))));
    EXPECT_THAT(*files_.List(folder_), IsEmpty());
  }
}

TEST_P(ConvertFaultTest, EveryReadThatFails) {
  int64_t failed = 0;
  for (int64_t read = 0;; ++read) {
    FaultyFileSystem files(files_, {.fail_read = read});
    const absl::Status status = Run(files);
    if (status.ok()) break;
    ++failed;
    EXPECT_THAT(status, StatusIs(Code::kUnavailable, HasSubstr("Input/output error")));
    EXPECT_THAT(*files_.List(folder_), IsEmpty()) << read;
  }
  EXPECT_GT(failed, 6);
  EXPECT_TRUE(IsWhole());
}

TEST_P(ConvertFaultTest, KilledAtEveryMoment) {
  for (int64_t kill_at = 0;; ++kill_at) {
    Clear();
    FaultyFileSystem files(files_, {.kill_at = kill_at});
    const absl::Status status = Run(files);
    const bool whole = IsWhole();
    if (!files.killed()) {
      EXPECT_THAT(status, IsOk());
      EXPECT_TRUE(whole);
      break;
    }
    EXPECT_TRUE(whole || !status.ok()) << kill_at;
    const std::vector<std::string> names = *files_.List(folder_);
    for (const std::string& name : names) {
      EXPECT_TRUE(name == GetParam().to || absl::StrContains(name, ".partial-")) << name;
    }
  }
}

TEST_P(ConvertFaultTest, AnOldTargetSurvives) {
  ASSERT_THAT(Run(files_), IsOk());
  for (const int64_t space : {0, 1000}) {
    FaultyFileSystem files(files_, {.space = space});
    EXPECT_THAT(Run(files, /*overwrite=*/true), StatusIs(Code::kResourceExhausted));
    EXPECT_TRUE(IsWhole());
    EXPECT_EQ(files_.List(folder_)->size(), 1);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ConvertFaultTest,
                         testing::Values(Case{"hdf5", kHdf5, "btree_v2_gzip", "a.h5"},
                                         Case{"copy", kJpeg, "", "frames"}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ConvertDamageTest, ADamagedSourceLeavesNothing) {
  FileSystem& files = DefaultFileSystem();
  const std::string folder = JoinPath(testing::TempDir(), "damaged");
  ASSERT_THAT(files.RemoveAll(folder), IsOk());
  ASSERT_THAT(files.MakeDirectories(folder), IsOk());
  std::string contents = *ReadFile(files, "storage/hdf5/testdata/h5repack_gzip.h5");
  const auto store = OpenStore("storage/hdf5/testdata/h5repack_gzip.h5");
  const ChunkLocation location = (*store)->Locate(0, 5);
  for (int i = 4; i < 12; ++i) contents[location.offset + i] ^= 0x55;
  const std::string path = JoinPath(folder, "damaged.h5");
  {
    const auto file = files.CreateForWriting(path);
    ASSERT_THAT(
        (*file)->Append({reinterpret_cast<const std::byte*>(contents.data()), contents.size()}),
        IsOk());
  }
  ConvertOptions options{.from = path, .to = JoinPath(folder, "b.h5")};
  EXPECT_THAT(Convert(options), StatusIs(Code::kDataLoss, HasSubstr("chunk (1, 0, 1, 0)")));
  EXPECT_EQ(files.List(folder)->size(), 1);
}

// A disk that loses a byte between writing and reading it back.
TEST(ConvertDamageTest, BadByteInTheTarget) {
  const std::string to = JoinPath(testing::TempDir(), "bad_byte.h5");
  ASSERT_THAT(DefaultFileSystem().RemoveAll(to), IsOk());
  // The source has fewer bytes than that.
  const int64_t byte = DefaultFileSystem().Info("storage/hdf5/testdata/h5repack_gzip.h5")->size;
  FaultyFileSystem files(DefaultFileSystem(), {.bad_byte = byte});
  ConvertOptions options{.from = "storage/hdf5/testdata/h5repack_gzip.h5",
                         .to = to,
                         .chunks = "1,1,1,1",
                         .codecs = {"none"},
                         .files = &files};
  EXPECT_THAT(Convert(options), StatusIs(Code::kUnavailable, HasSubstr("bad_byte.h5")));
  EXPECT_FALSE(DefaultFileSystem().Exists(to));
}

}  // namespace
}  // namespace seiche
