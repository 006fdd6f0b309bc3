#include "storage/hdf5/hdf5_store.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_output.h"
#include "base/faulty_file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/hdf5/h5.h"
#include "storage/hdf5/test_values.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using Code = absl::StatusCode;

std::string Golden(std::string_view name) { return absl::StrCat("storage/hdf5/testdata/", name); }

absl::Status Open(const std::string& path, const std::string& field = "") {
  return OpenHdf5Store(path, {.field = field}).status();
}

std::string WriteText(std::string_view name, std::string_view contents) {
  const std::string path = JoinPath(::testing::TempDir(), name);
  EXPECT_THAT(WriteFileAtomically(DefaultFileSystem(), path, contents, OverwritePolicy::kReplace),
              IsOk());
  return path;
}

std::vector<std::byte> ReadAll(const SequenceStore& store, absl::Status& status) {
  const Field& field = store.fields()[0];
  std::vector<std::byte> bytes(NumElements(field.shape()) * SizeOf(field.dtype));
  status = store.Read(0, WholeBox(field.shape()),
                      MakeView(static_cast<void*>(bytes.data()), field.dtype, field.shape()));
  return bytes;
}

TEST(OpenHdf5StoreTest, SaysWhatIsWrongWithThePath) {
  EXPECT_THAT(Open("nowhere.h5"), StatusIs(Code::kNotFound, StartsWith("nowhere.h5: ")));
  EXPECT_THAT(Open("storage/hdf5"),
              StatusIs(Code::kFailedPrecondition,
                       StartsWith("storage/hdf5: is a directory, a file is needed")));
  const std::string empty = WriteText("empty.h5", "");
  EXPECT_THAT(Open(empty), StatusIs(Code::kFailedPrecondition,
                                    absl::StrCat(empty,
                                                 ": is not an HDF5 file (no signature at "
                                                 "byte 0, 512, 1024, ...)")));
  const std::string text = WriteText("text.h5", std::string(5000, 'x'));
  EXPECT_THAT(Open(text), StatusIs(Code::kFailedPrecondition, HasSubstr("is not an HDF5 file")));
}

TEST(OpenHdf5StoreTest, ListsWhatCanBeOpened) {
  EXPECT_THAT(Open(Golden("h5py_v114.h5")),
              StatusIs(Code::kInvalidArgument,
                       AllOf(HasSubstr("has several H5 datasets of rank 4, name the one to open: "),
                             HasSubstr("'btree_v2' float32 (3, 4, 6, 7), "))));
  EXPECT_THAT(Open(Golden("h5py_v114.h5"), "waves"),
              StatusIs(Code::kNotFound,
                       AllOf(HasSubstr("h5py_v114.h5: H5 dataset 'waves' does not exist: "),
                             HasSubstr("'single_gzip' float32 (3, 4, 6, 7)"))));
  EXPECT_THAT(Open(Golden("h5py_earliest.h5"), "filters/nowhere/deep"),
              StatusIs(Code::kNotFound, HasSubstr("'filters/nowhere/deep' does not exist")));
  EXPECT_THAT(Open(Golden("h5py_earliest.h5"), "filters"),
              StatusIs(Code::kFailedPrecondition, HasSubstr("'filters' is a group or a type")));
  // More than fit into a line.
  EXPECT_THAT(Open(Golden("h5py_types.h5")), StatusIs(Code::kInvalidArgument, HasSubstr(" more")));
}

TEST(OpenHdf5StoreTest, RefusesWhatHoldsNoSequencesOfNumbers) {
  const std::string path = Golden("h5py_earliest.h5");
  const std::pair<const char*, const char*> cases[] = {
      {"bad/string", "elements are string, only integers and floats up to 64 bits can be read"},
      {"bad/strings", "elements are string"},
      {"bad/compound", "elements are compound"},
      {"bad/scalar", "is a scalar or empty"},
      {"bad/null", "is a scalar or empty"},
      {"bad/no_sequences", "holds no sequences: its shape is (0, 4, 6, 7)"},
  };
  for (const auto& [field, message] : cases) {
    EXPECT_THAT(Open(path, field),
                StatusIs(Code::kFailedPrecondition,
                         AllOf(StartsWith(absl::StrCat(path, ": H5 dataset '", field, "'")),
                               HasSubstr(message))));
  }
  EXPECT_THAT(Open(path, "bad/long_double"),
              StatusIs(Code::kUnimplemented, HasSubstr("floats of 80 bits in 16 bytes")));
}

TEST(OpenHdf5StoreTest, OpensWithAnUnknownFilterButCannotRead) {
  const auto store = OpenHdf5Store(Golden("h5py_earliest.h5"), {.field = "bad/unknown_filter"});
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT((*store)->fields()[0].slow_reason,
              AllOf(HasSubstr("filter 40000"), HasSubstr("set HDF5_PLUGIN_PATH")));
  absl::Status status;
  ReadAll(**store, status);
  EXPECT_THAT(status, StatusIs(Code::kUnimplemented,
                               AllOf(HasSubstr("bad/unknown_filter"), HasSubstr("filter"))));
}

TEST(OpenHdf5StoreTest, ReadsAttributes) {
  const auto store = OpenHdf5Store(Golden("attributes.h5"));
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT(
      (*store)->Attributes(0),
      UnorderedElementsAre(Pair("count", "-3"), Pair("large", "18446744073709551615"),
                           Pair("mean", "0.1"), Pair("range", "0.5, 2.25"), Pair("text", "wäves"),
                           Pair("fixed", "fixed"), Pair("flag", "1")));
  EXPECT_THAT((*store)->Attributes(-1), ElementsAre(Pair("title", "golden")));
}

TEST(OpenHdf5StoreTest, AChunkOutsideTheFileIsDataLoss) {
  // The first chunk's address in the index becomes one far away.
  const std::string source = Golden("h5repack_gzip.h5");
  std::string contents = *ReadFile(DefaultFileSystem(), source);
  const auto store = OpenHdf5Store(source);
  ASSERT_THAT(store, IsOk());
  const uint64_t address = (*store)->Locate(0, 0).offset;
  const std::string bytes(reinterpret_cast<const char*>(&address), sizeof(address));
  const size_t at = contents.find(bytes);
  ASSERT_NE(at, std::string::npos);
  contents[at + 4] = 1;
  const std::string path = WriteText("outside.h5", contents);
  EXPECT_THAT(Open(path),
              StatusIs(Code::kDataLoss,
                       AllOf(StartsWith(absl::StrCat(
                                 path, ": H5 dataset 'images': chunk (0, 0, 0, 0): lies at byte ",
                                 address + (int64_t{1} << 32))),
                             HasSubstr("the file ends at byte"), HasSubstr("copy it again"))));
}

TEST(Hdf5StoreTest, NamesTheChunkThatIsDamaged) {
  const std::string source = Golden("h5repack_gzip.h5");
  std::string contents = *ReadFile(DefaultFileSystem(), source);
  const auto whole = OpenHdf5Store(source);
  ASSERT_THAT(whole, IsOk());
  const ChunkLocation last = (*whole)->Locate(0, (*whole)->fields()[0].grid.num_chunks() - 1);
  contents[last.offset + last.size / 2] ^= 0x10;
  const std::string path = WriteText("damaged.h5", contents);
  const auto store = OpenHdf5Store(path);
  ASSERT_THAT(store, IsOk());
  absl::Status status;
  ReadAll(**store, status);
  EXPECT_THAT(
      status,
      StatusIs(Code::kDataLoss,
               StartsWith(absl::StrCat(
                   path, ": H5 dataset 'images': chunk (1, 1, 1, 0): stage 2 of shuffle"))));
}

TEST(Hdf5StoreTest, NamesTheChunkThatCannotBeRead) {
  const std::string path = Golden("h5repack_gzip.h5");
  const auto whole = OpenHdf5Store(path);
  ASSERT_THAT(whole, IsOk());
  const int64_t bad = (*whole)->Locate(0, 3).offset;
  FaultyFileSystem files(DefaultFileSystem(), {.bad_byte = bad});
  const auto store = OpenHdf5Store(path, {.files = &files});
  ASSERT_THAT(store, IsOk());
  absl::Status status;
  ReadAll(**store, status);
  EXPECT_THAT(
      status,
      StatusIs(Code::kUnavailable,
               StartsWith(absl::StrCat(path, ": H5 dataset 'images': chunk (0, 1, 1, 0): "))));
}

TEST(Hdf5StoreTest, ABadSectorAnywhereIsAnErrorOrUnused) {
  for (const char* name : {"h5repack_gzip.h5", "h5repack_latest.h5", "h5repack_nbit.h5"}) {
    const int64_t size = DefaultFileSystem().Info(Golden(name))->size;
    int errors = 0;
    for (int64_t bad = 0; bad < size; bad += 61) {
      FaultyFileSystem files(DefaultFileSystem(), {.bad_byte = bad});
      const auto store = OpenHdf5Store(Golden(name), {.files = &files});
      absl::Status status = store.status();
      std::vector<std::byte> bytes;
      if (store.ok()) bytes = ReadAll(**store, status);
      if (status.ok()) {
        EXPECT_EQ(bytes, FormulaElements(DType::kFloat32, 504)) << name << " byte " << bad;
      } else {
        EXPECT_THAT(status, StatusIs(Code::kUnavailable, StartsWith(Golden(name))));
        ++errors;
      }
    }
    EXPECT_GT(errors, 10) << name;
  }
}

TEST(Hdf5StoreTest, ShortReadsAreFinished) {
  for (const char* name : {"h5repack_gzip.h5", "h5repack_nbit.h5"}) {
    FaultyFileSystem files(DefaultFileSystem(), {.max_transfer = 7, .short_transfer_seed = 1});
    const auto store = OpenHdf5Store(Golden(name), {.files = &files});
    ASSERT_THAT(store, IsOk());
    absl::Status status;
    EXPECT_EQ(ReadAll(**store, status), FormulaElements(DType::kFloat32, 504));
    EXPECT_THAT(status, IsOk());
  }
}

TEST(Hdf5StoreTest, AVirtualArrayMayHaveChunksOfAnySize) {
  const auto store = OpenHdf5Store(Golden("virtual_lzf.h5"), {.field = "virtual"});
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->fields()[0].slow_reason, "virtual layout");
  absl::Status status;
  EXPECT_EQ(ReadAll(**store, status), FormulaElements(DType::kFloat32, 6000));
  EXPECT_THAT(status, IsOk());
}

TEST(Hdf5StoreTest, AContiguousArrayThatWasNeverWrittenMayBeLargerThanItsFile) {
  const std::string path = JoinPath(::testing::TempDir(), "unwritten.h5");
  h5::DatasetInfo info;
  info.name = "images";
  info.shape = {2, 10, 50, 50};
  auto file = h5::File::Create(DefaultFileSystem(), path);
  ASSERT_THAT(file, IsOk());
  auto dataset = file->CreateDataset(info);
  ASSERT_THAT(dataset, IsOk());
  ASSERT_THAT(dataset->Close(), IsOk());
  ASSERT_THAT(file->Close(), IsOk());
  ASSERT_LT(DefaultFileSystem().Info(path)->size, 4 * NumElements(info.shape));

  const auto store = OpenHdf5Store(path);
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->Locate(0, 1).kind, ChunkLocation::Kind::kMissing);
  absl::Status status;
  EXPECT_EQ(ReadAll(**store, status), std::vector<std::byte>(4 * NumElements(info.shape)));
  EXPECT_THAT(status, IsOk());
}

// Few chunks of a grid of 2^40.
TEST(Hdf5StoreTest, AnEnormousSparseArrayCostsLittle) {
  const std::string path = Golden("h5py_earliest.h5");
  const auto store = OpenHdf5Store(path, {.field = "sparse"});
  ASSERT_THAT(store, IsOk());
  const Field& field = (*store)->fields()[0];
  EXPECT_EQ(field.grid.num_chunks(), int64_t{1} << 40);
  EXPECT_EQ((*store)->Locate(0, 5).kind, ChunkLocation::Kind::kMissing);
  float values[2] = {};
  const ArrayView out = MakeView(static_cast<void*>(values), DType::kFloat32, {1, 2});
  ASSERT_THAT((*store)->Read(0, {.offset = {(1 << 20) - 1, 5}, .extent = {1, 2}}, out), IsOk());
  EXPECT_THAT(values, ElementsAre(3, -1));
}

}  // namespace
}  // namespace seiche
