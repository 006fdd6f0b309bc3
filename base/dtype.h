// Element types of arrays: name, size, and the C++ type behind each.
//
//   SizeOf(DType::kFloat32) == 4; Name(DType::kUInt8) == "uint8"; kDTypeOf<float> == kFloat32
//
// Arrays in memory are always in the machine's byte order.
#ifndef SEICHE_BASE_DTYPE_H_
#define SEICHE_BASE_DTYPE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace seiche {

// The numbers are written to files: do not change.
enum class DType : uint8_t {
  kInt8 = 0,
  kInt16 = 1,
  kInt32 = 2,
  kInt64 = 3,
  kUInt8 = 4,
  kUInt16 = 5,
  kUInt32 = 6,
  kUInt64 = 7,
  kFloat16 = 8,
  kFloat32 = 9,
  kFloat64 = 10,
  kBFloat16 = 11,
};

// Bytes of one element.
size_t SizeOf(DType dtype);

// NumPy's name: "float32", "uint8", ...
std::string_view Name(DType dtype);

// The dtype of that name; kInvalidArgument for any other, listing the valid ones.
absl::StatusOr<DType> ParseDType(std::string_view name);

template <typename T>
struct DTypeTraits;
#define SEICHE_DTYPE_(type, value)                \
  template <>                                     \
  struct DTypeTraits<type> {                      \
    static constexpr DType kDType = DType::value; \
  }
SEICHE_DTYPE_(int8_t, kInt8);
SEICHE_DTYPE_(int16_t, kInt16);
SEICHE_DTYPE_(int32_t, kInt32);
SEICHE_DTYPE_(int64_t, kInt64);
SEICHE_DTYPE_(uint8_t, kUInt8);
SEICHE_DTYPE_(uint16_t, kUInt16);
SEICHE_DTYPE_(uint32_t, kUInt32);
SEICHE_DTYPE_(uint64_t, kUInt64);
SEICHE_DTYPE_(float, kFloat32);
SEICHE_DTYPE_(double, kFloat64);
#undef SEICHE_DTYPE_

template <typename T>
inline constexpr DType kDTypeOf = DTypeTraits<T>::kDType;

}  // namespace seiche

#endif  // SEICHE_BASE_DTYPE_H_
