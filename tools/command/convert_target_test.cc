#include "tools/command/convert_target.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/open.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TypedAttributesTest, TextThatIsANumberBecomesOne) {
  const std::vector<std::pair<std::string, std::string>> attributes = {
      {"count", "-3"},
      {"mean", "0.1"},
      {"small", "1e-30"},
      {"text", "wäves"},
      {"range", "1, 2"},
      {"zeros", "007"},
      {"none", ""},
      {"inf", "inf"},
      {"NAME", "x"},
      {"count", "again"},
      {"big", "18446744073709551615"}};
  EXPECT_THAT(
      TypedAttributes(attributes),
      ElementsAre(Attribute{"count", int64_t{-3}}, Attribute{"mean", 0.1},
                  Attribute{"small", 1e-30}, Attribute{"text", "wäves"}, Attribute{"range", "1, 2"},
                  Attribute{"zeros", "007"}, Attribute{"none", ""}, Attribute{"inf", "inf"},
                  Attribute{"big", "18446744073709551615"}));
}

Field MakeField(const Shape& shape) {
  Field field;
  field.grid = ChunkGrid(shape, shape);
  return field;
}

TEST(ParseChunksTest, Words) {
  const Field field = MakeField({3000, 100, 184, 184});
  EXPECT_THAT(ParseChunks("manual", field), IsOkAndHolds(Shape{1, 100, 184, 184}));
  EXPECT_THAT(ParseChunks("auto", field), IsOkAndHolds(Shape{94, 7, 12, 12}));
  EXPECT_THAT(ParseChunks("none", field), IsOkAndHolds(Shape{}));
  EXPECT_THAT(ParseChunks("2,50,184,92", field), IsOkAndHolds(Shape{2, 50, 184, 92}));
  EXPECT_EQ((*ParseChunks("manual", MakeField({1000000}))).size(), 1);
  EXPECT_GT((*ParseChunks("manual", MakeField({1000000})))[0], 1000);
}

TEST(ParseChunksTest, WhatIsNone) {
  const Field field = MakeField({10, 20});
  for (const char* text : {"", "1", "1,2,3", "0,2", "-1,2", "a,b", "1,,2"}) {
    EXPECT_THAT(ParseChunks(text, field),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("chunks '")));
  }
}

// What was written is compared, not only looked at.
TEST(Hdf5TargetTest, CheckFindsWhatDiffers) {
  const auto source = OpenStore("storage/hdf5/testdata/h5repack_gzip.h5");
  ASSERT_THAT(source, IsOk());
  const std::string path = JoinPath(testing::TempDir(), "differs.h5");
  ASSERT_THAT(DefaultFileSystem().RemoveAll(path), IsOk());
  const Field& field = (*source)->fields()[0];
  std::vector<float> values(NumElements(field.shape()));
  const ArrayView view = MakeView(static_cast<void*>(values.data()), field.dtype, field.shape());
  ASSERT_THAT((*source)->Read(0, WholeBox(field.shape()), view), IsOk());
  values[NumElements(field.shape()) - 1] += 1;
  ConvertOptions options;
  options.progress.write = [](std::string_view) {};
  options.progress.now = [] { return 0.0; };
  const auto file = Hdf5FileWriter::Create(path);
  ASSERT_THAT(file, IsOk());
  const auto target = MakeHdf5Target(**source, options, path, **file);
  ASSERT_THAT(target, IsOk());
  ASSERT_THAT((*target)->Append(view), IsOk());
  ASSERT_THAT((*target)->Finish(), IsOk());
  ASSERT_THAT((*file)->Finish(), IsOk());
  Progress progress("checking", 3, "sequences", options.progress);
  EXPECT_THAT((*target)->Check(progress),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("chunk (2, 0, 0, 0): reads back")));
}

}  // namespace
}  // namespace seiche
