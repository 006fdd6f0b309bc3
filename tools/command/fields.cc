#include "tools/command/fields.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/dtype.h"
#include "base/status.h"
#include "storage/hdf5/hdf5_details.h"
#include "storage/open.h"

namespace seiche {

absl::StatusOr<bool> IsFolder(const std::string& path, const FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(const FileInfo info, files.Info(path));
  return info.kind == FileInfo::Kind::kDirectory;
}

absl::StatusOr<std::vector<ListedField>> ListFields(const std::string& path, FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(const bool folder, IsFolder(path, files));
  std::vector<ListedField> fields;
  if (folder) {
    SEICHE_ASSIGN_OR_RETURN(const auto store, OpenStore(path, {.files = &files}));
    for (const Field& field : store->fields()) {
      fields.push_back({field.name, std::string(Name(field.dtype)), field.shape()});
    }
    return fields;
  }
  SEICHE_ASSIGN_OR_RETURN(std::vector<Hdf5Listed> listed, ListHdf5Datasets(path, files));
  for (Hdf5Listed& one : listed) {
    fields.push_back({std::move(one.name), std::move(one.type), std::move(one.shape)});
  }
  return fields;
}

absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenField(const std::string& path,
                                                               const std::string& name,
                                                               FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(auto store, OpenStore(path, {.field = name, .files = &files}));
  const std::string& only = store->fields()[0].name;
  if (name.empty() || name == only) return store;
  const auto folder = IsFolder(path, files);  // patterns are no paths
  if (!folder.ok() || !*folder) return store;
  return absl::NotFoundError(
      absl::StrCat(path, ": a JPEG folder has no field '", name, "': it has '", only, "'"));
}

absl::Status CheckFieldNames(absl::Span<const std::string> names) {
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (!seen.insert(absl::StripPrefix(name, "/")).second) {
      return absl::InvalidArgumentError(absl::StrCat("--field: '", name, "' is named twice"));
    }
  }
  return absl::OkStatus();
}

bool HoldsNoNumbers(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsUnimplemented(status);
}

std::string ShortReason(const absl::Status& status, const std::string& path,
                        const std::string& name) {
  std::string_view reason = status.message();
  if (absl::ConsumePrefix(&reason, path)) absl::ConsumePrefix(&reason, ": ");
  absl::ConsumePrefix(&reason, absl::StrCat("H5 dataset '", name, "'"));
  absl::ConsumePrefix(&reason, ":");
  absl::ConsumePrefix(&reason, " ");
  return std::string(reason);
}

std::string FormatBytes(int64_t bytes) {
  if (bytes < 1000) return absl::StrCat(bytes, " B");
  static constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000;
  int unit = 0;
  while (value >= 999.5 && unit < 5) {
    value /= 1000;
    ++unit;
  }
  return absl::StrFormat("%.*f %s",
                         value >= 99.95   ? 0
                         : value >= 9.995 ? 1
                                          : 2,
                         value, kUnits[unit]);
}

std::string FormatCount(int64_t count, std::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

}  // namespace seiche
