// Converts and scales elements while they are copied from a decoded chunk into a batch.
//
//   TransformOptions options = {.dtype = DType::kFloat16, .scale = {1.0 / 255}};
//   SEICHE_ASSIGN_OR_RETURN(ElementTransform transform,
//                           ElementTransform::Create(DType::kUInt8, options));
//   transform.Apply(Slice(chunk, part), out);
//
// Every value becomes out = value * scale + offset, in this order:
//
//   1. The stored value is taken as float32 if it is a float16, bfloat16, float32 or an integer of
//   8
//      or 16 bits, as float64 otherwise; only 64-bit integers above 2^53 are rounded by that.
//   2. A value equal to `missing` becomes NaN.
//   3. In that type, scale and offset, rounded to it, are applied by a multiplication and an
//   addition
//      that round one after the other (never fused). An offset of 0 is not added, so that the sign
//      of a zero lives on.
//   4. The result is rounded once to the output: to nearest, ties to even. What is too large
//   becomes
//      infinity in a floating-point type and the nearest limit in an integer type. NaN stays NaN,
//      with an unspecified payload; in an integer type it becomes 0.
//
// The results are the same on every instruction set. Where nothing but a copy is left to do, the
// elements are copied bit by bit. Immutable, so thread-safe.
#ifndef SEICHE_LOADER_TRANSFORM_TRANSFORM_H_
#define SEICHE_LOADER_TRANSFORM_TRANSFORM_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/array_view.h"
#include "base/dtype.h"
#include "loader/transform/transform_kernels.h"

namespace seiche {

struct TransformOptions {
  // What is delivered: kFloat32, kFloat16, kBFloat16, kUInt8 or the stored dtype. Empty: as stored.
  std::optional<DType> dtype;
  // One number for all, or one per channel; finite. Empty: 1 and 0.
  std::vector<double> scale, offset;
  // The axis of the arrays given to Apply that the channels are numbered along; -1: none, which
  // takes one number for all.
  int channel_axis = -1;
  // Stored values equal to this one (netCDF's _FillValue) become NaN. It is rounded to the stored
  // dtype if that is a floating-point one. NaN is equal to NaN. Only for floating-point outputs.
  std::optional<double> missing;
};

class ElementTransform {
 public:
  // kInvalidArgument, with the field's name, if an option is out of its range or does not go with
  // the others.
  static absl::StatusOr<ElementTransform> Create(DType stored, const TransformOptions& options);

  // Whether elements are just copied.
  bool identity() const { return kernel_ == nullptr; }
  DType stored() const { return stored_; }
  DType output() const { return output_; }
  // Channels that scale and offset are given for; 1 if they are the same for all.
  int64_t channels() const { return channels_; }

  // Writes the transformed elements of `from`, of dtype stored(), to `to`, of the same shape and
  // dtype output(). Any strides that keep elements aligned will do; fastest are last axes without
  // gaps. The memory must not overlap. Index 0 of the channel axis is channel `first_channel`; with
  // channels() > 1, first_channel and the axis' extent stay within channels(). Allocates nothing up
  // to kInlineRank axes.
  void Apply(const ConstArrayView& from, const ArrayView& to, int64_t first_channel = 0) const;

 private:
  // Scale and offset of every channel, over and over, so that a kernel finds the numbers of any run
  // of elements side by side. Only one of the two kinds is used, as ComputedInDouble says.
  template <typename C>
  struct Numbers {
    std::vector<C> scale, offset;
  };

  ElementTransform(DType stored, DType output) : stored_(stored), output_(output) {}

  template <typename C>
  absl::Status SetNumbers(const TransformOptions& options, Numbers<C>& numbers);
  void SetMissing(double missing);
  Coefficients CoefficientsOf(int64_t channel) const;
  void ApplyToInterleaved(const std::byte* from, std::byte* to, int64_t count,
                          const Coefficients& coefficients) const;
  void ApplyToPlane(const std::byte* from, std::byte* to, const Plane& plane,
                    const Coefficients& coefficients, bool pattern) const;

  DType stored_, output_;
  int channel_axis_ = -1;
  int64_t channels_ = 1;
  int64_t pattern_ = 1;  // elements after which an interleaved row of channels starts anew
  Numbers<float> floats_;
  Numbers<double> doubles_;
  Coefficients missing_;  // nothing but the missing value
  PlaneKernel kernel_ = nullptr;
  PlaneKernel pattern_kernel_ = nullptr;
};

// The options that give every channel a mean of 0 and a standard deviation of 1:
// scale = 1 / standard_deviation, offset = -mean / standard_deviation. kInvalidArgument if a
// deviation is not positive, a number not finite, or the lengths differ or are 0.
absl::StatusOr<TransformOptions> Normalization(absl::Span<const double> mean,
                                               absl::Span<const double> standard_deviation,
                                               DType dtype, int channel_axis);

}  // namespace seiche

#endif  // SEICHE_LOADER_TRANSFORM_TRANSFORM_H_
