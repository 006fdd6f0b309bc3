// What a swell stream says about itself, and where its parts lie. docs/swell_format.md has it byte
// by byte.
//
//   SEICHE_ASSIGN_OR_RETURN(const StreamHeader header, ParseHeader(encoded));
//   header.info.shape; header.bound; header.groups[3].bytes
//
// A stream is a header with its own checksum and, behind it, one part a group. A reader of a few
// frames reads the header and those frames' groups.
#ifndef SEICHE_CODECS_SWELL_STREAM_HEADER_H_
#define SEICHE_CODECS_SWELL_STREAM_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/ceil_divide.h"
#include "codecs/codec.h"
#include "codecs/swell/mapping/row_output.h"

namespace seiche {

// How integers are coded. On disk, do not change.
enum class SwellLevel : uint8_t {
  kRaw = 0,  // the array's bytes as they are: what nothing makes smaller
  kFast = 1,
  kSmall = 2,
  kSmallest = 3,
};
inline constexpr int kSwellLevels = 4;

// Bytes of the integers of a group of frames, and so of a frame, at most, so that 32 bits hold
// every size inside. Larger ones are kRaw.
inline constexpr int64_t kMaxGroupBytes = int64_t{1} << 30;

// What was promised of errors. On disk, do not change.
enum class SwellMode : uint8_t {
  kLossless = 0,
  kAbsolute = 1,  // |x - x'| <= bound
  kRelative = 2,  // |x - x'| <= bound * (largest - smallest finite value of the array)
};

struct StreamHeader {
  ArrayInfo info;  // rank 1 to 4
  SwellLevel level = SwellLevel::kRaw;
  SwellMode mode = SwellMode::kLossless;
  double bound = 0;  // as asked for; 0 if lossless
  ValueMapping mapping;
  // Frames of a group, of which the last of a leading index may have fewer.
  int64_t group_frames = 1;
  // What all groups share.
  absl::Span<const std::byte> model;

  struct Group {
    absl::Span<const std::byte> bytes;
    uint32_t crc = 0;
  };
  std::vector<Group> groups;  // one for kRaw

  // A shape as [N,T,H,W]: axes that are missing have one element. [W] is a row, [H,W] a frame.
  struct Extents {
    int64_t leading = 1, frames = 1, height = 1, width = 1;
    // Groups of one leading index.
    int64_t groups(int64_t group_frames) const { return CeilDivide(frames, group_frames); }
  };
  Extents extents() const;
};

StreamHeader::Extents ExtentsOf(const Shape& shape);

// The header's bytes; the groups' bytes, of the sizes and checksums in `header`, follow it.
std::vector<std::byte> WriteHeader(const StreamHeader& header);

// kDataLoss if `encoded` does not start with a whole header of version 1 or ends before its groups
// do. Not more memory than O(encoded.size()). Whether groups are
// undamaged is for their readers to check.
absl::StatusOr<StreamHeader> ParseHeader(absl::Span<const std::byte> encoded);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_STREAM_HEADER_H_
