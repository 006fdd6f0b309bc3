// Gray levels 0..255 to float32, as every image of this project is scaled: level * (1/255.0f).
//
// Vector code for whatever the machine has, chosen at run time; the same bits on all of them.
// Thread-safe.
#ifndef SEICHE_CODECS_JPEG_LEVELS_H_
#define SEICHE_CODECS_JPEG_LEVELS_H_

#include <cstdint>

#include "absl/types/span.h"

namespace seiche {

// values[i] = levels[i] * (1/255.0f) * scale + offset, each step rounded to float32. Same sizes; no
// overlap.
void LevelsToFloat(absl::Span<const uint8_t> levels, float scale, float offset,
                   absl::Span<float> values);

}  // namespace seiche

#endif  // SEICHE_CODECS_JPEG_LEVELS_H_
