// Files written by h5py, h5repack and netCDF4 (testdata/make_testdata.py): what each holds is
// known from a formula.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "codecs/registry.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/conformance.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/hdf5/test_values.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::testing::HasSubstr;

constexpr int64_t kSequence = 4 * 6 * 7;  // elements

const Shape& GoldenShape() {
  static const Shape& shape = *new Shape{3, 4, 6, 7};
  return shape;
}

struct Golden {
  std::string file;
  std::string field;
  DType dtype = DType::kFloat32;
  std::string codec = "none";
  // Part of it; empty: the fast way.
  std::string slow_reason = {};
  // Of the element of that index.
  std::function<int64_t(int64_t)> value = FormulaValue;
  Shape shape = GoldenShape();
};

// Only the first sequence was written.
std::function<int64_t(int64_t)> FilledWith(int64_t fill) {
  return [fill](int64_t i) { return i < kSequence ? FormulaValue(i) : fill; };
}

std::vector<Golden> FilterCases() {
  const std::string file = "h5py_earliest.h5";
  std::vector<Golden> cases = {
      {file, "filters/none"},
      {file, "filters/gzip", DType::kFloat32, "deflate:9"},
      {file, "filters/lzf", DType::kFloat32, "lzf"},
      {file, "filters/szip_nn", DType::kFloat32, "szip:nn,8"},
      {file, "filters/szip_ec", DType::kFloat32, "szip:ec,16"},
      {file, "filters/shuffle", DType::kFloat32, "shuffle"},
      {file, "filters/fletcher32", DType::kFloat32, "fletcher32"},
      {file, "filters/shuffle_gzip", DType::kFloat32, "shuffle+deflate:4"},
      {file, "filters/shuffle_lzf_fletcher32", DType::kFloat32, "shuffle+lzf+fletcher32"},
      {file, "filters/masked", DType::kFloat32, "shuffle+deflate:4"},
      {file, "filters/scaleoffset", DType::kInt32, "none", "filter 6 scaleoffset"},
      {file, "one_sequence_a_chunk", DType::kFloat32, "deflate:4"},
      {"attributes.h5", "attributes"},
      {file, "resized/cut"},
      {"h5repack_gzip.h5", "images", DType::kFloat32, "shuffle+deflate:6"},
      {"h5repack_szip.h5", "images", DType::kFloat32, "szip:nn,8"},
      {"h5repack_nbit.h5", "images", DType::kFloat32, "none", "filter 5 nbit"},
      {"h5repack_latest.h5", "images", DType::kFloat32, "fletcher32"},
      {"h5repack_compact.h5", "images"},
      {"netcdf4.nc", "height", DType::kFloat32, "fletcher32+shuffle+deflate:1"},
  };
  return cases;
}

std::vector<Golden> FillCases() {
  const std::string file = "h5py_earliest.h5";
  return {
      {file, "missing/default", DType::kFloat32, "none", "", FilledWith(0)},
      {file, "missing/fill", DType::kFloat32, "none", "", FilledWith(42)},
      {file, "missing/fill_gzip", DType::kFloat32, "deflate:4", "", FilledWith(42)},
      {file, "missing/fill_big", DType::kInt16, "none", "", FilledWith(42)},
      {file, "missing/all", DType::kUInt16, "none", "", [](int64_t) { return 9; }},
      {file, "missing/contiguous", DType::kFloat64, "none", "", [](int64_t) { return 0; }},
      {file, "resized/grown", DType::kFloat32, "none", "", FilledWith(42)},
      {"user_block_earliest.h5", "missing", DType::kFloat32, "none", "", [](int64_t) { return 0; }},
      {"user_block_v114.h5", "missing", DType::kFloat32, "none", "", [](int64_t) { return 0; }},
      {"netcdf4.nc", "level", DType::kInt16, "none", "", FilledWith(42)},
  };
}

std::vector<Golden> LayoutCases() {
  std::vector<Golden> cases;
  for (const char* file : {"user_block_earliest.h5", "user_block_v114.h5"}) {
    cases.push_back({file, "chunked", DType::kFloat32, "deflate:4"});
    cases.push_back({file, "contiguous"});
  }
  for (const char* index : {"single", "fixed_array", "extensible_array", "btree_v2"}) {
    cases.push_back({"h5py_v114.h5", index});
    cases.push_back({"h5py_v114.h5", absl::StrCat(index, "_gzip"), DType::kFloat32, "deflate:4"});
  }
  cases.push_back({"h5py_v114.h5", "implicit"});
  cases.push_back({"h5py_v114.h5", "raw_edges", DType::kFloat32, "deflate:4"});
  cases.push_back({"links.h5", "external", DType::kFloat32, "none", "external files"});
  cases.push_back({"links.h5", "soft", DType::kFloat32, "none", "external files"});
  cases.push_back({"links.h5", "linked", DType::kFloat32, "none", "in another file"});
  cases.push_back({"links.h5", "virtual", DType::kFloat32, "lzf"});
  cases.push_back({"h5py_earliest.h5", "compact", DType::kUInt8});
  for (const auto& [name, dtype] : {std::pair("u1", DType::kUInt8),
                                    {"i2", DType::kInt16},
                                    {"i4", DType::kInt32},
                                    {"f2", DType::kFloat16},
                                    {"f4", DType::kFloat32},
                                    {"f8", DType::kFloat64},
                                    {"int12", DType::kInt16}}) {
    cases.push_back({"compact.h5", name, dtype});
  }
  return cases;
}

std::vector<Golden> VirtualCases() {
  const Shape six = {6, 4, 6, 7};
  const auto constant = [](int64_t fill) { return [fill](int64_t) { return fill; }; };
  // Sequences 2 to 4 have no source.
  const auto gap = [](int64_t i) {
    return i / kSequence < 2 || i / kSequence > 4 ? FormulaValue(i) : 5;
  };
  // Of sources of 2, 3 and 1 sequences, with fill values 1, 2 and 3, only sequence 2 was written.
  const auto sparse = [](int64_t i) {
    constexpr int64_t kFill[] = {1, 1, 0, 2, 2, 3};
    return i / kSequence == 2 ? FormulaValue(i % kSequence) : kFill[i / kSequence];
  };
  const std::string file = "virtual.h5", none = "none";
  const DType f4 = DType::kFloat32;
  return {
      {file, "concat", f4, "deflate:4, lzf, none", "", FormulaValue, six},
      {file, "sparse", f4, none, "", sparse, six},
      {file, "stack", f4},
      {file, "same_file", f4, "fletcher32"},
      {file, "slow/gap", f4, none, "'rows' of virtual_source_2.h5 is at (5, 0, 0, 0)", gap, six},
      {file, "slow/wide", f4, none, "has other elements: float64", FormulaValue, six},
      {file, "slow/no_file", f4, none, "'rows' of nowhere.h5 does not exist", constant(6), six},
      {file, "slow/no_dataset", f4, none, "does not exist", constant(8), six},
      {file, "slow/columns", f4, none, "not whole sequences one after the other"},
      {file, "slow/some", f4, none, "is not taken whole", FormulaValue, {2, 4, 6, 7}},
      {file, "slow/nested", f4, none, "'/same_file' of .: virtual layout"},
      {file, "slow/unlimited", f4, none, "is not one block"},
      {"virtual_lzf.h5", "virtual", f4, "lzf", "", FormulaValue, {3, 20, 10, 10}},
  };
}

std::vector<Golden> RankCases() {
  const Shape shapes[] = {{31},
                          {5, 9},
                          {5, 4, 6},
                          {3, 4, 6, 7},
                          {2, 3, 4, 5, 3},
                          {2, 3, 2, 4, 5, 3},
                          {2, 3, 2, 1, 3, 2, 3}};
  std::vector<Golden> cases;
  for (const Shape& shape : shapes) {
    const std::string file = "ranks.h5", rank = absl::StrCat(shape.size());
    cases.push_back(
        {file, "chunked/" + rank, DType::kFloat32, "deflate:4", "", FormulaValue, shape});
    cases.push_back({file, "contiguous/" + rank, DType::kInt16, "none", "", FormulaValue, shape});
  }
  return cases;
}

// Filters of hdf5plugin, as far as this build has them.
std::vector<Golden> PluginCases() {
  const std::string file = "plugins.h5";
  std::vector<Golden> cases = {
      {file, "shuffle_zstd/f4", DType::kFloat32, "shuffle+zstd:3"},
      {file, "lz4_fletcher32/f4", DType::kFloat32, "lz4+fletcher32"},
  };
  for (const auto& [filter, codec] : {std::pair("lz4", "lz4"),
                                      {"lz4_blocks", "lz4:128"},
                                      {"zstd", "zstd:3"},
                                      {"zstd_19", "zstd:19"},
                                      {"bitshuffle", ""},
                                      {"bitshuffle_lz4", ""},
                                      {"bitshuffle_lz4_blocks", ""},
                                      {"bitshuffle_zstd", ""},
                                      {"blosc_blosclz", ""},
                                      {"blosc_lz4", ""},
                                      {"blosc_lz4hc", ""},
                                      {"blosc_zlib", ""},
                                      {"blosc_zstd", ""},
                                      {"blosc_lz4_noshuffle", ""},
                                      {"blosc_lz4_bitshuffle", ""},
                                      {"blosc_stored", ""}}) {
    const auto is_filters = [name = std::string_view(filter)](const std::string& known) {
      return name.starts_with(known);
    };
    const std::vector<std::string> names = ByteCodecNames();
    if (std::none_of(names.begin(), names.end(), is_filters)) continue;
    cases.push_back({file, absl::StrCat(filter, "/f4"), DType::kFloat32, codec});
    cases.push_back({file, absl::StrCat(filter, "/i2"), DType::kInt16, codec});
  }
  return cases;
}

std::vector<Golden> TypeCases() {
  std::vector<Golden> cases;
  const std::pair<const char*, DType> types[] = {
      {"i1", DType::kInt8},    {"i2", DType::kInt16},   {"i4", DType::kInt32},
      {"i8", DType::kInt64},   {"u1", DType::kUInt8},   {"u2", DType::kUInt16},
      {"u4", DType::kUInt32},  {"u8", DType::kUInt64},  {"f2", DType::kFloat16},
      {"f4", DType::kFloat32}, {"f8", DType::kFloat64},
  };
  for (const auto& [name, dtype] : types) {
    const std::string file = "h5py_types.h5";
    cases.push_back({file, absl::StrCat("contiguous/big/", name), dtype});
    cases.push_back({file, absl::StrCat("chunked/little/", name), dtype, "deflate:4"});
    cases.push_back({file, absl::StrCat("chunked/big/", name), dtype, "deflate:4"});
  }
  const std::string file = "h5py_earliest.h5";
  cases.push_back({"h5py_types.h5", "bool", DType::kInt8, "none", "",
                   [](int64_t i) { return FormulaValue(i) % 2; }});
  cases.push_back({file, "bfloat16", DType::kBFloat16});
  cases.push_back({file, "odd/int12", DType::kInt16, "none", "integers of 12 bits in 2 bytes"});
  cases.push_back({file, "odd/int12_nbit", DType::kInt16, "none", "integers of 12 bits"});
  cases.push_back({file, "odd/uint24", DType::kUInt32, "none", "integers of 24 bits in 3 bytes"});
  cases.push_back({file, "odd/float21", DType::kFloat32, "none", "floats of 21 bits in 4 bytes"});
  return cases;
}

std::vector<Golden> AllCases() {
  std::vector<Golden> all;
  for (const auto& cases : {FilterCases(), FillCases(), LayoutCases(), TypeCases(), VirtualCases(),
                            RankCases(), PluginCases()}) {
    all.insert(all.end(), cases.begin(), cases.end());
  }
  // Builds without libaec have no SZIP.
  if (absl::IsNotFound(MakeByteCodec("szip", {.element_size = 4, .chunk_shape = {32}}).status())) {
    std::erase_if(all, [](const Golden& golden) { return golden.codec.starts_with("szip"); });
  }
  return all;
}

absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenGolden(const Golden& golden) {
  // Where libhdf5 looks for external files; otherwise in the working directory.
  setenv("HDF5_EXTFILE_PREFIX", "${ORIGIN}", /*overwrite=*/1);
  return OpenHdf5Store(absl::StrCat("storage/hdf5/testdata/", golden.file),
                       {.field = golden.field});
}

ExpectedArray Expected(const Golden& golden) {
  ExpectedArray expected{golden.dtype, golden.shape, {}};
  for (int64_t i = 0; i < NumElements(golden.shape); ++i) {
    AppendElement(golden.dtype, golden.value(i), expected.bytes);
  }
  return expected;
}

std::vector<StoreCase> ConformanceCases() {
  std::vector<StoreCase> cases;
  for (const Golden& golden : AllCases()) {
    std::string name = absl::StrCat(golden.file, "_", golden.field);
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '.' || c == '/'; }, '_');
    cases.push_back({name, [golden] { return OpenGolden(golden); }, 0, Expected(golden)});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Golden, StoreConformanceTest, ::testing::ValuesIn(ConformanceCases()),
                         StoreConformanceTest::NameOf);

// Every field of a store of several.
std::vector<StoreCase> FieldCases() {
  const std::vector<Golden> fields = {
      {"fields.h5", "images"},
      {"fields.h5", "group/walls", DType::kUInt8, "", "", FormulaValue, {3, 6, 7}},
      {"fields.h5", "label", DType::kInt64, "", "", FormulaValue, {3}},
      {"fields.h5", "speed", DType::kFloat64, "", "", FormulaValue, {3, 4}},
  };
  OpenOptions options;
  for (const Golden& field : fields) options.fields.push_back({field.field});
  options.fields[1].axes = "NHW";
  std::vector<StoreCase> cases;
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto open = [options] {
      return OpenHdf5Store("storage/hdf5/testdata/fields.h5", options);
    };
    cases.push_back({absl::StrCat("Field", i), open, static_cast<int>(i), Expected(fields[i])});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Fields, StoreConformanceTest, ::testing::ValuesIn(FieldCases()),
                         StoreConformanceTest::NameOf);

TEST(GoldenTest, KnowsTheCodecAndWhatIsSlow) {
  for (const Golden& golden : AllCases()) {
    SCOPED_TRACE(absl::StrCat(golden.file, " ", golden.field));
    const auto store = OpenGolden(golden);
    ASSERT_THAT(store, IsOk());
    const Field& field = (*store)->fields()[0];
    if (golden.slow_reason.empty()) {
      EXPECT_EQ(field.slow_reason, "");
      if (!golden.codec.empty()) {
        EXPECT_EQ(field.codec, golden.codec);
      }
    } else {
      EXPECT_THAT(field.slow_reason, HasSubstr(golden.slow_reason));
    }
  }
}

}  // namespace
}  // namespace seiche
