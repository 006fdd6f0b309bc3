// `seiche inspect`: how fields are stored, and what that means for those who read them.
//
//   SEICHE_ASSIGN_OR_RETURN(StoreReport report, InspectPath("waves.h5", files));
//   std::string text = InspectionText({report});
#ifndef SEICHE_TOOLS_COMMAND_INSPECT_H_
#define SEICHE_TOOLS_COMMAND_INSPECT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/file_system.h"
#include "base/json.h"
#include "base/shape.h"
#include "storage/hdf5/hdf5_details.h"

namespace seiche {

struct FieldReport {
  std::string name;
  std::string type;
  Shape shape;
  // Not OK: the field cannot be read, and nothing below is known.
  absl::Status status;
  std::string axes = {};
  Hdf5Details details = {};  // of a folder: layout "one file a frame"
  std::string codec = {};
  std::string slow_reason = {};  // empty: fast
  Shape chunk_shape = {};        // as the store serves them, contiguous ones too
  int64_t chunks = 0;
  int64_t missing_chunks = 0;
  int64_t bytes = 0;  // of all elements
  // Bytes decoded / bytes wanted. Nothing if there are no such samples.
  std::optional<double> whole_sequences = {}, windows = {}, single_frames = {};
};

struct StoreReport {
  std::string path;
  std::string format;  // "HDF5", "JPEG folder"
  int64_t size = 0;    // bytes of the file or of all frames
  std::vector<FieldReport> fields;
};

// Errors as of OpenStore. What is wrong with one field of several is in its report.
absl::StatusOr<StoreReport> InspectPath(const std::string& path, FileSystem& files);

// Damage that was found: kDataLoss names the first field. Fields that hold no numbers are none.
absl::Status InspectionStatus(const StoreReport& report);

std::string InspectionText(absl::Span<const StoreReport> reports);
Json InspectionToJson(absl::Span<const StoreReport> reports);

}  // namespace seiche

#endif  // SEICHE_TOOLS_COMMAND_INSPECT_H_
