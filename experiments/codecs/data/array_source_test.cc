#include "experiments/codecs/data/array_source.h"

#include <cstring>
#include <numeric>

#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/hdf5/hdf5_writer.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Writes the numbers 0, 1, 2, ... as float64, one row of axis 0 after the other.
void WriteNumbers(Hdf5FileWriter& file, const std::string& field, const Shape& shape) {
  const auto writer = file.Add({.field = field, .dtype = DType::kFloat64, .shape = shape});
  ASSERT_THAT(writer, IsOk());
  const Shape rest(shape.begin() + 1, shape.end());
  std::vector<double> row(NumElements(rest));
  std::iota(row.begin(), row.end(), 0.0);
  for (int64_t i = 0; i < shape[0]; ++i) {
    ASSERT_THAT((*writer)->Append(MakeView(row.data(), DType::kFloat64, rest)), IsOk());
    for (double& value : row) value += static_cast<double>(row.size());
  }
  ASSERT_THAT((*writer)->Finish(), IsOk());
}

std::string FileOf(const std::vector<std::pair<std::string, Shape>>& fields,
                   const std::string& name) {
  const std::string path = JoinPath(testing::TempDir(), name);
  const auto file = Hdf5FileWriter::Create(path, OverwritePolicy::kReplace);
  EXPECT_THAT(file, IsOk());
  for (const auto& [field, shape] : fields) WriteNumbers(**file, field, shape);
  EXPECT_THAT((*file)->Finish(), IsOk());
  return path;
}

double FirstOf(const ConstArrayView& array) {
  double value;
  std::memcpy(&value, array.data, sizeof value);
  return value;
}

TEST(ArraySourceTest, FileGivesItsArraysSequenceBySequence) {
  const std::string path =
      FileOf({{"list", {7}}, {"film", {230, 2, 3}}, {"runs", {3, 4, 2, 5}}}, "sequences.h5");
  std::vector<std::string> left_out;
  const auto source = OpenHdf5Arrays(path, DefaultFileSystem(), left_out);
  ASSERT_THAT(source, IsOk());
  ASSERT_EQ((*source)->fields().size(), 2);
  EXPECT_THAT(left_out, testing::Contains(HasSubstr("list")));
  const ArrayField &film = (*source)->fields()[0], &runs = (*source)->fields()[1];
  EXPECT_EQ(film.name, "film");
  EXPECT_EQ(film.from, "sequences.h5");
  EXPECT_EQ(film.dtype, DType::kFloat64);
  EXPECT_EQ(film.sequences, 3);  // of 100, 100 and 30 frames
  EXPECT_EQ(runs.sequences, 3);

  const auto last = (*source)->Read(0, 2);
  ASSERT_THAT(last, IsOk());
  EXPECT_THAT(last->shape, ElementsAre(30, 2, 3));
  EXPECT_EQ(FirstOf(*last), 200 * 6);
  const auto run = (*source)->Read(1, 1);
  ASSERT_THAT(run, IsOk());
  EXPECT_THAT(run->shape, ElementsAre(4, 2, 5));
  EXPECT_TRUE(run->contiguous());
  EXPECT_EQ(FirstOf(*run), 40);
}

TEST(ArraySourceTest, AxesTooManyAreFolded) {
  const std::string path = FileOf({{"volumes", {2, 3, 4, 2, 2, 5}}}, "volumes.h5");
  std::vector<std::string> left_out;
  const auto source = OpenHdf5Arrays(path, DefaultFileSystem(), left_out);
  ASSERT_THAT(source, IsOk());
  const auto volume = (*source)->Read(0, 1);
  ASSERT_THAT(volume, IsOk());
  EXPECT_THAT(volume->shape, ElementsAre(12, 2, 2, 5));
  EXPECT_EQ(FirstOf(*volume), 240);
}

TEST(ArraySourceTest, FileWithoutArraysIsAnError) {
  std::vector<std::string> left_out;
  EXPECT_THAT(OpenHdf5Arrays(FileOf({{"list", {7}}}, "list.h5"), DefaultFileSystem(), left_out),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("list.h5")));
  EXPECT_THAT(OpenHdf5Arrays("/no/file.h5", DefaultFileSystem(), left_out),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/file.h5")));
}

TEST(ArraySourceTest, SimulatedProductsBelongTogether) {
  const auto source = MakeSimulatedArrays({.sequences = 2, .frames = 3, .grid_points = 24});
  ASSERT_THAT(source, IsOk());
  std::vector<std::string> names;
  for (const ArrayField& field : (*source)->fields()) {
    EXPECT_EQ(field.sequences, 2);
    names.push_back(field.name);
    const auto array = (*source)->Read(static_cast<int>(names.size()) - 1, 1);
    ASSERT_THAT(array, IsOk());
    EXPECT_THAT(array->shape, ElementsAre(3, 24, 24));
  }
  EXPECT_THAT(names, ElementsAre("shaded", "images", "height"));
  EXPECT_THAT(MakeSimulatedArrays({.grid_points = 3}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ArraySourceTest, SelectionKeepsTheFieldsThatAreNamed) {
  const auto make = [] {
    auto source = MakeGeneratedArrays({.sequences = 1, .frames = 2, .grid_points = 8});
    EXPECT_THAT(source, IsOk());
    return *std::move(source);
  };
  const auto selected = SelectFields(make(), {"counts"});
  ASSERT_NE(selected, nullptr);
  ASSERT_EQ(selected->fields().size(), 1);
  EXPECT_EQ(selected->fields()[0].name, "counts");
  const auto counts = selected->Read(0, 0);
  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->dtype, DType::kUInt16);
  EXPECT_EQ(SelectFields(make(), {})->fields().size(), 3);
  EXPECT_EQ(SelectFields(make(), {"depth"}), nullptr);
}

}  // namespace
}  // namespace seiche
