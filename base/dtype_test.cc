#include "base/dtype.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using absl_testing::IsOkAndHolds;
using absl_testing::StatusIs;

// On disk: what is written here must stay as it is.
TEST(DTypeTest, NumbersNamesAndSizesNeverChange) {
  const struct {
    int number;
    std::string_view name;
    size_t size;
  } kExpected[] = {
      {0, "int8", 1},    {1, "int16", 2},   {2, "int32", 4},    {3, "int64", 8},
      {4, "uint8", 1},   {5, "uint16", 2},  {6, "uint32", 4},   {7, "uint64", 8},
      {8, "float16", 2}, {9, "float32", 4}, {10, "float64", 8}, {11, "bfloat16", 2},
  };
  for (const auto& expected : kExpected) {
    const DType dtype = static_cast<DType>(expected.number);
    EXPECT_EQ(Name(dtype), expected.name);
    EXPECT_EQ(SizeOf(dtype), expected.size) << expected.name;
    EXPECT_THAT(ParseDType(expected.name), IsOkAndHolds(dtype));
  }
}

TEST(DTypeTest, UnknownNameListsTheValidOnes) {
  for (std::string_view name : {"", "float", "float32 ", "Float32", "complex64"}) {
    EXPECT_THAT(
        ParseDType(name),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 absl::StrCat("no dtype is called '", name,
                              "': use one of int8, int16, int32, int64, uint8, uint16, uint32, "
                              "uint64, float16, float32, float64, bfloat16")));
  }
}

template <typename T>
void ExpectTraits(DType dtype) {
  EXPECT_EQ(kDTypeOf<T>, dtype);
  EXPECT_EQ(SizeOf(kDTypeOf<T>), sizeof(T));
}

TEST(DTypeTest, TypesOfTheLanguage) {
  ExpectTraits<int8_t>(DType::kInt8);
  ExpectTraits<int16_t>(DType::kInt16);
  ExpectTraits<int32_t>(DType::kInt32);
  ExpectTraits<int64_t>(DType::kInt64);
  ExpectTraits<uint8_t>(DType::kUInt8);
  ExpectTraits<uint16_t>(DType::kUInt16);
  ExpectTraits<uint32_t>(DType::kUInt32);
  ExpectTraits<uint64_t>(DType::kUInt64);
  ExpectTraits<float>(DType::kFloat32);
  ExpectTraits<double>(DType::kFloat64);
}

}  // namespace
}  // namespace seiche
