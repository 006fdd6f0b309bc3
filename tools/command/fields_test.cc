#include "tools/command/fields.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;

constexpr char kFile[] = "storage/hdf5/testdata/h5py_earliest.h5";

TEST(FieldsTest, OfAFolder) {
  const auto fields = ListFields("storage/jpeg/testdata/gray", DefaultFileSystem());
  ASSERT_THAT(fields, IsOk());
  ASSERT_EQ(fields->size(), 1);
  EXPECT_EQ((*fields)[0].name, "frames");
  EXPECT_EQ((*fields)[0].type, "float32");
  EXPECT_EQ((*fields)[0].shape[0], 2);
}

TEST(FieldsTest, OfAFileWhateverItHolds) {
  const auto fields = ListFields(kFile, DefaultFileSystem());
  ASSERT_THAT(fields, IsOk());
  int opened = 0, refused = 0;
  for (const ListedField& field : *fields) {
    if (field.name == "sparse") continue;
    const auto store = OpenField(kFile, field.name, DefaultFileSystem());
    store.ok() ? ++opened : ++refused;
    EXPECT_EQ(store.ok(), !HoldsNoNumbers(store.status())) << store.status();
    if (store.ok()) {
      EXPECT_EQ((*store)->fields()[0].shape(), field.shape) << field.name;
    }
  }
  EXPECT_EQ(refused, 7);
  EXPECT_GT(opened, 20);
  EXPECT_THAT(ListFields("nowhere", DefaultFileSystem()), StatusIs(absl::StatusCode::kNotFound));
}

TEST(FieldsTest, ShortReasons) {
  const auto reason = [](const char* message) {
    return ShortReason(absl::DataLossError(message), "a.h5", "x/y");
  };
  EXPECT_EQ(reason("a.h5: H5 dataset 'x/y': elements are text"), "elements are text");
  EXPECT_EQ(reason("a.h5: H5 dataset 'x/y' is a scalar"), "is a scalar");
  EXPECT_EQ(reason("something else"), "something else");
}

TEST(FieldsTest, Bytes) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(999), "999 B");
  EXPECT_EQ(FormatBytes(1000), "1.00 kB");
  EXPECT_EQ(FormatBytes(12'345'678), "12.3 MB");
  EXPECT_EQ(FormatBytes(999'600), "1.00 MB");
  EXPECT_EQ(FormatBytes(int64_t{4'560'000'000}), "4.56 GB");
  EXPECT_EQ(FormatCount(1, "chunk"), "1 chunk");
  EXPECT_EQ(FormatCount(0, "chunk"), "0 chunks");
}

}  // namespace
}  // namespace seiche
