#include "codecs/jpeg/levels.h"

#include <cassert>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/jpeg/levels.cc"
#include "hwy/foreach_target.h"  // includes this file once for each instruction set
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void LevelsToFloatSimd(const uint8_t* HWY_RESTRICT levels, size_t size, float scale, float offset,
                       float* HWY_RESTRICT values) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<int32_t, decltype(d)> d_int;
  const hn::Rebind<uint8_t, decltype(d)> d_level;
  const size_t lanes = hn::Lanes(d);
  const auto unit = hn::Set(d, 1 / 255.0f);
  const auto scales = hn::Set(d, scale), offsets = hn::Set(d, offset);
  const auto convert = [&](auto level) HWY_ATTR {
    const auto value = hn::Mul(hn::ConvertTo(d, hn::PromoteTo(d_int, level)), unit);
    // Not fused: every machine rounds twice.
    return hn::Add(hn::Mul(value, scales), offsets);
  };
  size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    hn::StoreU(convert(hn::LoadU(d_level, levels + i)), d, values + i);
  }
  if (i < size) {
    hn::StoreN(convert(hn::LoadN(d_level, levels + i, size - i)), d, values + i, size - i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {

HWY_EXPORT(LevelsToFloatSimd);

void LevelsToFloat(absl::Span<const uint8_t> levels, float scale, float offset,
                   absl::Span<float> values) {
  assert(levels.size() == values.size());
  HWY_DYNAMIC_DISPATCH(LevelsToFloatSimd)
  (levels.data(), levels.size(), scale, offset, values.data());
}

}  // namespace seiche
#endif  // HWY_ONCE
