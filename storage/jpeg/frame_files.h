// Which files of a folder are the frames of a sequence, and in which order.
//
//   SEICHE_ASSIGN_OR_RETURN(NameList frames, FindFrames("waves/042", names));
//   frames[7]                                     // "007.jpg", or "frame_00008.JPEG", ...
//
// A frame is a file called *.jpg or *.jpeg in any case. The last run of digits in its name is its
// number; other files do not count.
#ifndef SEICHE_STORAGE_JPEG_FRAME_FILES_H_
#define SEICHE_STORAGE_JPEG_FRAME_FILES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace seiche {

// Names side by side in one piece of memory: a data set has hundreds of thousands of them.
class NameList {
 public:
  void Append(std::string_view name);
  int64_t size() const { return static_cast<int64_t>(ends_.size()); }
  std::string_view operator[](int64_t index) const;
  friend bool operator==(const NameList&, const NameList&) = default;

 private:
  std::string characters_;
  std::vector<uint32_t> ends_;
};

// Whether a file of that name is a frame.
bool IsFrameName(std::string_view name);

// The number in a file's or folder's name, its extension left out: "frame_00012.jpg" -> 12. Empty
// if there is none, or none that fits into int64_t.
std::optional<int64_t> NumberIn(std::string_view name);

// The frames among `names`, the files of `folder`, in the order of their numbers, which may start
// anywhere. kFailedPrecondition if a frame has no number or two have the same one, kDataLoss if a
// number is missing in between.
absl::StatusOr<NameList> FindFrames(const std::string& folder, absl::Span<const std::string> names);

}  // namespace seiche

#endif  // SEICHE_STORAGE_JPEG_FRAME_FILES_H_
