// What there is at a path, field by field; and words for it.
//
//   SEICHE_ASSIGN_OR_RETURN(auto fields, ListFields("waves.h5", files));
//   auto store = OpenField("waves.h5", fields[0].name, files);      // kept open by nobody else
#ifndef SEICHE_TOOLS_COMMAND_FIELDS_H_
#define SEICHE_TOOLS_COMMAND_FIELDS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/file_system.h"
#include "base/shape.h"
#include "storage/sequence_store.h"

namespace seiche {

// An H5 dataset, of numbers or not, or the frames of a folder.
struct ListedField {
  std::string name;
  std::string type;  // "float32", "string", ...
  Shape shape;
};

// Whether a folder of JPEG frames would be expected there.
absl::StatusOr<bool> IsFolder(const std::string& path, const FileSystem& files);

// Errors as of OpenStore.
absl::StatusOr<std::vector<ListedField>> ListFields(const std::string& path, FileSystem& files);

// A store with that one field, the only one or the only one of rank 4 if `name` is empty; a
// folder's is called "frames". Errors as of OpenStore; kNotFound if a folder's is asked for by
// another name.
absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenField(const std::string& path,
                                                               const std::string& name,
                                                               FileSystem& files);

// kInvalidArgument if one H5 dataset is named twice.
absl::Status CheckFieldNames(absl::Span<const std::string> names);

// Whether OpenField() failed because the field holds nothing that could be read: text, records, no
// elements. Everything else is wrong with the file.
bool HoldsNoNumbers(const absl::Status& status);

// `status`'s message without "PATH: H5 dataset 'NAME'" in front.
std::string ShortReason(const absl::Status& status, const std::string& path,
                        const std::string& name);

// "999 B", "12.3 kB", "4.56 GB": decimal units.
std::string FormatBytes(int64_t bytes);

// "1 chunk", "3 chunks".
std::string FormatCount(int64_t count, std::string_view what);

}  // namespace seiche

#endif  // SEICHE_TOOLS_COMMAND_FIELDS_H_
