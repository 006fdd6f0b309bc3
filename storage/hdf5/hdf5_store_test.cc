#include "storage/hdf5/hdf5_store.h"

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
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
#include "storage/hdf5/one_file.h"
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
                                                 "byte 0, 512, 1024, ...): name one, or a folder "
                                                 "of JPEG frames")));
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
                               AllOf(HasSubstr("bad/unknown_filter"), HasSubstr("filter"),
                                     HasSubstr("set HDF5_PLUGIN_PATH"))));
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

TEST(OpenHdf5StoreTest, ChoosesTheOnlyArrayOfNumbers) {
  const auto store = OpenHdf5Store(Golden("recording.h5"));
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->fields()[0].name, "video/frames");
  EXPECT_EQ((*store)->fields()[0].axes, "THW");
  EXPECT_THAT(Open(Golden("packed.nc")),
              StatusIs(Code::kFailedPrecondition, HasSubstr("has no H5 dataset of rank 4")));
}

TEST(OpenHdf5StoreTest, OpensSeveralFieldsInTheOrderTheyAreNamed) {
  const auto store = OpenHdf5Store(Golden("fields.h5"),
                                   {.fields = {{"speed"}, {"/images"}, {"group/walls", "NHW"}}});
  ASSERT_THAT(store, IsOk());
  ASSERT_EQ((*store)->fields().size(), 3);
  EXPECT_EQ((*store)->num_files(), 1);
  const char* names[] = {"speed", "images", "group/walls"};
  const char* axes[] = {"NT", "NTHW", "NHW"};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ((*store)->fields()[i].name, names[i]);
    EXPECT_EQ((*store)->fields()[i].axes, axes[i]);
  }
}

TEST(OpenHdf5StoreTest, FieldsShareTheirFirstAxis) {
  const std::string path = Golden("fields.h5");
  const auto open = [&](std::vector<FieldRequest> fields) {
    return OpenHdf5Store(path, {.fields = std::move(fields)}).status();
  };
  EXPECT_THAT(
      open({{"images"}, {"time"}}),
      StatusIs(Code::kFailedPrecondition,
               path + ": axis 0 of 'time' is N, 4 of them, but axis 0 of 'images' is N, 3 of "
                      "them: fields that are read together share axis 0; if they do, name their "
                      "axes"));
  EXPECT_THAT(open({{"images"}, {"group/walls"}}),
              StatusIs(Code::kFailedPrecondition, HasSubstr("axis 0 of 'group/walls' is T, 3")));
  EXPECT_THAT(open({{"by_time", "TNHW"}, {"time", "T"}}), IsOk());
  EXPECT_THAT(open({{"images"}, {"nothing"}}), StatusIs(Code::kNotFound, HasSubstr("'nothing'")));
}

TEST(OpenHdf5StoreTest, AxesOfAnyOrderAreKeptAsTheyAre) {
  const auto store = OpenHdf5Store(Golden("fields.h5"), {.field = "by_time", .axes = "TNHW"});
  ASSERT_THAT(store, IsOk());
  const Field& field = (*store)->fields()[0];
  EXPECT_EQ(field.axes, "TNHW");
  EXPECT_EQ(field.axis('N'), 1);
  EXPECT_THAT(field.shape(), ElementsAre(4, 3, 6, 7));
  absl::Status status;
  EXPECT_EQ(ReadAll(**store, status), FormulaElements(DType::kFloat32, 504));
  EXPECT_THAT(status, IsOk());
  const auto rows = OpenHdf5Store(Golden("recording.h5"), {.axes = "HWT"});
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ((*rows)->fields()[0].axes, "HWT");
  EXPECT_EQ((*rows)->size(), 10);
}

TEST(OpenHdf5StoreTest, AxesNameEachAxisOnce) {
  const std::string path = Golden("fields.h5");
  for (const char* axes : {"N", "NTHWC", "NTHH", "nthw", "NTH?"}) {
    EXPECT_THAT(
        OpenHdf5Store(path, {.field = "images", .axes = axes}),
        StatusIs(Code::kInvalidArgument,
                 absl::StrCat(path, ": H5 dataset 'images' of shape (3, 4, 6, 7): axes \"", axes,
                              "\": a capital letter of its own is needed for each of its 4 "
                              "axes, for example \"NTHW\"")));
  }
}

TEST(OpenHdf5StoreTest, OptionsMustMakeSense) {
  const std::string path = Golden("fields.h5");
  const std::pair<OpenOptions, const char*> cases[] = {
      {{.field = "images", .fields = {{"label"}}}, "name one field or several, not both"},
      {{.axes = "N", .fields = {{"label"}}}, "with several fields, each needs its own axes"},
      {{.fields = {{"label"}, {""}}}, "field 1 has no name"},
      {{.fields = {{"label"}, {"images"}, {"label"}}}, "field 'label' is named twice"},
  };
  for (const auto& [options, message] : cases) {
    EXPECT_THAT(OpenHdf5Store(path, options),
                StatusIs(Code::kInvalidArgument, absl::StrCat(path, ": ", message)));
  }
}

TEST(OpenHdf5StoreTest, ReadsHowNumbersArePacked) {
  const auto packing = [](const std::string& field) {
    const auto store = OpenHdf5Store(Golden("packed.nc"), {.field = field});
    EXPECT_THAT(store, IsOk());
    return store.ok() ? (*store)->fields()[0].packing : Packing();
  };
  const Packing packed = packing("packed");
  EXPECT_EQ(packed.scale, double{0.01f});  // as the attribute has it, a float
  EXPECT_EQ(packed.offset, 273.15);
  EXPECT_EQ(packed.missing, -32767);
  EXPECT_EQ(packing("missing").missing, double{1e20f});
  EXPECT_EQ(packing("missing").scale, 1);
  EXPECT_EQ(packing("both").missing, 7);
  EXPECT_TRUE(std::isnan(packing("nan").missing.value_or(0)));
  EXPECT_EQ(packing("large").missing, -std::ldexp(1.0, 62));
  EXPECT_EQ(packing("large").scale, 2);
  EXPECT_TRUE(packing("plain").identity());
  // Text and lists are no numbers; a list of one is.
  EXPECT_EQ(packing("odd").scale, 1);
  EXPECT_EQ(packing("odd").offset, 3.5);
  EXPECT_EQ(packing("odd").missing, std::nullopt);
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

// Through libhdf5, which needs a filter of ours for it.
TEST(Hdf5StoreTest, AVirtualArrayMayHaveChunksOfAnySize) {
  setenv("HDF5_VDS_PREFIX", "${ORIGIN}", /*overwrite=*/1);
  const auto store = OpenHdf5Store(Golden("virtual_lzf.h5"), {.field = "virtual"});
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT((*store)->fields()[0].slow_reason,
              StartsWith("virtual layout: HDF5_VDS_PREFIX is set"));
  unsetenv("HDF5_VDS_PREFIX");
  absl::Status status;
  EXPECT_EQ(ReadAll(**store, status), FormulaElements(DType::kFloat32, 6000));
  EXPECT_THAT(status, IsOk());
}

TEST(Hdf5StoreTest, AVirtualArrayNamesTheFilesOfItsSources) {
  const auto store = OpenHdf5Store(Golden("virtual.h5"), {.field = "concat"});
  ASSERT_THAT(store, IsOk());
  ASSERT_EQ((*store)->num_files(), 4);
  EXPECT_EQ((*store)->file_path(0), Golden("virtual.h5"));
  const ChunkGrid& grid = (*store)->fields()[0].grid;
  for (int64_t chunk = 0; chunk < grid.num_chunks(); ++chunk) {
    const int64_t sequence = grid.BoxOf(chunk).offset[0];
    const int source = sequence < 2 ? 0 : sequence < 5 ? 1 : 2;
    EXPECT_EQ((*store)->file_path((*store)->Locate(0, chunk).file),
              Golden(absl::StrCat("virtual_source_", source, ".h5")));
  }
}

TEST(Hdf5StoreTest, ADamagedSourceOfAVirtualArrayIsDataLoss) {
  std::string sources[3];
  for (int i = 0; i < 3; ++i) {
    sources[i] = *ReadFile(DefaultFileSystem(), Golden(absl::StrCat("virtual_source_", i, ".h5")));
  }
  const std::string path =
      WriteText("virtual.h5", *ReadFile(DefaultFileSystem(), Golden("virtual.h5")));
  sources[1].resize(sources[1].size() - 1000);
  for (int i = 0; i < 3; ++i) WriteText(absl::StrCat("virtual_source_", i, ".h5"), sources[i]);
  EXPECT_THAT(Open(path, "concat"),
              StatusIs(Code::kDataLoss, HasSubstr("virtual_source_1.h5: cannot open: ")));
}

// Copies a golden file to where it can be changed, as somebody who appends to it would.
std::string Copied(const std::string& name) {
  return WriteText(absl::StrCat("changing_", name), *ReadFile(DefaultFileSystem(), Golden(name)));
}

void ExpectChanged(const SequenceStore& store, const std::string& path) {
  const auto changed =
      StatusIs(Code::kFailedPrecondition, path + ": changed since it was opened: open it again");
  absl::Status status;
  ReadAll(store, status);
  EXPECT_THAT(status, changed);
  const ChunkLocation location = store.Locate(0, 0);
  if (location.kind != ChunkLocation::Kind::kBytes) return;
  AlignedBuffer buffer;
  EXPECT_THAT(store.ReadEncoded(location, buffer), changed);
  std::byte one[1];
  EXPECT_THAT(store.ReadBytes(location.file, location.offset, absl::MakeSpan(one)), changed);
}

TEST(Hdf5StoreTest, NoticesThatAFileWasAppendedTo) {
  for (const char* name : {"h5repack_gzip.h5", "h5repack_nbit.h5", "h5repack_compact.h5"}) {
    const std::string path = Copied(name);
    const auto store = OpenHdf5Store(path);
    ASSERT_THAT(store, IsOk());
    absl::Status status;
    EXPECT_EQ(ReadAll(**store, status), FormulaElements(DType::kFloat32, 504));
    std::ofstream(path, std::ios::app) << "x";
    ExpectChanged(**store, path);
  }
}

TEST(Hdf5StoreTest, NoticesThatAFileWasWrittenTo) {
  for (const char* name : {"h5repack_gzip.h5", "h5repack_nbit.h5", "h5repack_compact.h5"}) {
    const std::string path = Copied(name);
    const auto store = OpenHdf5Store(path);
    ASSERT_THAT(store, IsOk());
    std::filesystem::last_write_time(
        path, std::filesystem::last_write_time(path) + std::chrono::seconds(1));
    ExpectChanged(**store, path);
  }
}

TEST(Hdf5StoreTest, ATruncatedFileHasChanged) {
  const std::string path = Copied("h5repack_gzip.h5");
  const auto store = OpenHdf5Store(path);
  ASSERT_THAT(store, IsOk());
  std::filesystem::resize_file(path, 100);
  ExpectChanged(**store, path);
}

TEST(Hdf5StoreTest, WithoutVerifyFletcher32IsNotChecked) {
  OneFile files("f.h5", *ReadFile(DefaultFileSystem(), Golden("h5py_earliest.h5")));
  OpenOptions options = {.field = "filters/fletcher32", .files = &files};
  const auto whole = OpenHdf5Store("f.h5", options);
  ASSERT_THAT(whole, IsOk());
  files.contents()[(*whole)->Locate(0, 0).offset] ^= 1;
  absl::Status status;
  ReadAll(**whole, status);
  EXPECT_THAT(status, StatusIs(Code::kDataLoss, HasSubstr("the checksum does not match")));
  options.verify = false;
  const auto store = OpenHdf5Store("f.h5", options);
  ASSERT_THAT(store, IsOk());
  const std::vector<std::byte> values = ReadAll(**store, status);
  EXPECT_THAT(status, IsOk());
  EXPECT_NE(values, FormulaElements(DType::kFloat32, 504));
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
