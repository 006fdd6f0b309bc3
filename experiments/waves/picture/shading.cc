#include "experiments/waves/picture/shading.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "experiments/waves/picture/smallest_values.h"
#include "experiments/waves/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "experiments/waves/picture/shading.cc"
#include "hwy/foreach_target.h"  // before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, SmallestValues::kRoom>;
using Vec = hn::Vec<Tag>;

constexpr float kSinAltitude = 0.34202014332566873f;        // sin(20 deg)
constexpr float kCosAltitudeOfAxis = 0.66446302438867465f;  // cos(20 deg) cos(45 deg)

HWY_INLINE size_t Lanes() { return hn::Lanes(Tag()); }

// The first `left` values at `from`, at most a vector of them; `otherwise` in the lanes past them.
HWY_INLINE Vec LoadUpTo(size_t left, const float* from, float otherwise) {
  const Tag d;
  if (left >= Lanes()) return hn::LoadU(d, from);
  return hn::LoadNOr(hn::Set(d, otherwise), d, from, left);
}

HWY_INLINE void StoreUpTo(size_t left, Vec values, float* to) {
  const Tag d;
  if (left >= Lanes()) {
    hn::StoreU(values, d, to);
  } else {
    hn::StoreN(values, d, to, left);
  }
}

// 1 / (largest - smallest), or 0 for a flat frame.
float InverseRange(absl::Span<const float> values) {
  const Tag d;
  Vec low = hn::Set(d, values[0]);
  Vec high = low;
  for (size_t i = 0; i < values.size(); i += Lanes()) {
    const Vec v = LoadUpTo(values.size() - i, values.data() + i, values[0]);
    low = hn::Min(low, v);
    high = hn::Max(high, v);
  }
  const float range = hn::ReduceMax(d, high) - hn::ReduceMin(d, low);
  const bool flat = !(range >= std::numeric_limits<float>::min());
  return flat || std::isinf(range) ? 0.0f : 1.0f / range;
}

// Twice the gradient along a row.
void DoubledSlopes(const float* HWY_RESTRICT row, size_t width, float* HWY_RESTRICT slopes) {
  slopes[0] = 2 * (row[1] - row[0]);
  for (size_t x = 1; x + 1 < width; x += Lanes()) {
    const size_t left = width - 1 - x;
    const Vec slope = hn::Sub(LoadUpTo(left, row + x + 1, 0.0f), LoadUpTo(left, row + x - 1, 0.0f));
    StoreUpTo(left, slope, slopes + x);
  }
  slopes[width - 1] = 2 * (row[width - 1] - row[width - 2]);
}

// Brightness of one row. `north` and `south` lie two rows apart, or one at the border.
void LightRow(const float* HWY_RESTRICT north, const float* HWY_RESTRICT south,
              const float* HWY_RESTRICT slopes, float row_scale, float column_scale, size_t width,
              float* HWY_RESTRICT brightness) {
  const Tag d;
  for (size_t x = 0; x < width; x += Lanes()) {
    const size_t left = width - x;
    const Vec drop = hn::Sub(LoadUpTo(left, south + x, 0.0f), LoadUpTo(left, north + x, 0.0f));
    const Vec gx = hn::Mul(drop, hn::Set(d, row_scale));
    const Vec gy = hn::Mul(LoadUpTo(left, slopes + x, 0.0f), hn::Set(d, column_scale));
    const Vec towards_light = hn::Mul(hn::Sub(gy, gx), hn::Set(d, kCosAltitudeOfAxis));
    const Vec steepness = hn::Add(hn::Mul(gx, gx), hn::Mul(gy, gy));
    const Vec length = hn::Sqrt(hn::Add(hn::Set(d, 1.0f), steepness));
    const Vec light = hn::Add(hn::Set(d, kSinAltitude), towards_light);
    StoreUpTo(left, hn::Div(light, length), brightness + x);
  }
}

void LightFrame(FrameView<const float> height, float* slopes, float* brightness) {
  const float scale = InverseRange(height.values());
  const int64_t last = height.height() - 1;
  for (int64_t y = 0; y <= last; ++y) {
    const bool border = y == 0 || y == last;
    DoubledSlopes(height.row(y), height.width(), slopes);
    LightRow(height.row(std::max<int64_t>(y - 1, 0)), height.row(std::min(y + 1, last)), slopes,
             border ? scale : scale / 2, scale / 2, height.width(),
             brightness + y * height.width());
  }
}

// Offers each value to `smallest` and its negative to `negated_largest`.
void SelectTails(absl::Span<const float> values, SmallestValues& smallest,
                 SmallestValues& negated_largest) {
  const Tag d;
  const auto offer = [&](Vec v, SmallestValues& kept) HWY_ATTR {
    const auto wanted = hn::Lt(v, hn::Set(d, kept.bound()));
    if (hn::AllFalse(d, wanted)) return;
    kept.Keep(hn::CompressStore(v, wanted, d, kept.end()));
  };
  for (size_t i = 0; i < values.size(); i += Lanes()) {
    const Vec v = LoadUpTo(values.size() - i, values.data() + i,
                           std::numeric_limits<float>::quiet_NaN());  // is less than nothing
    offer(v, smallest);
    offer(hn::Neg(v), negated_largest);
  }
}

// Levels of brightness between `low` and `high`, low < high.
void Quantize(absl::Span<const float> brightness, float low, float high,
              uint8_t* HWY_RESTRICT levels) {
  const Tag d;
  const hn::RebindToSigned<Tag> d32;
  const hn::Rebind<uint8_t, Tag> d8;
  const Vec lowest = hn::Set(d, low);
  const Vec range = hn::Set(d, high - low);
  for (size_t i = 0; i < brightness.size(); i += Lanes()) {
    const size_t left = brightness.size() - i;
    const Vec v = LoadUpTo(left, brightness.data() + i, low);
    const Vec clamped = hn::Min(hn::Max(v, lowest), hn::Set(d, high));
    const Vec part = hn::Div(hn::Sub(clamped, lowest), range);
    const auto level = hn::ConvertTo(d32, hn::Mul(part, hn::Set(d, 255.0f)));
    hn::StoreN(hn::DemoteTo(d8, level), d8, levels + i, std::min(left, Lanes()));
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
HWY_EXPORT(LightFrame);
HWY_EXPORT(Quantize);
HWY_EXPORT(SelectTails);

void Shader::Shade(FrameView<const float> height, FrameView<uint8_t> levels) {
  const size_t size = height.size();
  brightness_.resize(size);
  slopes_.resize(height.width());
  HWY_DYNAMIC_DISPATCH(LightFrame)(height, slopes_.data(), brightness_.data());

  const size_t low_rank = size * 5 / 1000;
  const size_t high_rank = size - 1 - size * 995 / 1000;  // counted from the brightest
  SmallestValues darkest(low_rank, darkest_);
  SmallestValues brightest(high_rank, brightest_);
  HWY_DYNAMIC_DISPATCH(SelectTails)(brightness_, darkest, brightest);
  const float low = darkest.Value();
  const float high = -brightest.Value();
  if (low < high) {
    HWY_DYNAMIC_DISPATCH(Quantize)(brightness_, low, high, levels.data());
  } else {
    std::ranges::fill(levels.values(), uint8_t{0});
  }
}

}  // namespace seiche
#endif  // HWY_ONCE
