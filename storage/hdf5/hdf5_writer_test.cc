#include "storage/hdf5/hdf5_writer.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "base/crc32c.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/hdf5/test_values.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Matcher;
using ::testing::Pair;

// A path that does not exist, different for each test.
std::string FreshPath() {
  std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::replace(name.begin(), name.end(), '/', '_');
  const std::string path = JoinPath(::testing::TempDir(), absl::StrCat(name, ".h5"));
  EXPECT_THAT(DefaultFileSystem().RemoveAll(path), IsOk());
  return path;
}

Shape SequenceShape(const Hdf5WriterOptions& options) {
  return Shape(options.shape.begin() + 1, options.shape.end());
}

// Appends all sequences of `elements`, which hold options.shape.
absl::Status AppendAll(Hdf5Writer& writer, const Hdf5WriterOptions& options,
                       const std::vector<std::byte>& elements) {
  const size_t sequence_bytes = elements.size() / options.shape[0];
  for (int64_t i = 0; i < options.shape[0]; ++i) {
    const void* sequence = elements.data() + i * sequence_bytes;
    const absl::Status status =
        writer.Append(MakeView(sequence, options.dtype, SequenceShape(options)));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Write(const std::string& path, const Hdf5WriterOptions& options) {
  auto writer = Hdf5Writer::Create(path, options);
  if (!writer.ok()) return writer.status();
  const std::vector<std::byte> elements =
      FormulaElements(options.dtype, NumElements(options.shape));
  const absl::Status status = AppendAll(**writer, options, elements);
  return status.ok() ? (*writer)->Finish() : status;
}

std::vector<std::byte> ReadAll(const SequenceStore& store) {
  const Field& field = store.fields()[0];
  std::vector<std::byte> elements(NumElements(field.shape()) * SizeOf(field.dtype));
  EXPECT_THAT(store.Read(0, WholeBox(field.shape()),
                         MakeView(static_cast<void*>(elements.data()), field.dtype, field.shape())),
              IsOk());
  return elements;
}

uint32_t DigestOf(const std::string& path) {
  const auto contents = ReadFile(DefaultFileSystem(), path);
  EXPECT_THAT(contents, IsOk());
  return contents.ok()
             ? Crc32c(absl::MakeConstSpan(reinterpret_cast<const std::byte*>(contents->data()),
                                          contents->size()))
             : 0;
}

class RoundTripTest : public ::testing::TestWithParam<Hdf5WriterOptions> {};

TEST_P(RoundTripTest, ReadsWhatWasWritten) {
  const Hdf5WriterOptions& options = GetParam();
  const std::string path = FreshPath();
  ASSERT_THAT(Write(path, options), IsOk());

  const auto store = OpenHdf5Store(path, {.field = options.field});
  ASSERT_THAT(store, IsOk());
  const Field& field = (*store)->fields()[0];
  EXPECT_EQ(field.name, options.field);
  EXPECT_EQ(field.dtype, options.dtype);
  EXPECT_EQ(field.shape(), options.shape);
  EXPECT_EQ(field.slow_reason, "");
  if (!options.chunk_shape.empty()) {
    EXPECT_EQ(field.grid.chunk_shape(), options.chunk_shape);
  }
  EXPECT_EQ(ReadAll(**store), FormulaElements(options.dtype, NumElements(options.shape)));
}

std::vector<Hdf5WriterOptions> RoundTrips() {
  const Shape shape = {7, 5, 6, 11};
  std::vector<Hdf5WriterOptions> all;
  for (const std::vector<std::string>& codecs : {std::vector<std::string>{},
                                                 {"lzf"},
                                                 {"deflate:1"},
                                                 {"shuffle", "deflate:6"},
                                                 {"shuffle", "lzf", "fletcher32"},
                                                 {"zstd"},
                                                 {"lz4"},
                                                 {"fletcher32"}}) {
    for (const Shape& chunk : {Shape{1, 5, 6, 11}, {3, 2, 4, 4}, {7, 5, 6, 11}, {1, 1, 1, 1}}) {
      all.push_back({.shape = shape, .chunk_shape = chunk, .codecs = codecs, .workers = 3});
    }
  }
  for (const DType dtype :
       {DType::kInt8, DType::kInt16, DType::kInt32, DType::kInt64, DType::kUInt8, DType::kUInt16,
        DType::kUInt32, DType::kUInt64, DType::kFloat16, DType::kFloat32, DType::kFloat64}) {
    all.push_back({.dtype = dtype, .shape = shape});
    all.push_back({.dtype = dtype,
                   .shape = shape,
                   .chunk_shape = {2, 5, 6, 4},
                   .codecs = {"shuffle", "lzf"}});
  }
  all.push_back({.field = "runs/first/height", .shape = shape, .chunk_shape = {2, 2, 2, 2}});
  all.push_back({.shape = {20}, .chunk_shape = {6}, .codecs = {"deflate"}});
  all.push_back({.shape = {20}});
  all.push_back({.shape = {3, 2, 2, 2, 2, 2, 2, 2}, .chunk_shape = {2, 1, 2, 1, 2, 1, 2, 1}});
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, RoundTripTest, ::testing::ValuesIn(RoundTrips()));

TEST(Hdf5WriterTest, BytesDoNotDependOnWorkersOrTime) {
  Hdf5WriterOptions options = {.shape = {9, 4, 16, 16},
                               .chunk_shape = {2, 3, 7, 16},
                               .codecs = {"shuffle", "deflate:4"},
                               .attributes = {{"seed", int64_t{42}}, {"made_by", "test"}},
                               .workers = 1,
                               .overwrite = OverwritePolicy::kReplace};
  const std::string path = FreshPath();
  ASSERT_THAT(Write(path, options), IsOk());
  const uint32_t digest = DigestOf(path);
  for (const int workers : {2, 3, 8}) {
    options.workers = workers;
    ASSERT_THAT(Write(path, options), IsOk());
    EXPECT_EQ(DigestOf(path), digest) << workers << " workers";
  }
}

TEST(Hdf5WriterTest, TakesSequencesOfAnyStrides) {
  const std::string path = FreshPath();
  for (const Shape& chunk : {Shape{}, Shape{2, 3, 2}}) {
    const Hdf5WriterOptions options = {.dtype = DType::kInt32,
                                       .shape = {2, 3, 4},
                                       .chunk_shape = chunk,
                                       .overwrite = OverwritePolicy::kReplace};
    auto writer = Hdf5Writer::Create(path, options);
    ASSERT_THAT(writer, IsOk());
    const int32_t transposed[2][4][3] = {{{0, 4, 8}, {1, 5, 9}, {2, 6, 10}, {3, 7, 11}},
                                         {{12, 16, 20}, {13, 17, 21}, {14, 18, 22}, {15, 19, 23}}};
    for (const auto& sequence : transposed) {
      ASSERT_THAT(
          (*writer)->Append(
              {reinterpret_cast<const std::byte*>(sequence), DType::kInt32, {3, 4}, {4, 12}}),
          IsOk());
    }
    ASSERT_THAT((*writer)->Finish(), IsOk());
    const auto store = OpenHdf5Store(path, {.field = "images"});
    ASSERT_THAT(store, IsOk());
    std::vector<int32_t> values(24);
    ASSERT_THAT(
        (*store)->Read(0, WholeBox(options.shape),
                       MakeView(static_cast<void*>(values.data()), DType::kInt32, options.shape)),
        IsOk());
    for (int i = 0; i < 24; ++i) EXPECT_EQ(values[i], i);
  }
}

TEST(Hdf5WriterTest, KeepsAttributesInOrder) {
  Hdf5WriterOptions options = {.shape = {1, 2, 2, 2},
                               .attributes = {{"seed", int64_t{-7}}, {"about", "wäves"}}};
  std::vector<Matcher<std::pair<std::string, std::string>>> expected = {Pair("about", "wäves")};
  for (int i = 20; i > 0; --i) {  // more than libhdf5 keeps in one place
    options.attributes.emplace_back(absl::StrCat("a", i), int64_t{i});
    expected.push_back(Pair(absl::StrCat("a", i), absl::StrCat(i)));
  }
  expected.push_back(Pair("mean", "0.1"));
  expected.push_back(Pair("seed", "8"));
  const std::string path = FreshPath();
  auto writer = Hdf5Writer::Create(path, options);
  ASSERT_THAT(writer, IsOk());
  ASSERT_THAT(AppendAll(**writer, options, FormulaElements(options.dtype, 8)), IsOk());
  ASSERT_THAT((*writer)->Finish({{"mean", 0.1}, {"seed", int64_t{8}}}), IsOk());
  const auto store = OpenHdf5Store(path);
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT((*store)->Attributes(0), ElementsAreArray(expected));
}

TEST(Hdf5WriterTest, LeavesNothingWithoutFinish) {
  const std::string path = FreshPath();
  const std::vector<std::string> before = *DefaultFileSystem().List(::testing::TempDir());
  {
    const Hdf5WriterOptions options = {.shape = {2, 2, 2, 2}, .chunk_shape = {1, 2, 2, 2}};
    auto writer = Hdf5Writer::Create(path, options);
    ASSERT_THAT(writer, IsOk());
    EXPECT_NE(*DefaultFileSystem().List(::testing::TempDir()), before);
  }
  EXPECT_EQ(*DefaultFileSystem().List(::testing::TempDir()), before);
}

TEST(Hdf5WriterTest, CountsSequences) {
  const Hdf5WriterOptions options = {.shape = {2, 2, 2, 2}};
  const std::string path = FreshPath();
  auto writer = Hdf5Writer::Create(path, options);
  ASSERT_THAT(writer, IsOk());
  EXPECT_THAT((*writer)->Finish(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                            absl::StrCat(path, ": 0 of 2 sequences came")));
  ASSERT_THAT(AppendAll(**writer, options, FormulaElements(options.dtype, 16)), IsOk());
  const float one_more[8] = {};
  EXPECT_THAT(
      (*writer)->Append(MakeView(static_cast<const void*>(one_more), DType::kFloat32, {2, 2, 2})),
      StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("has all of its 2 sequences")));
  ASSERT_THAT((*writer)->Finish(), IsOk());
  EXPECT_THAT((*writer)->Finish(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("is finished")));
}

TEST(Hdf5WriterTest, RefusesOtherSequences) {
  const Hdf5WriterOptions options = {.shape = {2, 2, 2, 2}};
  auto writer = Hdf5Writer::Create(FreshPath(), options);
  ASSERT_THAT(writer, IsOk());
  const double values[8] = {};
  EXPECT_THAT(
      (*writer)->Append(MakeView(static_cast<const void*>(values), DType::kFloat64, {2, 2, 2})),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("sequence 0 is float64 (2, 2, 2), not float32 (2, 2, 2)")));
}

TEST(Hdf5WriterTest, RefusesToOverwriteUnlessAsked) {
  Hdf5WriterOptions options = {.shape = {1, 2, 2, 2}};
  const std::string path = FreshPath();
  ASSERT_THAT(Write(path, options), IsOk());
  EXPECT_THAT(Write(path, options),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("exists already")));
  options.overwrite = OverwritePolicy::kReplace;
  EXPECT_THAT(Write(path, options), IsOk());
}

struct BadOptions {
  Hdf5WriterOptions options;
  absl::StatusCode code;
  std::string message;
};

TEST(Hdf5WriterTest, ChecksOptions) {
  using Code = absl::StatusCode;
  const std::string path = FreshPath();
  const BadOptions cases[] = {
      {{.shape = {}}, Code::kInvalidArgument, "shape () needs at least one axis"},
      {{.shape = {2, 0, 3}}, Code::kInvalidArgument, "shape (2, 0, 3)"},
      {{.shape = {int64_t{1} << 40, int64_t{1} << 40}}, Code::kInvalidArgument, "extents"},
      {{.field = "", .shape = {1}}, Code::kInvalidArgument, "needs a name"},
      {{.dtype = DType::kBFloat16, .shape = {1}}, Code::kInvalidArgument, "bfloat16"},
      {{.shape = {4, 4}, .codecs = {"lzf"}}, Code::kInvalidArgument, "codecs need chunks"},
      {{.shape = {4, 4}, .chunk_shape = {5, 4}},
       Code::kInvalidArgument,
       "chunk shape (5, 4) does not fit (4, 4)"},
      {{.shape = {4, 4}, .chunk_shape = {4}}, Code::kInvalidArgument, "does not fit"},
      {{.shape = {1 << 16, 1 << 16}, .chunk_shape = {1 << 16, 1 << 16}},
       Code::kInvalidArgument,
       "less than 4 GiB"},
      {{.shape = {4}, .chunk_shape = {2}, .codecs = {"lzw"}}, Code::kInvalidArgument, "lzw"},
      {{.shape = {4}, .chunk_shape = {2}, .codecs = {"deflate:99"}}, Code::kInvalidArgument, "99"},
      {{.shape = {4}, .workers = -1}, Code::kInvalidArgument, "workers"},
  };
  for (const BadOptions& bad : cases) {
    EXPECT_THAT(Hdf5Writer::Create(path, bad.options).status(),
                StatusIs(bad.code, AllOf(HasSubstr(path), HasSubstr(bad.message))));
    EXPECT_FALSE(DefaultFileSystem().Exists(path));
  }
  EXPECT_THAT(Hdf5Writer::Create("/nowhere/at/all.h5", {.shape = {1}}).status(),
              StatusIs(Code::kNotFound, HasSubstr("/nowhere/at/all.h5")));
}

// Damages a byte of chunk 2 of what `options` writes. Chunks are raw, so that nothing but a
// checksum can tell.
absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenDamaged(Hdf5WriterOptions options,
                                                                 bool verify) {
  const std::string path = FreshPath();
  EXPECT_THAT(Write(path, options), IsOk());
  int64_t offset = 0;
  {
    const auto whole = OpenHdf5Store(path);
    EXPECT_THAT(whole, IsOk());
    offset = (*whole)->Locate(0, 2).offset;
  }
  std::string contents = *ReadFile(DefaultFileSystem(), path);
  contents[offset] ^= 1;
  EXPECT_THAT(WriteFileAtomically(DefaultFileSystem(), path, contents, OverwritePolicy::kReplace),
              IsOk());
  return OpenHdf5Store(path, {.verify = verify});
}

absl::Status ReadStatus(const SequenceStore& store) {
  const Field& field = store.fields()[0];
  std::vector<std::byte> elements(NumElements(field.shape()) * SizeOf(field.dtype));
  return store.Read(0, WholeBox(field.shape()),
                    MakeView(static_cast<void*>(elements.data()), field.dtype, field.shape()));
}

TEST(Hdf5WriterTest, ChecksumsShowThatABitHasFlipped) {
  for (const Shape& chunk : {Shape{1, 2, 4, 5}, Shape{}}) {
    const Hdf5WriterOptions options = {.shape = {4, 2, 4, 5}, .chunk_shape = chunk};
    const auto store = OpenDamaged(options, /*verify=*/true);
    ASSERT_THAT(store, IsOk());
    EXPECT_THAT(ReadStatus(**store),
                StatusIs(absl::StatusCode::kDataLoss,
                         AllOf(HasSubstr("H5 dataset 'images': chunk (2, 0, 0, 0): the checksum of "
                                         "its 160 stored bytes is "),
                               HasSubstr("open it with verify off"))));
    EXPECT_THAT(ReadStatus(**OpenDamaged(options, /*verify=*/false)), IsOk());
    Hdf5WriterOptions without = options;
    without.checksums = false;
    EXPECT_THAT(ReadStatus(**OpenDamaged(without, /*verify=*/true)), IsOk());
  }
}

TEST(Hdf5WriterTest, ARawChunkThatIsInItsPlaceIsOnlyChecked) {
  const auto store = OpenDamaged({.shape = {4, 2, 4, 5}, .chunk_shape = {1, 2, 4, 5}}, true);
  ASSERT_THAT(store, IsOk());
  const Shape shape = {1, 2, 4, 5};
  CodecScratch scratch;
  for (const int64_t chunk : {1, 2}) {
    const ChunkLocation location = (*store)->Locate(0, chunk);
    EXPECT_TRUE(location.raw);
    std::vector<std::byte> place(location.size);
    ASSERT_THAT((*store)->ReadBytes(location.file, location.offset, absl::MakeSpan(place)), IsOk());
    const absl::Status status = (*store)->DecodeChunk(
        0, chunk, location, place, WholeBox(shape),
        MakeView(static_cast<void*>(place.data()), DType::kFloat32, shape), scratch);
    if (chunk == 1) {
      EXPECT_THAT(status, IsOk());
      const std::vector<std::byte> all = FormulaElements(DType::kFloat32, 80);
      EXPECT_TRUE(std::equal(place.begin(), place.end(), all.begin() + 160));
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the checksum of its")));
    }
  }
}

// Two fields side by side, of different shapes, dtypes and codecs.
std::vector<Hdf5WriterOptions> TwoFields() {
  return {{.field = "run/pressure",
           .shape = {5, 3, 4},
           .chunk_shape = {2, 3, 4},
           .codecs = {"lzf"},
           .attributes = {{"unit", std::string("Pa")}}},
          {.field = "run/count", .dtype = DType::kInt16, .shape = {5, 7}}};
}

TEST(Hdf5FileWriterTest, HoldsSeveralFields) {
  const std::string path = FreshPath();
  auto file = Hdf5FileWriter::Create(path);
  ASSERT_THAT(file, IsOk());
  std::vector<std::unique_ptr<Hdf5Writer>> writers;
  for (const Hdf5WriterOptions& options : TwoFields()) {
    auto writer = (*file)->Add(options);
    ASSERT_THAT(writer, IsOk());
    writers.push_back(*std::move(writer));
  }
  for (size_t i = 0; i < writers.size(); ++i) {
    const Hdf5WriterOptions options = TwoFields()[i];
    ASSERT_THAT(
        AppendAll(*writers[i], options, FormulaElements(options.dtype, NumElements(options.shape))),
        IsOk());
    EXPECT_THAT((*file)->Finish(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                            absl::StrCat(path, ": ", writers.size() - i,
                                                         " of its H5 datasets are not finished")));
    ASSERT_THAT(writers[i]->Finish({{"index", int64_t{7}}}), IsOk());
  }
  EXPECT_THAT(DefaultFileSystem().Info(path), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT((*file)->Finish({{"title", std::string("run 7")}}), IsOk());
  EXPECT_THAT((*file)->Finish(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT((*file)->Add(TwoFields()[0]), StatusIs(absl::StatusCode::kFailedPrecondition));

  for (const Hdf5WriterOptions& options : TwoFields()) {
    const auto store = OpenHdf5Store(path, {.field = options.field, .verify = true});
    ASSERT_THAT(store, IsOk());
    EXPECT_EQ(ReadAll(**store), FormulaElements(options.dtype, NumElements(options.shape)));
    EXPECT_THAT((*store)->Attributes(0), testing::Contains(Pair("index", "7")));
    EXPECT_THAT((*store)->Attributes(-1), ElementsAreArray({Pair("title", "run 7")}));
  }
}

TEST(Hdf5FileWriterTest, LeavesNothingBehindUnlessFinished) {
  const std::string path = FreshPath();
  {
    auto file = Hdf5FileWriter::Create(path);
    ASSERT_THAT(file, IsOk());
    const Hdf5WriterOptions options = TwoFields()[0];
    EXPECT_THAT((*file)->Add({.field = "x", .shape = {0}}),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(path)));
    ASSERT_THAT((*file)->Add(options), IsOk());  // and gone again
    EXPECT_THAT((*file)->Add(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                                AllOf(HasSubstr(path), HasSubstr("run/pressure"))));
    EXPECT_THAT((*file)->Finish(), StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  const auto names = DefaultFileSystem().List(::testing::TempDir());
  ASSERT_THAT(names, IsOk());
  EXPECT_THAT(*names, testing::Not(testing::Contains(HasSubstr("LeavesNothingBehindUnless"))));
  ASSERT_THAT(Write(path, TwoFields()[1]), IsOk());
  EXPECT_THAT(Hdf5FileWriter::Create(path), StatusIs(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace seiche
