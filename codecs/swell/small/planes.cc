#include "codecs/swell/small/planes.h"

#include <cstring>

#include "base/ceil_divide.h"
#include "codecs/swell/group_coder.h"

namespace seiche {
namespace {

// Loops may read so many bytes behind the last row of a plane.
constexpr int64_t kSlack = 256;

constexpr int64_t RoundUp(int64_t n, int64_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

}  // namespace

void SmallPlanes::Reset(int64_t height, int64_t width) {
  height_ = height;
  width_ = width;
  blocks_ = CeilDivide(width, kBlockWidth);
  padded_width_ = RoundUp(width, 2 * kBlockWidth);
  active_stride_ = RoundUp(blocks_, 8) + 2 * kActiveMargin;
  now_ = 0;

  const int64_t rows = height + 2 * kRowMargin;
  const int64_t pair_bytes = RoundUp(rows * pair_stride() * 4 + kSlack, 64);
  const int64_t magnitude_bytes = RoundUp(rows * magnitude_stride() + kSlack, 64);
  const int64_t active_bytes = RoundUp(rows * active_stride_ + kSlack, 64);
  const int64_t bytes = 2 * pair_bytes + 2 * magnitude_bytes + 3 * active_bytes;
  std::byte* next = buffer_.Reserve(bytes).data();
  std::memset(next, 0, bytes);
  const auto take = [&next](int64_t size) {
    std::byte* const taken = next;
    next += size;
    return taken;
  };
  for (uint32_t*& plane : pairs_) plane = reinterpret_cast<uint32_t*>(take(pair_bytes));
  for (uint8_t*& plane : magnitudes_) plane = reinterpret_cast<uint8_t*>(take(magnitude_bytes));
  for (uint8_t*& plane : active_pairs_) plane = reinterpret_cast<uint8_t*>(take(active_bytes));
  active_ = reinterpret_cast<uint8_t*>(take(active_bytes));
}

PackedCoefficients PackCoefficients(const SmallModel& model, int set) {
  const std::vector<StencilTap> taps = StencilTaps(model.stencil);
  PackedCoefficients packed;
  int counts[3] = {};  // by dt
  for (size_t i = 0; i < taps.size(); ++i) {
    const auto coefficient = static_cast<uint16_t>(model.coefficients[set][i]);
    const int index = counts[taps[i].dt]++;
    if (taps[i].dt == 0) packed.above[index] = coefficient;
    if (taps[i].dt == 1) packed.past[index] |= coefficient;
    if (taps[i].dt == 2) packed.past[index] |= uint32_t{coefficient} << 16;
  }
  return packed;
}

void SmallScratch::Reset(int64_t padded_width) {
  // Columns behind a row's end, for sinks (kRowPadding) and for loops that store whole vectors.
  const int64_t columns = (padded_width + kRowPadding + 63) / 64 * 64;
  const int64_t bytes = columns * (4 * 1 + 4 * 2 + 1 * 4);
  std::byte* next = buffer_.Reserve(bytes).data();
  std::memset(next, 0, bytes);
  const auto take = [&next, columns]<class T>(T*& row) {
    row = reinterpret_cast<T*>(next);
    next += columns * sizeof(T);
  };
  take(row_.predictions), take(row_.signs), take(row_.residuals), take(row_.values);
  take(row_.coded), take(row_.fractions), take(row_.contexts), take(row_.supported),
      take(row_.quiet);
}

}  // namespace seiche
