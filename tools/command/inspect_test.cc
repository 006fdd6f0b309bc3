#include "tools/command/inspect.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "base/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kEarliest[] = "storage/hdf5/testdata/h5py_earliest.h5";

FieldReport Find(const StoreReport& report, const std::string& name) {
  for (const FieldReport& field : report.fields) {
    if (field.name == name) return field;
  }
  ADD_FAILURE() << name;
  return {};
}

TEST(InspectTest, EveryKindOfDataset) {
  const auto report = InspectPath(kEarliest, DefaultFileSystem());
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->format, "HDF5");
  EXPECT_EQ(report->size, DefaultFileSystem().Info(kEarliest)->size);
  EXPECT_THAT(InspectionStatus(*report), IsOk());

  const FieldReport lzf = Find(*report, "filters/lzf");
  EXPECT_EQ(lzf.codec, "lzf");
  EXPECT_EQ(lzf.details.chunk_index, "version 1 B-tree");
  EXPECT_EQ(lzf.chunks, 8);
  EXPECT_EQ(lzf.missing_chunks, 0);
  EXPECT_EQ(lzf.slow_reason, "");
  // 4 of the 8 chunks of 2*3*4*7 elements, for 4*6*7; 2 for a frame of 6*7.
  EXPECT_EQ(lzf.whole_sequences, 4.0 * 168 / 168);
  EXPECT_EQ(lzf.single_frames, 2.0 * 168 / 42);

  const FieldReport raw = Find(*report, "filters/none");
  EXPECT_EQ(raw.single_frames, 1);  // any part can be read
  EXPECT_EQ(Find(*report, "missing/fill").missing_chunks, 8);
  EXPECT_EQ(Find(*report, "sparse").missing_chunks, (int64_t{1} << 40) - 2);
  EXPECT_THAT(Find(*report, "filters/scaleoffset").slow_reason, HasSubstr("filter 6"));
  EXPECT_EQ(Find(*report, "compact").slow_reason, "");
  EXPECT_EQ(Find(*report, "odd/int12").slow_reason, "integers of 12 bits in 2 bytes");
  EXPECT_EQ(Find(*report, "compact").details.layout, "compact");
  EXPECT_THAT(Find(*report, "bad/string").status, StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(InspectTest, VirtualArrays) {
  const auto report = InspectPath("storage/hdf5/testdata/virtual.h5", DefaultFileSystem());
  ASSERT_THAT(report, IsOk());
  // The chunks of the array that it is made of: whole ones, for Fletcher-32 is checked.
  const FieldReport same = Find(*report, "same_file");
  EXPECT_EQ(same.slow_reason, "");
  EXPECT_EQ(same.chunks, 8);
  EXPECT_EQ(same.single_frames, Find(*report, "here").single_frames);
  const FieldReport slow = Find(*report, "slow/gap");
  EXPECT_NE(slow.slow_reason, "");
  EXPECT_FALSE(slow.whole_sequences.has_value());
  EXPECT_THAT(InspectionText({*report}), HasSubstr("read amplification  - whole sequences"));
}

TEST(InspectTest, JpegFolder) {
  const auto report = InspectPath("storage/jpeg/testdata/gray", DefaultFileSystem());
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->format, "JPEG folder");
  ASSERT_EQ(report->fields.size(), 1);
  const FieldReport& frames = report->fields[0];
  EXPECT_EQ(frames.chunks, 6);
  EXPECT_EQ(frames.details.stored_bytes, report->size);
  EXPECT_GT(report->size, 1000);
  EXPECT_EQ(frames.whole_sequences, 1);
  EXPECT_EQ(frames.single_frames, 1);
}

TEST(InspectTest, TextSaysAll) {
  const auto report = InspectPath(kEarliest, DefaultFileSystem());
  ASSERT_THAT(report, IsOk());
  const std::string text = InspectionText({*report});
  for (const char* part :
       {"h5py_earliest.h5: HDF5, 102 kB, 35 fields\n",
        "  filters/shuffle_gzip: float32 (3, 4, 6, 7), axes NTHW\n",
        "    storage  chunked (2, 3, 4, 7), version 1 B-tree, 8 chunks, 0 missing\n",
        "    codec    shuffle+deflate:4; filters 2 shuffle (optional), 1 deflate (optional)\n",
        "    path     fast\n",
        "    path     slow, through libhdf5: integers of 12 bits in 2 bytes\n",
        "    read amplification  4.00 whole sequences, 4.00 windows of 10 frames, 8.00 single "
        "frames\n",
        "  bad/string: string ()\n    not read: elements are string"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(InspectTest, JsonHasTheSame) {
  const auto report = InspectPath(kEarliest, DefaultFileSystem());
  ASSERT_THAT(report, IsOk());
  const auto json = ParseJson(DumpJson(InspectionToJson({*report})), "inspect");
  ASSERT_THAT(json, IsOk());
  const Json& store = (*json)["stores"][0];
  EXPECT_EQ(store["path"], kEarliest);
  ASSERT_EQ(store["fields"].size(), report->fields.size());
  for (const Json& field : store["fields"]) {
    EXPECT_EQ(field.contains("not_read"), !field.contains("stored_bytes")) << field;
    if (field["name"] == "filters/lzf") {
      EXPECT_EQ(field["filters"][0]["id"], 32000);
      EXPECT_EQ(field["read_amplification"]["single_frames"], 8);
      EXPECT_TRUE(field["slow_reason"].is_null());
    }
    if (field["name"] == "bad/scalar") {
      EXPECT_EQ(field["not_read"], "is a scalar or empty: sequences need at least one axis");
    }
  }
}

TEST(InspectTest, Errors) {
  EXPECT_THAT(InspectPath("nowhere.h5", DefaultFileSystem()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(InspectPath("storage/hdf5/testdata/external.raw", DefaultFileSystem()),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  StoreReport report{.path = "a.h5", .fields = {}};
  report.fields.push_back({.name = "x", .status = absl::DataLossError("a.h5: damaged")});
  EXPECT_THAT(InspectionStatus(report), StatusIs(absl::StatusCode::kDataLoss, "a.h5: damaged"));
}

}  // namespace
}  // namespace seiche
