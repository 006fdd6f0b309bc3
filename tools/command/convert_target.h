// What `seiche convert` writes: an HDF5 file or a JPEG folder that takes blocks of rows, and that
// can be read back and compared with where they came from.
//
//   SEICHE_ASSIGN_OR_RETURN(auto target, MakeHdf5Target(*source, options, "x.h5.partial-1"));
//   for (...) SEICHE_RETURN_IF_ERROR(target->Append(block));
//   SEICHE_RETURN_IF_ERROR(target->Finish());
//   return target->Check(progress);
#ifndef SEICHE_TOOLS_COMMAND_CONVERT_TARGET_H_
#define SEICHE_TOOLS_COMMAND_CONVERT_TARGET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/array_view.h"
#include "base/progress.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/sequence_store.h"
#include "tools/command/convert_options.h"

namespace seiche {

class ConvertTarget {
 public:
  virtual ~ConvertTarget() = default;
  // Name of the field, once written.
  virtual const std::string& field() const = 0;
  // Some more rows of axis 0, contiguous.
  virtual absl::Status Append(const ConstArrayView& rows) = 0;
  // After the last row.
  virtual absl::Status Finish() = 0;
  // Reads back what lies at the path; kDataLoss names the first chunk or frame that is not what was
  // meant. Counts rows in `progress`.
  virtual absl::Status Check(Progress& progress) = 0;
};

// Whether HDF5 can hold field 0 of `source` as the options say: kFailedPrecondition for a dtype,
// kInvalidArgument for chunks.
absl::Status CheckHdf5Target(const SequenceStore& source, const ConvertOptions& options);
// Of field 0 of `source`, which must outlive the target, as must `options`. Goes into `file`, which
// lies at `path` once that is finished; it is to be finished before Check().
absl::StatusOr<std::unique_ptr<ConvertTarget>> MakeHdf5Target(const SequenceStore& source,
                                                              const ConvertOptions& options,
                                                              const std::string& path,
                                                              Hdf5FileWriter& file);

class JpegTarget : public ConvertTarget {
 public:
  // Sequence `sequence` of a source whose chunks are JPEG frames, bit for bit.
  virtual absl::Status Copy(int64_t sequence) = 0;
  // Of all frames.
  virtual int64_t stored_bytes() const = 0;
};
// `path` does not exist.
absl::StatusOr<std::unique_ptr<JpegTarget>> MakeJpegTarget(const SequenceStore& source,
                                                           const ConvertOptions& options,
                                                           const std::string& path);
// Whether each chunk of field 0 is a JPEG file of its own.
bool HasJpegFrames(const SequenceStore& source);

// The chunk shape that ConvertOptions::chunks means; empty: contiguous. kInvalidArgument.
absl::StatusOr<Shape> ParseChunks(const std::string& text, const Field& field);

// Attributes as stores give them, as text: whole numbers, other numbers and text become attributes
// of that type. What netCDF keeps its dimensions by is left out: it would be wrong in a new file.
std::vector<Attribute> TypedAttributes(
    absl::Span<const std::pair<std::string, std::string>> attributes);
// The same, but those that `packing` was read from give that packing again, to the last bit.
std::vector<Attribute> TypedAttributes(
    absl::Span<const std::pair<std::string, std::string>> attributes, const Packing& packing);

}  // namespace seiche

#endif  // SEICHE_TOOLS_COMMAND_CONVERT_TARGET_H_
