// The tests that every SequenceStore must pass.
//
//   INSTANTIATE_TEST_SUITE_P(JpegFolder, StoreConformanceTest,
//                            testing::Values(StoreCase{"gray", OpenGray, 0, GrayLevels()}));
//
// The tests themselves are in conformance.cc, linked as a whole (alwayslink).
#ifndef SEICHE_STORAGE_CONFORMANCE_H_
#define SEICHE_STORAGE_CONFORMANCE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/array_view.h"
#include "base/dtype.h"
#include "base/shape.h"
#include "gtest/gtest.h"
#include "storage/sequence_store.h"

namespace seiche {

// What a field holds: contiguous, row-major.
struct ExpectedArray {
  DType dtype = DType::kFloat32;
  Shape shape;
  std::vector<std::byte> bytes;

  ConstArrayView view() const {
    return MakeView(static_cast<const void*>(bytes.data()), dtype, shape);
  }
};

template <typename T>
ExpectedArray MakeExpected(Shape shape, const std::vector<T>& values) {
  const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
  return {kDTypeOf<T>, std::move(shape), {bytes, bytes + values.size() * sizeof(T)}};
}

struct StoreCase {
  std::string name;  // of the case: letters, digits, '_'
  std::function<absl::StatusOr<std::unique_ptr<const SequenceStore>>()> open;
  int field = 0;
  ExpectedArray expected;
};

inline void PrintTo(const StoreCase& store_case, std::ostream* out) { *out << store_case.name; }

class StoreConformanceTest : public testing::TestWithParam<StoreCase> {
 public:
  // The last argument of INSTANTIATE_TEST_SUITE_P.
  static std::string NameOf(const testing::TestParamInfo<StoreCase>& info) {
    return info.param.name;
  }

 protected:
  void SetUp() override;

  // The elements of `box`, contiguous, as the store should deliver them.
  std::vector<std::byte> Expected(const Box& box) const;
  ArrayView View(std::vector<std::byte>& bytes, const Box& box) const;

  int field() const { return GetParam().field; }
  DType dtype() const { return GetParam().expected.dtype; }
  const Shape& shape() const { return GetParam().expected.shape; }
  const ChunkGrid& grid() const { return store_->fields()[field()].grid; }

  std::unique_ptr<const SequenceStore> store_;
};

}  // namespace seiche

#endif  // SEICHE_STORAGE_CONFORMANCE_H_
