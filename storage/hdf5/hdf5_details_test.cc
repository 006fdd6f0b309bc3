#include "storage/hdf5/hdf5_details.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kEarliest[] = "storage/hdf5/testdata/h5py_earliest.h5";
constexpr char kV114[] = "storage/hdf5/testdata/h5py_v114.h5";

std::string IndexOf(const char* path, const char* name) {
  const auto details = ReadHdf5Details(path, name);
  return details.ok() ? details->chunk_index : details.status().ToString();
}

TEST(Hdf5DetailsTest, ChunkIndexKinds) {
  EXPECT_EQ(IndexOf(kEarliest, "filters/gzip"), "version 1 B-tree");
  for (const std::string suffix : {"", "_gzip"}) {
    EXPECT_EQ(IndexOf(kV114, ("single" + suffix).c_str()), "single chunk");
    EXPECT_EQ(IndexOf(kV114, ("fixed_array" + suffix).c_str()), "fixed array");
    EXPECT_EQ(IndexOf(kV114, ("extensible_array" + suffix).c_str()), "extensible array");
    EXPECT_EQ(IndexOf(kV114, ("btree_v2" + suffix).c_str()), "version 2 B-tree");
  }
  EXPECT_EQ(IndexOf(kV114, "implicit"), "implicit");
  EXPECT_EQ(IndexOf(kEarliest, "compact"), "");
}

TEST(Hdf5DetailsTest, ChunksFiltersAndBytes) {
  const auto lzf = ReadHdf5Details(kEarliest, "filters/shuffle_lzf_fletcher32");
  ASSERT_THAT(lzf, IsOk());
  EXPECT_EQ(lzf->layout, "chunked");
  EXPECT_EQ(lzf->chunk_shape, (Shape{2, 3, 4, 7}));
  EXPECT_EQ(lzf->stored_chunks, 8);
  ASSERT_EQ(lzf->filters.size(), 3);
  EXPECT_EQ(lzf->filters[1].id, 32000);
  EXPECT_EQ(lzf->partly_filtered_chunks, 0);
  EXPECT_GT(lzf->stored_bytes, 8 * 4);

  const auto none = ReadHdf5Details(kEarliest, "filters/none");
  ASSERT_THAT(none, IsOk());
  EXPECT_EQ(none->stored_bytes, 8 * 2 * 3 * 4 * 7 * 4);
  EXPECT_THAT(none->filters, IsEmpty());
  const auto masked = ReadHdf5Details(kEarliest, "filters/masked");
  ASSERT_THAT(masked, IsOk());
  EXPECT_EQ(masked->partly_filtered_chunks, 6);  // masks 0, 1, 2, 3 twice
  const auto edges = ReadHdf5Details(kV114, "raw_edges");
  ASSERT_THAT(edges, IsOk());
  EXPECT_EQ(edges->partly_filtered_chunks, 7);  // all but the first reach over an edge
}

TEST(Hdf5DetailsTest, WhatIsNotThere) {
  const auto missing = ReadHdf5Details(kEarliest, "missing/fill");
  ASSERT_THAT(missing, IsOk());
  EXPECT_EQ(missing->stored_chunks, 4);
  const auto cut = ReadHdf5Details(kEarliest, "resized/cut");
  ASSERT_THAT(cut, IsOk());
  EXPECT_EQ(cut->stored_chunks, 8);
  const auto contiguous = ReadHdf5Details(kEarliest, "missing/contiguous");
  ASSERT_THAT(contiguous, IsOk());
  EXPECT_EQ(contiguous->layout, "contiguous");
  EXPECT_EQ(contiguous->stored_bytes, 0);
}

TEST(Hdf5DetailsTest, OtherLayouts) {
  const auto compact = ReadHdf5Details(kEarliest, "compact");
  ASSERT_THAT(compact, IsOk());
  EXPECT_EQ(compact->layout, "compact");
  EXPECT_EQ(compact->stored_bytes, 3 * 4 * 6 * 7);
  const auto external = ReadHdf5Details("storage/hdf5/testdata/links.h5", "external");
  ASSERT_THAT(external, IsOk());
  EXPECT_EQ(external->layout, "external");
  const auto virtual_one = ReadHdf5Details("storage/hdf5/testdata/links.h5", "virtual");
  ASSERT_THAT(virtual_one, IsOk());
  EXPECT_EQ(virtual_one->layout, "virtual");
}

TEST(Hdf5DetailsTest, ListsWhateverThereIs) {
  const auto list = ListHdf5Datasets(kEarliest);
  ASSERT_THAT(list, IsOk());
  int strings = 0, floats = 0;
  for (const Hdf5Listed& one : *list) {
    strings += one.type == "string";
    floats += one.type == "float32";
  }
  EXPECT_EQ(strings, 2);
  EXPECT_GT(floats, 10);
}

TEST(Hdf5DetailsTest, Errors) {
  EXPECT_THAT(ListHdf5Datasets("nowhere.h5"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ListHdf5Datasets("storage/hdf5/testdata/external.raw"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("not an HDF5 file")));
  EXPECT_THAT(ReadHdf5Details(kEarliest, "nothing"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("the file has")));
  EXPECT_THAT(ReadHdf5Details(kEarliest, "bad/string"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace seiche
