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

// The dtypes that the others leave out. Floats of 16 bits are made of bits: there is no type in
// C++.
void AppendOtherTypes(std::vector<GoldenArray>& all) {
  constexpr SwellLevel kFast = SwellLevel::kFast;
  constexpr SwellLevel kSmall = SwellLevel::kSmall;
  const Shape frames = {5, 12, 40};
  const Shape larger = {3, 40, 90};
  const auto around_zero = [](int64_t i, const Shape& shape) {
    const int64_t wave = Wave(i, shape) - 90;
    return wave < 0 ? 0x8000 - wave * 8 : wave * 8;
  };
  all.push_back(Make<int32_t>("fast_int32", {.level = kFast, .group_frames = 2}, frames, 0x23022b60,
                              [&](int64_t i) { return Wave(i, frames) * 70001 - (1 << 23); }));
  all.push_back(Make<uint32_t>("fast_uint32", {.level = kFast}, frames, 0x0e6be7b1,
                               [&](int64_t i) { return 0xfffffff0 + Wave(i, frames); }));
  all.push_back(Make<uint64_t>("fast_uint64", {.level = kFast}, frames, 0xde749b77, [&](int64_t i) {
    return 0xfffffffffff00000 + static_cast<uint64_t>(Wave(i, frames)) * 8191;
  }));
  all.push_back(Make<uint16_t>("fast_float16", {.level = kFast}, frames, 0x09d2af7b,
                               [&](int64_t i) { return around_zero(i, frames); }));
  all.back().dtype = DType::kFloat16;
  all.push_back(Make<uint16_t>("small_bfloat16", {.level = kSmall}, larger, 0x572f077c,
                               [&](int64_t i) { return around_zero(i, larger); }));
  all.back().dtype = DType::kBFloat16;
  all.push_back(Make<int16_t>("small_int16", {.level = kSmall, .group_frames = 1}, larger,
                              0x9743fe3a,
                              [&](int64_t i) { return Wave(i, larger) * 150 - 20000; }));
}

// Rows of more than eight blocks and of more columns than lanes: mostly still, with splashes that
// need raw bits. Bounds of the other kinds.
void AppendWideRows(std::vector<GoldenArray>& all) {
  const Shape wide = {4, 12, 530};
  const auto splashes = [](int64_t i) {
    const bool splash = i / 530 % 12 > 8 && i % 530 > 200 && i % 530 < 290;
    return splash ? (Noise(i) % 9 == 0 ? Noise(i) % 3000 : Noise(i) % 5) : i % 1201 == 5 ? 7 : 4;
  };
  // The streams of `smallest_wide`, `_relative` and `_multiples` have the stencil that no encoder
  // writes any more: not to be written again.
  all.push_back(Make<uint16_t>("smallest_wide", {.level = SwellLevel::kSmallest, .group_frames = 3},
                               wide, 0x1f3bfbfe, splashes));
  all.push_back(Make<uint16_t>("smallest_triangle",
                               {.level = SwellLevel::kSmallest, .group_frames = 3}, wide,
                               0x1f3bfbfe, splashes));
  all.push_back(Make<uint8_t>("small_wide", {.level = SwellLevel::kSmall}, wide, 0x962ea664,
                              [&](int64_t i) { return i % 530 > 300 ? Wave(i, wide) / 8 : 0; }));
  all.push_back(Make<float>("smallest_relative",
                            {.level = SwellLevel::kSmallest,
                             .mode = SwellMode::kRelative,
                             .bound = 1e-3,
                             .group_frames = 2},
                            wide, 0xf38eb093,
                            [&](int64_t i) { return std::sqrt(Wave(i, wide) + 0.5); }));
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
  AppendOtherTypes(all);
  AppendWideRows(all);
  return all;
}

}  // namespace seiche
