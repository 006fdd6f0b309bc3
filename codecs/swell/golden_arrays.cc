#include "codecs/swell/golden_arrays.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

namespace seiche {
namespace {

// 0 to 32, up and down again.
int64_t Triangle(int64_t n) { return std::abs(n % 64 - 32); }

// Waves of integers, 0 to 255, that travel over [.., H, W].
int64_t Wave(int64_t i, const Shape& shape) {
  const int64_t width = shape.back();
  const int64_t height = shape.size() > 1 ? shape[shape.size() - 2] : 1;
  const int64_t x = i % width;
  const int64_t y = i / width % height;
  const int64_t t = i / width / height;
  return Triangle(3 * x + 2 * t) * Triangle(2 * y + x + 5 * t + 16) / 4;
}

// Integers without any order.
uint64_t Noise(uint64_t i) {
  uint64_t x = (i + 1) * 0x9e3779b97f4a7c15;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  return x ^ x >> 31;
}

// The array whose element i is `value(i)`.
template <typename T, typename Value>
GoldenArray Make(std::string name, const SwellOptions& options, const Shape& shape,
                 uint32_t decoded_crc, Value value) {
  GoldenArray golden = {std::move(name), options, kDTypeOf<T>, shape, {}, decoded_crc};
  golden.values.resize(NumElements(shape) * sizeof(T));
  for (int64_t i = 0; i < NumElements(shape); ++i) {
    const T element = static_cast<T>(value(i));
    std::memcpy(golden.values.data() + i * sizeof(T), &element, sizeof(T));
  }
  return golden;
}

// Shaded waves, some of which no integer stands for.
float Holed(int64_t i, const Shape& shape) {
  if (i % 101 == 7) return -0.0f;
  if (i / 40 % 9 == 3) return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(Wave(i, shape)) * (1 / 255.0f);
}

}  // namespace

std::vector<GoldenArray> GoldenArrays() {
  constexpr SwellLevel kFast = SwellLevel::kFast;
  constexpr SwellLevel kSmall = SwellLevel::kSmall;
  constexpr SwellLevel kSmallest = SwellLevel::kSmallest;
  constexpr SwellMode kAbsolute = SwellMode::kAbsolute;
  std::vector<GoldenArray> all;
  const Shape frames = {7, 21, 45};
  const auto shaded = [&](int64_t i) { return Wave(i, frames) * (1 / 255.0f); };
  const auto decimal = [&](int64_t i) { return (Wave(i, frames) - 100) / 10.0; };
  const auto root = [&](int64_t i) { return std::sqrt(Wave(i, frames) + 0.5); };
  const auto holed = [&](int64_t i) { return Holed(i, frames); };
  all.push_back(Make<uint8_t>("raw_uint8", {}, {3, 5, 7}, 0x8f304909, Noise));
  all.push_back(Make<float>("fast_multiples", {.level = kFast, .group_frames = 3}, frames,
                            0x7035d53a, shaded));
  all.push_back(Make<double>("fast_quotients", {.level = kFast, .group_frames = 4}, frames,
                             0xaf01017c, decimal));
  all.push_back(Make<float>("fast_ordered32", {.level = kFast}, {2, 21, 45}, 0x144695c3, root));
  all.push_back(Make<double>("fast_ordered64", {.level = kFast}, {2, 9, 45}, 0xbe8aff28, root));
  all.push_back(Make<float>("fast_exceptions", {.level = kFast, .group_frames = 2}, frames,
                            0x4659dcbb, holed));
  all.push_back(Make<float>("fast_bound", {.level = kFast, .mode = kAbsolute, .bound = 1e-3},
                            frames, 0x9aa27fc7, root));
  const Shape four = {2, 3, 8, 32};
  all.push_back(Make<int64_t>("fast_rank4", {.level = kFast, .group_frames = 2}, four, 0xf1e2599f,
                              [&](int64_t i) { return Wave(i, four) * 1000003 - (i << 33); }));
  all.push_back(Make<uint16_t>("fast_rank1", {.level = kFast}, {300}, 0xf4c088b6,
                               [](int64_t i) { return 65000 + i * i / 50; }));
  all.push_back(Make<int8_t>("fast_rank2", {.level = kFast}, {6, 33}, 0x7f1ff6a8, [](int64_t i) {
    return Wave(i, {6, 33}) / 2 - 100;
  }));
  all.push_back(Make<float>("small_multiples", {.level = kSmall, .group_frames = 3}, frames,
                            0x7035d53a, shaded));
  all.push_back(Make<float>("small_exceptions", {.level = kSmall}, frames, 0x4659dcbb, holed));
  all.push_back(Make<double>("small_bound", {.level = kSmall, .mode = kAbsolute, .bound = 1e-3},
                             frames, 0x69fb191a, root));
  all.push_back(
      Make<float>("smallest_multiples", {.level = kSmallest}, frames, 0x7035d53a, shaded));
  return all;
}

}  // namespace seiche
