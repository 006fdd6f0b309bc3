#include "loader/transform/transform.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

// Elements that are gathered from, and scattered to, other places than side by side at a time.
constexpr int64_t kTile = 256;
constexpr size_t kLargestElement = 8;

// An interleaved row of channels is repeated until whole vectors fit, but not further than this.
constexpr int64_t kVectorMultiple = 64;
constexpr int64_t kLongestPattern = 4096;
constexpr int64_t kShortestPattern = 256;

bool IsFloat(DType dtype) {
  return dtype == DType::kFloat16 || dtype == DType::kBFloat16 || dtype == DType::kFloat32 ||
         dtype == DType::kFloat64;
}

absl::Status CheckOptions(DType stored, DType output, const TransformOptions& options) {
  if (output != stored && output != DType::kFloat32 && output != DType::kFloat16 &&
      output != DType::kBFloat16 && output != DType::kUInt8) {
    return absl::InvalidArgumentError(
        absl::StrCat("dtype: ", Name(stored), " cannot be delivered as ", Name(output),
                     ": use float32, float16, bfloat16, uint8 or what is stored"));
  }
  if (options.channel_axis < -1) {
    return absl::InvalidArgumentError(
        absl::StrCat("channel_axis: ", options.channel_axis, " is no axis: use -1 for none"));
  }
  const size_t scales = options.scale.size(), offsets = options.offset.size();
  if (scales > 1 && offsets > 1 && scales != offsets) {
    return absl::InvalidArgumentError(absl::StrCat("scale and offset: ", scales, " and ", offsets,
                                                   " numbers: give one each, or one per channel"));
  }
  if (std::max(scales, offsets) > 1 && options.channel_axis < 0) {
    return absl::InvalidArgumentError(
        "channel_axis: numbers per channel need the axis of the channels");
  }
  if (options.missing.has_value() && !IsFloat(output)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "missing: ", Name(output), " has no NaN: deliver a floating-point dtype instead"));
  }
  return absl::OkStatus();
}

// `value` as a float16 or bfloat16 with `digits` binary digits; its range is not looked at.
double RoundedTo(double value, int digits, int lowest_exponent) {
  int exponent;
  std::frexp(value, &exponent);
  const int last_place = std::max(exponent - digits, lowest_exponent);
  return std::ldexp(std::nearbyint(std::ldexp(value, -last_place)), last_place);
}

// The value of a floating-point dtype that is nearest to `value`; NaN if only infinity is.
double NearestStored(DType stored, double value) {
  if (!std::isfinite(value)) return value;
  double nearest = value;
  double largest = std::numeric_limits<double>::max();
  if (stored == DType::kFloat16) {
    nearest = RoundedTo(value, 11, -24);
    largest = 65504;
  } else if (stored == DType::kBFloat16) {
    nearest = RoundedTo(value, 8, -133);
    largest = 0x1.fep127;
  } else if (stored == DType::kFloat32) {
    nearest = RoundedTo(value, 24, -149);
    largest = std::numeric_limits<float>::max();
  }
  return std::abs(nearest) <= largest ? nearest : std::numeric_limits<double>::quiet_NaN();
}

template <size_t kSize>
void MoveElements(const std::byte* from, int64_t from_step, std::byte* to, int64_t to_step,
                  int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(to + i * to_step, from + i * from_step, kSize);
  }
}

void MoveElements(size_t size, const std::byte* from, int64_t from_step, std::byte* to,
                  int64_t to_step, int64_t count) {
  switch (size) {
    case 1:
      return MoveElements<1>(from, from_step, to, to_step, count);
    case 2:
      return MoveElements<2>(from, from_step, to, to_step, count);
    case 4:
      return MoveElements<4>(from, from_step, to, to_step, count);
    default:
      return MoveElements<8>(from, from_step, to, to_step, count);
  }
}

// The plane with its axes exchanged.
Plane Transposed(const Plane& plane) {
  return {.rows = plane.count,
          .count = plane.rows,
          .from_row = plane.from_step,
          .to_row = plane.to_step,
          .from_step = plane.from_row,
          .to_step = plane.to_row};
}

// How many elements an interleaved row of `channels` is repeated to.
int64_t PatternLength(int64_t channels) {
  const int64_t length = std::lcm(channels, kVectorMultiple);
  const int64_t base = length <= kLongestPattern ? length : channels;
  return base * std::max<int64_t>(1, (kShortestPattern + base - 1) / base);
}

}  // namespace

absl::StatusOr<ElementTransform> ElementTransform::Create(DType stored,
                                                          const TransformOptions& options) {
  const DType output = options.dtype.value_or(stored);
  SEICHE_RETURN_IF_ERROR(CheckOptions(stored, output, options));
  ElementTransform transform(stored, output);
  transform.channels_ = std::max<int64_t>(
      {1, static_cast<int64_t>(options.scale.size()), static_cast<int64_t>(options.offset.size())});
  if (transform.channels_ > 1) {
    transform.channel_axis_ = options.channel_axis;
    transform.pattern_ = PatternLength(transform.channels_);
  }
  SEICHE_RETURN_IF_ERROR(ComputedInDouble(stored)
                             ? transform.SetNumbers(options, transform.doubles_)
                             : transform.SetNumbers(options, transform.floats_));
  if (options.missing.has_value()) transform.SetMissing(*options.missing);
  const bool unscaled = absl::c_all_of(options.scale, [](double scale) { return scale == 1; }) &&
                        absl::c_all_of(options.offset, [](double offset) { return offset == 0; });
  if (stored != output || !unscaled || !std::isnan(transform.missing_.missing)) {
    transform.kernel_ = ChooseKernel(stored, output, /*pattern=*/false);
    transform.pattern_kernel_ = ChooseKernel(stored, output, /*pattern=*/true);
  }
  return transform;
}

template <typename C>
absl::Status ElementTransform::SetNumbers(const TransformOptions& options, Numbers<C>& numbers) {
  const auto set = [this](std::string_view name, const std::vector<double>& given, double otherwise,
                          std::vector<C>& values) -> absl::Status {
    // Any run of up to pattern_ elements may start at any channel.
    values.resize(pattern_ + channels_ + Coefficients::kPadding);
    for (size_t i = 0; i < values.size(); ++i) {
      const double number = given.empty() ? otherwise : given[i % channels_ % given.size()];
      // Compared before it is converted: what float cannot hold has an undefined conversion.
      if (!(std::abs(number) <= std::numeric_limits<C>::max())) {
        return absl::InvalidArgumentError(
            absl::StrCat(name, ": ", number, " of channel ", i % channels_,
                         " is not a finite number of the type that is computed in, ",
                         std::is_same_v<C, float> ? "float32" : "float64"));
      }
      values[i] = static_cast<C>(number);
    }
    return absl::OkStatus();
  };
  SEICHE_RETURN_IF_ERROR(set("scale", options.scale, 1, numbers.scale));
  SEICHE_RETURN_IF_ERROR(set("offset", options.offset, 0, numbers.offset));
  // Adding -0.0 changes nothing, but adding 0.0 makes 0.0 of -0.0.
  for (C& offset : numbers.offset) {
    if (offset == 0) offset = static_cast<C>(-0.0);
  }
  return absl::OkStatus();
}

void ElementTransform::SetMissing(double missing) {
  if (IsFloat(stored_)) {
    missing_.missing = NearestStored(stored_, missing);
    return;
  }
  const bool is_signed = stored_ == DType::kInt8 || stored_ == DType::kInt16 ||
                         stored_ == DType::kInt32 || stored_ == DType::kInt64;
  const double end = std::ldexp(1.0, static_cast<int>(8 * SizeOf(stored_)) - is_signed);
  // What no stored integer is equal to is as good as none.
  if (!(missing >= (is_signed ? -end : 0) && missing < end) || missing != std::floor(missing)) {
    return;
  }
  missing_.missing = missing;
  missing_.missing_integer = is_signed ? static_cast<uint64_t>(static_cast<int64_t>(missing))
                                       : static_cast<uint64_t>(missing);
}

Coefficients ElementTransform::CoefficientsOf(int64_t channel) const {
  Coefficients coefficients = missing_;
  if (ComputedInDouble(stored_)) {
    coefficients.scale = doubles_.scale.data() + channel;
    coefficients.offset = doubles_.offset.data() + channel;
  } else {
    coefficients.scale = floats_.scale.data() + channel;
    coefficients.offset = floats_.offset.data() + channel;
  }
  return coefficients;
}

void ElementTransform::Apply(const ConstArrayView& from, const ArrayView& to,
                             int64_t first_channel) const {
  assert(from.shape == to.shape && from.dtype == stored_ && to.dtype == output_);
  if (identity()) {
    CopyArray(from, to);
    return;
  }
  if (channels_ == 1) first_channel = 0;
  assert(channel_axis_ < static_cast<int>(from.shape.size()));
  assert(channel_axis_ < 0 || from.shape[channel_axis_] + first_channel <= channels_);
  const int64_t from_size = SizeOf(stored_), to_size = SizeOf(output_);
  const PlaneWalk walk(from.shape, from.strides, to.strides, channel_axis_);
  Plane plane = walk.plane();
  PlaneWalk::Place channels = walk.apart();
  const bool runs = plane.from_step == from_size && plane.to_step == to_size;
  if (channels == PlaneWalk::Place::kElements && plane.count == channels_ && runs &&
      (plane.rows == 1 ||
       (plane.from_row == plane.count * from_size && plane.to_row == plane.count * to_size))) {
    walk.ForEach(from.data, to.data, [&](const std::byte* source, std::byte* target, int64_t) {
      ApplyToInterleaved(source, target, plane.rows * plane.count, CoefficientsOf(0));
    });
    return;
  }
  // Long rows that are gathered are faster than short ones, even if those need not be.
  if (plane.rows > plane.count && (!runs || plane.count < 4)) {
    plane = Transposed(plane);
    if (channels == PlaneWalk::Place::kElements) {
      channels = PlaneWalk::Place::kRows;
    } else if (channels == PlaneWalk::Place::kRows) {
      channels = PlaneWalk::Place::kElements;
    }
  }
  walk.ForEach(from.data, to.data, [&](const std::byte* source, std::byte* target, int64_t index) {
    Coefficients coefficients = CoefficientsOf(first_channel + index);
    coefficients.row_step = channels == PlaneWalk::Place::kRows ? 1 : 0;
    ApplyToPlane(source, target, plane, coefficients, channels == PlaneWalk::Place::kElements);
  });
}

// `count` elements side by side, a multiple of channels().
void ElementTransform::ApplyToInterleaved(const std::byte* from, std::byte* to, int64_t count,
                                          const Coefficients& coefficients) const {
  const int64_t from_size = SizeOf(stored_), to_size = SizeOf(output_);
  const Plane whole = {.rows = count / pattern_,
                       .count = pattern_,
                       .from_row = pattern_ * from_size,
                       .to_row = pattern_ * to_size};
  pattern_kernel_(from, to, whole, coefficients);
  const int64_t done = whole.rows * pattern_;
  pattern_kernel_(from + done * from_size, to + done * to_size, {.count = count - done},
                  coefficients);
}

void ElementTransform::ApplyToPlane(const std::byte* from, std::byte* to, const Plane& plane,
                                    const Coefficients& coefficients, bool pattern) const {
  const PlaneKernel kernel = pattern ? pattern_kernel_ : kernel_;
  const int64_t from_size = SizeOf(stored_), to_size = SizeOf(output_);
  const bool gather = plane.count > 1 && plane.from_step != from_size;
  const bool scatter = plane.count > 1 && plane.to_step != to_size;
  if (!gather && !scatter) {
    kernel(from, to, plane, coefficients);
    return;
  }
  alignas(64) std::byte gathered[kTile * kLargestElement];
  alignas(64) std::byte transformed[kTile * kLargestElement];
  const int64_t number_size = ComputedInDouble(stored_) ? sizeof(double) : sizeof(float);
  for (int64_t y = 0; y < plane.rows; ++y) {
    for (int64_t x = 0; x < plane.count; x += kTile) {
      const Plane tile = {.count = std::min(kTile, plane.count - x)};
      const std::byte* source = from + y * plane.from_row + x * plane.from_step;
      std::byte* const target = to + y * plane.to_row + x * plane.to_step;
      if (gather) {
        MoveElements(from_size, source, plane.from_step, gathered, from_size, tile.count);
        source = gathered;
      }
      Coefficients own = coefficients;
      const int64_t skipped = (y * coefficients.row_step + (pattern ? x : 0)) * number_size;
      own.scale = static_cast<const std::byte*>(coefficients.scale) + skipped;
      own.offset = static_cast<const std::byte*>(coefficients.offset) + skipped;
      kernel(source, scatter ? transformed : target, tile, own);
      if (scatter) {
        MoveElements(to_size, transformed, to_size, target, plane.to_step, tile.count);
      }
    }
  }
}

absl::StatusOr<TransformOptions> Normalization(absl::Span<const double> mean,
                                               absl::Span<const double> standard_deviation,
                                               DType dtype, int channel_axis) {
  if (mean.empty() || mean.size() != standard_deviation.size()) {
    return absl::InvalidArgumentError(absl::StrCat("mean and standard_deviation: ", mean.size(),
                                                   " and ", standard_deviation.size(),
                                                   " numbers: give one of each per channel"));
  }
  TransformOptions options = {.dtype = dtype, .channel_axis = channel_axis};
  for (size_t i = 0; i < mean.size(); ++i) {
    if (!std::isfinite(mean[i])) {
      return absl::InvalidArgumentError(
          absl::StrCat("mean: ", mean[i], " of channel ", i, " is not finite"));
    }
    if (!std::isfinite(standard_deviation[i]) || standard_deviation[i] <= 0) {
      return absl::InvalidArgumentError(absl::StrCat("standard_deviation: ", standard_deviation[i],
                                                     " of channel ", i,
                                                     " is not a positive finite number"));
    }
    options.scale.push_back(1 / standard_deviation[i]);
    options.offset.push_back(-mean[i] / standard_deviation[i]);
  }
  return options;
}

}  // namespace seiche
