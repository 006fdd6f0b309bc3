#include "codecs/swell/small/fit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include "base/ceil_divide.h"
#include "base/random.h"
#include "codecs/simd_targets.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/swell/small/fit.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#ifndef SEICHE_CODECS_SWELL_SMALL_FIT_ONCE_
#define SEICHE_CODECS_SWELL_SMALL_FIT_ONCE_
namespace seiche {

// Numbers are handled eight at a time, by as many vectors as that takes.
inline constexpr int kFitWidth = 8;
// Samples come in patches of so many neighbours along a row.
inline constexpr int kPatch = 8;

// An error e in a place where errors are about as large as `scale` costs log(scale) + e / scale
// bits or so, as the contexts of the coder know such places: so what counts is an error relative to
// its patch. Small errors round to none, and contexts tell no scales above kMaxMagnitude apart.
inline constexpr double kLeastError = 0.5;
inline constexpr double kLeastScale = 0.25;
inline constexpr double kMostScale = 64;

// Samples, each a row of `stride` numbers: what the taps see, then the difference that they are to
// predict, then zeros. Whole patches, one behind the other; where frames are narrower than a patch
// it has samples in its first `columns` rows only, and zeros.
struct FitSamples {
  int columns = 0;
  int taps = 0;
  int stride = 0;
  int64_t rows = 0;
  std::vector<float> values;  // exact: 16-bit integers
};

}  // namespace seiche
#endif  // SEICHE_CODECS_SWELL_SMALL_FIT_ONCE_

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using FitTag = hn::CappedTag<double, kFitWidth>;

HWY_INLINE hn::Vec<FitTag> LoadWide(const float* HWY_RESTRICT from) {
  const hn::Rebind<float, FitTag> narrow;
  return hn::PromoteTo(FitTag(), hn::LoadU(narrow, from));
}

// |difference - prediction| of a sample by `coefficients` of `stride` numbers, whose one for the
// difference itself is -1.
HWY_INLINE double ErrorOf(const float* HWY_RESTRICT row, const double* HWY_RESTRICT coefficients,
                          int stride) {
  const FitTag tag;
  constexpr int kLanes = HWY_MAX_LANES_D(FitTag);
  double sums[kFitWidth];
  for (int lane = 0; lane < kFitWidth; lane += kLanes) {
    auto sum = hn::Zero(tag);
    for (int i = lane; i < stride; i += kFitWidth) {
      sum = hn::Add(sum, hn::Mul(LoadWide(row + i), hn::LoadU(tag, coefficients + i)));
    }
    hn::StoreU(sum, tag, sums + lane);
  }
  return std::abs(((sums[0] + sums[1]) + (sums[2] + sums[3])) +
                  ((sums[4] + sums[5]) + (sums[6] + sums[7])));
}

// Adds the samples of a patch times their weights to the upper triangle of `products`.
HWY_INLINE void AddPatch(const FitSamples& samples, const float* HWY_RESTRICT patch,
                         const double* HWY_RESTRICT weights, double* HWY_RESTRICT products) {
  const FitTag tag;
  constexpr int kLanes = HWY_MAX_LANES_D(FitTag);
  const int stride = samples.stride;
  for (int i = 0; i < samples.taps; ++i) {
    double weighted[kPatch];
    for (int s = 0; s < kPatch; ++s) weighted[s] = weights[s] * patch[s * stride + i];
    for (int j = i / kFitWidth * kFitWidth; j < stride; j += kLanes) {
      double* const product = products + i * stride + j;
      auto sum = hn::LoadU(tag, product);
      HWY_UNROLL(8)
      for (int s = 0; s < kPatch; ++s) {
        sum = hn::Add(sum, hn::Mul(hn::Set(tag, weighted[s]), LoadWide(patch + s * stride + j)));
      }
      hn::StoreU(sum, tag, product);
    }
  }
}

// `products`, [taps, stride], becomes the sums of products of every tap with every other one and
// with the difference, over the first `rows` samples, weighted so that the least squares are the
// least cost where errors are about those that `coefficients` leave.
void SumProducts(const FitSamples& samples, int64_t rows, const double* coefficients,
                 double* products) {
  std::fill(products, products + samples.taps * samples.stride, 0.0);
  for (int64_t row = 0; row < rows; row += kPatch) {
    const float* const patch = samples.values.data() + row * samples.stride;
    double errors[kPatch];
    double sum = 0;
    for (int s = 0; s < kPatch; ++s) {
      errors[s] = ErrorOf(patch + s * samples.stride, coefficients, samples.stride);
      sum += errors[s];
    }
    const double scale = std::min(sum / samples.columns + kLeastScale, kMostScale);
    double weights[kPatch];
    for (int s = 0; s < kPatch; ++s) weights[s] = 1 / (std::max(errors[s], kLeastError) * scale);
    AddPatch(samples, patch, weights, products);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

HWY_EXPORT(SumProducts);

// Samples of each set: enough for the largest stencil.
constexpr int64_t kFitSamples = 80000;
// The first rounds find their way with some of them, the last ones with all.
constexpr int64_t kRoughSamples = 10000;
constexpr int kRoughRounds = 6;
constexpr int kRounds = 8;
static_assert(kFitSamples % kPatch == 0 && kRoughSamples % kPatch == 0);
// Coefficients are below 8 with 12 bits behind the point; a fit that wants more is no good.
constexpr double kMostCoefficient = 7.99;

// Columns that a tap is away at most.
constexpr int MaxReach() {
  int most = 0;
  for (const StencilRows& rows : kStencilRows) {
    for (const int reach : rows.above) most = std::max(most, reach);
    for (const int reach : rows.past) most = std::max(most, reach);
  }
  return most;
}
constexpr int kMaxReach = MaxReach();

// A position of a chunk, t within its group.
struct Position {
  int64_t t;
  int64_t frame;
  int64_t y;
  int64_t x;
};

// Differences along x as the decoder sees them, anywhere.
class Differences {
 public:
  explicit Differences(const Cube& cube)
      : data_(static_cast<const int16_t*>(cube.data)), height_(cube.height), width_(cube.width) {}

  // At (dt, dy, dx) from `p`, both in the same group; 0 outside of the frame and before the group.
  int16_t At(const Position& p, const StencilTap& tap) const {
    const int64_t y = p.y + tap.dy;
    const int64_t x = p.x + tap.dx;
    if (p.t < tap.dt || y < 0 || y >= height_ || x < 0 || x >= width_) return 0;
    const int16_t* const value = data_ + ((p.frame - tap.dt) * height_ + y) * width_ + x;
    if (x > 0) return static_cast<int16_t>(value[0] - value[-1]);
    if (y > 0) return static_cast<int16_t>(value[0] - value[-width_]);
    if (p.t > tap.dt) return static_cast<int16_t>(value[0] - value[-width_ * height_]);
    return 0;
  }

  // Whether all taps of `p` and what is left of them lie within its frame and group.
  bool IsInner(const Position& p) const {
    return p.t >= 2 && p.y >= 3 && p.y + 3 < height_ && p.x > kMaxReach && p.x + kMaxReach < width_;
  }
  // The value at an inner position's tap; kRowSlack can be read from there.
  const int16_t* ValueAt(const Position& p, const StencilTap& tap) const {
    return data_ + ((p.frame - tap.dt) * height_ + p.y + tap.dy) * width_ + p.x + tap.dx;
  }
  static constexpr int kRowSlack = 8;

 private:
  const int16_t* data_;
  int64_t height_;
  int64_t width_;
};

// The frames, with their places in their groups, that use a set of coefficients.
std::vector<std::pair<int64_t, int64_t>> FramesOfSet(int set, int64_t frames,
                                                     absl::Span<const int64_t> group_starts) {
  std::vector<std::pair<int64_t, int64_t>> found;
  for (size_t group = 0; group < group_starts.size(); ++group) {
    const int64_t end = group + 1 < group_starts.size() ? group_starts[group + 1] : frames;
    for (int64_t frame = group_starts[group]; frame < end; ++frame) {
      const int64_t t = frame - group_starts[group];
      if (std::min<int64_t>(t, 2) == set) found.push_back({frame, t});
    }
  }
  return found;
}

// Taps side by side.
struct TapRow {
  StencilTap first;
  int index;  // of the first one among all taps
};

std::vector<TapRow> RowsOf(absl::Span<const StencilTap> taps) {
  std::vector<TapRow> rows;
  for (size_t i = 0; i < taps.size(); ++i) {
    if (i > 0 && taps[i].dt == taps[i - 1].dt && taps[i].dy == taps[i - 1].dy) continue;
    rows.push_back({taps[i], static_cast<int>(i)});
  }
  return rows;
}

// Writes samples: what the taps see, what they are to predict, zeros.
class TapReader {
 public:
  TapReader(const Cube& cube, absl::Span<const StencilTap> taps)
      : differences_(cube), taps_(taps), rows_(RowsOf(taps)) {}

  // Returns whether the taps see anything but 0.
  bool Read(const Position& position, float* HWY_RESTRICT sample, int stride) const {
    constexpr int kSlack = Differences::kRowSlack;
    const int taps = static_cast<int>(taps_.size());
    // Rows of taps are read with a fixed number of columns; the next row overwrites the excess.
    float seen[kMaxTaps + kSlack];
    if (differences_.IsInner(position)) {
      for (const TapRow& row : rows_) {
        const int16_t* HWY_RESTRICT const value = differences_.ValueAt(position, row.first);
        for (int i = 0; i < kSlack; ++i) {
          seen[row.index + i] = static_cast<int16_t>(value[i] - value[i - 1]);
        }
      }
    } else {
      for (int i = 0; i < taps; ++i) seen[i] = differences_.At(position, taps_[i]);
    }
    std::fill(seen + taps, seen + stride, 0.0f);
    const bool any = std::any_of(seen, seen + taps, [](float value) { return value != 0; });
    seen[taps] = differences_.At(position, {0, 0, 0});
    std::copy_n(seen, stride, sample);
    return any;
  }

 private:
  // From column -1 of the first tap, so that it has a difference.
  static_assert(2 * kMaxReach + 1 <= Differences::kRowSlack);

  Differences differences_;
  absl::Span<const StencilTap> taps_;
  std::vector<TapRow> rows_;
};

// Patches all over the frames, without those all of whose taps are 0: nothing can be learnt there.
FitSamples TakeSamples(const Cube& cube, absl::Span<const std::pair<int64_t, int64_t>> frames,
                       absl::Span<const StencilTap> taps, int set) {
  FitSamples samples;
  samples.taps = static_cast<int>(taps.size());
  samples.stride = (samples.taps + 1 + kFitWidth - 1) / kFitWidth * kFitWidth;
  const TapReader reader(cube, taps);
  const int64_t columns = std::min<int64_t>(cube.width, kPatch);
  const int64_t values = frames.size() * cube.height * cube.width;
  const int64_t tries = CeilDivide(std::min(values, 2 * kFitSamples), columns);
  samples.columns = static_cast<int>(columns);
  samples.values.resize(std::min(tries * kPatch, kFitSamples) * samples.stride);
  Random random(/*seed=*/0x5e1c4e, /*stream=*/set);
  for (int64_t i = 0; i < tries && samples.rows < kFitSamples; ++i) {
    const auto& [frame, t] = frames[random.Below(frames.size())];
    Position position = {t, frame, static_cast<int64_t>(random.Below(cube.height)),
                         static_cast<int64_t>(random.Below(cube.width - columns + 1))};
    float* row = samples.values.data() + samples.rows * samples.stride;
    bool any = false;
    for (int64_t column = 0; column < columns; ++column, ++position.x, row += samples.stride) {
      any |= reader.Read(position, row, samples.stride);
    }
    if (any) samples.rows += kPatch;
  }
  return samples;
}

// Solves the normal equations whose upper triangle is in `products`, by Gauss's elimination with
// pivots; coefficients that nothing determines become 0.
void Solve(const FitSamples& samples, const std::vector<double>& products,
           std::vector<double>& coefficients) {
  const int n = samples.taps;
  const int stride = samples.stride;
  std::vector<double> m(n * (n + 1));
  const auto at = [&m, n](int i, int j) -> double& { return m[i * (n + 1) + j]; };
  for (int i = 0; i < n; ++i) {
    for (int j = i; j <= n; ++j) {
      at(i, j) = products[i * stride + j];
      if (j < n) at(j, i) = at(i, j);
    }
    at(i, i) += 1e-6 + 1e-9 * at(i, i);
  }
  for (int i = 0; i < n; ++i) {
    int pivot = i;
    for (int j = i + 1; j < n; ++j) {
      if (std::abs(at(j, i)) > std::abs(at(pivot, i))) pivot = j;
    }
    for (int k = 0; k <= n; ++k) std::swap(at(i, k), at(pivot, k));
    if (std::abs(at(i, i)) < 1e-12) continue;
    for (int j = i + 1; j < n; ++j) {
      const double factor = at(j, i) / at(i, i);
      for (int k = i; k <= n; ++k) at(j, k) -= factor * at(i, k);
    }
  }
  for (int i = n - 1; i >= 0; --i) {
    double sum = at(i, n);
    for (int k = i + 1; k < n; ++k) sum -= at(i, k) * coefficients[k];
    coefficients[i] = std::abs(at(i, i)) < 1e-12 ? 0 : sum / at(i, i);
  }
}

// Coefficients of the taps of one set; false if they are too large to be written down.
bool FitSet(const FitSamples& samples, std::array<int16_t, kMaxTaps>& fixed_point) {
  std::vector<double> coefficients(samples.stride);
  coefficients[samples.taps] = -1;
  std::vector<double> products(samples.taps * samples.stride);
  for (int round = 0; round < kRounds; ++round) {
    const int64_t rows =
        round < kRoughRounds ? std::min(samples.rows, kRoughSamples) : samples.rows;
    HWY_DYNAMIC_DISPATCH(SumProducts)(samples, rows, coefficients.data(), products.data());
    Solve(samples, products, coefficients);
  }
  for (int i = 0; i < samples.taps; ++i) {
    if (!(std::abs(coefficients[i]) <= kMostCoefficient)) return false;
  }
  for (int i = 0; i < samples.taps; ++i) {
    fixed_point[i] =
        static_cast<int16_t>(std::nearbyint(coefficients[i] * (1 << kCoefficientBits)));
  }
  return true;
}

}  // namespace

void FitStencil(const Cube& cube, absl::Span<const int64_t> group_starts, SmallModel& model) {
  const std::vector<StencilTap> all_taps = StencilTaps(model.stencil);
  model.sets = 0;
  for (int set = 0; set < 3; ++set) {
    const auto frames = FramesOfSet(set, cube.frames, group_starts);
    if (frames.empty()) break;
    std::vector<StencilTap> taps = all_taps;
    std::erase_if(taps, [set](const StencilTap& tap) { return tap.dt > set; });
    model.coefficients[set] = {};
    if (!FitSet(TakeSamples(cube, frames, taps, set), model.coefficients[set])) {
      // What the former set says of the frames that it knew is no bad guess; 0 is none.
      if (set > 0) model.coefficients[set] = model.coefficients[set - 1];
    }
    model.sets = set + 1;
  }
}

}  // namespace seiche
#endif  // HWY_ONCE
