// Encoder of the levels `small` and `smallest`; decoder.h says what they are.
//
//   std::unique_ptr<GroupEncoder> encoder = MakeSmallEncoder(SmallStencil::kDiamond);
//   SEICHE_RETURN_IF_ERROR(encoder->Analyse(cube, group_starts, model));
#ifndef SEICHE_CODECS_SWELL_SMALL_ENCODER_H_
#define SEICHE_CODECS_SWELL_SMALL_ENCODER_H_

#include <memory>

#include "codecs/swell/group_coder.h"
#include "codecs/swell/small/model.h"

namespace seiche {

// Values of a chunk that the encoder takes at most.
inline constexpr int64_t kMostSmallValues = int64_t{1} << 30;

// kDiamond is level `small`, kTriangle `smallest`. Analyse() is kUnimplemented unless the cube has
// 16 bits and at most kMostSmallValues values.
std::unique_ptr<GroupEncoder> MakeSmallEncoder(SmallStencil stencil);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_SMALL_ENCODER_H_
