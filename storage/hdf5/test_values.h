// The values that tests write and that testdata/make_testdata.py wrote, from one formula.
//
//   std::vector<std::byte> bytes = FormulaElements(DType::kInt16, NumElements(shape));
#ifndef SEICHE_STORAGE_HDF5_TEST_VALUES_H_
#define SEICHE_STORAGE_HDF5_TEST_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/dtype.h"

namespace seiche {

// Of element `index` of an array, counted row-major: an integer in [0, 101).
int64_t FormulaValue(int64_t index);

// Elements 0..count-1 as `dtype`, in the machine's byte order.
std::vector<std::byte> FormulaElements(DType dtype, int64_t count);

// `value`, an integer in [0, 2048], as `dtype`, appended to `bytes`.
void AppendElement(DType dtype, int64_t value, std::vector<std::byte>& bytes);

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_TEST_VALUES_H_
