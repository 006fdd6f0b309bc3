// `seiche convert`: fields of any store into a new file or folder.
//
//   SEICHE_ASSIGN_OR_RETURN(ConvertResult result,
//                           Convert({.from = "waves_jpeg", .to = "waves.h5", .codecs = {"lzf"}}));
//
// Decoding of the next block overlaps with encoding of the last one. Elements keep their dtype and
// their bits; JPEG folders keep levels of 0..255 as JPEG does, and are copied as they are from one
// to another. The result is written beside the target, read back and compared with the source, and
// only then takes the target's name: a target that is there is whole.
//
// Memory: two blocks of at most memory / 2 bytes each (a single row of axis 0 may need more), plus
// what the writer needs (Hdf5Writer: the rows of a row of the new chunks).
#ifndef SEICHE_TOOLS_COMMAND_CONVERT_H_
#define SEICHE_TOOLS_COMMAND_CONVERT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/dtype.h"
#include "base/shape.h"
#include "tools/command/convert_options.h"

namespace seiche {

struct ConvertedField {
  std::string name;  // in the target
  DType dtype = DType::kFloat32;
  Shape shape;
};

struct ConvertResult {
  std::vector<ConvertedField> fields;
  // With `all`: "NAME (string)" of what holds no numbers and was left out.
  std::vector<std::string> left_out;
  int64_t bytes = 0;         // of all elements
  int64_t stored_bytes = 0;  // of the target
  bool verified = false;
};

// kInvalidArgument for options that make no sense, the source as target among them;
// kAlreadyExists; kFailedPrecondition if the target cannot hold the source (JPEG of other than
// [N,T,H,W] levels); kDataLoss if the source is damaged or what was written differs from it;
// kResourceExhausted if the disk is full. After an error nothing is left and an old target is as it
// was.
absl::StatusOr<ConvertResult> Convert(const ConvertOptions& options);

}  // namespace seiche

#endif  // SEICHE_TOOLS_COMMAND_CONVERT_H_
