#include "tools/command/convert.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "base/array_view.h"
#include "base/atomic_output.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/open.h"
#include "tools/command/fields.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Code = absl::StatusCode;

constexpr char kEarliest[] = "storage/hdf5/testdata/h5py_earliest.h5";
constexpr char kTypes[] = "storage/hdf5/testdata/h5py_types.h5";
constexpr char kGray[] = "storage/jpeg/testdata/gray";

struct Contents {
  DType dtype;
  Shape shape;
  std::vector<std::byte> bytes;
  friend bool operator==(const Contents&, const Contents&) = default;
};

absl::StatusOr<Contents> ReadAll(const std::string& path, const std::string& field = "") {
  const auto store = OpenStore(path, {.field = field});
  if (!store.ok()) return store.status();
  const Field& what = (*store)->fields()[0];
  Contents contents{what.dtype, what.shape(), {}};
  contents.bytes.resize(NumElements(what.shape()) * SizeOf(what.dtype));
  const absl::Status status =
      (*store)->Read(0, WholeBox(what.shape()),
                     MakeView(static_cast<void*>(contents.bytes.data()), what.dtype, what.shape()));
  if (!status.ok()) return status;
  return contents;
}

class ConvertTest : public testing::Test {
 protected:
  ConvertTest()
      : folder_(JoinPath(testing::TempDir(),
                         testing::UnitTest::GetInstance()->current_test_info()->name())) {
    EXPECT_THAT(files_.RemoveAll(folder_), IsOk());
    EXPECT_THAT(files_.MakeDirectories(folder_), IsOk());
    silent_.write = [](std::string_view) {};
    silent_.now = [] { return 0.0; };
  }

  std::string Path(const std::string& name) const { return JoinPath(folder_, name); }

  ConvertOptions Options(const std::string& from, const std::string& to) const {
    ConvertOptions options;
    options.from = from;
    options.to = Path(to);
    options.workers = 2;
    options.progress = silent_;
    return options;
  }

  FileSystem& files_ = DefaultFileSystem();
  const std::string folder_;
  ProgressOptions silent_;
};

TEST_F(ConvertTest, AnyDatasetToAnyLayout) {
  int number = 0;
  for (const std::string field :
       {"filters/none", "filters/shuffle_lzf_fletcher32", "filters/scaleoffset",
        "missing/fill_gzip", "missing/contiguous", "resized/cut", "odd/int12", "compact"}) {
    const auto expected = ReadAll(kEarliest, field);
    ASSERT_THAT(expected, IsOk()) << field;
    for (const auto& [chunks, codecs] :
         std::vector<std::pair<std::string, std::vector<std::string>>>{
             {"manual", {"lzf"}},
             {"auto", {"shuffle", "deflate:4"}},
             {"2,3,5,4", {"fletcher32"}},
             {"3,4,6,7", {"none"}},
             {"none", {"none"}}}) {
      for (const int64_t memory : {int64_t{1}, int64_t{1} << 30}) {
        const std::string name = absl::StrCat(++number, ".h5");
        ConvertOptions options = Options(kEarliest, name);
        options.fields = {field};
        options.chunks = chunks;
        options.codecs = codecs;
        options.memory = memory;
        const auto result = Convert(options);
        ASSERT_THAT(result, IsOk()) << field << " " << chunks;
        EXPECT_TRUE(result->verified);
        EXPECT_EQ(result->fields[0].name, field);
        EXPECT_EQ(result->bytes, static_cast<int64_t>(expected->bytes.size()));
        EXPECT_EQ(result->stored_bytes, files_.Info(Path(name))->size);
        const auto got = ReadAll(Path(name), field);
        ASSERT_THAT(got, IsOk());
        EXPECT_EQ(*got, *expected) << field << " " << chunks;
      }
    }
  }
}

template <typename T>
double LargestDifference(const Contents& a, const Contents& b) {
  double largest = 0;
  for (size_t i = 0; i < a.bytes.size(); i += sizeof(T)) {
    T x, y;
    std::memcpy(&x, a.bytes.data() + i, sizeof(T));
    std::memcpy(&y, b.bytes.data() + i, sizeof(T));
    if (std::memcmp(&x, &y, sizeof(T)) != 0) {
      largest = std::max(largest, std::abs(static_cast<double>(x) - static_cast<double>(y)));
    }
  }
  return largest;
}

TEST_F(ConvertTest, ValuesStayWithinTheBound) {
  for (const std::string dtype : {"f4", "f8"}) {
    const auto expected = ReadAll(kTypes, "chunked/little/" + dtype);
    ASSERT_THAT(expected, IsOk());
    for (const std::string bound : {"abs=0.25", "rel=0.01"}) {
      for (const int64_t memory : {int64_t{1}, int64_t{1} << 30}) {
        ConvertOptions options = Options(kTypes, dtype + bound + absl::StrCat(memory) + ".h5");
        options.fields = {"chunked/little/" + dtype};
        options.codecs = {"swell:fast," + bound};
        options.memory = memory;
        const auto result = Convert(options);
        ASSERT_THAT(result, IsOk()) << dtype << " " << bound;
        EXPECT_TRUE(result->verified);
        const auto got = ReadAll(options.to, options.fields[0]);
        ASSERT_THAT(got, IsOk());
        if (bound == "rel=0.01") continue;
        EXPECT_LE(dtype == "f4" ? LargestDifference<float>(*got, *expected)
                                : LargestDifference<double>(*got, *expected),
                  0.25);
      }
    }
  }
}

TEST_F(ConvertTest, EveryDtypeKeepsItsBits) {
  for (const std::string dtype :
       {"i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"}) {
    ConvertOptions options = Options(kTypes, dtype + ".h5");
    options.fields = {"chunked/big/" + dtype};
    options.name = "images";
    ASSERT_THAT(Convert(options), IsOk());
    const auto got = ReadAll(Path(dtype + ".h5"));
    ASSERT_THAT(got, IsOk());
    EXPECT_EQ(*got, *ReadAll(kTypes, "chunked/little/" + dtype));
  }
}

TEST_F(ConvertTest, AttributesComeAlong) {
  const std::string path = "storage/hdf5/testdata/attributes.h5";
  ASSERT_THAT(Convert(Options(path, "a.h5")), IsOk());
  const auto source = OpenStore(path), target = OpenStore(Path("a.h5"));
  ASSERT_THAT(source, IsOk());
  ASSERT_THAT(target, IsOk());
  EXPECT_GT((*source)->Attributes(0).size() + (*source)->Attributes(-1).size(), 5);
  EXPECT_EQ((*target)->Attributes(0), (*source)->Attributes(0));
  EXPECT_EQ((*target)->Attributes(-1), (*source)->Attributes(-1));
}

// Stored numbers are kept, and so is what they stand for.
TEST_F(ConvertTest, PackingComesAlong) {
  int packed = 0;
  for (const std::string field : {"packed", "missing", "both", "nan", "large", "odd", "plain"}) {
    ConvertOptions options = Options("storage/hdf5/testdata/packed.nc", field + ".h5");
    options.fields = {field};
    ASSERT_THAT(Convert(options), IsOk());
    const auto source = OpenStore(options.from, {.field = field});
    const auto target = OpenStore(options.to, {.field = field});
    ASSERT_THAT(target, IsOk());
    const Packing expected = (*source)->fields()[0].packing, got = (*target)->fields()[0].packing;
    packed += !expected.identity();
    EXPECT_EQ(got.scale, expected.scale) << field;
    EXPECT_EQ(got.offset, expected.offset) << field;
    ASSERT_EQ(got.missing.has_value(), expected.missing.has_value()) << field;
    if (expected.missing.has_value() && !std::isnan(*expected.missing)) {
      EXPECT_EQ(*got.missing, *expected.missing) << field;
    }
  }
  EXPECT_GT(packed, 4);
}

TEST_F(ConvertTest, FieldsByName) {
  ConvertOptions options = Options(kEarliest, "two.h5");
  options.fields = {"filters/lzf", "filters/scaleoffset"};
  const auto result = Convert(options);
  ASSERT_THAT(result, IsOk());
  ASSERT_EQ(result->fields.size(), 2);
  int64_t bytes = 0;
  for (size_t i = 0; i < 2; ++i) {
    const auto expected = ReadAll(kEarliest, options.fields[i]);
    const auto got = ReadAll(Path("two.h5"), options.fields[i]);
    ASSERT_THAT(got, IsOk());
    EXPECT_EQ(*got, *expected);
    EXPECT_EQ(result->fields[i].name, options.fields[i]);
    EXPECT_EQ(result->fields[i].shape, expected->shape);
    bytes += static_cast<int64_t>(expected->bytes.size());
  }
  EXPECT_EQ(result->bytes, bytes);
  EXPECT_EQ(result->stored_bytes, files_.Info(Path("two.h5"))->size);
}

TEST_F(ConvertTest, AllFieldsThatHoldNumbers) {
  const std::string from = "storage/hdf5/testdata/h5py_types.h5";
  ConvertOptions options = Options(from, "all.h5");
  options.all = true;
  options.chunks = "auto";
  const auto result = Convert(options);
  ASSERT_THAT(result, IsOk());
  EXPECT_GT(result->fields.size(), 10);
  for (const ConvertedField& field : result->fields) {
    const auto got = ReadAll(Path("all.h5"), field.name);
    ASSERT_THAT(got, IsOk());
    EXPECT_EQ(*got, *ReadAll(from, field.name)) << field.name;
  }
  const auto listed = ListFields(from, files_);
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(result->fields.size() + result->left_out.size(), listed->size());
}

TEST_F(ConvertTest, TextIsLeftOutAndNamed) {
  ConvertOptions options = Options("storage/hdf5/testdata/recording.h5", "all.h5");
  options.all = true;
  options.chunks = "auto";
  const auto result = Convert(options);
  ASSERT_THAT(result, IsOk());
  EXPECT_GT(result->fields.size(), 0);
  EXPECT_THAT(result->left_out, ElementsAre(HasSubstr(" (")));
  // But one that cannot be decoded is an error.
  options = Options(kEarliest, "none.h5");
  options.all = true;
  options.chunks = "auto";
  EXPECT_THAT(Convert(options).status().message(), HasSubstr("bad/"));
  EXPECT_THAT(*files_.List(folder_), ElementsAre("all.h5"));
}

TEST_F(ConvertTest, JpegToHdf5AndBack) {
  ASSERT_THAT(Convert(Options(kGray, "levels.h5")), IsOk());
  const auto expected = ReadAll(kGray), got = ReadAll(Path("levels.h5"));
  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(*got, *expected);
  ConvertOptions back = Options(Path("levels.h5"), "frames");
  back.quality = 95;
  ASSERT_THAT(Convert(back), IsOk());
  const auto again = ReadAll(Path("frames"));
  ASSERT_THAT(again, IsOk());
  ASSERT_EQ(again->shape, expected->shape);
  const auto* a = reinterpret_cast<const float*>(expected->bytes.data());
  const auto* b = reinterpret_cast<const float*>(again->bytes.data());
  double difference = 0;
  for (size_t i = 0; i < expected->bytes.size() / 4; ++i) difference += std::abs(a[i] - b[i]);
  EXPECT_LT(difference / (expected->bytes.size() / 4), 0.02);
}

TEST_F(ConvertTest, Uint8LevelsToJpeg) {
  ConvertOptions options = Options(kTypes, "frames");
  options.fields = {"chunked/little/u1"};
  options.quality = 100;
  ASSERT_THAT(Convert(options), IsOk());
  const auto levels = ReadAll(kTypes, options.fields[0]), frames = ReadAll(Path("frames"));
  ASSERT_THAT(frames, IsOk());
  ASSERT_EQ(frames->shape, levels->shape);
  const auto* got = reinterpret_cast<const float*>(frames->bytes.data());
  for (size_t i = 0; i < levels->bytes.size(); ++i) {
    EXPECT_NEAR(got[i] * 255, static_cast<double>(levels->bytes[i]), 3) << i;
  }
}

TEST_F(ConvertTest, JpegFramesAreCopiedBitForBit) {
  ASSERT_THAT(Convert(Options("storage/jpeg/testdata/rgb", "copy")), IsOk());
  const auto source = OpenStore("storage/jpeg/testdata/rgb"), copy = OpenStore(Path("copy"));
  ASSERT_THAT(copy, IsOk());
  ASSERT_EQ((*copy)->num_files(), (*source)->num_files());
  for (int32_t i = 0; i < (*copy)->num_files(); ++i) {
    EXPECT_EQ(ReadFile(files_, (*copy)->file_path(i)), ReadFile(files_, (*source)->file_path(i)));
  }
}

TEST_F(ConvertTest, WhatIsForHdf5IsRefusedForJpegFolders) {
  const auto refused = [&](auto change, const std::string& flag) {
    ConvertOptions options = Options(kGray, "frames");
    change(options);
    EXPECT_THAT(Convert(options), StatusIs(Code::kInvalidArgument,
                                           HasSubstr(flag + " for HDF5, not for JPEG folders")));
    EXPECT_FALSE(files_.Exists(Path("frames")));
  };
  refused([](auto& o) { o.chunks = "auto"; }, "chunks are");
  refused([](auto& o) { o.codecs = {"zstd"}; }, "codecs are");
  refused([](auto& o) { o.name = "frames"; }, "a name is");
}

TEST_F(ConvertTest, WhatJpegCannotHold) {
  ConvertOptions options = Options(kEarliest, "frames");
  options.fields = {"filters/lzf"};  // 0 to 100
  EXPECT_THAT(Convert(options),
              StatusIs(Code::kFailedPrecondition,
                       AllOf(HasSubstr("sequence 0: frame 0"), HasSubstr("levels"))));
  options.fields = {"filters/scaleoffset"};
  EXPECT_THAT(Convert(options), StatusIs(Code::kFailedPrecondition, HasSubstr("int32")));
  EXPECT_THAT(*files_.List(folder_), ElementsAre());
}

TEST_F(ConvertTest, SourcesOfAVirtualDatasetThatAreNotThere) {
  ConvertOptions options = Options("storage/hdf5/testdata/virtual.h5", "virtual.h5");
  options.fields = {"slow/no_file"};
  EXPECT_THAT(Convert(options), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         HasSubstr("nowhere.h5 does not exist")));
}

TEST_F(ConvertTest, TargetsThatExist) {
  ConvertOptions options = Options(kGray, "a.h5");
  ASSERT_THAT(Convert(options), IsOk());
  const auto before = ReadFile(files_, Path("a.h5"));
  options.from = kEarliest;
  options.fields = {"filters/lzf"};
  EXPECT_THAT(Convert(options), StatusIs(Code::kAlreadyExists, HasSubstr("a.h5: exists already")));
  EXPECT_EQ(ReadFile(files_, Path("a.h5")), before);
  options.overwrite = true;
  ASSERT_THAT(Convert(options), IsOk());
  EXPECT_EQ(*ReadAll(Path("a.h5"), "filters/lzf"), *ReadAll(kEarliest, "filters/lzf"));
  EXPECT_THAT(*files_.List(folder_), ElementsAre("a.h5"));
}

TEST_F(ConvertTest, OnlyFoldersOfFramesAreReplaced) {
  ConvertOptions options = Options(kGray, "frames");
  options.format = ConvertFormat::kJpeg;
  ASSERT_THAT(Convert(options), IsOk());
  EXPECT_THAT(Convert(options), StatusIs(Code::kAlreadyExists));
  options.overwrite = true;
  ASSERT_THAT(Convert(options), IsOk());
  for (const std::string name : {"thesis.tex", "0/thesis.tex"}) {
    const std::string path = JoinPath(options.to, name);
    ASSERT_THAT(files_.MakeDirectories(Dirname(path)), IsOk());
    ASSERT_THAT(WriteFileAtomically(files_, path, "text", OverwritePolicy::kRefuse), IsOk());
    EXPECT_THAT(Convert(options),
                StatusIs(Code::kAlreadyExists, HasSubstr("holds " + name + ", which belongs")));
    ASSERT_THAT(ReadFile(files_, path), IsOk());
    ASSERT_THAT(files_.RemoveAll(path), IsOk());
  }
}

TEST_F(ConvertTest, TheSourceIsNoTarget) {
  ASSERT_THAT(Convert(Options(kGray, "a.h5")), IsOk());
  const auto before = ReadFile(files_, Path("a.h5"));
  ConvertOptions options = Options(Path("a.h5"), "./../" + Basename(folder_) + "/a.h5");
  options.overwrite = true;
  EXPECT_THAT(Convert(options), StatusIs(Code::kInvalidArgument, HasSubstr("is the source")));
  options.to = folder_;
  options.format = ConvertFormat::kJpeg;
  EXPECT_THAT(Convert(options), StatusIs(Code::kInvalidArgument, HasSubstr("inside")));
  options.to = JoinPath(folder_, "a.h5/b.h5");
  EXPECT_THAT(Convert(options), StatusIs(Code::kInvalidArgument, HasSubstr("inside")));
  EXPECT_EQ(ReadFile(files_, Path("a.h5")), before);
}

TEST_F(ConvertTest, OptionsThatMakeNoSense) {
  const auto refused = [&](auto change, const char* why) {
    ConvertOptions options = Options(kGray, "a.h5");
    change(options);
    EXPECT_THAT(Convert(options), StatusIs(Code::kInvalidArgument, HasSubstr(why)));
  };
  refused([](auto& o) { o.chunks = "1,2,x,4"; }, "chunks '1,2,x,4'");
  refused([](auto& o) { o.chunks = "1,2"; }, "do not fit the shape");
  refused([](auto& o) { o.chunks = "9,1,1,1"; }, "does not fit");
  refused([](auto& o) { o.chunks = "none"; }, "codecs need chunks");
  refused([](auto& o) { o.quality = 75; }, "quality");
  refused([](auto& o) { o.name = "/"; }, "'/' (--name) is the name of a group");
  refused([](auto& o) { o.name = "./"; }, "is the name of a group");
  refused([](auto& o) { o.to += ".zip"; }, "say which format");
  refused([](auto& o) { o.to.clear(); }, "a path each");
  refused(
      [](auto& o) {
        o.fields = {"frames"};
        o.all = true;
      },
      "not both");
  refused(
      [](auto& o) {
        o.from = kEarliest;
        o.fields = {"filters/lzf", "filters/scaleoffset"};
        o.name = "x";
      },
      "a new name (--name) is for one field, not for several");
  refused(
      [](auto& o) {
        o.from = kEarliest;
        o.fields = {"filters/lzf", "filters/scaleoffset"};
        o.to = JoinPath(Dirname(o.to), "frames");
      },
      "a JPEG folder holds one field");
  ConvertOptions options = Options(kGray, "a.h5");
  options.codecs = {"nothing"};
  EXPECT_THAT(Convert(options), StatusIs(Code::kInvalidArgument, HasSubstr("nothing")));
  EXPECT_THAT(Convert(Options("nowhere.h5", "b.h5")), StatusIs(Code::kNotFound));
  EXPECT_THAT(Convert(Options(kEarliest, "b.h5")), StatusIs(Code::kInvalidArgument));
  EXPECT_THAT(*files_.List(folder_), ElementsAre());
}

}  // namespace
}  // namespace seiche
