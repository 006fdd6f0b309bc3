#include "storage/hdf5/element_copy.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::ElementsAre;

constexpr DType kDTypes[] = {DType::kUInt8, DType::kInt16, DType::kFloat32, DType::kFloat64};

Shape RandomShape(std::mt19937& random) {
  Shape shape(1 + random() % 5);
  for (int64_t& extent : shape) extent = 1 + random() % (random() % 4 == 0 ? 40 : 4);
  return shape;
}

// A part of an array a little larger than `shape`, some axes with gaps.
ArrayView RandomView(const Shape& shape, DType dtype, std::vector<std::byte>& memory,
                     std::mt19937& random) {
  Shape larger = shape;
  Box box = WholeBox(shape);
  box.stride = Shape(shape.size(), 1);
  for (size_t i = 0; i < shape.size(); ++i) {
    box.stride[i] = 1 + (random() % 5 == 0);
    box.offset[i] = random() % 2;
    larger[i] = box.offset[i] + shape[i] * box.stride[i] + random() % 2;
  }
  memory.assign(NumElements(larger) * SizeOf(dtype), std::byte{0xee});
  return Slice(MakeView(static_cast<void*>(memory.data()), dtype, larger), box);
}

void Randomize(std::vector<std::byte>& memory, std::mt19937& random) {
  for (std::byte& byte : memory) byte = static_cast<std::byte>(random());
}

// Element by element, as plainly as possible.
void PlainCopy(const ConstArrayView& from, const ArrayView& to, bool swap, size_t axis = 0) {
  if (axis == from.shape.size()) {
    const size_t size = SizeOf(from.dtype);
    for (size_t i = 0; i < size; ++i) to.data[i] = from.data[swap ? size - 1 - i : i];
    return;
  }
  for (int64_t i = 0; i < from.shape[axis]; ++i) {
    ConstArrayView f = from;
    ArrayView t = to;
    f.data += i * from.strides[axis];
    t.data += i * to.strides[axis];
    PlainCopy(f, t, swap, axis + 1);
  }
}

TEST(CopyElementsTest, AgreesWithAPlainCopy) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 1000; ++i) {
    const Shape shape = RandomShape(random);
    const DType dtype = kDTypes[random() % std::size(kDTypes)];
    const bool swap = random() % 2 == 0;
    std::vector<std::byte> from_memory, memory;
    const ArrayView from = RandomView(shape, dtype, from_memory, random);
    Randomize(from_memory, random);
    const ArrayView to = RandomView(shape, dtype, memory, random);
    CopyElements(from, to, swap);
    const std::vector<std::byte> copied = memory;
    std::fill(memory.begin(), memory.end(), std::byte{0xee});
    PlainCopy(from, to, swap);
    ASSERT_EQ(copied, memory) << ToString(shape) << " " << Name(dtype) << " swap " << swap;
  }
}

TEST(CopyElementsTest, TakesEmptyAndScalarArrays) {
  float value = 1, target = 0;
  CopyElements(MakeView(static_cast<const void*>(&value), DType::kFloat32, {3, 0}),
               MakeView(static_cast<void*>(&target), DType::kFloat32, {3, 0}), false);
  EXPECT_EQ(target, 0);
  CopyElements(MakeView(static_cast<const void*>(&value), DType::kFloat32, {}),
               MakeView(static_cast<void*>(&target), DType::kFloat32, {}), false);
  EXPECT_EQ(target, 1);
}

TEST(SwapBytesTest, ReversesEachElement) {
  std::vector<uint16_t> values = {0x0102, 0x0304, 0xff00};
  SwapBytes(absl::MakeSpan(reinterpret_cast<std::byte*>(values.data()), 6), 2);
  EXPECT_THAT(values, ElementsAre(0x0201, 0x0403, 0x00ff));
  std::vector<uint64_t> wide = {0x0102030405060708};
  SwapBytes(absl::MakeSpan(reinterpret_cast<std::byte*>(wide.data()), 8), 8);
  EXPECT_THAT(wide, ElementsAre(0x0807060504030201));
  std::vector<uint8_t> bytes = {1, 2, 3};
  SwapBytes(absl::MakeSpan(reinterpret_cast<std::byte*>(bytes.data()), 3), 1);
  EXPECT_THAT(bytes, ElementsAre(1, 2, 3));
}

TEST(FillElementsTest, SetsEveryElementAndNothingElse) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (const DType dtype : kDTypes) {
    std::vector<std::byte> memory;
    const ArrayView to = RandomView({3, 4, 5}, dtype, memory, random);
    std::vector<std::byte> element(SizeOf(dtype));
    Randomize(element, random);
    FillElements(element, to);
    const std::vector<std::byte> filled = memory;
    std::fill(memory.begin(), memory.end(), std::byte{0xee});
    PlainCopy({element.data(), dtype, to.shape, {0, 0, 0}}, to, false);
    EXPECT_EQ(filled, memory) << Name(dtype);
  }
}

}  // namespace
}  // namespace seiche
