#include "base/dtype.h"

#include <array>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace seiche {
namespace {

struct Row {
  std::string_view name;
  size_t size;
};

// Indexed by DType.
constexpr std::array<Row, 12> kRows = {{{"int8", 1},
                                        {"int16", 2},
                                        {"int32", 4},
                                        {"int64", 8},
                                        {"uint8", 1},
                                        {"uint16", 2},
                                        {"uint32", 4},
                                        {"uint64", 8},
                                        {"float16", 2},
                                        {"float32", 4},
                                        {"float64", 8},
                                        {"bfloat16", 2}}};

}  // namespace

size_t SizeOf(DType dtype) { return kRows[static_cast<size_t>(dtype)].size; }

std::string_view Name(DType dtype) { return kRows[static_cast<size_t>(dtype)].name; }

absl::StatusOr<DType> ParseDType(std::string_view name) {
  std::string valid;
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].name == name) return static_cast<DType>(i);
    absl::StrAppend(&valid, i == 0 ? "" : ", ", kRows[i].name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no dtype is called '", name, "': use one of ", valid));
}

}  // namespace seiche
