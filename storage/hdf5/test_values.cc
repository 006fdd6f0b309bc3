#include "storage/hdf5/test_values.h"

#include <bit>
#include <cstring>

namespace seiche {
namespace {

// IEEE 754 binary16 of an integer in [0, 2048], all of which it holds exactly.
uint16_t HalfOf(int64_t value) {
  if (value == 0) return 0;
  const int exponent = std::bit_width(static_cast<uint64_t>(value)) - 1;
  const uint64_t mantissa = (static_cast<uint64_t>(value) << 10 >> exponent) & 0x3ff;
  return static_cast<uint16_t>((exponent + 15) << 10 | mantissa);
}

uint16_t BFloatOf(int64_t value) {
  return static_cast<uint16_t>(std::bit_cast<uint32_t>(static_cast<float>(value)) >> 16);
}

template <typename T>
void Append(T value, std::vector<std::byte>& bytes) {
  bytes.resize(bytes.size() + sizeof(T));
  std::memcpy(bytes.data() + bytes.size() - sizeof(T), &value, sizeof(T));
}

}  // namespace

int64_t FormulaValue(int64_t index) { return (index * 37 + index / 7 * 11) % 101; }

void AppendElement(DType dtype, int64_t value, std::vector<std::byte>& bytes) {
  switch (dtype) {
    case DType::kInt8:
    case DType::kUInt8:
      return Append(static_cast<uint8_t>(value), bytes);
    case DType::kInt16:
    case DType::kUInt16:
      return Append(static_cast<uint16_t>(value), bytes);
    case DType::kInt32:
    case DType::kUInt32:
      return Append(static_cast<uint32_t>(value), bytes);
    case DType::kInt64:
    case DType::kUInt64:
      return Append(static_cast<uint64_t>(value), bytes);
    case DType::kFloat16:
      return Append(HalfOf(value), bytes);
    case DType::kBFloat16:
      return Append(BFloatOf(value), bytes);
    case DType::kFloat32:
      return Append(static_cast<float>(value), bytes);
    case DType::kFloat64:
      return Append(static_cast<double>(value), bytes);
  }
}

std::vector<std::byte> FormulaElements(DType dtype, int64_t count) {
  std::vector<std::byte> bytes;
  bytes.reserve(count * SizeOf(dtype));
  for (int64_t i = 0; i < count; ++i) AppendElement(dtype, FormulaValue(i), bytes);
  return bytes;
}

}  // namespace seiche
