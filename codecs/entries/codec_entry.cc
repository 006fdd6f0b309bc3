#include "codecs/entries/codec_entry.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace seiche {

absl::Status BadCodecParameter(std::string_view codec, std::string_view parameter,
                               std::string_view allowed) {
  return absl::InvalidArgumentError(
      absl::StrCat(codec, ": parameter \"", parameter, "\": ", allowed));
}

absl::StatusOr<CodecValues> ParseCodecNumber(std::string_view codec, std::string_view text,
                                             uint32_t min, uint32_t max) {
  uint32_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < min || value > max) {
    return BadCodecParameter(codec, text, absl::StrCat(min, " to ", max, " are possible"));
  }
  return CodecValues{value};
}

uint32_t ValueOr(const CodecValues& values, size_t index, uint32_t otherwise) {
  return index < values.size() ? values[index] : otherwise;
}

uint32_t ChunkBytes(const CodecParameters& parameters) {
  const int64_t elements = parameters.chunk_shape.empty()
                               ? 0
                               : std::max<int64_t>(0, NumElements(parameters.chunk_shape));
  const uint64_t limit = UINT32_MAX / std::max<uint32_t>(1, parameters.element_size);
  return static_cast<uint64_t>(elements) > limit
             ? 0
             : static_cast<uint32_t>(elements * parameters.element_size);
}

}  // namespace seiche
