// Attributes as text, and back.
#include <algorithm>
#include <charconv>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "storage/hdf5/h5_internal.h"

namespace seiche::h5 {
namespace {

constexpr hssize_t kMaxElements = 16;
constexpr size_t kMaxStringBytes = 64 * 1024;

// Shortest text that reads back as the same number.
template <typename T>
std::string NumberText(T value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return std::string(text, end);
}

template <typename T>
absl::StatusOr<std::string> ReadNumbers(hid_t attribute, hid_t memory_type, size_t count) {
  std::vector<T> values(count);
  if (H5Aread(attribute, memory_type, values.data()) < 0) return LibraryError("attribute");
  return absl::StrJoin(values, ", ",
                       [](std::string* out, T value) { out->append(NumberText(value)); });
}

absl::StatusOr<std::string> ReadVariableString(hid_t attribute, hid_t type) {
  char* text = nullptr;
  if (H5Aread(attribute, type, &text) < 0) return LibraryError("attribute");
  std::string copy = text == nullptr ? "" : text;
  H5free_memory(text);
  return copy;
}

absl::StatusOr<std::string> ReadFixedString(hid_t attribute, hid_t type) {
  std::string text(H5Tget_size(type), '\0');
  if (H5Aread(attribute, type, text.data()) < 0) return LibraryError("attribute");
  text.resize(std::min(text.find('\0'), text.size()));
  if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

// kFailedPrecondition: of no kind that has a text here.
absl::StatusOr<std::string> ReadValue(hid_t attribute) {
  const Id type(H5Aget_type(attribute)), space(H5Aget_space(attribute));
  if (!type.ok() || !space.ok()) return LibraryError("attribute");
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  if (count < 1 || count > kMaxElements) return absl::FailedPreconditionError("number of elements");

  if (H5Tget_class(type.get()) == H5T_STRING) {
    if (count != 1) return absl::FailedPreconditionError("several strings");
    if (H5Tis_variable_str(type.get()) > 0) return ReadVariableString(attribute, type.get());
    if (H5Tget_size(type.get()) > kMaxStringBytes) return absl::FailedPreconditionError("length");
    return ReadFixedString(attribute, type.get());
  }
  const absl::StatusOr<ElementType> element = ReadElementType(type.get());
  if (!element.ok()) return absl::FailedPreconditionError(element.status().message());
  switch (element->dtype) {
    case DType::kFloat16:
    case DType::kBFloat16:
    case DType::kFloat32:
      return ReadNumbers<float>(attribute, H5T_NATIVE_FLOAT, count);
    case DType::kFloat64:
      return ReadNumbers<double>(attribute, H5T_NATIVE_DOUBLE, count);
    case DType::kUInt64:
      return ReadNumbers<uint64_t>(attribute, H5T_NATIVE_UINT64, count);
    default:
      return ReadNumbers<int64_t>(attribute, H5T_NATIVE_INT64, count);
  }
}

struct Listing {
  std::vector<std::pair<std::string, std::string>> attributes;
  absl::Status status;
};

herr_t Visit(hid_t object, const char* name, const H5A_info_t*, void* data) {
  Listing& listing = *static_cast<Listing*>(data);
  const Id attribute(H5Aopen(object, name, H5P_DEFAULT));
  absl::StatusOr<std::string> value =
      attribute.ok() ? ReadValue(attribute.get()) : LibraryError("attribute");
  if (value.ok()) {
    listing.attributes.emplace_back(name, *std::move(value));
  } else if (!absl::IsFailedPrecondition(value.status())) {
    listing.status = Annotate(value.status(), absl::StrCat("'", name, "'"));
    return -1;
  }
  return 0;
}

// A scalar attribute of `type`, in place of an old one.
absl::StatusOr<Id> Replace(hid_t object, const std::string& name, hid_t type,
                           const std::string& context) {
  const htri_t exists = H5Aexists(object, name.c_str());
  if (exists < 0 || (exists > 0 && H5Adelete(object, name.c_str()) < 0)) {
    return LibraryError(context, absl::StatusCode::kInternal);
  }
  const Id space(H5Screate(H5S_SCALAR));
  Id attribute(H5Acreate2(object, name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT));
  if (!attribute.ok()) return LibraryError(context, absl::StatusCode::kInternal);
  return attribute;
}

// Of fixed size, so that it lies in the H5 dataset's header, which has a checksum.
Id StringType(size_t size) {
  Id type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), std::max<size_t>(size, 1));
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

}  // namespace

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ReadAttributes(
    hid_t object, const std::string& context) {
  // In order of creation if the object keeps it, otherwise as they lie there.
  for (const H5_index_t order : {H5_INDEX_CRT_ORDER, H5_INDEX_NAME}) {
    const H5_iter_order_t direction = order == H5_INDEX_NAME ? H5_ITER_NATIVE : H5_ITER_INC;
    Listing listing;
    hsize_t start = 0;
    if (H5Aiterate2(object, order, direction, &start, Visit, &listing) >= 0) {
      return std::move(listing.attributes);
    }
    if (!listing.status.ok()) return Annotate(listing.status, context);
    if (order == H5_INDEX_NAME) return LibraryError(absl::StrCat(context, ": attributes"));
    H5Eclear2(H5E_DEFAULT);
  }
  return absl::InternalError("unreachable");
}

absl::StatusOr<std::optional<double>> ReadNumberAttribute(hid_t object, const std::string& name,
                                                          const std::string& context) {
  const std::string what = absl::StrCat(context, ": attribute '", name, "'");
  const htri_t exists = H5Aexists(object, name.c_str());
  if (exists < 0) return LibraryError(what);
  if (exists == 0) return std::nullopt;
  const Id attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT));
  if (!attribute.ok()) return LibraryError(what);
  const Id type(H5Aget_type(attribute.get())), space(H5Aget_space(attribute.get()));
  if (!type.ok() || !space.ok()) return LibraryError(what);
  const H5T_class_t type_class = H5Tget_class(type.get());
  if ((type_class != H5T_INTEGER && type_class != H5T_FLOAT) ||
      H5Sget_simple_extent_npoints(space.get()) != 1) {
    return std::nullopt;
  }
  double value = 0;
  if (H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0) return LibraryError(what);
  return value;
}

absl::Status WriteAttribute(hid_t object, const std::string& name, const AttributeValue& value,
                            const std::string& context) {
  const std::string what = absl::StrCat(context, ": attribute '", name, "'");
  const auto* text = std::get_if<std::string>(&value);
  const auto* integer = std::get_if<int64_t>(&value);
  const Id type = text != nullptr      ? StringType(text->size())
                  : integer != nullptr ? MemoryType(DType::kInt64)
                                       : MemoryType(DType::kFloat64);
  SEICHE_ASSIGN_OR_RETURN(const Id attribute, Replace(object, name, type.get(), what));
  const void* memory = text != nullptr      ? static_cast<const void*>(text->c_str())
                       : integer != nullptr ? static_cast<const void*>(integer)
                                            : &std::get<double>(value);
  return WriteResult(H5Awrite(attribute.get(), type.get(), memory) >= 0, what);
}

}  // namespace seiche::h5
