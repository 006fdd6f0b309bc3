// Pictures as PNG files: 8 bits a channel, RGB, no ancillary chunks.
//
//   SEICHE_ASSIGN_OR_RETURN(std::string png, EncodePng(rgb, width, height));
//
// PNG Specification, third edition, https://www.w3.org/TR/png-3/. Thread-safe.
#ifndef SEICHE_EXPERIMENTS_WAVES_PICTURE_PNG_H_
#define SEICHE_EXPERIMENTS_WAVES_PICTURE_PNG_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace seiche {

// The PNG file of `rgb`, [height,width,3]. Deterministic. kInvalidArgument if the size is not
// positive, too large for PNG, or not that of `rgb`; kResourceExhausted if memory runs out.
absl::StatusOr<std::string> EncodePng(absl::Span<const uint8_t> rgb, int64_t width, int64_t height);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_PICTURE_PNG_H_
