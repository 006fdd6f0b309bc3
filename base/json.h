// JSON text <-> values: results, parameters and caches that other programs read too.
//
//   SEICHE_ASSIGN_OR_RETURN(const Json json, ParseJson(text, "paper.json"));
//   SEICHE_ASSIGN_OR_RETURN(const int64_t bytes, JsonField<int64_t>(json, "bytes"));
//   std::string text = DumpJson({{"format", "lzf"}, {"bytes", bytes}});
//
// Objects keep their members in order. The one place that includes nlohmann/json. Its accessors
// (at, get) throw on values of another type than expected: take JsonField for text from outside.
#ifndef SEICHE_BASE_JSON_H_
#define SEICHE_BASE_JSON_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace seiche {

using Json = nlohmann::ordered_json;

// kDataLoss "SOURCE_NAME: line 3, column 7: ..." if `text` is not JSON (RFC 8259), or nests more
// than 200 deep. Of members with the same name the last one counts.
absl::StatusOr<Json> ParseJson(std::string_view text, std::string_view source_name);

// Two spaces an indent, a newline at the end. Equal values give equal text; a double comes back
// with the same bits, but for infinities and NaN, which JSON lacks: null. Bytes that are not UTF-8
// become U+FFFD.
std::string DumpJson(const Json& json);

// The member `name` of `object`, for T = bool, int64_t, double, std::vector<double>, std::string or
// Json (any value). kDataLoss if `object` is not an object, has no such member or one of another
// type. A whole number is a double, but a double is never an int64_t.
template <typename T>
absl::StatusOr<T> JsonField(const Json& object, std::string_view name);

}  // namespace seiche

#endif  // SEICHE_BASE_JSON_H_
