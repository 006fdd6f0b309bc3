#include "base/json.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace seiche {
namespace {

// Writing is recursive in the library: text from outside must not decide how deep.
constexpr int kMaxDepth = 200;

absl::Status ErrorAt(std::string_view text, std::string_view source_name, size_t position,
                     std::string_view what) {
  const std::string_view before = text.substr(0, position);
  const int64_t line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return absl::DataLossError(absl::StrCat(source_name, ": line ", line, ", column ",
                                          position - line_start + 1, ": not JSON: ", what));
}

// Position of the first bracket that nests too deep, npos if none does.
size_t FindTooDeep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted) {
      if (c == '\\') ++i;
      continue;
    }
    if ((c == '[' || c == '{') && ++depth > kMaxDepth) return i;
    if (c == ']' || c == '}') --depth;
  }
  return std::string_view::npos;
}

// "[json.exception.parse_error.101] parse error at line 1, column 5: REASON" and
// "[json.exception.out_of_range.406] REASON" -> REASON.
std::string_view Reason(std::string_view what) {
  if (const size_t place = what.find(" column "); place != std::string_view::npos) {
    return what.substr(what.find(": ", place) + 2);
  }
  return what.substr(what.find("] ") + 2);
}

template <typename T>
bool Holds(const Json& value);
template <>
bool Holds<bool>(const Json& value) {
  return value.is_boolean();
}
template <>
bool Holds<int64_t>(const Json& value) {
  if (!value.is_number_unsigned()) return value.is_number_integer();
  return value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
}
template <>
bool Holds<double>(const Json& value) {
  return value.is_number();
}
template <>
bool Holds<std::vector<double>>(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), Holds<double>);
}
template <>
bool Holds<std::string>(const Json& value) {
  return value.is_string();
}
template <>
bool Holds<Json>(const Json&) {
  return true;
}

template <typename T>
constexpr std::string_view kTypeName = "a value";
template <>
constexpr std::string_view kTypeName<bool> = "true or false";
template <>
constexpr std::string_view kTypeName<int64_t> = "a whole number of 64 bits";
template <>
constexpr std::string_view kTypeName<double> = "a number";
template <>
constexpr std::string_view kTypeName<std::vector<double>> = "a list of numbers";
template <>
constexpr std::string_view kTypeName<std::string> = "a string";

}  // namespace

absl::StatusOr<Json> ParseJson(std::string_view text, std::string_view source_name) {
  if (const size_t deep = FindTooDeep(text); deep != std::string_view::npos) {
    return ErrorAt(text, source_name, deep,
                   absl::StrCat("nested deeper than ", kMaxDepth, " levels"));
  }
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    // `byte` counts from 1 and is one past the end where the text stops too early.
    return ErrorAt(text, source_name, std::min(text.size(), std::max<size_t>(error.byte, 1) - 1),
                   Reason(error.what()));
  } catch (const Json::exception& error) {
    return absl::DataLossError(absl::StrCat(source_name, ": not JSON: ", Reason(error.what())));
  }
}

std::string DumpJson(const Json& json) {
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

template <typename T>
absl::StatusOr<T> JsonField(const Json& object, std::string_view name) {
  if (!object.is_object()) {
    return absl::DataLossError(absl::StrCat("JSON object with a member '", name,
                                            "' expected, found ", object.type_name()));
  }
  const auto found = object.find(name);
  if (found == object.end()) {
    return absl::DataLossError(absl::StrCat("JSON object has no member '", name, "'"));
  }
  if (!Holds<T>(*found)) {
    return absl::DataLossError(absl::StrCat("JSON member '", name, "' should be ", kTypeName<T>));
  }
  return found->template get<T>();
}

template absl::StatusOr<bool> JsonField<bool>(const Json&, std::string_view);
template absl::StatusOr<int64_t> JsonField<int64_t>(const Json&, std::string_view);
template absl::StatusOr<double> JsonField<double>(const Json&, std::string_view);
template absl::StatusOr<std::vector<double>> JsonField<std::vector<double>>(const Json&,
                                                                            std::string_view);
template absl::StatusOr<std::string> JsonField<std::string>(const Json&, std::string_view);
template absl::StatusOr<Json> JsonField<Json>(const Json&, std::string_view);

}  // namespace seiche
