// Hill shading: the water's height as a picture lit from the side, in 256 levels.
//
//   Shader shader;                                              // one a thread
//   shader.Shade(height.frame(7), levels.frame(7));             // [H,W] -> [H,W]
//
// With z the height scaled to [0,1] by the frame's own range, (gx, gy) its central differences per
// grid point along rows and columns (one-sided at the border), and the light at azimuth 45 and
// altitude 20 degrees, the published formula is
//
//   slope = pi/2 - atan(|g|), aspect = atan2(-gx, gy)
//   sin(altitude) sin(slope) + cos(altitude) cos(slope) cos(azimuth - aspect)
//
// which is (sin(20 deg) + cos(20 deg) (gy - gx) / sqrt(2)) / sqrt(1 + gx^2 + gy^2): no
// trigonometric call (derived in docs/waves.md). Between the frame's percentiles 0.5 and 99.5,
// that is its sorted values at floor(0.005 n) and floor(0.995 n), the result is scaled to 0..255
// and rounded down. The same bits on every machine.
#ifndef SEICHE_EXPERIMENTS_WAVES_PICTURE_SHADING_H_
#define SEICHE_EXPERIMENTS_WAVES_PICTURE_SHADING_H_

#include <cstdint>
#include <vector>

#include "base/array_view.h"

namespace seiche {

// Keeps its working memory from frame to frame. Thread-compatible.
class Shader {
 public:
  // Shades `height`, [H,W] finite values with H and W >= 2, into `levels` of the same shape. A
  // frame whose brightness is the same everywhere becomes level 0.
  void Shade(FrameView<const float> height, FrameView<uint8_t> levels);

 private:
  std::vector<float> brightness_;  // [H,W] and room for one vector
  std::vector<float> slopes_;      // one row, and room for one vector
  std::vector<float> darkest_, brightest_;
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_PICTURE_SHADING_H_
