// Applying a transform allocates nothing. This binary counts every operator new.
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "gtest/gtest.h"
#include "loader/transform/transform.h"

namespace {

int64_t allocations = 0;

}  // namespace

void* operator new(size_t size) {
  ++allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace seiche {
namespace {

// [2,3,4,5,6,7] with gaps, so that no two axes are walked as one.
TEST(TransformAllocationTest, NoneUpToTheInlineRank) {
  const Shape shape = {2, 3, 4, 5, 6, 7};
  const Shape larger = {3, 4, 5, 6, 7, 8};
  static_assert(kInlineRank == 6);
  std::vector<uint8_t> from(NumElements(larger), 1);
  std::vector<float> to(from.size());
  const Box box = {.offset = Shape(6, 0), .extent = shape};
  const ConstArrayView source =
      Slice(MakeView(static_cast<const void*>(from.data()), DType::kUInt8, larger), box);
  const ArrayView copy = Slice(MakeView(from.data(), DType::kUInt8, larger), box);
  const ArrayView target = Slice(MakeView(to.data(), DType::kFloat32, larger), box);
  for (int axis = -1; axis < 6; ++axis) {
    TransformOptions options = {.dtype = DType::kFloat32, .scale = {2}, .channel_axis = axis};
    if (axis >= 0) options.scale.resize(shape[axis], 3);
    const auto transform = ElementTransform::Create(DType::kUInt8, options);
    const auto identity = ElementTransform::Create(DType::kUInt8, {});
    ASSERT_TRUE(transform.ok() && identity.ok());
    const int64_t before = allocations;
    transform->Apply(source, target);
    identity->Apply(source, copy);
    EXPECT_EQ(allocations, before) << "channel axis " << axis;
    EXPECT_EQ(to[0], 2);
  }
}

}  // namespace
}  // namespace seiche
