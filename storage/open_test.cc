#include "storage/open.h"

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
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kGray[] = "storage/jpeg/testdata/gray";
constexpr char kRgb[] = "storage/jpeg/testdata/rgb";

TEST(OpenStoreTest, OpensAFolderOfJpegFrames) {
  const auto store = OpenStore(kGray);
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->fields()[0].name, "frames");
  EXPECT_EQ((*store)->path(), kGray);
}

TEST(OpenStoreTest, OpensSeveralAsOne) {
  const auto store = OpenStore(std::vector<std::string>{kGray, kRgb});
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT((*store)->fields()[0].shape(), ElementsAre(4, 3, 18, 24));
  EXPECT_THAT(OpenStore(std::vector<std::string>{}),
              StatusIs(absl::StatusCode::kInvalidArgument, "no paths to open"));
  EXPECT_THAT(OpenStore(std::vector<std::string>{kGray, "nowhere"}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere")));
}

TEST(OpenStoreTest, OpensAllThatAPatternMatches) {
  const std::string pattern = "storage/jpeg/testdata/*r*y";
  const auto store = OpenStore(pattern);
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->path(), kGray);  // it is the only one
  const std::string files = "storage/hdf5/testdata/virtual_source_?.h5";
  const auto rows = OpenStore(files, {.field = "rows"});
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ((*rows)->path(), files);
  EXPECT_THAT((*rows)->parts(), ElementsAre(0, 2, 5, 6));
  EXPECT_THAT((*rows)->fields()[0].shape(), ElementsAre(6, 4, 6, 7));
  EXPECT_THAT(OpenStore("storage/jpeg/testdata/x?z"),
              StatusIs(absl::StatusCode::kNotFound, "storage/jpeg/testdata/x?z: nothing matches"));
}

TEST(OpenStoreTest, SaysWhatIsWrongWithThePath) {
  EXPECT_THAT(OpenStore(""),
              StatusIs(absl::StatusCode::kInvalidArgument, "the path to open is empty"));
  EXPECT_THAT(OpenStore("nowhere"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere: cannot stat")));
  EXPECT_THAT(OpenStore("waves.h5.partial-17-0/"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "waves.h5.partial-17-0/: is what a writer left that did not end: remove it "
                       "and write again"));
  EXPECT_THAT(OpenStore("storage/jpeg/testdata/gray.pgm"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("storage/jpeg/testdata/gray.pgm: is not an HDF5 file")));
}

}  // namespace
}  // namespace seiche
