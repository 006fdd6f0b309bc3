// Element types: libhdf5's and ours.
#include <algorithm>
#include <array>
#include <bit>

#include "absl/strings/str_cat.h"
#include "storage/hdf5/h5_internal.h"

namespace seiche::h5 {
namespace {

// Where the parts of a float lie, in bits, as H5Tget_fields gives them.
struct FloatFormat {
  DType dtype;
  size_t sign_at, exponent_at, exponent_bits, mantissa_at, mantissa_bits, bias;
};

// IEEE 754, and bfloat16.
constexpr std::array<FloatFormat, 4> kFloatFormats = {{
    {DType::kFloat16, 15, 10, 5, 0, 10, 15},
    {DType::kBFloat16, 15, 7, 8, 0, 7, 127},
    {DType::kFloat32, 31, 23, 8, 0, 23, 127},
    {DType::kFloat64, 63, 52, 11, 0, 52, 1023},
}};

constexpr H5T_order_t kMachineOrder =
    std::endian::native == std::endian::little ? H5T_ORDER_LE : H5T_ORDER_BE;

bool PlainOrder(H5T_order_t order) { return order == H5T_ORDER_LE || order == H5T_ORDER_BE; }

bool Swapped(hid_t type) { return H5Tget_size(type) > 1 && H5Tget_order(type) != kMachineOrder; }

// Whether every bit of the element counts.
bool FullPrecision(hid_t type) {
  return H5Tget_offset(type) == 0 && H5Tget_precision(type) == H5Tget_size(type) * 8;
}

DType IntegerOf(size_t bytes, bool is_signed) {
  switch (bytes) {
    case 1:
      return is_signed ? DType::kInt8 : DType::kUInt8;
    case 2:
      return is_signed ? DType::kInt16 : DType::kUInt16;
    case 4:
      return is_signed ? DType::kInt32 : DType::kUInt32;
    default:
      return is_signed ? DType::kInt64 : DType::kUInt64;
  }
}

absl::StatusOr<ElementType> ReadInteger(hid_t type) {
  const size_t bits = H5Tget_precision(type), size = H5Tget_size(type);
  const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  if (bits > 64) return absl::UnimplementedError(absl::StrCat("integers of ", bits, " bits"));
  const bool plain =
      std::has_single_bit(size) && FullPrecision(type) && PlainOrder(H5Tget_order(type));
  if (plain) return ElementType{IntegerOf(size, is_signed), Swapped(type)};
  const size_t bytes = std::bit_ceil(std::max<size_t>((bits + 7) / 8, 1));
  return ElementType{IntegerOf(bytes, is_signed), false,
                     absl::StrCat("integers of ", bits, " bits in ", size, " bytes")};
}

absl::StatusOr<ElementType> ReadFloat(hid_t type) {
  FloatFormat format = {};
  if (H5Tget_fields(type, &format.sign_at, &format.exponent_at, &format.exponent_bits,
                    &format.mantissa_at, &format.mantissa_bits) < 0) {
    return LibraryError("floating-point type");
  }
  format.bias = H5Tget_ebias(type);
  const bool plain = FullPrecision(type) && PlainOrder(H5Tget_order(type)) &&
                     H5Tget_norm(type) == H5T_NORM_IMPLIED;
  for (const FloatFormat& known : kFloatFormats) {
    if (plain && H5Tget_size(type) == SizeOf(known.dtype) && format.sign_at == known.sign_at &&
        format.exponent_at == known.exponent_at && format.exponent_bits == known.exponent_bits &&
        format.mantissa_at == known.mantissa_at && format.mantissa_bits == known.mantissa_bits &&
        format.bias == known.bias) {
      return ElementType{known.dtype, Swapped(type)};
    }
  }
  const std::string odd =
      absl::StrCat("floats of ", H5Tget_precision(type), " bits in ", H5Tget_size(type), " bytes, ",
                   format.exponent_bits, " of them exponent");
  for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
    const FloatFormat& wide = kFloatFormats[dtype == DType::kFloat32 ? 2 : 3];
    if (format.exponent_bits <= wide.exponent_bits && format.mantissa_bits <= wide.mantissa_bits) {
      return ElementType{dtype, false, odd};
    }
  }
  return absl::UnimplementedError(odd);
}

std::string_view ClassName(H5T_class_t type_class) {
  switch (type_class) {
    case H5T_TIME:
      return "time";
    case H5T_STRING:
      return "string";
    case H5T_BITFIELD:
      return "bitfield";
    case H5T_OPAQUE:
      return "opaque";
    case H5T_COMPOUND:
      return "compound";
    case H5T_REFERENCE:
      return "reference";
    case H5T_VLEN:
      return "variable-length";
    case H5T_ARRAY:
      return "array";
    default:
      return "unknown type";
  }
}

}  // namespace

absl::StatusOr<ElementType> ReadElementType(hid_t type) {
  switch (const H5T_class_t type_class = H5Tget_class(type)) {
    case H5T_INTEGER:
      return ReadInteger(type);
    case H5T_FLOAT:
      return ReadFloat(type);
    case H5T_ENUM: {  // h5py's bool is one
      const Id integer(H5Tget_super(type));
      if (!integer.ok()) return LibraryError("enumeration type");
      return ReadInteger(integer.get());
    }
    default:
      return absl::FailedPreconditionError(ClassName(type_class));
  }
}

Id MemoryType(DType dtype) {
  switch (dtype) {
    case DType::kInt8:
      return Id(H5Tcopy(H5T_NATIVE_INT8));
    case DType::kInt16:
      return Id(H5Tcopy(H5T_NATIVE_INT16));
    case DType::kInt32:
      return Id(H5Tcopy(H5T_NATIVE_INT32));
    case DType::kInt64:
      return Id(H5Tcopy(H5T_NATIVE_INT64));
    case DType::kUInt8:
      return Id(H5Tcopy(H5T_NATIVE_UINT8));
    case DType::kUInt16:
      return Id(H5Tcopy(H5T_NATIVE_UINT16));
    case DType::kUInt32:
      return Id(H5Tcopy(H5T_NATIVE_UINT32));
    case DType::kUInt64:
      return Id(H5Tcopy(H5T_NATIVE_UINT64));
    case DType::kFloat32:
      return Id(H5Tcopy(H5T_NATIVE_FLOAT));
    case DType::kFloat64:
      return Id(H5Tcopy(H5T_NATIVE_DOUBLE));
    case DType::kFloat16:
    case DType::kBFloat16: {
      Id type(H5Tcopy(H5T_IEEE_F16LE));
      H5Tset_order(type.get(), kMachineOrder);
      if (dtype == DType::kBFloat16) {
        const FloatFormat& f = kFloatFormats[1];
        H5Tset_fields(type.get(), f.sign_at, f.exponent_at, f.exponent_bits, f.mantissa_at,
                      f.mantissa_bits);
        H5Tset_ebias(type.get(), f.bias);
      }
      return type;
    }
  }
  return Id();
}

std::string TypeText(hid_t type) {
  const absl::StatusOr<ElementType> element = ReadElementType(type);
  if (!element.ok()) return std::string(element.status().message());
  if (!element->odd.empty()) return element->odd;
  return absl::StrCat(Name(element->dtype), element->swapped ? " in the other byte order" : "");
}

}  // namespace seiche::h5
